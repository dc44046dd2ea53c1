/* Tokens and signed cookies. Input: a token, or edits of one that was issued: '+' and then pairs of a position and a
 * byte that is put there.
 *
 * Nothing is accepted but the very token, and the very cookie, that were issued. */
#include "fuzz.h"
#include "livetemplate/page.h"

#define GROUP LVT_SPAN("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

static int64_t clock_read(void *payload) {
    (void)payload;
    return 1700000000 * LVT_NANOSECONDS_PER_SECOND;
}

typedef struct office {
    lvt_app *app;
    lvt_buffer token;
    lvt_buffer cookie;
} office;

static void open_office(office *o) {
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    options.id = "fuzz";
    options.secret = LVT_SPAN("0123456789abcdef0123456789abcdef");
    options.clock = (lvt_clock){clock_read, clock_read, NULL};
    FUZZ_CHECK(lvt_app_create(&o->app, &options, NULL) == LVT_OK);
    lvt_buffer_init(&o->token, LVT_TOKEN_LENGTH_MAX, NULL);
    lvt_buffer_init(&o->cookie, LVT_TOKEN_LENGTH_MAX, NULL);
    FUZZ_CHECK(lvt_token_issue(&o->token, o->app, "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB", GROUP, NULL) ==
               LVT_OK);
    FUZZ_CHECK(lvt_cookie_sign(&o->cookie, o->app, GROUP, NULL) == LVT_OK);
}

static void close_office(office *o) {
    lvt_app_free(o->app);
    lvt_buffer_free(&o->token);
    lvt_buffer_free(&o->cookie);
}

static void present(office *o, lvt_span text) {
    lvt_token_claims claims;
    lvt_error error;
    lvt_span group;
    lvt_status status = lvt_token_verify(&claims, o->app, text, GROUP, &error);
    FUZZ_CHECK((status == LVT_OK) == lvt_span_equal(text, lvt_buffer_span(&o->token)));
    if (status != LVT_OK) fuzz_check_error(status, &error);
    status = lvt_cookie_verify(&group, o->app, text, &error);
    FUZZ_CHECK((status == LVT_OK) == lvt_span_equal(text, lvt_buffer_span(&o->cookie)));
    if (status != LVT_OK) fuzz_check_error(status, &error);
    else FUZZ_CHECK(lvt_span_equal(group, GROUP));
}

static void present_edited(office *o, lvt_buffer *what, const uint8_t *edits, size_t size) {
    char *text = malloc(what->length);
    FUZZ_CHECK(text != NULL);
    memcpy(text, what->data, what->length);
    for (size_t i = 0; i + 1 < size; i += 2) text[edits[i] % what->length] = (char)edits[i + 1];
    /* An odd byte at the end cuts the text. */
    size_t length = size % 2 == 1 ? edits[size - 1] % (what->length + 1) : what->length;
    present(o, lvt_span_of(text, length));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    office o;
    open_office(&o);
    if (size > 0 && data[0] == '+') {
        present_edited(&o, &o.token, data + 1, size - 1);
        present_edited(&o, &o.cookie, data + 1, size - 1);
    } else {
        present(&o, lvt_span_of((const char *)data, size));
    }
    close_office(&o);
    return 0;
}
