/* Templates over tracked lists: they print, and fail, as over a slice of the same elements. */
#include "drive.h"

typedef struct item {
    int64_t id;
    char name[8];
    lvt_list parts;
    LVT_SLICE(int) numbers;
} item;
static const lvt_type *const parts_type = LVT_LIST_OF(LVT_INT);
LVT_STRUCT(item, LVT_FIELD(item, id, LVT_INT64, "ID", .key = true), LVT_FIELD(item, name, LVT_CHARS(8), "Name"),
           LVT_FIELD(item, parts, LVT_LIST_OF(LVT_INT), "Parts"),
           LVT_FIELD(item, numbers, LVT_SLICE_OF(LVT_INT), "Numbers"));

/* The same page twice: once its items are in a list, once in a slice. */
typedef struct listed {
    lvt_list items;
    lvt_list none;
    lvt_list *pointer;
} listed;
LVT_STRUCT(listed, LVT_FIELD(listed, items, LVT_LIST_OF(&item_type), "Items"),
           LVT_FIELD(listed, none, LVT_LIST_OF(LVT_STRING), "None"),
           LVT_FIELD(listed, pointer, LVT_POINTER_TO(LVT_LIST_OF(&item_type)), "Pointer"));

typedef struct sliced {
    LVT_SLICE(item) items;
    LVT_SLICE(char *) none;
    void *pointer;
} sliced;
LVT_STRUCT(sliced, LVT_FIELD(sliced, items, LVT_SLICE_OF(&item_type), "Items"),
           LVT_FIELD(sliced, none, LVT_SLICE_OF(LVT_STRING), "None"),
           LVT_FIELD(sliced, pointer, LVT_POINTER_TO(LVT_SLICE_OF(&item_type)), "Pointer"));

static void fill(listed *l, sliced *s, int count) {
    memset(l, 0, sizeof *l);
    memset(s, 0, sizeof *s);
    for (int i = 0; i < count; i++) {
        item *in_list = lvt_list_append(&l->items, &item_type, NULL),
             *in_slice = lvt_slice_append(&s->items, &item_type);
        in_list->id = in_slice->id = i;
        (void)snprintf(in_list->name, sizeof in_list->name, "<%d>", i * 7);
        memcpy(in_slice->name, in_list->name, sizeof in_list->name);
        for (int j = 0; j < i % 4; j++) {
            const int number = i * 10 + j;
            assert_non_null(lvt_list_append(&in_list->parts, LVT_INT, &number));
            assert_non_null(lvt_list_append(&in_slice->parts, LVT_INT, &number));
            *(int *)lvt_slice_append(&in_list->numbers, LVT_INT) = number;
            *(int *)lvt_slice_append(&in_slice->numbers, LVT_INT) = number;
        }
    }
    l->pointer = &l->items;
    s->pointer = &s->items;
}

static void release(listed *l, sliced *s) {
    l->pointer = NULL;
    s->pointer = NULL;
    lvt_value_clear(&listed_type, l, NULL);
    lvt_value_clear(&sliced_type, s, NULL);
}

/* What the template prints, or its error. */
static const char *print(lvt_template_mode mode, const char *text, lvt_value data, lvt_buffer *out, lvt_error *error) {
    lvt_template *tmpl = drive_load(mode, text, NULL, 0, error);
    if (tmpl == NULL) fail_msg("%s", error->message);
    lvt_execution *execution;
    assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
    bool printed = lvt_execution_print(execution, data, out, NULL, error) == LVT_OK;
    if (printed) drive_compare_report(execution, text, data, lvt_buffer_string(out));
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    return printed ? lvt_buffer_string(out) : error->message;
}

static void lists_print_as_slices(void **state) {
    (void)state;
    static const char *const templates[] = {
        "{{range .Items}}<p>{{.ID}}: {{.Name}}</p>{{end}}",
        "{{range .Items}}{{.ID}}{{else}}none{{end}}",
        "{{range $i, $e := .Items}}{{$i}}={{$e.Name}},{{end}}",
        "{{range $e := .Items}}{{if eq $e.ID 3}}{{continue}}{{end}}{{$e.ID}}{{if gt $e.ID 5}}{{break}}{{end}}{{end}}",
        "{{range .Items}}{{range $i, $p := .Parts}}{{if $i}}, {{end}}{{$p}}{{else}}-{{end}};{{end}}",
        "{{range .Items}}{{with .Parts}}{{len .}} {{index . 0}}{{end}}{{end}}",
        "{{len .Items}} {{len .None}} {{len .Pointer}}",
        "{{if .Items}}some{{else}}none{{end}} {{if .None}}some{{else}}none{{end}} {{not .None}}",
        "{{if gt (len .Items) 3}}many{{else}}few{{end}}",
        "{{(index .Items 2).Name}} {{index .Items 1 | printf \"%T\"}}",
        "{{index .Items 100000}}",
        "{{index .Items -1}}",
        "{{index .Items \"a\"}}",
        "{{index .Items nil}}",
        "{{index .None 0}}",
        "{{index (index .Items 3).Parts 1}} {{index .Items 3 | len}}",
        "{{range slice .Items 1 3}}{{.Name}}{{end}}",
        "{{range slice .Items 2}}{{.Name}}{{end}}",
        "{{range slice .Items}}{{.Name}}{{end}}",
        "{{len (slice .Items 0 0)}} {{len (slice .Items 1 2 2)}} {{printf \"%T\" (slice .Items 0 1)}}",
        "{{slice .Items 3 2}}",
        "{{slice .Items 0 100000}}",
        "{{slice .Items 0 1 100000}}",
        "{{slice .Items \"a\"}}",
        "{{slice (slice .Items 0 2) 0 3}}",
        "{{slice .None 0 0}} {{slice .None}}",
        "{{(index .Items 3).Parts}} {{(index .Items 3).Numbers}} {{printf \"%d %5d|\" (index .Items 3).Parts .None}}",
        "{{.None}} {{printf \"%v %+v %#v %T\" .None .None .None .None}}",
        "{{eq .Items .Items}}",
        "{{eq .Items nil}} {{eq .None nil}} {{ne nil .None}}",
        "{{eq .Items 1}}",
        "{{eq 1 .Items}}",
        "{{lt .Items .None}}",
        "{{.Items.Name}}",
        "{{range .Pointer}}{{.ID}}{{end}}",
        "{{and .Items .None | len}} {{or .None .Items | len}}",
        "<script>var x = {{(index .Items 3).Parts}}, y = {{.None}};</script>",
        "{{define \"rows\"}}{{range .}}{{.ID}};{{end}}{{end}}{{template \"rows\" .Items}}",
        "{{print .None}} {{println .None}}",
        "{{range $i, $e := .Items}}{{template \"one\" $e.Parts}}{{end}}{{define \"one\"}}{{len .}}{{end}}",
    };
    size_t errors = 0;
    for (int count = 0; count <= 140; count += count < 8 ? 4 : 132) {
        listed l;
        sliced s;
        fill(&l, &s, count);
        for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
            lvt_buffer left, right;
            lvt_error left_error = {0}, right_error = {0};
            lvt_buffer_init(&left, 1000000, NULL);
            lvt_buffer_init(&right, 1000000, NULL);
            const char *of_list =
                print(LVT_TEMPLATE_HTML, templates[i], (lvt_value){&listed_type, &l}, &left, &left_error);
            const char *of_slice =
                print(LVT_TEMPLATE_HTML, templates[i], (lvt_value){&sliced_type, &s}, &right, &right_error);
            if (strcmp(of_list, of_slice) != 0) drive_mismatch(templates[i], "a list", of_slice, of_list);
            assert_int_equal(left_error.status, right_error.status);
            errors += left_error.status != LVT_OK;
            lvt_buffer_free(&left);
            lvt_buffer_free(&right);
        }
        release(&l, &s);
    }
    assert_true(errors > 20 && errors < 80); /* both are compared: what prints and what fails */
}

/* A part costs memory, of which a render has only so much. */
static void parts_stay_within_the_memory(void **state) {
    (void)state;
    listed l;
    sliced s;
    fill(&l, &s, 0);
    enum { COUNT = 200000 };
    for (int i = 0; i < COUNT; i++) assert_non_null(lvt_list_append(&l.items, &item_type, NULL));
    const lvt_value data = {&listed_type, &l};
    drive_expect_with(LVT_TEMPLATE_HTML, "{{len (slice .Items 1)}}", data, NULL, 0, "199999", NULL);
    drive_expect_with(
        LVT_TEMPLATE_HTML,
        "{{and (slice .Items) (slice .Items) (slice .Items) (slice .Items) (slice .Items) (slice .Items) "
        "(slice .Items) | len}}",
        data, NULL, 0, NULL,
        "t:1:98: executing \"t\" at <slice .Items>: error calling slice: the part exceeds 67108864 bytes");
    assert_int_equal(lvt_value_length((lvt_value){parts_type, &((item *)lvt_list_at(&l.items, 0))->parts}), 0);
    release(&l, &s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_print_as_slices),
        cmocka_unit_test(parts_stay_within_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
