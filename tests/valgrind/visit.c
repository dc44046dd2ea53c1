/* One visit to the todos example, told by its address (the first argument): pages, forms, JSON, a live connection. A
 * cmocka program that tests/valgrind/run builds and starts. */
#include "tests/support/wire.h"

static char address[128];

static void post(wire *w, const visit *v, const char *type, const char *body, int wanted) {
    char request[4096];
    answer a = {0};
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                   v->cookie, type, strlen(body), body);
    assert_int_equal(wire_ask(w, &a, request), wanted);
    answer_free(&a);
}

static void act(wire *w, const char *message, const char *wanted) {
    frame f = {0};
    wire_send_frame(w, FRAME_TEXT, message);
    assert_int_equal(wire_read_frame(w, &f), FRAME_TEXT);
    if (strstr(f.payload, wanted) == NULL) fail_msg("%s\nhas no %s", f.payload, wanted);
    frame_free(&f);
}

static void whole_visit(void **state) {
    (void)state;
    static const char form[] = "application/x-www-form-urlencoded", json[] = "application/json";
    wire w, live;
    visit v;
    answer a = {0};
    frame f = {0};
    wire_open(&w, address);
    visit_page(&v, &w, "/");
    post(&w, &v, form, "lvt-action=add&title=bread", 303);
    post(&w, &v, form, "lvt-action=add&title=", 303); /* refused: shown by the next page */
    post(&w, &v, json, "{\"action\":\"add\",\"data\":{\"title\":\"milk <2>\"},\"id\":1}", 200);
    post(&w, &v, json, "{\"action\":\"nothing\"}", 200);
    post(&w, &v, json, "{\"action\":", 400);
    char request[1024];
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "bread"));
    assert_non_null(strstr(a.body, "milk &lt;2&gt;"));
    assert_int_equal(wire_ask(&w, &a, "GET /none HTTP/1.1\r\nHost: test\r\n\r\n"), 404);
    answer_free(&a);
    wire_open(&live, address);
    assert_int_equal(wire_upgrade(&live, &v, "/", ""), 101);
    assert_int_equal(wire_read_frame(&live, &f), FRAME_TEXT);
    assert_non_null(strstr(f.payload, "bread"));
    act(&live, "{\"action\":\"add\",\"data\":{\"title\":\"salt\"},\"id\":1}", "\"success\":true");
    act(&live, "{\"action\":\"add\",\"data\":{\"title\":\"\"},\"id\":2}", "\"success\":false");
    act(&live, "{\"action\":\"show_open\",\"id\":3}", "\"success\":true");
    act(&live, "{\"action\":\"show_all\",\"id\":4}", "\"success\":true");
    act(&live, "{\"resync\":true}", "\"f\":");
    act(&live, "nonsense", "\"malformed\"");
    post(&w, &v, form, "lvt-action=clear_done", 303); /* from outside, while the page is live */
    wire_send_frame(&live, FRAME_PING, "x");
    do assert_true(wire_read_frame(&live, &f) > 0);
    while (f.opcode != FRAME_PONG);
    wire_send_close(&live, 1000);
    wire_expect_close(&live, 1000);
    wire_close(&live);
    /* One breaks off in the middle of a request. */
    wire_send(&w, "GET / HTTP/1.1\r\nHo");
    wire_close(&w);
    frame_free(&f);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    (void)snprintf(address, sizeof address, "%s", argv[1]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_visit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
