/* Spans, UTF-8 and hashes. */
#include "livetemplate/base.h"
#include "tests/support/cmocka_all.h"

static void spans_compare(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
        bool starts, same_letters;
    } cases[] = {
        {"", "", 0, true, true},         {"a", "", 1, true, false},       {"", "a", -1, false, false},
        {"abc", "ab", 1, true, false},   {"ab", "abc", -1, false, false}, {"b", "abc", 1, false, false},
        {"AbC", "aBc", -1, false, true}, {"\xc3", "z", 1, false, false},  {"a[", "A{", 1, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_span a = lvt_span_from(cases[i].a), b = lvt_span_from(cases[i].b);
        int order = lvt_span_compare(a, b);
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
        assert_int_equal(lvt_span_starts_with(a, b), cases[i].starts);
        assert_int_equal(lvt_span_equal_ignore_case(a, b), cases[i].same_letters);
    }
    assert_true(lvt_span_equal((lvt_span){NULL, 0}, LVT_SPAN("")));
    assert_int_equal(lvt_span_from(NULL).length, 0);
}

static void utf8_decodes_as_go(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        uint32_t rune;
        size_t width;
    } cases[] = {
        {"", 0, LVT_RUNE_ERROR, 0},
        {"a", 1, 'a', 1},
        {"\0", 1, 0, 1},
        {"\xc3\xa9", 2, 0xE9, 2},
        {"\xe2\x82\xac", 3, 0x20AC, 3},
        {"\xf0\x9f\x98\x80", 4, 0x1F600, 4},
        {"\xf4\x8f\xbf\xbf", 4, 0x10FFFF, 4},
        {"\xef\xbf\xbd", 3, LVT_RUNE_ERROR, 3},
        {"\x80", 1, LVT_RUNE_ERROR, 1},             /* a lone continuation */
        {"\xc0\x80", 2, LVT_RUNE_ERROR, 1},         /* too long a form */
        {"\xc1\xbf", 2, LVT_RUNE_ERROR, 1},         /* too long a form */
        {"\xe0\x9f\xbf", 3, LVT_RUNE_ERROR, 1},     /* too long a form */
        {"\xf0\x8f\xbf\xbf", 4, LVT_RUNE_ERROR, 1}, /* too long a form */
        {"\xed\xa0\x80", 3, LVT_RUNE_ERROR, 1},     /* a surrogate */
        {"\xf4\x90\x80\x80", 4, LVT_RUNE_ERROR, 1}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 4, LVT_RUNE_ERROR, 1}, /* above U+10FFFF */
        {"\xc3", 1, LVT_RUNE_ERROR, 1},             /* cut */
        {"\xe2\x82", 2, LVT_RUNE_ERROR, 1},         /* cut */
        {"\xc3(", 2, LVT_RUNE_ERROR, 1},            /* no continuation */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t width;
        assert_int_equal(lvt_utf8_decode(cases[i].bytes, cases[i].length, &width), cases[i].rune);
        assert_int_equal(width, cases[i].width);
        bool valid = cases[i].width != 1 || cases[i].rune != LVT_RUNE_ERROR;
        assert_int_equal(lvt_utf8_valid(lvt_span_of(cases[i].bytes, cases[i].length)), valid);
    }
}

static void utf8_encodes_what_it_decodes(void **state) {
    (void)state;
    for (uint32_t rune = 0; rune <= LVT_RUNE_MAX; rune++) {
        char bytes[LVT_UTF8_MAX];
        size_t width, written = lvt_utf8_encode(bytes, rune);
        uint32_t expected = rune >= 0xD800 && rune < 0xE000 ? LVT_RUNE_ERROR : rune;
        if (lvt_utf8_decode(bytes, written, &width) != expected || width != written) fail_msg("U+%04X", (unsigned)rune);
    }
    char bytes[LVT_UTF8_MAX];
    assert_int_equal(lvt_utf8_encode(bytes, 0x110000), 3);
    assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
}

static void utf8_counts_characters(void **state) {
    (void)state;
    assert_int_equal(lvt_utf8_count(LVT_SPAN("")), 0);
    assert_int_equal(lvt_utf8_count(LVT_SPAN("plain text of more than eight bytes")), 35);
    assert_int_equal(lvt_utf8_count(LVT_SPAN("gr\xc3\xbc\xc3\x9f dich, \xf0\x9f\x98\x80!")), 13);
    assert_int_equal(lvt_utf8_count(LVT_SPAN("\xff\xfe\xe2\x82")), 4);
    assert_false(lvt_utf8_valid(LVT_SPAN("eight by\xff then more of it")));
}

/* Published values of XXH64. */
static void hashes_are_those_of_xxh64(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t hash;
    } cases[] = {
        {"", UINT64_C(0xEF46DB3751D8E999)},
        {"abc", UINT64_C(0x44BC2CF5AD770999)},
        {"Call me Ishmael. Some years ago--never mind how long precisely-", UINT64_C(0x02A2E85470D6FD96)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(lvt_hash_bytes(0, cases[i].text, strlen(cases[i].text)) == cases[i].hash);
}

static void hashes_depend_on_seed_length_and_order(void **state) {
    (void)state;
    static const char zeros[64] = {0};
    for (size_t a = 0; a < sizeof zeros; a++) {
        for (size_t b = 0; b < a; b++) assert_true(lvt_hash_bytes(7, zeros, a) != lvt_hash_bytes(7, zeros, b));
        assert_true(lvt_hash_bytes(1, zeros, a) != lvt_hash_bytes(2, zeros, a));
    }
    assert_true(lvt_hash_mix(lvt_hash_mix(0, 1), 2) != lvt_hash_mix(lvt_hash_mix(0, 2), 1));
    assert_true(lvt_hash_mix(0, 0) != lvt_hash_mix(1, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare),
        cmocka_unit_test(utf8_decodes_as_go),
        cmocka_unit_test(utf8_encodes_what_it_decodes),
        cmocka_unit_test(utf8_counts_characters),
        cmocka_unit_test(hashes_are_those_of_xxh64),
        cmocka_unit_test(hashes_depend_on_seed_length_and_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
