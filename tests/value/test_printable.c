/* Printable code points: edges of the table, and its size and sum against those of Go's unicode.IsPrint. */
#include "tests/support/cmocka_all.h"
#include "value/printable.h"

#include <stdbool.h>

static void edges_are_as_in_go(void **state) {
    (void)state;
    static const struct {
        uint32_t rune;
        bool printable;
    } rows[] = {
        {0x00, false},    {0x1F, false},     {0x20, true},      {0x7E, true},        {0x7F, false},   {0x80, false},
        {0xA0, false},    {0xA1, true},      {0xAD, false},     {0x300, true},       {0x378, false},  {0x600, false},
        {0x2028, false},  {0x3000, false},   {0xD800, false},   {0xE000, false},     {0xFEFF, false}, {0xFFFD, true},
        {0xFFFE, false},  {0x1F600, true},   {0x323AF, true},   {0x323B0, false},    {0xE0100, true}, {0xE01F0, false},
        {0x2EBF0, false}, {0x10FFFF, false}, {0x110000, false}, {UINT32_MAX, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (lvt_rune_is_printable(rows[i].rune) != rows[i].printable) fail_msg("U+%04X", (unsigned)rows[i].rune);
}

static void the_whole_table_is_that_of_go(void **state) {
    (void)state;
    int count = 0;
    uint64_t sum = 0;
    for (uint32_t rune = 0; rune <= 0x10FFFF; rune++) {
        sum *= 1000003;
        if (lvt_rune_is_printable(rune)) {
            count++;
            sum += rune;
        }
    }
    assert_int_equal(count, 148998);
    assert_true(sum == UINT64_C(2940346780256753760));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_as_in_go),
        cmocka_unit_test(the_whole_table_is_that_of_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
