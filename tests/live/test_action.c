/* What an action's callback may ask and say. */
#include "drive.h"

typedef struct seen {
    char *text; /* what the probe found, for the page to show */
} seen;
LVT_STRUCT(seen, LVT_FIELD(seen, text, LVT_STRING, "Text"));

typedef struct misdescribed {
    int64_t n;
} misdescribed;
LVT_STRUCT(misdescribed, LVT_FIELD(misdescribed, n, LVT_INT64, "N", .json = "n", .validate = "nonsense"));

static lvt_status show_text(lvt_action *action, void *store) {
    lvt_span text = lvt_action_text(action, "x");
    return lvt_string_set_format(&((seen *)store)->text, "%d:%.*s", lvt_action_has(action, "x"), LVT_SPAN_ARGS(text));
}

static lvt_status show_int(lvt_action *action, void *store) {
    int64_t number = 7;
    lvt_status status = lvt_action_int(&number, action, "x");
    (void)lvt_string_set_format(&((seen *)store)->text, "%lld", (long long)number);
    return status;
}

static lvt_status show_bool(lvt_action *action, void *store) {
    bool truth = true;
    lvt_status status = lvt_action_bool(&truth, action, "x");
    (void)lvt_string_set_format(&((seen *)store)->text, "%d", truth);
    return status;
}

static lvt_status show_who(lvt_action *action, void *store) {
    const lvt_visitor *visitor = lvt_action_visitor(action);
    lvt_span name = lvt_action_name(action);
    return lvt_string_set_format(&((seen *)store)->text, "%.*s %zu %zu %zu %d", LVT_SPAN_ARGS(name),
                                 visitor->group.length, visitor->page.length, visitor->user.length,
                                 (int)lvt_value_kind(lvt_action_data(action)));
}

/* Errors that were recorded make a failure, whatever is returned. */
static lvt_status forget_error(lvt_action *action, void *store) {
    (void)store;
    (void)lvt_action_fail_field(action, "x", "first");
    (void)lvt_action_fail_field(action, "x", "second");
    (void)lvt_action_fail_field(action, "y", "%d%%", 50);
    return LVT_OK;
}

static lvt_status fail_at_length(lvt_action *action, void *store) {
    (void)store;
    char text[2 * LVT_ERROR_MESSAGE_MAX + 2] = "x";
    for (size_t i = 1; i + 2 < sizeof text; i += 2) memcpy(text + i, "\xc3\xa4", 3);
    return lvt_action_fail(action, "%s", text);
}

static lvt_status fail_often(lvt_action *action, void *store) {
    (void)store;
    for (int i = 0; i < 2 * LVT_FIELD_ERRORS_MAX; i++) {
        char field[16];
        (void)snprintf(field, sizeof field, "f%d", i);
        if (lvt_action_fail_field(action, field, "wrong") != LVT_ERROR_VALIDATION) return LVT_ERROR_INTERNAL;
    }
    return LVT_ERROR_VALIDATION;
}

static lvt_status bind_wrongly(lvt_action *action, void *store) {
    misdescribed input = {.n = 0};
    (void)store;
    return lvt_action_bind(action, &misdescribed_type, &input);
}

static const lvt_action_def probes[] = {{"text", show_text},   {"int", show_int},         {"bool", show_bool},
                                        {"who", show_who},     {"forget", forget_error},  {"long", fail_at_length},
                                        {"often", fail_often}, {"misbind", bind_wrongly}, {0}};

static void open_probe(site *s) {
    site_init(s);
    s->view.store = &seen_type;
    s->view.actions = probes;
    s->view.template_text = "{{.Text}}";
    site_open(s);
}

static void fields_are_read(void **state) {
    (void)state;
    static const struct {
        const char *message, *page, *reply;
    } cases[] = {
        {"{\"action\":\"text\"}", "0:", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":\"a\"}}", "1:a", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":-12}}", "1:-12", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":0.5}}", "1:0.5", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":true}}", "1:true", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":null}}", "1:", "true"},
        {"{\"action\":\"text\",\"data\":{\"x\":[\"a\"]}}", "1:", "true"},
        {"{\"action\":\"int\",\"data\":{\"x\":12}}", "12", "true"},
        {"{\"action\":\"int\",\"data\":{\"x\":\"-12\"}}", "-12", "true"},
        {"{\"action\":\"int\",\"data\":{\"x\":12.0}}", "12", "true"},
        {"{\"action\":\"int\",\"data\":{\"x\":\"\"}}", "7", "false,\"errors\":{\"x\":\"x is required\"}"},
        {"{\"action\":\"int\",\"data\":{\"x\":\"1x\"}}", "7", "false,\"errors\":{\"x\":\"x must be a whole number\"}"},
        {"{\"action\":\"int\",\"data\":{\"x\":\"99999999999999999999\"}}", "7",
         "false,\"errors\":{\"x\":\"x must be between"},
        {"{\"action\":\"bool\",\"data\":{\"x\":\"on\"}}", "1", "true"},
        {"{\"action\":\"bool\",\"data\":{\"x\":false}}", "0", "true"},
        {"{\"action\":\"bool\"}", "0", "true"},
        {"{\"action\":\"bool\",\"data\":{\"x\":\"perhaps\"}}", "1",
         "false,\"errors\":{\"x\":\"x must be true or false\"}"},
        {"{\"action\":\"who\"}", "who 43 22 0 0", "true"},
    };
    site s;
    open_probe(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char reply[128];
        (void)snprintf(reply, sizeof reply, "\"success\":%s", cases[i].reply);
        tab_send(&t, cases[i].message);
        if (strcmp(tab_page(&t), cases[i].page) != 0) fail_msg("%s: %s", cases[i].message, tab_page(&t));
        assert_contains(tab_last(&t), reply);
    }
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void errors_are_told(void **state) {
    (void)state;
    site s;
    open_probe(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"forget\"}");
    assert_contains(tab_last(&t), "\"success\":false,\"errors\":{\"x\":\"first\",\"y\":\"50%\"}");
    tab_send(&t, "{\"action\":\"often\"}");
    assert_contains(tab_last(&t), "\"f0\":\"wrong\"");
    assert_contains(tab_last(&t), "\"f63\":\"wrong\"");
    assert_lacks(tab_last(&t), "\"f64\"");
    tab_send(&t, "{\"action\":\"long\"}"); /* cut between characters */
    assert_contains(tab_last(&t), "\"errors\":{\"_general\":\"x\xc3\xa4\xc3\xa4");
    assert_true(lvt_utf8_valid(lvt_buffer_span(&t.last)));
    assert_true(t.last.length < LVT_ERROR_MESSAGE_MAX + 100);
    assert_int_equal(site_metric(&s, LVT_METRIC_ACTIONS_FAILED), 3);
    tab_send(&t, "{\"action\":\"misbind\",\"data\":{\"n\":1}}"); /* the program's mistake: told to the log */
    assert_contains(tab_last(&t), "\"success\":false,\"errors\":{\"_general\":\"an argument is not allowed here\"}");
    assert_contains(s.log, "action misbind: ");
    assert_contains(s.log, "nonsense");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(fields_are_read), cmocka_unit_test(errors_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
