/* The JSON reader and what decodes from it. Input: one JSON document.
 *
 * What is read as typed JSON and written again reads back to the same value; what comes from a client holds no trusted
 * content; and a described struct takes what fits, keeps what it held when something does not, and leaks nothing. */
#include "fuzz.h"
#include "livetemplate/value.h"

typedef struct place {
    char *city;
    char zip[6];
} place;
LVT_STRUCT(place, LVT_FIELD(place, city, LVT_STRING, "City"), LVT_FIELD(place, zip, LVT_CHARS(6), "Zip"));

typedef struct thing {
    bool truth;
    int8_t tiny;
    uint64_t huge;
    float real;
    double number;
    char *name;
    lvt_string text;
    char *html;
    lvt_string bytes;
    lvt_time moment;
    place home;
    place *work;
    LVT_SLICE(place) places;
    int32_t pair[2];
    lvt_map counts;
    lvt_map names;
    lvt_dynamic any;
} thing;
LVT_STRUCT(thing, LVT_FIELD(thing, truth, LVT_BOOL, "Truth"), LVT_FIELD(thing, tiny, LVT_INT8, "Tiny"),
           LVT_FIELD(thing, huge, LVT_UINT64, "Huge"), LVT_FIELD(thing, real, LVT_FLOAT, "Real"),
           LVT_FIELD(thing, number, LVT_DOUBLE, "Number"),
           LVT_FIELD(thing, name, LVT_STRING, "Name", .validate = "required,min=2,max=4"),
           LVT_FIELD(thing, text, LVT_TEXT, "Text", .validate = "email"), LVT_FIELD(thing, html, LVT_HTML, "Html"),
           LVT_FIELD(thing, bytes, LVT_BYTES, "Bytes"), LVT_FIELD(thing, moment, LVT_TIME, "Moment"),
           LVT_FIELD(thing, home, &place_type, "Home", .embedded = true),
           LVT_FIELD(thing, work, LVT_POINTER_TO(&place_type), "Work"),
           LVT_FIELD(thing, places, LVT_SLICE_OF(&place_type), "Places"),
           LVT_FIELD(thing, pair, LVT_ARRAY_OF(LVT_INT32, int32_t, 2), "Pair"),
           LVT_FIELD(thing, counts, LVT_MAP_OF(LVT_TEXT, LVT_INT), "Counts"),
           LVT_FIELD(thing, names, LVT_MAP_OF(LVT_INT8, LVT_STRING), "Names"),
           LVT_FIELD(thing, any, LVT_DYNAMIC, "Any"));

enum { ARENA_MAX = 1 << 26 };

static void check_failure(lvt_status status, const lvt_error *error) {
    fuzz_check_error(status, error);
    FUZZ_CHECK(status == LVT_ERROR_JSON || status == LVT_ERROR_TYPE || status == LVT_ERROR_LIMIT ||
               status == LVT_ERROR_ENCODING);
    FUZZ_CHECK(error->line >= 1 && error->column >= 1);
}

static void check_plain(lvt_value value) {
    value = lvt_value_resolve(value);
    switch (lvt_value_kind(value)) {
    case LVT_KIND_STRING: FUZZ_CHECK(value.type->content == LVT_CONTENT_PLAIN); break;
    case LVT_KIND_SLICE:
        for (size_t i = 0; i < lvt_value_length(value); i++) check_plain(lvt_value_at(value, i));
        break;
    case LVT_KIND_MAP:
        for (size_t i = 0; i < lvt_value_length(value); i++) {
            lvt_value key, element;
            lvt_value_map_at(value, i, &key, &element);
            check_plain(element);
        }
        break;
    default:
        FUZZ_CHECK(lvt_value_kind(value) == LVT_KIND_NIL || lvt_value_kind(value) == LVT_KIND_BOOL ||
                   lvt_value_kind(value) == LVT_KIND_INT || lvt_value_kind(value) == LVT_KIND_FLOAT);
    }
}

static void write_and_read(lvt_value value, lvt_arena *arena) {
    lvt_buffer first, second;
    lvt_value again;
    lvt_error error;
    lvt_buffer_init(&first, SIZE_MAX, NULL);
    lvt_buffer_init(&second, SIZE_MAX, NULL);
    FUZZ_CHECK(lvt_json_encode(&first, value, LVT_JSON_TYPED | LVT_JSON_ESCAPE_HTML, &error) == LVT_OK);
    FUZZ_CHECK(lvt_json_parse(&again, lvt_buffer_span(&first), arena, &error) == LVT_OK);
    FUZZ_CHECK(lvt_json_encode(&second, again, LVT_JSON_TYPED | LVT_JSON_ESCAPE_HTML, &error) == LVT_OK);
    fuzz_check_equal("two writings", lvt_buffer_span(&first), lvt_buffer_span(&second));
    FUZZ_CHECK(lvt_value_equal(lvt_value_resolve(value), lvt_value_resolve(again)));
    FUZZ_CHECK(lvt_value_hash(1, lvt_value_resolve(value)) == lvt_value_hash(1, lvt_value_resolve(again)));
    lvt_buffer_free(&first);
    lvt_buffer_free(&second);
}

static void read_values(lvt_span text, lvt_arena *arena) {
    lvt_value typed = LVT_NIL, plain = LVT_NIL;
    lvt_error error;
    lvt_status status = lvt_json_parse(&typed, text, arena, &error);
    if (status == LVT_OK) write_and_read(typed, arena);
    else check_failure(status, &error);
    lvt_status untrusted = lvt_json_parse_untrusted(&plain, text, arena, &error);
    if (untrusted == LVT_OK) check_plain(plain);
    else check_failure(untrusted, &error);
    FUZZ_CHECK(status != LVT_OK || untrusted == LVT_OK);
    if (untrusted != LVT_OK) return;
    /* Input for a form: whatever it is, the object stays one that can be cleared. */
    thing t;
    memset(&t, 0, sizeof t);
    lvt_field_errors errors = {.arena = arena};
    status = lvt_bind(&t, &thing_type, plain, &errors, &error);
    FUZZ_CHECK(status != LVT_ERROR_INTERNAL && errors.count <= LVT_FIELD_ERRORS_MAX);
    (void)lvt_validate((lvt_value){&thing_type, &t}, &errors, &error);
    lvt_value_clear(&thing_type, &t, NULL);
}

static void decode(lvt_span text) {
    thing t, before, copy;
    lvt_error error;
    memset(&t, 0, sizeof t);
    memset(&before, 0, sizeof before);
    lvt_status status = lvt_json_decode(&t, &thing_type, text, NULL, &error);
    if (status != LVT_OK) {
        check_failure(status, &error);
        FUZZ_CHECK(memcmp(&t, &before, sizeof t) == 0);
        return;
    }
    lvt_value value = {&thing_type, &t};
    FUZZ_CHECK(lvt_value_copy(&copy, &thing_type, &t, NULL, &error) == LVT_OK);
    FUZZ_CHECK(lvt_value_equal(value, (lvt_value){&thing_type, &copy}));
    lvt_buffer out;
    lvt_buffer_init(&out, SIZE_MAX, NULL);
    FUZZ_CHECK(lvt_json_encode(&out, value, LVT_JSON_TYPED, &error) == LVT_OK);
    FUZZ_CHECK(lvt_json_decode(&before, &thing_type, lvt_buffer_span(&out), NULL, &error) == LVT_OK);
    FUZZ_CHECK(lvt_value_equal(value, (lvt_value){&thing_type, &before}));
    lvt_buffer_free(&out);
    lvt_value_clear(&thing_type, &t, NULL);
    lvt_value_clear(&thing_type, &before, NULL);
    lvt_value_clear(&thing_type, &copy, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lvt_span text = lvt_span_of((const char *)data, size);
    lvt_arena arena;
    lvt_arena_init(&arena, ARENA_MAX, NULL);
    read_values(text, &arena);
    decode(text);
    lvt_arena_free(&arena);
    return 0;
}
