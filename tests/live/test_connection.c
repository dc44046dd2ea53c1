/* Live connections: what they are sent when they open, when anybody of their group acts, and when they ask. */
#include "drive.h"

/* ---- groups ---- */

static void pages_of_a_group_stay_in_step(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab first, second;
    tab_open(&first, &alice);
    tab_open(&second, &alice);
    assert_string_equal(tab_page(&first), tab_page(&second));
    tab_send(&first, "{\"action\":\"add\",\"data\":{\"title\":\"milk\"},\"id\":1}");
    assert_contains(tab_last(&first), "\"meta\":{\"action\":\"add\",\"id\":1,\"success\":true,\"errors\":{}}");
    assert_ptr_equal(lvt_live_next_ready(s.live), first.connection);
    assert_ptr_equal(lvt_live_next_ready(s.live), second.connection);
    assert_null(lvt_live_next_ready(s.live));
    assert_int_equal(tab_take(&second), 1);
    assert_lacks(tab_last(&second), "meta"); /* it answers nobody there */
    assert_contains(tab_last(&second), "{\"v\":1,\"seq\":2,");
    assert_contains(tab_page(&second), "<li data-key=\"1\">milk</li>");
    assert_string_equal(tab_page(&first), tab_page(&second));
    tab_send(&second, "{\"action\":\"increment\",\"id\":1}");
    assert_int_equal(tab_take(&first), 1);
    assert_contains(tab_page(&first), "<p>1</p>");
    char *fresh = browser_page(&alice);
    assert_string_equal(tab_page(&first), fresh);
    free(fresh);
    tab_close(&first);
    tab_close(&second);
    browser_close(&alice);
    site_close(&s);
}

static void another_group_sees_nothing(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab hers, his;
    tab_open(&hers, &alice);
    tab_open(&his, &bob);
    assert_string_not_equal(alice.cookie, bob.cookie);
    tab_send(&hers, "{\"action\":\"add\",\"data\":{\"title\":\"secret\"}}");
    assert_int_equal(tab_take(&his), 0);
    tab_send(&his, "{\"action\":\"increment\"}");
    assert_contains(tab_page(&his), "<p>1</p>");
    assert_lacks(tab_page(&his), "secret");
    assert_contains(tab_page(&hers), "<p>0</p>");
    char *fresh = browser_page(&bob);
    assert_lacks(fresh, "secret");
    free(fresh);
    tab_close(&hers);
    tab_close(&his);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

/* An update names the slots that changed and no statics that are there already. */
static void updates_are_small(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_lacks(tab_last(&t), "\"s\":");
    assert_contains(tab_last(&t), ":\"1\"}");
    assert_true(t.last.length < 100);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- errors of an action ---- */

static void errors_belong_to_their_page(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab mine, other;
    tab_open(&mine, &alice);
    tab_open(&other, &alice);
    tab_send(&mine, "{\"action\":\"add\",\"data\":{\"title\":\"ab\"},\"id\":4}");
    assert_contains(tab_last(&mine), "\"id\":4,\"success\":false,\"errors\":{\"title\":\"");
    assert_contains(tab_page(&mine), "<em>title: ");
    assert_contains(tab_page(&mine), "value=\"ab\" class=\"bad\"");
    assert_int_equal(tab_take(&other), 0);
    tab_send(&other, "{\"action\":\"increment\"}"); /* an update from elsewhere leaves them */
    (void)tab_take(&mine);
    assert_contains(tab_page(&mine), "<p>1</p>");
    assert_contains(tab_page(&mine), "<em>title: ");
    tab_send(&mine, "{\"action\":\"increment\"}"); /* the page's own next action does not */
    assert_lacks(tab_page(&mine), "<em>");
    assert_contains(tab_page(&mine), "value=\"\">");
    tab_close(&mine);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
}

static void every_action_gets_one_reply(void **state) {
    (void)state;
    static const struct {
        const char *message, *reply;
    } cases[] = {
        {"{\"action\":\"nonsense\",\"id\":7}", "\"meta\":{\"action\":\"nonsense\",\"id\":7,\"success\":false,"
                                               "\"errors\":{\"_general\":\"unknown action \\\"nonsense\\\"\"}}}"},
        {"{\"action\":\"board.increment\"}",
         "\"success\":false,\"errors\":{\"_general\":\"unknown action \\\"board.increment\\\"\"}}}"},
        {"{\"action\":\"\"}", "\"success\":false,\"errors\":{\"_general\":\"unknown action \\\"\\\"\"}}}"},
        {"{\"action\":\"<b>\"}", "\"success\":false,\"errors\":{\"_general\":\"unknown action \\\"<b>\\\"\"}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":\"many\"},\"id\":1}",
         "\"success\":false,\"errors\":{\"n\":\"n must be a whole number\"}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":1.5}}",
         "\"success\":false,\"errors\":{\"n\":\"n must be a whole number\"}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":{}}}",
         "\"success\":false,\"errors\":{\"n\":\"n must be a whole number\"}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":null}}", "\"success\":false,\"errors\":{\"n\":\"n is required\"}}}"},
        {"{\"action\":\"by\"}", "\"success\":false,\"errors\":{\"n\":\"n is required\"}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":\"5\"}}", "\"success\":true,\"errors\":{}}}"},
        {"{\"action\":\"by\",\"data\":{\"n\":-5},\"more\":[1]}", "\"success\":true,\"errors\":{}}}"},
        {"{\"action\":\"by\",\"data\":[1]}",
         "\"success\":false,\"errors\":{\"_general\":\"the data of an action must be an object\"}}}"},
        {"{\"action\":\"refuse\"}", "\"success\":false,\"errors\":{\"_general\":\"exists already\"}}}"},
        {"{\"action\":\"remove\",\"data\":{\"id\":9}}",
         "\"success\":false,\"errors\":{\"_general\":\"there is no item 9\"}}}"},
        {"{\"action\":\"increment\",\"data\":null,\"id\":null}", "\"meta\":{\"action\":\"increment\",\"success\":true"},
        {"{\"action\":\"rename\",\"data\":{\"title\":\"\"}}", "\"tree\":{},\"meta\":{\"action\":\"rename\""},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"increment\"}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t before = t.messages;
        tab_send(&t, cases[i].message);
        if (t.messages != before + 1) fail_msg("%s: %zu replies", cases[i].message, t.messages - before);
        assert_contains(tab_last(&t), cases[i].reply);
    }
    char *fresh = browser_page(&alice);
    assert_string_equal(tab_page(&t), fresh);
    free(fresh);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* A client cannot declare what it sends safe. */
static void clients_name_no_types(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":{\"$html\":\"<script>1</script>\"}}}");
    assert_contains(tab_last(&t), "\"success\":false");
    tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"<script>2</script>\"}}");
    assert_contains(tab_last(&t), "\"success\":true");
    assert_lacks(tab_page(&t), "<script>");
    assert_contains(tab_page(&t), "&lt;script&gt;2&lt;/script&gt;");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- what is no action ---- */

static void what_cannot_be_read_is_answered(void **state) {
    (void)state;
    static const struct {
        const char *message, *code;
    } cases[] = {
        {"", "malformed"},
        {"hello", "malformed"},
        {"{\"action\":", "malformed"},
        {"{\"action\":\"increment\"}}", "malformed"},
        {"[]", "malformed"},
        {"\"increment\"", "malformed"},
        {"null", "malformed"},
        {"{\"action\":5}", "malformed"},
        {"{\"action\":\"increment\",\"id\":\"1\"}", "malformed"},
        {"{\"action\":\"increment\",\"id\":-1}", "malformed"},
        {"{\"action\":\"incr\xff\"}", "malformed"},
        {"{\"ack\":\"1\"}", "malformed"},
        {"{\"ack\":99}", "malformed"},
        {"{\"resync\":false}", "malformed"},
        {"{\"resume\":true}", "malformed"},
        {"{}", "unknown_message"},
        {"{\"subscribe\":\"all\"}", "unknown_message"},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[64];
        size_t before = t.messages;
        (void)snprintf(expected, sizeof expected, "{\"v\":1,\"error\":{\"code\":\"%s\",\"message\":\"", cases[i].code);
        tab_send(&t, cases[i].message);
        if (t.messages != before + 1) fail_msg("%s: %zu replies", cases[i].message, t.messages - before);
        assert_contains(tab_last(&t), expected);
        assert_int_equal(lvt_connection_close_code(t.connection), 0);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_MESSAGES_MALFORMED), sizeof cases / sizeof cases[0]);
    tab_send(&t, "{\"action\":\"increment\"}"); /* nothing was lost by it */
    assert_contains(tab_last(&t), "{\"v\":1,\"seq\":2,");
    assert_contains(tab_page(&t), "<p>1</p>");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void nested_too_deep_is_malformed(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    char message[60000] = "{\"action\":\"increment\",\"data\":";
    memset(message + strlen(message), '[', 50000);
    tab_open(&t, &alice);
    tab_send(&t, message);
    assert_contains(tab_last(&t), "\"code\":\"malformed\"");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void a_message_that_is_too_long_closes(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    while (lvt_live_next_ready(s.live) != NULL) continue;
    char *message = malloc(LVT_MESSAGE_IN_MAX + 2);
    assert_non_null(message);
    memset(message, ' ', LVT_MESSAGE_IN_MAX + 1);
    message[LVT_MESSAGE_IN_MAX + 1] = '\0';
    memcpy(message, "{\"action\":\"increment\"}", 22);
    tab_send(&t, message);
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_TOO_BIG);
    assert_ptr_equal(lvt_live_next_ready(s.live), t.connection);
    tab_send(&t, "{\"action\":\"increment\"}"); /* deaf from now on */
    assert_int_equal(tab_take(&other), 0);
    message[LVT_MESSAGE_IN_MAX] = '\0';
    tab_send(&other, message); /* the longest that is allowed */
    assert_contains(tab_page(&other), "<p>1</p>");
    free(message);
    tab_close(&t);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
}

static void a_resync_is_a_complete_tree(void **state) {
    (void)state;
    static const char *const requests[] = {"{\"resync\":true}", "{\"resume\":1}"};
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}");
    for (size_t i = 0; i < 2; i++) {
        lvt_mirror_free(t.mirror); /* it lost everything */
        assert_int_equal(lvt_mirror_create(&t.mirror, NULL, NULL), LVT_OK);
        tab_send(&t, requests[i]);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "{\"v\":1,\"seq\":%zu,\"tree\":{\"f\":", i + 3);
        assert_contains(tab_last(&t), expected);
        char *fresh = browser_page(&alice);
        assert_string_equal(tab_page(&t), fresh);
        free(fresh);
    }
    tab_send(&t, "{\"ack\":4}");
    assert_int_equal(tab_take(&t), 0);
    assert_int_equal(site_metric(&s, LVT_METRIC_RESYNCS), 2);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- a page that cannot be shown ---- */

static void the_last_good_page_stays(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    tab_send(&t, "{\"action\":\"break\",\"id\":2}");
    assert_contains(tab_last(&t), "\"tree\":{},\"meta\":{\"action\":\"break\",\"id\":2,\"success\":false,"
                                  "\"errors\":{\"_general\":\"the page could not be rendered\"}}");
    assert_int_equal(tab_take(&other), 0);
    assert_contains(tab_page(&t), "<p>0</p>");
    assert_contains(s.log, "board:1:");
    tab_send(&t, "{\"resync\":true}"); /* of the last page that could be shown */
    assert_contains(tab_last(&t), "\"tree\":{\"f\":");
    assert_contains(tab_page(&t), "<p>0</p>");
    assert_int_equal(browser_get(&alice), 500);
    assert_string_equal(alice.body, "the page could not be rendered\n");
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_contains(tab_last(&t), "the page could not be rendered");
    tab_send(&t, "{\"action\":\"mend\",\"id\":3}");
    assert_contains(tab_last(&t), "\"success\":true");
    assert_contains(tab_page(&t), "<p>1</p>");
    assert_int_equal(tab_take(&other), 1);
    assert_string_equal(tab_page(&t), tab_page(&other));
    tab_close(&t);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_a_group_stay_in_step),
        cmocka_unit_test(another_group_sees_nothing),
        cmocka_unit_test(updates_are_small),
        cmocka_unit_test(errors_belong_to_their_page),
        cmocka_unit_test(every_action_gets_one_reply),
        cmocka_unit_test(clients_name_no_types),
        cmocka_unit_test(what_cannot_be_read_is_answered),
        cmocka_unit_test(nested_too_deep_is_malformed),
        cmocka_unit_test(a_message_that_is_too_long_closes),
        cmocka_unit_test(a_resync_is_a_complete_tree),
        cmocka_unit_test(the_last_good_page_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
