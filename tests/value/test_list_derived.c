/* Tracked lists in all that is derived from a description: to copies, JSON, printing, input and rules a list is what a
 * slice of the same elements is; only hashes and identities are its own. */
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"
#include "value/list.h"

#include <stdlib.h>

typedef struct tag {
    char *name;
} tag;
LVT_STRUCT(tag, LVT_FIELD(tag, name, LVT_STRING, "Name", .key = true));

typedef struct note {
    int64_t id;
    char *text;
    lvt_list tags;
} note;
LVT_STRUCT(note, LVT_FIELD(note, id, LVT_INT64, "ID", .json = "id", .key = true),
           LVT_FIELD(note, text, LVT_STRING, "Text", .json = "text", .validate = "required,max=5"),
           LVT_FIELD(note, tags, LVT_LIST_OF(&tag_type), "Tags", .json = "tags"));

typedef struct board {
    char *title;
    lvt_list notes;
    lvt_dynamic any;
} board;
LVT_STRUCT(board, LVT_FIELD(board, title, LVT_STRING, "Title", .json = "title"),
           LVT_FIELD(board, notes, LVT_LIST_OF(&note_type), "Notes", .json = "notes", .validate = "min=1,max=3"),
           LVT_FIELD(board, any, LVT_DYNAMIC, "Any", .json = "any"));

static const char board_json[] =
    "{\"title\":\"B\",\"notes\":[{\"id\":1,\"text\":\"one\",\"tags\":[{\"Name\":\"a\"},{\"Name\":\"b\"}]},"
    "{\"id\":2,\"text\":\"two\",\"tags\":[]}],\"any\":null}";

static board decode(const char *json) {
    board made = {NULL};
    lvt_error error;
    if (lvt_json_decode(&made, &board_type, lvt_span_from(json), NULL, &error) != LVT_OK) fail_msg("%s", error.message);
    return made;
}

static lvt_value value_of(const board *b) { return (lvt_value){&board_type, b}; }

static void expect_json(const board *b, const char *expected) {
    lvt_buffer out;
    lvt_buffer_init(&out, 10000, NULL);
    assert_int_equal(lvt_json_encode(&out, value_of(b), LVT_JSON_TYPED, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
}

static void json_reads_what_it_wrote(void **state) {
    (void)state;
    board b = decode(board_json);
    expect_json(&b, board_json);
    assert_int_equal(lvt_list_length(&b.notes), 2);
    const note *first = lvt_list_find_int(&b.notes, 1);
    assert_non_null(lvt_list_find_text(&first->tags, LVT_SPAN("b")));
    lvt_value_clear(&board_type, &b, NULL);
    assert_null(b.notes.body);
    expect_json(&b, "{\"title\":\"\",\"notes\":[],\"any\":null}");
}

static void json_replaces_only_what_it_names(void **state) {
    (void)state;
    board b = decode(board_json);
    lvt_error error;
    const lvt_list_history *history = lvt_list_get_history(&b.notes);
    const uint64_t stamp = lvt_list_stamp(&b.notes);
    const note *first = lvt_list_at(&b.notes, 0);
    assert_int_equal(lvt_json_decode(&b, &board_type, LVT_SPAN("{\"title\":\"C\"}"), NULL, &error), LVT_OK);
    assert_string_equal(b.title, "C");
    assert_ptr_equal(lvt_list_at(&b.notes, 0), first); /* the same list, in the same place */
    assert_ptr_equal(lvt_list_get_history(&b.notes), history);
    assert_int_equal(lvt_list_stamp(&b.notes), stamp);
    const char *refused[] = {"{\"notes\":[{\"id\":5},{\"id\":\"x\"}]}", "{\"notes\":7}", "{\"notes\":[],\"title\":8}",
                             "{\"notes\":[{\"tags\":[{\"Name\":1}]}]}"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(lvt_json_decode(&b, &board_type, lvt_span_from(refused[i]), NULL, &error), LVT_ERROR_TYPE);
        assert_ptr_equal(lvt_list_at(&b.notes, 0), first);
        assert_int_equal(lvt_list_stamp(&b.notes), stamp);
    }
    assert_int_equal(lvt_json_decode(&b, &board_type, LVT_SPAN("{\"notes\":[{\"id\":9}]}"), NULL, &error), LVT_OK);
    assert_int_equal(lvt_list_length(&b.notes), 1);
    assert_non_null(lvt_list_find_int(&b.notes, 9));
    assert_true(lvt_list_stamp(&b.notes) != stamp);
    assert_int_equal(lvt_json_decode(&b, &board_type, LVT_SPAN("{\"notes\":null}"), NULL, &error), LVT_OK);
    assert_int_equal(lvt_list_length(&b.notes), 0);
    lvt_value_clear(&board_type, &b, NULL);
}

static void copies_are_equal_and_their_own(void **state) {
    (void)state;
    board b = decode(board_json), copy;
    assert_int_equal(lvt_value_copy(&copy, &board_type, &b, NULL, NULL), LVT_OK);
    assert_true(lvt_value_equal(value_of(&b), value_of(&copy)));
    assert_ptr_not_equal(lvt_list_get_history(&b.notes), lvt_list_get_history(&copy.notes));
    assert_true(lvt_value_hash(0, value_of(&b)) != lvt_value_hash(0, value_of(&copy)));
    note *n = lvt_list_find_int(&copy.notes, 2);
    assert_ptr_not_equal(n, lvt_list_find_int(&b.notes, 2));
    assert_non_null(lvt_list_append(&n->tags, &tag_type, NULL));
    assert_false(lvt_value_equal(value_of(&b), value_of(&copy)));
    lvt_list_remove(&n->tags, lvt_list_at(&n->tags, 0));
    assert_true(lvt_value_equal(value_of(&b), value_of(&copy)));
    assert_true(lvt_list_move(&copy.notes, n, 0));
    assert_false(lvt_value_equal(value_of(&b), value_of(&copy)));
    lvt_value_clear(&board_type, &b, NULL);
    assert_string_equal(n->text, "two");
    lvt_value_clear(&board_type, &copy, NULL);
}

static void failing_allocations_leave_nothing(void **state) {
    (void)state;
    board b = decode(board_json);
    for (int what = 0; what < 2; what++) {
        for (size_t fail_at = 1;; fail_at++) {
            test_allocator memory;
            test_allocator_init(&memory, fail_at);
            board made = {NULL};
            lvt_status status =
                what == 0 ? lvt_value_copy(&made, &board_type, &b, &memory.allocator, NULL)
                          : lvt_json_decode(&made, &board_type, lvt_span_from(board_json), &memory.allocator, NULL);
            if (status == LVT_OK) assert_true(lvt_value_equal(value_of(&b), value_of(&made)));
            else assert_null(made.notes.body);
            const bool failed = memory.calls >= fail_at;
            lvt_value_clear(&board_type, &made, &memory.allocator);
            assert_int_equal(memory.live, 0);
            if (!failed) break;
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        }
    }
    lvt_value_clear(&board_type, &b, NULL);
}

static void a_hash_follows_the_changes(void **state) {
    (void)state;
    board b = decode(board_json);
    enum { STEPS = 7 };
    uint64_t seen[STEPS + 1] = {lvt_value_hash(3, value_of(&b))};
    assert_int_equal(lvt_value_hash(3, value_of(&b)), seen[0]);
    assert_true(lvt_value_hash(4, value_of(&b)) != seen[0]);
    note *n = lvt_list_at(&b.notes, 0);
    for (int i = 1; i <= STEPS; i++) {
        switch (i) {
        case 1: assert_non_null(lvt_list_append(&b.notes, &note_type, NULL)); break;
        case 2: lvt_list_changed(&b.notes, n); break;
        case 3: assert_true(lvt_list_move(&b.notes, n, 1)); break;
        case 4: lvt_list_remove(&b.notes, lvt_list_at(&b.notes, 0)); break;
        case 5: lvt_list_clear(&b.notes); break;
        case 6: assert_non_null(lvt_list_append(&b.notes, &note_type, NULL)); break;
        default: /* another list with the same content, perhaps at the same address */
            lvt_value_clear(note_type.members[2].type, &b.notes, NULL);
            for (int j = 0; j < 6; j++) assert_non_null(lvt_list_append(&b.notes, &note_type, NULL));
        }
        seen[i] = lvt_value_hash(3, value_of(&b));
        for (int j = 0; j < i; j++) assert_true(seen[j] != seen[i]);
    }
    lvt_value_clear(&board_type, &b, NULL);
}

static void a_list_can_be_in_a_dynamic(void **state) {
    (void)state;
    board b = decode(board_json);
    const lvt_type *type = note_type.members[2].type;
    const note *first = lvt_list_at(&b.notes, 0);
    const lvt_value tags = {type, &first->tags};
    assert_int_equal(lvt_dynamic_set(&b.any, tags, NULL, NULL), LVT_OK);
    assert_true(lvt_value_equal(lvt_dynamic_value(&b.any), tags));
    assert_int_equal(lvt_value_length(lvt_value_resolve((lvt_value){LVT_DYNAMIC, &b.any})), 2);
    assert_true(lvt_value_truth((lvt_value){LVT_DYNAMIC, &b.any}));
    board copy;
    assert_int_equal(lvt_value_copy(&copy, &board_type, &b, NULL, NULL), LVT_OK);
    assert_true(lvt_value_equal(value_of(&b), value_of(&copy)));
    lvt_value_clear(&board_type, &copy, NULL);
    lvt_value_clear(&board_type, &b, NULL);
}

static void a_list_prints_as_a_slice(void **state) {
    (void)state;
    typedef struct pair {
        lvt_list list;
        LVT_SLICE(int) slice;
    } pair;
    pair p = {{NULL}, {NULL, 0, 0}};
    const lvt_type *types[] = {LVT_LIST_OF(LVT_INT), LVT_SLICE_OF(LVT_INT)};
    for (int length = 0; length < 3; length++) {
        const char *formats[] = {"%v", "%d", "%+v", "%#v", "%T", "%5d|", "%s", "%x", "%q"};
        for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
            lvt_buffer out[2];
            for (int j = 0; j < 2; j++) {
                lvt_buffer_init(&out[j], 1000, NULL);
                const lvt_value value = {types[j], j == 0 ? (const void *)&p.list : (const void *)&p.slice};
                assert_int_equal(lvt_value_length(value), length);
                assert_int_equal(lvt_value_truth(value), length > 0);
                lvt_format_printf(&out[j], lvt_span_from(formats[i]), &value, 1);
            }
            assert_string_equal(lvt_buffer_string(&out[0]), lvt_buffer_string(&out[1]));
            lvt_buffer_free(&out[0]);
            lvt_buffer_free(&out[1]);
        }
        int number = 10 * length + 7;
        assert_non_null(lvt_list_append(&p.list, LVT_INT, &number));
        *(int *)lvt_slice_append(&p.slice, LVT_INT) = number;
        assert_int_equal(lvt_value_int(lvt_value_at((lvt_value){types[0], &p.list}, (size_t)length)), number);
    }
    lvt_value_clear(types[0], &p.list, NULL);
    lvt_value_clear(types[1], &p.slice, NULL);
}

static void input_and_rules_count_elements(void **state) {
    (void)state;
    static const struct {
        const char *input, *field, *message, *notes;
    } rows[] = {
        {"{\"notes\":[{\"id\":\"3\",\"text\":\"new\"}]}", NULL, NULL, "[{\"id\":3,\"text\":\"new\",\"tags\":[]}]"},
        {"{\"notes\":{\"id\":4,\"text\":\"alone\"}}", NULL, NULL, "[{\"id\":4,\"text\":\"alone\",\"tags\":[]}]"},
        {"{\"notes\":[]}", "notes", "Notes must have at least 1 item", "[]"},
        {"{\"notes\":\"\"}", "notes", "Notes must have at least 1 item", "[]"},
        {"{\"notes\":[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"c\"},{\"text\":\"d\"}]}", "notes",
         "Notes must have at most 3 items", NULL},
        {"{\"notes\":[{\"text\":\"a\"},{\"text\":\"too long\"}]}", "notes[1].text", "Text must be at most 5 characters",
         NULL},
        {"{\"notes\":[{\"id\":1,\"text\":\"a\"},{\"id\":\"x\",\"text\":\"b\"}]}", "notes[1].id",
         "ID must be a whole number", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        board b = decode(board_json);
        lvt_arena arena;
        lvt_arena_init(&arena, 100000, NULL);
        static lvt_field_errors errors;
        memset(&errors, 0, sizeof errors);
        errors.arena = &arena;
        lvt_value input;
        assert_int_equal(lvt_json_parse_untrusted(&input, lvt_span_from(rows[i].input), &arena, NULL), LVT_OK);
        (void)lvt_bind(&b, &board_type, input, &errors, NULL);
        (void)lvt_validate(value_of(&b), &errors, NULL);
        if (rows[i].field == NULL) assert_int_equal(errors.count, 0);
        else {
            const lvt_span message = lvt_field_errors_find(&errors, lvt_span_from(rows[i].field));
            assert_non_null(message.data);
            assert_string_equal(message.data, rows[i].message);
        }
        if (rows[i].notes != NULL) {
            lvt_buffer out;
            lvt_buffer_init(&out, 10000, NULL);
            assert_int_equal(lvt_json_encode(&out, lvt_value_member(value_of(&b), &board_type.members[1]), 0, NULL),
                             LVT_OK);
            assert_string_equal(lvt_buffer_string(&out), rows[i].notes);
            lvt_buffer_free(&out);
        }
        lvt_arena_free(&arena);
        lvt_value_clear(&board_type, &b, NULL);
    }
}

static void input_for_other_fields_leaves_a_list_alone(void **state) {
    (void)state;
    board b = decode(board_json);
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    lvt_value input;
    const lvt_list_history *history = lvt_list_get_history(&b.notes);
    const note *first = lvt_list_at(&b.notes, 0);
    const uint64_t stamp = lvt_list_stamp(&b.notes);
    assert_int_equal(lvt_json_parse_untrusted(&input, LVT_SPAN("{\"title\":\"D\"}"), &arena, NULL), LVT_OK);
    assert_int_equal(lvt_bind(&b, &board_type, input, NULL, NULL), LVT_OK);
    assert_string_equal(b.title, "D");
    assert_ptr_equal(lvt_list_at(&b.notes, 0), first);
    assert_ptr_equal(lvt_list_get_history(&b.notes), history);
    assert_int_equal(lvt_list_stamp(&b.notes), stamp);
    lvt_arena_free(&arena);
    lvt_value_clear(&board_type, &b, NULL);
}

static void descriptions_are_checked_and_named(void **state) {
    (void)state;
    lvt_error error;
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    assert_int_equal(lvt_type_check(&board_type, &error), LVT_OK);
    lvt_type_write_name(&out, board_type.members[1].type);
    assert_string_equal(lvt_buffer_string(&out), "[]note");
    lvt_type list = {.kind = LVT_KIND_LIST, .name = "list", .size = sizeof(lvt_list), .alignment = 8};
    assert_int_equal(lvt_type_check(&list, &error), LVT_ERROR_TYPE);
    assert_string_equal(error.message, "list: there is no type of elements");
    list.element = LVT_INT;
    assert_int_equal(lvt_type_check(&list, &error), LVT_OK);
    list.size = sizeof(lvt_slice);
    assert_int_equal(lvt_type_check(&list, &error), LVT_ERROR_TYPE);
    lvt_buffer_free(&out);
}

static void a_long_list_goes_through_json(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    lvt_list list = {NULL}, again = {NULL};
    for (int i = 0; i < COUNT; i++) {
        note *n = lvt_list_insert(&list, &note_type, (size_t)i / 2, NULL);
        n->id = i;
    }
    const lvt_type *type = board_type.members[1].type;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_JSON_DOCUMENT_MAX, NULL);
    assert_int_equal(lvt_json_encode(&out, (lvt_value){type, &list}, 0, NULL), LVT_OK);
    assert_int_equal(lvt_json_decode(&again, type, lvt_buffer_span(&out), NULL, NULL), LVT_OK);
    assert_true(lvt_value_equal((lvt_value){type, &list}, (lvt_value){type, &again}));
    assert_int_equal(lvt_list_length(&again), COUNT);
    assert_int_equal(lvt_list_duplicate_count(&again), 0);
    lvt_value_clear(type, &list, NULL);
    lvt_value_clear(type, &again, NULL);
    lvt_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_reads_what_it_wrote),
        cmocka_unit_test(json_replaces_only_what_it_names),
        cmocka_unit_test(copies_are_equal_and_their_own),
        cmocka_unit_test(failing_allocations_leave_nothing),
        cmocka_unit_test(a_hash_follows_the_changes),
        cmocka_unit_test(a_list_can_be_in_a_dynamic),
        cmocka_unit_test(a_list_prints_as_a_slice),
        cmocka_unit_test(input_and_rules_count_elements),
        cmocka_unit_test(input_for_other_fields_leaves_a_list_alone),
        cmocka_unit_test(descriptions_are_checked_and_named),
        cmocka_unit_test(a_long_list_goes_through_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
