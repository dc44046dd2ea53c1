/* Pages by their token: their life, their messages, their data from structs, JSON and types of one's own, and what is
 * refused. */
#include "page_fixture.h"
#include "tests/support/test_allocator.h"

typedef struct counter {
    int count;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"));
static const char counter_text[] = "<p>{{.Count}}</p>{{if gt .Count 9}}<b>many</b>{{end}}";

static lvt_value counter_of(const counter *c) { return (lvt_value){&counter_type, c}; }

static lvt_status count_up(void *data, void *payload) {
    counter *c = data;
    c->count += *(const int *)payload;
    return c->count >= 0 ? LVT_OK : LVT_ERROR_VALIDATION;
}

/* ---- life ---- */

static void a_page_from_its_token_to_its_end(void **state) {
    (void)state;
    pages p;
    client c;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    const counter three = {3}, four = {4}, ten = {10};
    assert_int_equal(client_create(&c, p.kind, counter_of(&three), NULL), LVT_OK);
    assert_string_equal(client_render(&c), "<p>3</p>");
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    client_check(&c);
    assert_int_equal(client_update(&c, counter_of(&four), NULL), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"4\"}}");
    client_check(&c);
    assert_int_equal(client_update(&c, counter_of(&ten), NULL), LVT_OK);
    client_check(&c);
    assert_string_equal(client_render(&c), "<p>10</p><b>many</b>");
    assert_int_equal(lvt_page_close(p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    assert_int_equal(client_update(&c, counter_of(&four), NULL), LVT_ERROR_PAGE_NOT_FOUND);
    assert_int_equal(client_validate(&c), LVT_ERROR_PAGE_NOT_FOUND);
    assert_int_equal(lvt_page_close(p.f.app, client_token(&c), no_group, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    client_free(&c);
    pages_close(&p);
}

static void messages_say_what_changed(void **state) {
    (void)state;
    pages p;
    client c;
    static const struct {
        int add;
        const char *tree;
    } steps[] = {
        {1, "{\"f\":1,\"s\":[\"<p>\",\"</p>\",\"\"],\"0\":\"1\"}"},
        {0, NULL},
        {8, "{\"0\":\"9\"}"},
        {1, "{\"0\":\"10\",\"1\":\"<b>many</b>\"}"},
        {5, "{\"0\":\"15\"}"},
        {-14, "{\"0\":\"1\",\"1\":\"\"}"},
        {19, "{\"0\":\"20\",\"1\":\"<b>many</b>\"}"},
    };
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    uint64_t sequence = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char expected[256] = "";
        int add = steps[i].add;
        if (steps[i].tree != NULL)
            (void)snprintf(expected, sizeof expected, "{\"v\":1,\"seq\":%d,\"tree\":%s}", (int)++sequence,
                           steps[i].tree);
        assert_int_equal(client_change(&c, count_up, &add, NULL), LVT_OK);
        assert_string_equal(client_message(&c), expected);
        client_check(&c);
    }
    lvt_page_info info;
    assert_int_equal(lvt_page_get_info(&info, p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    assert_int_equal(info.sequence, sequence);
    assert_int_equal(info.updates, sequence);
    assert_int_equal(info.complete_updates, 1);
    client_free(&c);
    pages_close(&p);
}

static void data_may_be_set_before_they_are_shown(void **state) {
    (void)state;
    pages p;
    client c;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    const counter two = {2};
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_int_equal(lvt_page_set_data(p.f.app, client_token(&c), no_group, counter_of(&two), NULL), LVT_OK);
    assert_string_equal(client_render(&c), "<p>2</p>");
    assert_int_equal(client_change(&c, NULL, NULL, NULL), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"2\"}}");
    client_check(&c);
    client_free(&c);
    pages_close(&p);
}

static void a_client_that_lost_its_place_gets_all(void **state) {
    (void)state;
    pages p;
    client c;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    const counter eleven = {11};
    assert_int_equal(client_create(&c, p.kind, counter_of(&eleven), NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    char first[512];
    (void)snprintf(first, sizeof first, "%s", strstr(client_message(&c), "\"tree\""));
    lvt_mirror_free(c.mirror);
    assert_int_equal(lvt_mirror_create(&c.mirror, NULL, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_string_equal(strstr(client_message(&c), "\"tree\""), first); /* statics and all */
    client_check(&c);
    client_free(&c);
    pages_close(&p);
}

/* ---- data ---- */

static void data_are_a_copy(void **state) {
    (void)state;
    typedef struct note {
        char *text;
    } note;
    static const lvt_member members[] = {LVT_FIELD(note, text, LVT_STRING, "Text")};
    static const lvt_type note_type = {.kind = LVT_KIND_STRUCT,
                                       .name = "note",
                                       .size = sizeof(note),
                                       .alignment = _Alignof(note),
                                       .members = members,
                                       .member_count = 1};
    pages p;
    client c;
    char text[] = "mine";
    const note n = {text};
    pages_open(&p, "{{.Text}}", &note_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, (lvt_value){&note_type, &n}, NULL), LVT_OK);
    memcpy(text, "ours", 4);
    assert_string_equal(client_render(&c), "mine");
    client_free(&c);
    pages_close(&p);
}

static void dynamic_data_come_from_json_and_values(void **state) {
    (void)state;
    static const char text[] = "{{with .user}}<i>{{.name}}</i>{{end}}{{range .items}}<li>{{.}}</li>{{end}}";
    static const struct {
        const char *json, *html;
    } steps[] = {
        {"{\"user\":{\"name\":\"Ann\"},\"items\":[1,2]}", "<i>Ann</i><li>1</li><li>2</li>"},
        {"{\"user\":{\"name\":\"<Ann>\"},\"items\":[2,\"x\"]}", "<i>&lt;Ann&gt;</i><li>2</li><li>x</li>"},
        {"{\"items\":[]}", ""},
        {"{}", ""},
        {"{\"items\":[{\"$html\":\"<u>\"}]}", "<li><u></li>"},
    };
    pages p;
    client c;
    pages_open(&p, text, LVT_DYNAMIC);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(lvt_page_create_json(&c.message, p.kind, no_group, lvt_span_from("{\"items\":[7]}"), NULL),
                     LVT_OK);
    client_set_token(&c, &c.message);
    assert_string_equal(client_render(&c), "<li>7</li>");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(client_update_json(&c, steps[i].json, NULL), LVT_OK);
        assert_string_equal(client_render(&c), steps[i].html);
        client_check(&c);
    }
    /* A value of any type will do, and one that holds it. */
    lvt_arena arena;
    lvt_value parsed;
    lvt_arena_init(&arena, 1 << 20, NULL);
    assert_int_equal(lvt_json_parse(&parsed, lvt_span_from("{\"user\":{\"name\":\"Bob\"}}"), &arena, NULL), LVT_OK);
    assert_int_equal(client_update(&c, parsed, NULL), LVT_OK);
    lvt_arena_free(&arena);
    assert_string_equal(client_render(&c), "<i>Bob</i>");
    client_check(&c);
    lvt_error error;
    assert_int_equal(client_update_json(&c, "{\"user\":", &error), LVT_ERROR_JSON);
    assert_string_equal(client_render(&c), "<i>Bob</i>");
    client_free(&c);
    pages_close(&p);
}

/* A type that a program made by hand: no struct that LVT_STRUCT describes, but a number with methods of its own. */
typedef int32_t celsius;

static lvt_status fahrenheit(lvt_call *call, const void *self) {
    return lvt_call_return_int(call, *(const celsius *)self * 9 / 5 + 32);
}

static lvt_status is_above(lvt_call *call, const void *self) {
    int64_t limit = 0;
    lvt_status status = lvt_call_argument_int(&limit, call, 0);
    return status == LVT_OK ? lvt_call_return_bool(call, *(const celsius *)self > limit) : status;
}

static lvt_status print_celsius(lvt_buffer *out, const void *self) {
    lvt_buffer_append_format(out, "%d degrees", (int)*(const celsius *)self);
    return out->status;
}

static const lvt_member celsius_members[] = {
    LVT_METHOD(fahrenheit, "Fahrenheit", .pure = true),
    LVT_METHOD(is_above, "IsAbove", .minimum_arguments = 1, .maximum_arguments = 1, .pure = true),
};
static const lvt_type celsius_type = {.kind = LVT_KIND_INT,
                                      .name = "celsius",
                                      .size = sizeof(celsius),
                                      .alignment = _Alignof(celsius),
                                      .members = celsius_members,
                                      .member_count = 2,
                                      .to_string = print_celsius};

static void a_page_shows_a_type_of_ones_own(void **state) {
    (void)state;
    static const struct {
        celsius degrees;
        const char *html, *tree;
    } steps[] = {
        {20, "20 degrees = 68", NULL},
        {21, "21 degrees = 69", "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"21 degrees\",\"1\":\"69\"}}"},
        {31, "31 degrees = 87 hot", NULL},
    };
    pages p;
    client c;
    pages_open(&p, "{{.}} = {{.Fahrenheit}}{{if .IsAbove 30}} hot{{end}}", &celsius_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(client_update(&c, (lvt_value){&celsius_type, &steps[i].degrees}, NULL), LVT_OK);
        if (steps[i].tree != NULL) assert_string_equal(client_message(&c), steps[i].tree);
        assert_string_equal(client_render(&c), steps[i].html);
        client_check(&c);
    }
    client_free(&c);
    pages_close(&p);
}

/* ---- tracked lists ---- */

typedef struct item {
    int64_t id;
    char *name;
} item;
LVT_STRUCT(item, LVT_FIELD(item, id, LVT_INT64, "ID", .key = true), LVT_FIELD(item, name, LVT_STRING, "Name"));
typedef struct shelf {
    lvt_list items;
} shelf;
LVT_STRUCT(shelf, LVT_FIELD(shelf, items, LVT_LIST_OF(&item_type), "Items"));

static lvt_status stack_up(void *data, void *payload) {
    for (int i = 0; i < *(const int *)payload; i++) {
        item *it = lvt_list_append(&((shelf *)data)->items, &item_type, NULL);
        if (it == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        it->id = (int64_t)lvt_list_length(&((shelf *)data)->items);
        it->name = strdup("thing");
    }
    return LVT_OK;
}

static lvt_status rename_second(void *data, void *payload) {
    lvt_list *items = &((shelf *)data)->items;
    item *it = lvt_list_at(items, 1);
    lvt_status status = lvt_string_set(&it->name, lvt_span_from(payload));
    lvt_list_changed(items, it);
    return status;
}

static void a_tracked_list_is_changed_in_place(void **state) {
    (void)state;
    pages p;
    client c;
    int many = 1000;
    char name[] = "other";
    pages_open(&p, "{{range .Items}}<li>{{.Name}}</li>{{end}}", &shelf_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_change(&c, stack_up, &many, NULL), LVT_OK);
    client_check(&c);
    assert_int_equal(client_change(&c, rename_second, name, NULL), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":[[\"u\",\"2\",{\"0\":\"other\"}]]}}");
    client_check(&c);
    lvt_page_info info;
    assert_int_equal(lvt_page_get_info(&info, p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    assert_true(info.memory_data > 1000 * (sizeof(item) + sizeof "thing"));
    assert_true(info.memory_rendering > 1000 * sizeof "thing");
    assert_int_equal(info.memory, info.memory_record + info.memory_data + info.memory_rendering);
    client_free(&c);
    pages_close(&p);
}

/* ---- errors ---- */

static void data_of_another_type_are_refused(void **state) {
    (void)state;
    pages p;
    client c;
    lvt_error error;
    const celsius twenty = 20;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, (lvt_value){&celsius_type, &twenty}, &error), LVT_ERROR_TYPE);
    assert_string_equal(error.message, "the data are a celsius, the pages show a counter");
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_update(&c, (lvt_value){&celsius_type, &twenty}, NULL), LVT_ERROR_TYPE);
    assert_int_equal(client_update_json(&c, "{\"Count\":\"three\"}", &error), LVT_ERROR_TYPE);
    assert_string_equal(client_render(&c), "<p>0</p>");
    client_free(&c);
    pages_close(&p);
}

static void kinds_are_checked(void **state) {
    (void)state;
    static const lvt_type broken = {.kind = LVT_KIND_SLICE, .name = "slice", .size = 1};
    pages p;
    lvt_page_kind *kind;
    lvt_error error;
    pages_open(&p, counter_text, &counter_type);
    const struct {
        lvt_page_kind_options options;
        lvt_status status;
    } cases[] = {
        {{.version = 2, .tmpl = p.tmpl, .type = &counter_type}, LVT_ERROR_INVALID_ARGUMENT},
        {{.version = 1, .type = &counter_type}, LVT_ERROR_INVALID_ARGUMENT},
        {{.version = 1, .tmpl = p.tmpl}, LVT_ERROR_INVALID_ARGUMENT},
        {{.version = 1, .tmpl = p.tmpl, .type = &broken}, LVT_ERROR_TYPE},
        {{.version = 1, .tmpl = p.tmpl, .type = &counter_type, .name = "\xff"}, LVT_ERROR_INVALID_ARGUMENT},
        {{.version = 1,
          .tmpl = p.tmpl,
          .type = &counter_type,
          .name = "a name of sixty-five bytes: it has one byte more than a name may have"},
         LVT_ERROR_INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(lvt_page_kind_create(&kind, p.f.app, &cases[i].options, &error), cases[i].status);
    assert_string_equal(lvt_page_kind_name(p.kind), "page");
    lvt_page_kind_free(NULL);
    pages_close(&p);
}

static void what_cannot_be_shown_leaves_the_page(void **state) {
    (void)state;
    pages p;
    client c;
    lvt_error error;
    pages_open(&p, "{{index .items 1}}", LVT_DYNAMIC);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(lvt_page_create_json(&c.message, p.kind, no_group, lvt_span_from("{\"items\":[1,2]}"), NULL),
                     LVT_OK);
    client_set_token(&c, &c.message);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_int_equal(client_update_json(&c, "{\"items\":[1]}", &error), LVT_ERROR_EXECUTE);
    assert_int_equal(c.message.length, 0);
    assert_int_equal(pages_metric(&p, LVT_METRIC_RENDER_ERRORS), 1);
    assert_non_null(strstr(p.f.log, "cannot be rendered"));
    client_check(&c); /* the old data */
    assert_int_equal(client_update_json(&c, "{\"items\":[1,3]}", &error), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"3\"}}");
    client_check(&c);
    client_free(&c);
    pages_close(&p);
}

static void a_callback_may_refuse(void **state) {
    (void)state;
    pages p;
    client c;
    int down = -1, up = 3;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_int_equal(client_change(&c, count_up, &down, NULL), LVT_ERROR_VALIDATION);
    assert_int_equal(c.message.length, 0);
    assert_int_equal(client_change(&c, count_up, &up, NULL), LVT_OK); /* what the first one did has stayed */
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"2\"}}");
    client_free(&c);
    pages_close(&p);
}

static void a_message_that_does_not_fit_is_not_sent(void **state) {
    (void)state;
    pages p;
    client c;
    /* The larger number comes with statics of its own. */
    pages_open(&p, "<p>{{.Count}}</p>{{if gt .Count 9}}<b>{{.Count}}</b>{{end}}", &counter_type);
    for (size_t room = 0; room < 200; room++) {
        const counter ten = {10};
        lvt_buffer small;
        client_init(&c, p.f.app, no_group);
        assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
        assert_int_equal(client_resync(&c, NULL), LVT_OK);
        lvt_buffer_init(&small, room + 2, NULL);
        lvt_buffer_append_literal(&small, "x=");
        lvt_status status = lvt_page_update(&small, p.f.app, client_token(&c), no_group, counter_of(&ten), NULL);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_LIMIT);
            assert_int_equal(small.length, 2);
            assert_string_equal(client_render(&c), "<p>0</p>");
            assert_int_equal(client_update(&c, counter_of(&ten), NULL),
                             LVT_OK); /* with the statics that were not sent */
            client_check(&c);
        }
        lvt_buffer_free(&small);
        client_free(&c);
        if (status == LVT_OK) {
            assert_true(room > 50);
            break;
        }
        assert_true(room < 199);
    }
    pages_close(&p);
}

/* ---- tokens ---- */

static void a_refreshed_token_retires_the_old_one(void **state) {
    (void)state;
    pages p;
    client c, old;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    old = c;
    lvt_buffer_clear(&c.message);
    assert_int_equal(lvt_page_refresh(&c.message, p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    client_set_token(&c, &c.message);
    assert_string_not_equal(c.token, old.token);
    assert_int_equal(client_validate(&old), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(lvt_page_close(p.f.app, client_token(&old), no_group, NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(lvt_page_invalidate(p.f.app, client_token(&old), no_group, NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(pages_metric(&p, LVT_METRIC_TOKENS_REFUSED), 3);
    assert_non_null(strstr(p.f.log, "audit=token_refused reason=replayed"));
    assert_int_equal(client_validate(&c), LVT_OK);
    assert_string_equal(client_render(&c), "<p>0</p>");
    client_free(&c);
    pages_close(&p);
}

static void an_invalidated_token_is_remembered(void **state) {
    (void)state;
    pages p;
    client c;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_int_equal(lvt_page_invalidate(p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(lvt_page_invalidate(p.f.app, client_token(&c), no_group, NULL), LVT_ERROR_TOKEN_REPLAYED);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, p.f.app);
    assert_int_equal(statistics.pages, 0);
    client_free(&c);
    pages_close(&p);
}

static void only_the_right_token_opens_a_page(void **state) {
    (void)state;
    pages p, other;
    client mine, yours, loose;
    pages_open(&p, counter_text, &counter_type);
    pages_init(&other);
    other.f.options.id = "mall";
    pages_open_with(&other, counter_text, &counter_type);
    client_init(&mine, p.f.app, LVT_SPAN("my group"));
    client_init(&yours, p.f.app, LVT_SPAN("your group"));
    client_init(&loose, p.f.app, no_group);
    assert_int_equal(client_create(&mine, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_create(&yours, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_create(&loose, p.kind, LVT_NIL, NULL), LVT_OK);
    lvt_page_info info;
    assert_int_equal(lvt_page_get_info(&info, p.f.app, client_token(&mine), LVT_SPAN("my group"), NULL), LVT_OK);
    const struct {
        lvt_app *app;
        const char *token;
        const char *group;
        lvt_status status;
    } cases[] = {
        {p.f.app, mine.token, "my group", LVT_OK},
        {p.f.app, mine.token, "your group", LVT_ERROR_TOKEN_FOREIGN},
        {p.f.app, mine.token, "", LVT_ERROR_TOKEN_FOREIGN},
        {p.f.app, loose.token, "", LVT_OK},
        {p.f.app, loose.token, "my group", LVT_ERROR_TOKEN_FOREIGN},
        {other.f.app, mine.token, "my group", LVT_ERROR_TOKEN_INVALID}, /* other keys, or another id: refused */
        {other.f.app, loose.token, "", LVT_ERROR_TOKEN_INVALID},
        {p.f.app, info.id, "my group", LVT_ERROR_TOKEN_INVALID}, /* an id is no token */
        {p.f.app, "", "", LVT_ERROR_TOKEN_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_status status =
            lvt_page_validate(cases[i].app, lvt_span_from(cases[i].token), lvt_span_from(cases[i].group), NULL);
        if (cases[i].app == other.f.app) assert_true(status == cases[i].status || status == LVT_ERROR_TOKEN_FOREIGN);
        else assert_int_equal(status, cases[i].status);
    }
    client_free(&mine);
    client_free(&yours);
    client_free(&loose);
    pages_close(&p);
    pages_close(&other);
}

static void live_pages_and_these_do_not_meet(void **state) {
    (void)state;
    pages p;
    client c;
    lvt_page *page;
    lvt_token_claims claims;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, LVT_SPAN("group"));
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(lvt_token_verify(&claims, p.f.app, client_token(&c), c.group, NULL), LVT_OK);
    assert_int_equal(lvt_app_connect_page(&page, p.f.app, &claims, c.group, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    /* And the token of a live page opens none of these. */
    lvt_buffer_clear(&c.message);
    assert_int_equal(lvt_id_random(claims.page, NULL), LVT_OK);
    assert_int_equal(lvt_token_issue(&c.message, p.f.app, claims.page, claims.nonce, c.group, NULL), LVT_OK);
    client_set_token(&c, &c.message);
    assert_int_equal(lvt_app_connect_page(&page, p.f.app, &claims, c.group, NULL), LVT_OK);
    assert_int_equal(client_validate(&c), LVT_ERROR_PAGE_NOT_FOUND);
    assert_int_equal(client_resync(&c, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    lvt_app_disconnect_page(p.f.app, page);
    assert_int_equal(client_resync(&c, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    client_free(&c);
    pages_close(&p);
}

static void unused_pages_expire(void **state) {
    (void)state;
    pages p;
    client used, unused;
    int one = 1;
    pages_init(&p);
    p.f.options.page_ttl = 60;
    pages_open_with(&p, counter_text, &counter_type);
    client_init(&used, p.f.app, no_group);
    client_init(&unused, p.f.app, no_group);
    assert_int_equal(client_create(&used, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_create(&unused, p.kind, LVT_NIL, NULL), LVT_OK);
    for (int i = 0; i < 4; i++) {
        p.f.clock.seconds += 20;
        assert_int_equal(client_change(&used, count_up, &one, NULL), LVT_OK);
        assert_int_equal(client_validate(&unused), i < 2 ? LVT_OK : LVT_ERROR_PAGE_NOT_FOUND); /* not a use */
    }
    client_check(&used);
    assert_int_equal(pages_metric(&p, LVT_METRIC_PAGES_EXPIRED), 1);
    p.f.clock.seconds += 60;
    assert_int_equal(lvt_app_sweep(p.f.app), 1);
    assert_int_equal(client_validate(&used), LVT_ERROR_PAGE_NOT_FOUND);
    client_free(&used);
    client_free(&unused);
    pages_close(&p);
}

static void a_full_application_makes_room_or_refuses(void **state) {
    (void)state;
    for (int refuses = 0; refuses < 2; refuses++) {
        pages p;
        client clients[3];
        lvt_error error;
        pages_init(&p);
        p.f.options.pages_max = 2;
        p.f.options.refuse_pages = refuses != 0;
        p.f.options.page_ttl = 60;
        pages_open_with(&p, counter_text, &counter_type);
        for (int i = 0; i < 3; i++) client_init(&clients[i], p.f.app, no_group);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(client_create(&clients[i], p.kind, LVT_NIL, NULL), LVT_OK);
            p.f.clock.seconds++;
        }
        assert_int_equal(client_resync(&clients[0], NULL), LVT_OK); /* so that the other one is unused longest */
        lvt_status status = client_create(&clients[2], p.kind, LVT_NIL, &error);
        assert_int_equal(status, refuses ? LVT_ERROR_LIMIT : LVT_OK);
        if (refuses) assert_string_equal(error.message, "all 2 pages are taken");
        assert_int_equal(client_validate(&clients[0]), LVT_OK);
        assert_int_equal(client_validate(&clients[1]), refuses ? LVT_OK : LVT_ERROR_PAGE_NOT_FOUND);
        assert_int_equal(pages_metric(&p, LVT_METRIC_PAGES_REFUSED), refuses);
        assert_int_equal(pages_metric(&p, LVT_METRIC_PAGES_EVICTED), 1 - refuses);
        /* What is over makes room in any case. */
        p.f.clock.seconds += 60;
        assert_int_equal(client_create(&clients[2], p.kind, LVT_NIL, NULL), LVT_OK);
        for (int i = 0; i < 3; i++) client_free(&clients[i]);
        pages_close(&p);
    }
}

/* ---- reading ---- */

static void read_count(lvt_value data, void *payload) { *(int *)payload = ((const counter *)data.data)->count; }

static void data_can_be_read(void **state) {
    (void)state;
    pages p;
    client c;
    const counter seven = {7};
    int count = 0;
    pages_open(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, counter_of(&seven), NULL), LVT_OK);
    assert_int_equal(lvt_page_read(p.f.app, client_token(&c), no_group, read_count, &count, NULL), LVT_OK);
    assert_int_equal(count, 7);
    client_free(&c);
    pages_close(&p);
}

static void a_page_that_was_shown_again_and_again_does_not_allocate(void **state) {
    (void)state;
    test_allocator memory;
    pages p;
    client c;
    int one = 1;
    test_allocator_init(&memory, 0);
    pages_init(&p);
    p.f.options.allocator = &memory.allocator;
    pages_open_with(&p, counter_text, &counter_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    for (int i = 0; i < 20; i++) assert_int_equal(client_change(&c, count_up, &one, NULL), LVT_OK);
    const size_t calls = memory.calls;
    for (int i = 0; i < 20; i++) assert_int_equal(client_change(&c, count_up, &one, NULL), LVT_OK);
    assert_int_equal(memory.calls, calls);
    client_check(&c);
    client_free(&c);
    pages_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_from_its_token_to_its_end),
        cmocka_unit_test(messages_say_what_changed),
        cmocka_unit_test(data_may_be_set_before_they_are_shown),
        cmocka_unit_test(a_client_that_lost_its_place_gets_all),
        cmocka_unit_test(data_are_a_copy),
        cmocka_unit_test(dynamic_data_come_from_json_and_values),
        cmocka_unit_test(a_page_shows_a_type_of_ones_own),
        cmocka_unit_test(a_tracked_list_is_changed_in_place),
        cmocka_unit_test(data_of_another_type_are_refused),
        cmocka_unit_test(kinds_are_checked),
        cmocka_unit_test(what_cannot_be_shown_leaves_the_page),
        cmocka_unit_test(a_callback_may_refuse),
        cmocka_unit_test(a_message_that_does_not_fit_is_not_sent),
        cmocka_unit_test(a_refreshed_token_retires_the_old_one),
        cmocka_unit_test(an_invalidated_token_is_remembered),
        cmocka_unit_test(only_the_right_token_opens_a_page),
        cmocka_unit_test(live_pages_and_these_do_not_meet),
        cmocka_unit_test(unused_pages_expire),
        cmocka_unit_test(a_full_application_makes_room_or_refuses),
        cmocka_unit_test(data_can_be_read),
        cmocka_unit_test(a_page_that_was_shown_again_and_again_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
