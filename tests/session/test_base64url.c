/* base64url: which characters are digits, and that every text stands for other bytes. */
#include "session/base64url.h"
#include "tests/support/cmocka_all.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void digits_are_those(void **state) {
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char text[] = {'A', (char)c};
        unsigned char byte;
        size_t length = sizeof byte;
        const char *digit = c != 0 ? strchr(digits, c) : NULL;
        assert_int_equal(lvt_base64url_is_text(lvt_span_of(text, sizeof text)), digit != NULL);
        /* The last four bits of the second digit are beyond the byte: only zeros are ours. */
        const bool is_good = digit != NULL && (digit - digits) % 16 == 0;
        assert_int_equal(lvt_base64url_decode(&byte, &length, lvt_span_of(text, sizeof text)), is_good);
        if (is_good) assert_int_equal(byte, (digit - digits) / 16);
    }
}

static void bytes_come_back(void **state) {
    (void)state;
    unsigned char bytes[256], back[256];
    char text[LVT_BASE64URL_LENGTH(256)];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 167);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        size_t back_length = length;
        lvt_base64url_encode(text, bytes, length);
        lvt_span written = lvt_span_of(text, LVT_BASE64URL_LENGTH(length));
        assert_true(lvt_base64url_decode(back, &back_length, written));
        assert_int_equal(back_length, length);
        assert_memory_equal(back, bytes, length);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(digits_are_those), cmocka_unit_test(bytes_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
