/* Records: what goes in comes out, programs that have changed since, and bytes that are no record. */
#include "session/record.h"
#include "tests/support/test_allocator.h"
#include "tests/value/everything.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct item {
    int64_t id;
    char *title;
    bool done;
} item;
LVT_STRUCT(item, LVT_FIELD(item, id, LVT_INT64, "ID", .key = true), LVT_FIELD(item, title, LVT_STRING, "Title"),
           LVT_FIELD(item, done, LVT_BOOL, "Done", .omit_empty = true));

typedef struct board {
    lvt_list items;
    char *motto;
    int hidden;
} board;
LVT_STRUCT(board, LVT_FIELD(board, items, LVT_LIST_OF(&item_type), "Items"),
           LVT_FIELD(board, motto, LVT_STRING, "Motto"), LVT_FIELD(board, hidden, LVT_INT, "Hidden", .json = "-"));

/* A counter as an older and as a newer program know it. */
typedef struct old_counter {
    int count;
    char *note;
} old_counter;
LVT_STRUCT(old_counter, LVT_FIELD(old_counter, count, LVT_INT, "Count"),
           LVT_FIELD(old_counter, note, LVT_STRING, "Note"));
typedef struct new_counter {
    int count;
    int step;
    char *label;
} new_counter;
LVT_STRUCT(new_counter, LVT_FIELD(new_counter, count, LVT_INT, "Count"), LVT_FIELD(new_counter, step, LVT_INT, "Step"),
           LVT_FIELD(new_counter, label, LVT_STRING, "Label"));

#define PART(text, descriptor, place) \
    { LVT_SPAN_INIT(text), &(descriptor), (place) }

static void encode(lvt_buffer *out, const lvt_record_part *parts, size_t count) {
    lvt_error error = {0};
    lvt_buffer_init(out, LVT_STORE_RECORD_MAX, NULL);
    if (lvt_record_encode(out, parts, count, &error) != LVT_OK) fail_msg("%s", error.message);
}

static void decode(const lvt_record_part *parts, size_t count, lvt_span record) {
    lvt_error error = {0};
    if (lvt_record_decode(parts, count, record, NULL, &error) != LVT_OK) fail_msg("%s", error.message);
}

static void every_kind_comes_back(void **state) {
    (void)state;
    everything there, back = {.truth = false};
    everything_fill(&there);
    board one = {.motto = NULL}, other = {.motto = strdup("initial"), .hidden = 9};
    for (int i = 0; i < 50; i++) {
        item *added = lvt_list_append(&one.items, &item_type, NULL);
        assert_non_null(added);
        *added = (item){i, strdup(i % 2 == 0 ? "\"quoted\" \xe2\x82\xac" : ""), i % 3 == 0};
    }
    one.hidden = 5;
    const lvt_record_part from[] = {PART("everything", everything_type, &there),
                                    PART("a board, so to say", board_type, &one)};
    const lvt_record_part into[] = {PART("a board, so to say", board_type, &other),
                                    PART("everything", everything_type, &back)};
    lvt_buffer record;
    encode(&record, from, 2);
    decode(into, 2, lvt_buffer_span(&record));
    assert_true(lvt_value_equal((lvt_value){&everything_type, &there}, (lvt_value){&everything_type, &back}));
    assert_string_equal(back.html, "<b>");
    assert_int_equal(lvt_list_length(&other.items), 50);
    for (int i = 0; i < 50; i++) {
        const item *found = lvt_list_find_int(&other.items, i);
        assert_string_equal(found->title, i % 2 == 0 ? "\"quoted\" \xe2\x82\xac" : "");
        assert_int_equal(found->done, i % 3 == 0);
    }
    assert_string_equal(other.motto, ""); /* as NULL reads */
    assert_int_equal(other.hidden, 9);    /* not in JSON: the initial one stays */
    lvt_buffer_free(&record);
    lvt_value_clear(&everything_type, &there, NULL);
    lvt_value_clear(&everything_type, &back, NULL);
    lvt_value_clear(&board_type, &one, NULL);
    lvt_value_clear(&board_type, &other, NULL);
}

/* What JSON, even typed, does not say. */
typedef struct odd {
    double number;
    float real;
    char cut[4];
    char *latin;
    lvt_string text;
    char *html;
    lvt_time moment;
    int zero;
    bool no;
    lvt_dynamic any;
    lvt_function call;
} odd;
LVT_STRUCT(odd, LVT_FIELD(odd, number, LVT_DOUBLE, "Number"), LVT_FIELD(odd, real, LVT_FLOAT, "Real"),
           LVT_FIELD(odd, cut, LVT_CHARS(4), "Cut"), LVT_FIELD(odd, latin, LVT_STRING, "Latin"),
           LVT_FIELD(odd, text, LVT_TEXT, "Text"), LVT_FIELD(odd, html, LVT_HTML, "Html"),
           LVT_FIELD(odd, moment, LVT_TIME, "Moment"), LVT_FIELD(odd, zero, LVT_INT, "Zero", .omit_empty = true),
           LVT_FIELD(odd, no, LVT_BOOL, "No", .omit_empty = true), LVT_FIELD(odd, any, LVT_DYNAMIC, "Any"),
           LVT_FIELD(odd, call, LVT_FUNCTION, "Call"));

static void odd_values_come_back(void **state) {
    (void)state;
    static const double numbers[] = {NAN, INFINITY, -INFINITY, -0.0, 5e-324, 1.7976931348623157e308, 0.1};
    static const lvt_time times[] = {{INT64_MAX, 999999999, 0}, {INT64_MIN, 0, -1}, {-62167219201, 5, 0},
                                     {253402300800, 0, 60},     {0, 0, 30},         {0, -5, 100 * 3600},
                                     {1, 2000000000, -86400},   {0, 0, 0},          {253402300799, 1, -3600}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        odd there = {.number = numbers[i % 7], .real = (float)numbers[i % 7], .moment = times[i]};
        odd back = {.number = 1, .cut = "abc", .zero = 9, .no = true, .call = {.name = "stays"}};
        memcpy(there.cut, "ab\xe2\x82", 4); /* cut within a character */
        there.latin = strdup("caf\xe9");
        there.text = (lvt_string){strdup("\xff"), 2};
        there.html = strdup("<b>\xe9</b>");
        assert_int_equal(lvt_dynamic_set(&there.any, (lvt_value){&lvt_type_double, &numbers[i % 7]}, NULL, NULL),
                         LVT_OK);
        const lvt_record_part from = PART("odd", odd_type, &there), into = PART("odd", odd_type, &back);
        lvt_buffer record;
        encode(&record, &from, 1);
        decode(&into, 1, lvt_buffer_span(&record));
        assert_memory_equal(&there.number, &back.number, sizeof back.number);
        assert_memory_equal(&there.real, &back.real, sizeof back.real);
        assert_memory_equal(there.cut, back.cut, 4);
        assert_string_equal(there.latin, back.latin);
        assert_int_equal(back.text.length, 2);
        assert_memory_equal(there.text.data, back.text.data, 2);
        assert_string_equal(there.html, back.html);
        assert_memory_equal(&there.moment, &back.moment, sizeof back.moment);
        assert_int_equal(back.zero, 0);
        assert_false(back.no);
        assert_ptr_equal(back.any.type, &lvt_type_double);
        assert_memory_equal(&back.any.as.number, &numbers[i % 7], sizeof(double));
        assert_string_equal(back.call.name, "stays");
        lvt_buffer_free(&record);
        lvt_value_clear(&odd_type, &there, NULL);
        lvt_value_clear(&odd_type, &back, NULL);
    }
}

/* Maps that look like what is typed are maps; keys that cannot be said are refused. */
static void maps_stay_maps(void **state) {
    (void)state;
    static const char *const keys[] = {"$text", "$float", "$html", "$time", "$bytes"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        lvt_map there = {NULL, 0, 0}, back = {NULL, 0, 0};
        lvt_dynamic *element = lvt_map_put_text(&there, &lvt_type_object, lvt_span_from(keys[i]));
        assert_non_null(element);
        lvt_string text = {(char *)(uintptr_t) "NaN", 3};
        assert_int_equal(lvt_dynamic_set(element, (lvt_value){&lvt_type_text, &text}, NULL, NULL), LVT_OK);
        const lvt_record_part from = PART("map", lvt_type_object, &there), into = PART("map", lvt_type_object, &back);
        lvt_buffer record;
        encode(&record, &from, 1);
        decode(&into, 1, lvt_buffer_span(&record));
        assert_true(lvt_value_equal((lvt_value){&lvt_type_object, &there}, (lvt_value){&lvt_type_object, &back}));
        assert_non_null(lvt_map_put_text(&there, &lvt_type_object, LVT_SPAN("\xff")));
        size_t length = record.length;
        assert_int_equal(lvt_record_encode(&record, &from, 1, NULL), LVT_ERROR_ENCODING);
        assert_int_equal(record.length, length);
        lvt_buffer_free(&record);
        lvt_value_clear(&lvt_type_object, &there, NULL);
        lvt_value_clear(&lvt_type_object, &back, NULL);
    }
    double key = NAN;
    const lvt_type *type = LVT_MAP_OF(LVT_DOUBLE, LVT_INT);
    lvt_map numbers = {NULL, 0, 0};
    assert_non_null(lvt_map_put(&numbers, type, (lvt_value){&lvt_type_double, &key}, NULL));
    const lvt_record_part from = {LVT_SPAN_INIT("map"), type, &numbers};
    lvt_buffer record;
    lvt_buffer_init(&record, 1000, NULL);
    assert_int_equal(lvt_record_encode(&record, &from, 1, NULL), LVT_ERROR_TYPE);
    assert_int_equal(record.length, 0);
    lvt_buffer_free(&record);
    lvt_value_clear(type, &numbers, NULL);
}

static void programs_change(void **state) {
    (void)state;
    old_counter old = {7, strdup("to be dropped")};
    new_counter fresh = {100, 5, strdup("initial")};
    int alone = 3;
    const lvt_record_part from[] = {PART("counter", old_counter_type, &old), PART("gone", lvt_type_int, &alone)};
    int added = 11;
    const lvt_record_part into[] = {PART("added", lvt_type_int, &added), PART("counter", new_counter_type, &fresh)};
    lvt_buffer record;
    encode(&record, from, 2);
    decode(into, 2, lvt_buffer_span(&record));
    assert_int_equal(fresh.count, 7);
    assert_int_equal(fresh.step, 5); /* added since: the initial value */
    assert_string_equal(fresh.label, "initial");
    assert_int_equal(added, 11); /* a store that was added since */
    lvt_buffer_free(&record);
    lvt_value_clear(&old_counter_type, &old, NULL);
    lvt_value_clear(&new_counter_type, &fresh, NULL);
}

static void people_can_read_it(void **state) {
    (void)state;
    old_counter counter = {3, strdup("a")};
    const lvt_record_part part = PART("counter", old_counter_type, &counter);
    lvt_buffer record;
    encode(&record, &part, 1);
    const char *text = lvt_buffer_string(&record);
    assert_int_equal(text[0], '1');
    assert_string_equal(text + LVT_RECORD_HEAD, "7:counter,00000022:{\"Count\":3,\"Note\":\"a\"},");
    lvt_buffer_free(&record);
    free(counter.note);
}

/* ---- what is no record ---- */

static void check_refused(lvt_span bytes, const char *reason) {
    new_counter counter = {1, 2, strdup("untouched")};
    char *label = counter.label;
    const lvt_record_part part = PART("counter", new_counter_type, &counter);
    lvt_error error = {0};
    char *exact = malloc(bytes.length + 1); /* so that a sanitizer sees each step beyond */
    assert_non_null(exact);
    if (bytes.length != 0) memcpy(exact, bytes.data, bytes.length);
    lvt_span record = lvt_span_of(exact, bytes.length);
    assert_int_equal(lvt_record_decode(&part, 1, record, NULL, &error), LVT_ERROR_CORRUPT);
    if (strstr(error.message, reason) == NULL) fail_msg("'%s' lacks '%s'", error.message, reason);
    assert_int_equal(counter.count, 1);
    assert_int_equal(counter.step, 2);
    assert_ptr_equal(counter.label, label);
    free(exact);
    free(label);
}

static void every_cut_and_every_bit_is_noticed(void **state) {
    (void)state;
    old_counter counter = {3, strdup("a note")};
    const lvt_record_part part = PART("counter", old_counter_type, &counter);
    lvt_buffer record;
    encode(&record, &part, 1);
    for (size_t length = 0; length < record.length; length++) check_refused(lvt_span_of(record.data, length), "");
    for (size_t bit = 0; bit < record.length * 8; bit++) {
        record.data[bit / 8] ^= (char)(1 << bit % 8);
        check_refused(lvt_buffer_span(&record), "");
        record.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    lvt_buffer_append_char(&record, ' ');
    check_refused(lvt_buffer_span(&record), "damaged");
    lvt_buffer_free(&record);
    free(counter.note);
}

/* With a right check: as a program made it that is not ours. */
static void strange_records_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *states; /* all of them, or: */
        const char *state;  /* of the counter, with its name and lengths put before it */
        const char *reason;
    } rows[] = {
        {"7:counter,00000011:{\"Count\":3}", NULL, "lengths"},
        {"7:counter,00000011:{\"Count\":3}x", NULL, "lengths"},
        {"7:counter,", NULL, "lengths"},
        {"7:counter", NULL, "lengths"},
        {"7:counter,00000012:{\"Count\":3},", NULL, "lengths"},
        {"7:counter,:{\"Count\":3},", NULL, "lengths"},
        {"7:counter,-1:,", NULL, "lengths"},
        {"7:counter,99999999999999999999:,", NULL, "lengths"},
        {"8:counter,00000011:{\"Count\":3},", NULL, "lengths"},
        {"x", NULL, "lengths"},
        {NULL, "", "the document ends"},
        {NULL, "{\"Count\":3]", "unexpected"},
        {NULL, "{\"Count\":3}{}", "unexpected"},
        {NULL, "[]", "an array does not fit"},
        {NULL, "{\"Count\":\"3\"}", "a string does not fit"},
        {NULL, "{\"Count\":99999999999}", "does not fit"},
        {NULL, "{\"Label\":\"x\",\"Count\":true}", "a bool does not fit"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char states[200];
        if (rows[i].states != NULL) (void)snprintf(states, sizeof states, "%s", rows[i].states);
        else (void)snprintf(states, sizeof states, "7:counter,%zu:%s,", strlen(rows[i].state), rows[i].state);
        lvt_buffer record;
        lvt_buffer_init(&record, 1000, NULL);
        lvt_buffer_append_format(&record, "1%016llx%s", (unsigned long long)lvt_hash_bytes('1', states, strlen(states)),
                                 states);
        check_refused(lvt_buffer_span(&record), rows[i].reason);
        lvt_buffer_free(&record);
    }
    check_refused(LVT_SPAN(""), "empty");
    check_refused(LVT_SPAN("2"), "format is unknown");
    check_refused(LVT_SPAN("{\"Count\":3}"), "format is unknown");
    check_refused(LVT_SPAN("1234"), "cut");
}

static void failing_memory_changes_nothing(void **state) {
    (void)state;
    test_allocator memory;
    lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
    everything there;
    everything_fill(&there);
    const lvt_record_part from = PART("everything", everything_type, &there);
    lvt_buffer record;
    encode(&record, &from, 1);
    for (size_t n = 1; status != LVT_OK; n++) {
        test_allocator_init(&memory, n);
        lvt_buffer out;
        lvt_buffer_init(&out, LVT_STORE_RECORD_MAX, &memory.allocator);
        status = lvt_record_encode(&out, &from, 1, NULL);
        assert_int_equal(status, status == LVT_OK ? LVT_OK : LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(out.length, status == LVT_OK ? record.length : 0);
        lvt_buffer_free(&out);
        assert_int_equal(memory.live, 0);
    }
    status = LVT_ERROR_OUT_OF_MEMORY;
    for (size_t n = 1; status != LVT_OK; n++) {
        test_allocator_init(&memory, n);
        everything back = {.wide = 5};
        const lvt_record_part into = PART("everything", everything_type, &back);
        status = lvt_record_decode(&into, 1, lvt_buffer_span(&record), &memory.allocator, NULL);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            assert_int_equal(memory.live, 0);
            assert_int_equal(back.wide, 5);
        } else {
            assert_true(lvt_value_equal((lvt_value){&everything_type, &there}, (lvt_value){&everything_type, &back}));
        }
        lvt_value_clear(&everything_type, &back, &memory.allocator);
        assert_int_equal(memory.live, 0);
        assert_true(n < 1000);
    }
    lvt_buffer_free(&record);
    lvt_value_clear(&everything_type, &there, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(odd_values_come_back),
        cmocka_unit_test(maps_stay_maps),
        cmocka_unit_test(programs_change),
        cmocka_unit_test(people_can_read_it),
        cmocka_unit_test(every_cut_and_every_bit_is_noticed),
        cmocka_unit_test(strange_records_are_refused),
        cmocka_unit_test(failing_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
