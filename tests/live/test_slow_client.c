/* Clients that take their messages late or never, and messages that are too long for one piece. */
#include "drive.h"

static void receive(tab *t, const char *message) {
    assert_int_equal(lvt_connection_receive(t->connection, lvt_span_from(message), NULL), LVT_OK);
}

static void updates_merge_for_a_busy_client(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab quick, slow;
    tab_open(&quick, &alice);
    tab_open(&slow, &alice);
    for (int i = 0; i < 5; i++) tab_send(&quick, "{\"action\":\"increment\"}");
    assert_int_equal(site_metric(&s, LVT_METRIC_UPDATES_COALESCED), 4);
    lvt_parts message;
    assert_true(lvt_connection_output(slow.connection, &message)); /* the first of the five... */
    assert_contains(lvt_buffer_string(&quick.last), "\"seq\":6");
    assert_int_equal(tab_take(&slow), 2); /* ...and one for the other four */
    assert_contains(tab_page(&slow), "<p>5</p>");
    assert_string_equal(tab_page(&slow), tab_page(&quick));
    assert_contains(tab_last(&slow), "\"seq\":3,");
    assert_int_equal(tab_take(&slow), 0);
    tab_close(&quick);
    tab_close(&slow);
    browser_close(&alice);
    site_close(&s);
}

/* What was put off comes with the reply. */
static void replies_are_never_put_off(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab quick, slow;
    tab_open(&quick, &alice);
    tab_open(&slow, &alice);
    for (int i = 0; i < 3; i++) tab_send(&quick, "{\"action\":\"increment\"}");
    receive(&slow, "{\"action\":\"nonsense\",\"id\":1}");
    receive(&slow, "{\"action\":\"increment\",\"id\":2}");
    assert_int_equal(tab_take(&slow), 3);
    assert_contains(tab_last(&slow), "\"id\":2,\"success\":true");
    assert_contains(tab_page(&slow), "<p>4</p>");
    tab_close(&quick);
    tab_close(&slow);
    browser_close(&alice);
    site_close(&s);
}

static void a_resync_waits_for_the_client(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    receive(&t, "{\"action\":\"increment\"}");
    for (int i = 0; i < 10; i++) receive(&t, "{\"resync\":true}");
    assert_int_equal(tab_take(&t), 2); /* not ten complete trees */
    assert_contains(tab_last(&t), "\"seq\":3,\"tree\":{\"f\":");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void who_takes_nothing_is_closed(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    tab_send(&other, "{\"action\":\"increment\"}");
    lvt_parts head;
    assert_true(lvt_connection_output(t.connection, &head)); /* being written, and never done */
    char copy[LVT_PARTS_MAX][256];
    for (size_t i = 0; i < head.count; i++) {
        assert_true(head.parts[i].length < sizeof copy[i]);
        memcpy(copy[i], head.parts[i].data, head.parts[i].length);
    }
    int sent = 0;
    for (; sent < 100 && lvt_connection_close_code(t.connection) == 0; sent++) {
        receive(&t, sent % 2 == 0 ? "{\"action\":\"fill\",\"data\":{\"n\":60000}}"
                                  : "{\"action\":\"fill\",\"data\":{\"n\":6}}");
        (void)tab_take(&other);
    }
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_LIMIT);
    assert_true(sent > 10 && sent < 100);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_OVERRUN), 1);
    assert_contains(s.log, "bytes are unread, closing its connection");
    for (size_t i = 0; i < head.count; i++) /* what is being written stays */
        assert_memory_equal(copy[i], head.parts[i].data, head.parts[i].length);
    assert_int_equal(tab_take(&t), 2);
    assert_string_equal(tab_last(&t),
                        "{\"v\":1,\"error\":{\"code\":\"limit\",\"message\":\"too many unread messages\"}}");
    tab_send(&other, "{\"action\":\"increment\"}"); /* the others go on */
    assert_contains(tab_last(&other), "\"success\":true");
    assert_int_equal(tab_take(&t), 0);
    tab_close(&t);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
}

static void floods_of_nonsense_are_bounded(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    for (int i = 0; i < 100000 && lvt_connection_close_code(t.connection) == 0; i++) receive(&t, "nonsense");
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_LIMIT);
    assert_int_equal(tab_take(&t), 1);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void long_messages_come_in_pieces(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t, late;
    tab_open(&t, &alice);
    receive(&t, "{\"action\":\"fill\",\"data\":{\"n\":600000},\"id\":1}");
    size_t pieces = tab_take(&t); /* each is checked against the maximum */
    assert_true(pieces > 3);
    assert_contains(tab_last(&t), "\"id\":1,\"success\":true");
    char *fresh = browser_page(&alice);
    assert_true(strlen(fresh) > 600000);
    assert_true(strcmp(tab_page(&t), fresh) == 0);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    tab_connect(&late, &alice, token);
    assert_true(tab_take(&late) > 3);
    assert_true(strcmp(tab_page(&late), fresh) == 0);
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_true(t.last.length < 200);
    assert_int_equal(tab_take(&late), 1);
    assert_true(strcmp(tab_page(&t), tab_page(&late)) == 0);
    free(token);
    free(fresh);
    tab_close(&t);
    tab_close(&late);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_merge_for_a_busy_client), cmocka_unit_test(replies_are_never_put_off),
        cmocka_unit_test(a_resync_waits_for_the_client),   cmocka_unit_test(who_takes_nothing_is_closed),
        cmocka_unit_test(floods_of_nonsense_are_bounded),  cmocka_unit_test(long_messages_come_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
