/* Applications: options, ids, cookies, base64url. */
#include "fixture.h"
#include "session/base64url.h"
#include "tests/support/test_allocator.h"

static void options_are_checked(void **state) {
    (void)state;
    static const struct {
        lvt_app_options options;
        const char *message;
    } cases[] = {
        {{.version = 2}, "lvt_app_options: version 2 is unknown"},
        {{.version = 1, .secret = LVT_SPAN_INIT("too short")}, "the secret has 9 bytes, it needs at least 32"},
        {{.version = 1, .id = ""}, "the application's id must have 1 to 64 bytes of UTF-8"},
        {{.version = 1, .id = "\xff"}, "the application's id must have 1 to 64 bytes of UTF-8"},
        {{.version = 1, .page_ttl = -1}, "page_ttl: -1 seconds are not possible"},
        {{.version = 1, .group_ttl = INT64_MAX}, "group_ttl: 9223372036854775807 seconds are not possible"},
        {{.version = 1, .token_ttl = -5}, "token_ttl: -5 seconds are not possible"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_app *app;
        lvt_error error;
        assert_int_equal(lvt_app_create(&app, &cases[i].options, &error), LVT_ERROR_INVALID_ARGUMENT);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void defaults_are_filled_in(void **state) {
    (void)state;
    lvt_app *app, *other, *twins[2];
    assert_int_equal(lvt_app_create(&app, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_app_create(&other, NULL, NULL), LVT_OK);
    const lvt_app_options *options = lvt_app_get_options(app);
    assert_int_equal(options->pages_max, LVT_PAGES_MAX_DEFAULT);
    assert_int_equal(options->page_ttl, LVT_PAGE_TTL_SECONDS_DEFAULT);
    assert_int_equal(options->groups_max, LVT_GROUPS_MAX_DEFAULT);
    assert_int_equal(options->group_ttl, LVT_GROUP_TTL_SECONDS_DEFAULT);
    assert_int_equal(options->token_ttl, LVT_TOKEN_TTL_SECONDS_DEFAULT);
    assert_int_equal(strlen(lvt_app_id(app)), LVT_ID_LENGTH);
    assert_string_not_equal(lvt_app_id(app), lvt_app_id(other));
    lvt_app_options with_secret = LVT_APP_OPTIONS_INIT;
    with_secret.secret = lvt_span_from(FIXTURE_SECRET);
    for (size_t i = 0; i < 2; i++) assert_int_equal(lvt_app_create(&twins[i], &with_secret, NULL), LVT_OK);
    assert_string_equal(lvt_app_id(twins[0]), lvt_app_id(twins[1]));
    assert_null(lvt_app_get_options(twins[0])->secret.data); /* nobody reads it there */
    lvt_app_free(app);
    lvt_app_free(other);
    lvt_app_free(twins[0]);
    lvt_app_free(twins[1]);
    lvt_app_free(NULL);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        lvt_app_options options = LVT_APP_OPTIONS_INIT;
        lvt_app *app;
        test_allocator_init(&memory, fail_at);
        options.allocator = &memory.allocator;
        lvt_status status = lvt_app_create(&app, &options, NULL);
        if (status == LVT_OK) lvt_app_free(app);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(memory.live, 0);
        if (status == LVT_OK) break;
        assert_true(fail_at < 100);
    }
}

static void ids_are_random(void **state) {
    (void)state;
    char ids[64][LVT_ID_LENGTH + 1];
    char group[LVT_GROUP_ID_LENGTH + 1];
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(lvt_id_random(ids[i], NULL), LVT_OK);
        assert_int_equal(strlen(ids[i]), LVT_ID_LENGTH);
        assert_true(lvt_base64url_is_text(lvt_span_from(ids[i])));
        for (size_t j = 0; j < i; j++) assert_string_not_equal(ids[i], ids[j]);
    }
    assert_int_equal(lvt_group_id_random(group, NULL), LVT_OK);
    assert_int_equal(strlen(group), LVT_GROUP_ID_LENGTH);
    assert_true(lvt_base64url_is_text(lvt_span_from(group)));
}

/* ---- base64url ---- */

static void base64url_has_one_form(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } cases[] = {
        {"", ""},        {"Zg", "f"},    {"Zm8", "fo"},  {"Zm9v", "foo"},  {"Zm9vYg", "foob"}, {"-_-_", "\xfb\xff\xbf"},
        {"Zh", NULL},    {"Zm9", NULL},  {"Z", NULL},    {"Zg==", NULL},   {"Zg=", NULL},      {"Zm9vYmF", NULL},
        {"Zm9v+", NULL}, {"+/+/", NULL}, {"Zm 9", NULL}, {"Zm9v\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char bytes[16];
        char text[32];
        size_t length = sizeof bytes;
        bool good = lvt_base64url_decode(bytes, &length, lvt_span_from(cases[i].text));
        assert_int_equal(good, cases[i].bytes != NULL);
        if (!good) continue;
        assert_int_equal(length, strlen(cases[i].bytes));
        assert_memory_equal(bytes, cases[i].bytes, length);
        lvt_base64url_encode(text, bytes, length);
        assert_int_equal(LVT_BASE64URL_LENGTH(length), strlen(cases[i].text));
        assert_memory_equal(text, cases[i].text, strlen(cases[i].text));
    }
    unsigned char small[2];
    size_t room = sizeof small;
    assert_false(lvt_base64url_decode(small, &room, LVT_SPAN("Zm9v")));
}

/* ---- cookies ---- */

static void a_signed_cookie_is_good(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    char group[LVT_GROUP_ID_LENGTH + 1];
    lvt_buffer cookie;
    lvt_span found;
    lvt_buffer_init(&cookie, 1024, NULL);
    assert_int_equal(lvt_group_id_random(group, NULL), LVT_OK);
    assert_int_equal(lvt_cookie_sign(&cookie, f.app, lvt_span_from(group), NULL), LVT_OK);
    assert_int_equal(lvt_cookie_verify(&found, f.app, lvt_buffer_span(&cookie), NULL), LVT_OK);
    assert_true(lvt_span_is(found, group));
    lvt_buffer_free(&cookie);
    fixture_close(&f);
}

static void a_cookie_cannot_be_chosen(void **state) {
    (void)state;
    fixture f, sibling;
    lvt_buffer cookie;
    lvt_span found;
    lvt_error error;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    fixture_init(&sibling, "mall", FIXTURE_SECRET);
    fixture_open(&sibling);
    lvt_buffer_init(&cookie, 1024, NULL);
    assert_int_equal(lvt_cookie_sign(&cookie, f.app, LVT_SPAN("room.7"), NULL), LVT_OK);
    assert_int_equal(lvt_cookie_verify(&found, f.app, lvt_buffer_span(&cookie), NULL), LVT_OK);
    assert_true(lvt_span_is(found, "room.7"));
    for (size_t bit = 0; bit < cookie.length * 8; bit++) {
        cookie.data[bit / 8] = (char)((unsigned char)cookie.data[bit / 8] ^ (1U << bit % 8));
        assert_int_equal(lvt_cookie_verify(&found, f.app, lvt_buffer_span(&cookie), &error), LVT_ERROR_TOKEN_INVALID);
        cookie.data[bit / 8] = (char)((unsigned char)cookie.data[bit / 8] ^ (1U << bit % 8));
    }
    for (size_t length = 0; length < cookie.length; length++) {
        assert_int_equal(lvt_cookie_verify(&found, f.app, lvt_span_of(cookie.data, length), NULL),
                         LVT_ERROR_TOKEN_INVALID);
    }
    assert_int_equal(lvt_cookie_verify(&found, sibling.app, lvt_buffer_span(&cookie), &error), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(error.message, "the session cookie has a wrong signature");
    assert_int_equal(lvt_cookie_verify(&found, f.app, LVT_SPAN("mine"), &error), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(error.message, "the session cookie is malformed");
    static const char *const impossible[] = {"", "a b", "a;b", "a\r\nSet-Cookie: x=y", "\"", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        assert_int_equal(lvt_cookie_sign(&cookie, f.app, lvt_span_from(impossible[i]), NULL),
                         LVT_ERROR_INVALID_ARGUMENT);
    }
    lvt_buffer_free(&cookie);
    fixture_close(&f);
    fixture_close(&sibling);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),       cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(no_memory_is_an_error),     cmocka_unit_test(ids_are_random),
        cmocka_unit_test(base64url_has_one_form),    cmocka_unit_test(a_signed_cookie_is_good),
        cmocka_unit_test(a_cookie_cannot_be_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
