/* Tokens of both forms: what is issued is good, and nothing else is: every bit flipped, cut, added to, of others, out
 * of time. */
#include "token_fixture.h"

static void open_form(fixture *f, const char *id, size_t form) {
    fixture_init(f, id, FIXTURE_SECRET);
    f->options.token_form = token_forms[form];
    fixture_open(f);
}

static void an_issued_token_is_good(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        fixture_init(&f, "shop", FIXTURE_SECRET);
        f.options.token_form = token_forms[form];
        f.options.token_ttl = 100;
        fixture_open(&f);
        token t = issue(&f);
        lvt_token_claims claims;
        assert_int_equal(lvt_token_verify(&claims, f.app, token_span(&t), GROUP, NULL), LVT_OK);
        assert_string_equal(claims.page, PAGE);
        assert_string_equal(claims.nonce, NONCE);
        assert_int_equal(claims.issued, f.clock.seconds);
        assert_int_equal(claims.expires, f.clock.seconds + 100);
        assert_int_equal(lvt_token_validate(f.app, token_span(&t), GROUP, NULL), LVT_OK);
        assert_true(t.length < 400);
        assert_string_equal(f.log, "");
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED), 0);
        fixture_close(&f);
    }
}

/* A server that starts again with its secret knows its tokens. */
static void a_secret_outlives_the_process(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f, again, other;
        open_form(&f, "shop", form);
        open_form(&again, "shop", form);
        fixture_init(&other, "shop", NULL);
        other.options.token_form = token_forms[form];
        fixture_open(&other);
        token t = issue(&f);
        assert_int_equal(verify(&again, &t), LVT_OK);
        assert_int_equal(verify(&other, &t), LVT_ERROR_TOKEN_INVALID);
        assert_int_equal(metric(&other, LVT_METRIC_TOKENS_REFUSED_KEY), 1);
        fixture_close(&f);
        fixture_close(&again);
        fixture_close(&other);
    }
}

/* ---- attacks ---- */

static void every_flipped_bit_is_seen(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        open_form(&f, "shop", form);
        token t = issue(&f);
        for (size_t bit = 0; bit < t.length * 8; bit++) {
            token bent = t;
            bent.text[bit / 8] = (char)((unsigned char)bent.text[bit / 8] ^ (1U << bit % 8));
            lvt_status status = verify(&f, &bent);
            if (status != LVT_ERROR_TOKEN_INVALID) fail_msg("bit %zu flipped: %s", bit, lvt_status_name(status));
        }
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED), t.length * 8);
        fixture_close(&f);
    }
}

static void what_is_cut_or_added_is_refused(void **state) {
    (void)state;
    static const char *const additions[] = {"=", "==", ".", ".AAAA", "A", "AAAA", " ", "\n"};
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        open_form(&f, "shop", form);
        token t = issue(&f);
        for (size_t length = 0; length < t.length; length++) {
            token cut = t;
            cut.length = length;
            if (verify(&f, &cut) != LVT_ERROR_TOKEN_INVALID) fail_msg("a token of %zu bytes is good", length);
        }
        for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
            token longer = t;
            memcpy(longer.text + longer.length, additions[i], strlen(additions[i]));
            longer.length += strlen(additions[i]);
            assert_int_equal(verify(&f, &longer), LVT_ERROR_TOKEN_INVALID);
        }
        token endless = {.length = LVT_TOKEN_LENGTH_MAX + 1};
        memset(endless.text, 'A', endless.length);
        assert_int_equal(verify(&f, &endless), LVT_ERROR_TOKEN_INVALID);
        /* The end of one token on the beginning of another, at every place. */
        f.clock.seconds++;
        token other = issue(&f);
        assert_int_equal(other.length, t.length);
        for (size_t cut = 1; cut < t.length; cut++) {
            token mixed = t;
            memcpy(mixed.text + cut, other.text + cut, t.length - cut);
            bool is_either = memcmp(mixed.text, t.text, t.length) == 0 || memcmp(mixed.text, other.text, t.length) == 0;
            assert_int_equal(verify(&f, &mixed), is_either ? LVT_OK : LVT_ERROR_TOKEN_INVALID);
        }
        fixture_close(&f);
    }
}

static void a_token_is_for_one_group_of_one_application(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f, sibling;
        open_form(&f, "shop", form);
        open_form(&sibling, "mall", form);
        token t = issue(&f);
        assert_int_equal(verify(&sibling, &t), LVT_ERROR_TOKEN_FOREIGN);
        assert_int_equal(verify_for(&f, &t, LVT_SPAN("another")), LVT_ERROR_TOKEN_FOREIGN);
        assert_int_equal(verify_for(&f, &t, NO_GROUP), LVT_ERROR_TOKEN_FOREIGN);
        assert_int_equal(metric(&sibling, LVT_METRIC_TOKENS_REFUSED_APP), 1);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_GROUP), 1);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_COOKIE), 1);
        fixture_close(&f);
        fixture_close(&sibling);
    }
}

static void no_group_is_none_of_all_groups(void **state) {
    (void)state;
    static const char *const groups[] = {"the-group", "null", "\"", " ", "AAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        open_form(&f, "shop", form);
        token t = issue_for(&f, NONCE, NO_GROUP);
        assert_int_equal(verify_for(&f, &t, NO_GROUP), LVT_OK);
        for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
            token of_group = issue_for(&f, NONCE, lvt_span_from(groups[i]));
            assert_int_equal(verify_for(&f, &t, lvt_span_from(groups[i])), LVT_ERROR_TOKEN_FOREIGN);
            assert_int_equal(verify_for(&f, &of_group, NO_GROUP), LVT_ERROR_TOKEN_FOREIGN);
            assert_int_equal(verify_for(&f, &of_group, lvt_span_from(groups[i])), LVT_OK);
        }
        fixture_close(&f);
    }
}

/* ---- time ---- */

static void a_token_ends(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        fixture_init(&f, "shop", FIXTURE_SECRET);
        f.options.token_form = token_forms[form];
        f.options.token_ttl = 100;
        fixture_open(&f);
        token t = issue(&f);
        f.clock.seconds += 99;
        assert_int_equal(verify(&f, &t), LVT_OK);
        f.clock.seconds += 1;
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_EXPIRED);
        f.clock.seconds -= 100 + LVT_TOKEN_SKEW_SECONDS; /* a clock that was set back */
        assert_int_equal(verify(&f, &t), LVT_OK);
        f.clock.seconds -= 1;
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_EXPIRED), 1);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_EARLY), 1);
        fixture_close(&f);
    }
}

/* ---- issuing ---- */

static void a_token_needs_its_parts(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        lvt_buffer out;
        lvt_buffer_init(&out, 64, NULL);
        open_form(&f, "shop", form);
        assert_int_equal(lvt_token_issue(&out, f.app, "short", NONCE, GROUP, NULL), LVT_ERROR_INVALID_ARGUMENT);
        assert_int_equal(lvt_token_issue(&out, f.app, PAGE, "\"}.....................", GROUP, NULL),
                         LVT_ERROR_INVALID_ARGUMENT);
        lvt_buffer_append_literal(&out, "before");
        assert_int_equal(lvt_token_issue(&out, f.app, PAGE, NONCE, GROUP, NULL), LVT_ERROR_LIMIT);
        assert_true(lvt_span_is(lvt_buffer_span(&out), "before"));
        lvt_buffer_free(&out);
        fixture_close(&f);
    }
}

/* An id that needs escapes in JSON takes the most room. */
static void any_application_id_fits(void **state) {
    (void)state;
    char id[LVT_APP_ID_LENGTH_MAX + 1];
    memset(id, '\x01', sizeof id);
    id[LVT_APP_ID_LENGTH_MAX] = '\0';
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        open_form(&f, id, form);
        token t = issue(&f);
        assert_true(t.length <= LVT_TOKEN_LENGTH_MAX);
        assert_int_equal(verify(&f, &t), LVT_OK);
        fixture_close(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issued_token_is_good),
        cmocka_unit_test(a_secret_outlives_the_process),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(what_is_cut_or_added_is_refused),
        cmocka_unit_test(a_token_is_for_one_group_of_one_application),
        cmocka_unit_test(no_group_is_none_of_all_groups),
        cmocka_unit_test(a_token_ends),
        cmocka_unit_test(a_token_needs_its_parts),
        cmocka_unit_test(any_application_id_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
