/* What somebody tries who is not let in, at the socket: tokens that are forged, cut, bent, stolen, used up, out of time
 * or of others. Each row says what Mallory sends with an upgrade, what he gets, and what the audit says of it. Whatever
 * it is, he never sees Alice's diary and never writes into it. */
#include "attack.h"

static const lvt_token_form forms[] = {LVT_TOKEN_SIGNED, LVT_TOKEN_SEALED};
enum { FORMS = sizeof forms / sizeof forms[0] };

/* ---- tokens ---- */

static void empty(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, "%s", ""); }
static void a_word(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, "alice"); }
static void hers(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->alice.token); }
static void hers_of_users(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->alice_user.token); }
static void his(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->mallory.token); }
static void his_of_users(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->mallory_user.token); }
static void his_of_mall(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->mallory_of_mall.token); }

static void his_cut(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "%.*s", (int)strlen(s->mallory.token) - 1, s->mallory.token);
}

static void half_of_his(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "%.*s", (int)strlen(s->mallory.token) / 2, s->mallory.token);
}

static void his_and_more(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%sAAAA", s->mallory.token); }
static void his_padded(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s=", s->mallory.token); }

static void a_word_and_his(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "alice, lvt.token.%s", s->mallory.token);
}

static void too_long(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, "%05000d", 0); }

/* What his own says up to its last point, and the end of hers; and the other way round. */
static void swap_ends(char *out, size_t size, const person *begin, const person *end) {
    size_t head = (size_t)(strrchr(begin->token, '.') - begin->token);
    (void)snprintf(out, size, "%.*s%s", (int)head, begin->token, strrchr(end->token, '.'));
}

static void hers_with_his_signature(char *out, size_t size, scene *s) { swap_ends(out, size, &s->alice, &s->mallory); }
static void his_with_her_signature(char *out, size_t size, scene *s) { swap_ends(out, size, &s->mallory, &s->alice); }

static void of_another_application(char *out, size_t size, scene *s) {
    issue_elsewhere(out, size, s, "mall", SECRET, 0);
}
static void of_another_secret(char *out, size_t size, scene *s) {
    issue_elsewhere(out, size, s, "shop", OTHER_SECRET, 0);
}
/* The same day, or its key would be over as well. */
static void expired(char *out, size_t size, scene *s) { issue_elsewhere(out, size, s, "shop", SECRET, -60); }
static void expired_long_ago(char *out, size_t size, scene *s) { issue_elsewhere(out, size, s, "shop", SECRET, -1200); }
static void not_yet_valid(char *out, size_t size, scene *s) { issue_elsewhere(out, size, s, "shop", SECRET, 2); }
static void with_tomorrows_key(char *out, size_t size, scene *s) { issue_elsewhere(out, size, s, "shop", SECRET, 300); }
static void with_an_old_key(char *out, size_t size, scene *s) { issue_elsewhere(out, size, s, "shop", SECRET, -2880); }

static void of_no_group(char *out, size_t size, scene *s) { issue(out, size, s->shop.app, LVT_SPAN("")); }

static void refreshed(char *out, size_t size, scene *s) {
    lvt_buffer fresh;
    lvt_buffer_init(&fresh, LVT_TOKEN_LENGTH_MAX, NULL);
    issue(out, size, s->shop.app, group_of(&s->mallory));
    assert_int_equal(lvt_token_refresh(&fresh, NULL, s->shop.app, lvt_span_from(out), group_of(&s->mallory), NULL),
                     LVT_OK);
    lvt_buffer_free(&fresh);
}

static void invalidated(char *out, size_t size, scene *s) {
    issue(out, size, s->shop.app, group_of(&s->mallory));
    assert_int_equal(lvt_token_invalidate(NULL, s->shop.app, lvt_span_from(out), group_of(&s->mallory), NULL), LVT_OK);
}

static void of_the_other_form(char *out, size_t size, scene *s) {
    scene other = {.form = s->form == LVT_TOKEN_SEALED ? LVT_TOKEN_SIGNED : LVT_TOKEN_SEALED};
    test_clock clock;
    lvt_app *app = relative(&clock, &other, "shop", SECRET, 0);
    issue(out, size, app, group_of(&s->mallory));
    lvt_app_free(app);
}

/* ---- tokens, signed by hand ---- */

/* With the application's own key, and all that is right but for what is replaced in the header and in the payload. */
static void bend(char *out, size_t size, scene *s, bool in_header, const char *from, const char *to) {
    char header[512], payload[2048];
    forge_header(header, sizeof header, s->shop.app);
    forge_payload(payload, sizeof payload, s->shop.app, group_of(&s->mallory));
    if (in_header) forge_replace(header, sizeof header, from, to);
    else forge_replace(payload, sizeof payload, from, to);
    forge_sign(out, size, s->shop.app, header, payload);
}

static void signed_by_hand(char *out, size_t size, scene *s) { bend(out, size, s, false, "shop", "shop"); }
static void alg_none(char *out, size_t size, scene *s) { bend(out, size, s, true, "HS256", "none"); }
static void alg_hs384(char *out, size_t size, scene *s) { bend(out, size, s, true, "HS256", "HS384"); }
static void alg_hs512(char *out, size_t size, scene *s) { bend(out, size, s, true, "HS256", "HS512"); }
static void alg_rs256(char *out, size_t size, scene *s) { bend(out, size, s, true, "HS256", "RS256"); }
static void alg_es256(char *out, size_t size, scene *s) { bend(out, size, s, true, "HS256", "ES256"); }
static void alg_twice(char *out, size_t size, scene *s) {
    bend(out, size, s, true, "\"HS256\"", "\"HS256\",\"alg\":\"none\"");
}
static void kid_twice(char *out, size_t size, scene *s) {
    bend(out, size, s, true, "\"kid\"", "\"kid\":\"AAAAAAAAAAA\",\"kid\"");
}
static void own_key_in_header(char *out, size_t size, scene *s) {
    bend(out, size, s, true, "}", ",\"jwk\":{\"kty\":\"oct\",\"k\":\"QQ\"}}");
}
static void aud_twice(char *out, size_t size, scene *s) { bend(out, size, s, false, "{", "{\"aud\":\"mall\","); }
static void exp_twice(char *out, size_t size, scene *s) {
    bend(out, size, s, false, "\"exp\"", "\"exp\":1800000000,\"exp\"");
}
static void sub_twice(char *out, size_t size, scene *s) {
    bend(out, size, s, false, "\"}", "\",\"sub\":\"" FORGE_NONCE "\"}");
}
static void grp_null(char *out, size_t size, scene *s) {
    bend(out, size, s, false, "\"grp\":", "\"grp\":null,\"was\":");
}
static void a_further_claim(char *out, size_t size, scene *s) {
    bend(out, size, s, false, "\"}", "\",\"admin\":true}");
}
static void no_expiry(char *out, size_t size, scene *s) { bend(out, size, s, false, "\"exp\":1700000100,", ""); }
static void over_now(char *out, size_t size, scene *s) {
    bend(out, size, s, false, "\"exp\":1700000100", "\"exp\":1700000000");
}

/* His group first, then hers. */
static void grp_twice(char *out, size_t size, scene *s) {
    char header[512], payload[2048], hers_payload[2048], hers_tag[64], both[128];
    forge_header(header, sizeof header, s->shop.app);
    forge_payload(payload, sizeof payload, s->shop.app, group_of(&s->mallory));
    forge_payload(hers_payload, sizeof hers_payload, s->shop.app, group_of(&s->alice));
    cut(hers_tag, sizeof hers_tag, hers_payload, "\"grp\":\"", "\"");
    (void)snprintf(both, sizeof both, "\"grp\":\"%s\",\"iat\"", hers_tag);
    forge_replace(payload, sizeof payload, "\"iat\"", both);
    forge_sign(out, size, s->shop.app, header, payload);
}

static void unsigned_alg_none(char *out, size_t size, scene *s) {
    alg_none(out, size, s);
    strrchr(out, '.')[1] = '\0';
}

static void without_signature(char *out, size_t size, scene *s) {
    his(out, size, s);
    strrchr(out, '.')[1] = '\0';
}

static void of_two_parts(char *out, size_t size, scene *s) {
    his(out, size, s);
    *strrchr(out, '.') = '\0';
}

/* Hers, signed again with what he knows: nothing, the key's name, the group's hash. */
static void re_sign(char *out, size_t size, scene *s, lvt_span key) {
    char header[512], payload[2048];
    forge_header(header, sizeof header, s->shop.app);
    forge_payload(payload, sizeof payload, s->shop.app, group_of(&s->mallory));
    forge_sign_with(out, size, s->shop.app, key, header, payload);
}

static void re_signed_with_zeros(char *out, size_t size, scene *s) {
    static const char zeros[LVT_KEY_SIZE];
    re_sign(out, size, s, lvt_span_of(zeros, sizeof zeros));
}

static void re_signed_with_the_keys_name(char *out, size_t size, scene *s) {
    re_sign(out, size, s, lvt_span_from(s->shop.app->keychain.ring.keys[0].id));
}

static void re_signed_with_the_secret(char *out, size_t size, scene *s) { re_sign(out, size, s, LVT_SPAN(SECRET)); }

static void with_her_payload(char *out, size_t size, scene *s) {
    const char *his_payload = strchr(s->mallory.token, '.'), *her_payload = strchr(s->alice.token, '.');
    (void)snprintf(out, size, "%.*s%.*s%s", (int)(his_payload - s->mallory.token), s->mallory.token,
                   (int)(strrchr(her_payload, '.') - her_payload), her_payload, strrchr(his_payload, '.'));
}

static void of_a_key_that_never_was(char *out, size_t size, scene *s) {
    bend(out, size, s, true, s->shop.app->keychain.ring.keys[0].id, "AAAAAAAAAAA");
}

/* ---- what else he sends ---- */

static void his_cookie(char *out, size_t size, scene *s) { (void)snprintf(out, size, "%s", s->mallory.headers); }
static void his_password(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, AS_MALLORY); }

#define INVALID "token_invalid"
#define FOREIGN "token_foreign"
#define IN NULL /* he is let in, and sees his own */

/* At the upgrade. */
static const struct {
    const char *name;
    maker token; /* NULL: none */
    maker headers;
    const char *path;
    const char *code;
    const char *audit;
    bool is_signed; /* of that form only */
} token_attacks[] = {
    {"his own, with his cookie", his, his_cookie, "/", IN, "", false},
    {"his own, signed by hand", signed_by_hand, his_cookie, "/", IN, "", true},

    {"none", NULL, his_cookie, "/", INVALID, "token_refused form", false},
    {"an empty one", empty, his_cookie, "/", INVALID, "token_refused form", false},
    {"a word", a_word, his_cookie, "/", INVALID, "token_refused form", false},
    {"5,000 bytes", too_long, his_cookie, "/", INVALID, "token_refused form", false},
    {"a word before his own", a_word_and_his, his_cookie, "/", INVALID, "token_refused form", false},
    {"cut by a letter", his_cut, his_cookie, "/", INVALID, NULL, false},
    {"cut in the middle", half_of_his, his_cookie, "/", INVALID, NULL, false},
    {"four letters more", his_and_more, his_cookie, "/", INVALID, NULL, false},
    {"padding", his_padded, his_cookie, "/", INVALID, "token_refused form", false},
    {"of the other form", of_the_other_form, his_cookie, "/", INVALID, "token_refused form", false},

    {"her own, with no cookie", hers, no_cookie, "/", FOREIGN, "token_refused foreign_group", false},
    {"her own, with his cookie", hers, his_cookie, "/", FOREIGN, "token_refused foreign_group", false},
    {"her own, with her id in a cookie", hers, her_id_his_signature, "/", FOREIGN,
     "cookie_refused signature, token_refused foreign_group", false},
    {"her own, at another view", hers, his_cookie, "/other", FOREIGN, "token_refused foreign_group", false},
    {"his own, with no cookie", his, no_cookie, "/", FOREIGN, "token_refused foreign_group", false},
    {"of no group", of_no_group, his_cookie, "/", FOREIGN, "token_refused foreign_group", false},
    {"of no group, with no cookie", of_no_group, no_cookie, "/", FOREIGN, "token_refused foreign_group", false},

    {"his own, where people have passwords", his, his_password, "/user", FOREIGN, "token_refused foreign_group", false},
    {"hers, where people have passwords", hers_of_users, his_password, "/user", FOREIGN, "token_refused foreign_group",
     false},
    {"hers of there, here", hers_of_users, his_cookie, "/", FOREIGN, "token_refused foreign_group", false},
    {"his of there, there", his_of_users, his_password, "/user", IN, "", false},

    {"of another application", of_another_application, his_cookie, "/", FOREIGN, "token_refused foreign_application",
     false},
    {"of another application, with its cookie", his_of_mall, his_cookie_of_another_application, "/", FOREIGN,
     "cookie_refused signature, token_refused foreign_application", false},
    {"of another secret", of_another_secret, his_cookie, "/", INVALID, "token_refused key", false},

    {"expired this second", expired, his_cookie, "/", "token_expired", "token_refused expired", false},
    {"expired hours ago", expired_long_ago, his_cookie, "/", "token_expired", "token_refused expired", false},
    {"from the future", not_yet_valid, his_cookie, "/", INVALID, "token_refused not_yet_valid", false},
    {"with the key of tomorrow", with_tomorrows_key, his_cookie, "/", INVALID, "token_refused key", false},
    {"with a key that is over", with_an_old_key, his_cookie, "/", INVALID, "token_refused key", false},
    {"refreshed", refreshed, his_cookie, "/", "token_replayed", "token_refused replayed", false},
    {"invalidated", invalidated, his_cookie, "/", "token_replayed", "token_refused replayed", false},

    {"hers with the end of his", hers_with_his_signature, his_cookie, "/", INVALID, "token_refused signature", true},
    {"his with the end of hers", his_with_her_signature, his_cookie, "/", INVALID, "token_refused signature", true},
    {"his, with her payload", with_her_payload, his_cookie, "/", INVALID, "token_refused signature", true},
    {"signed with zeros", re_signed_with_zeros, his_cookie, "/", INVALID, "token_refused signature", true},
    {"signed with the name of the key", re_signed_with_the_keys_name, his_cookie, "/", INVALID,
     "token_refused signature", true},
    {"signed with the secret itself", re_signed_with_the_secret, his_cookie, "/", INVALID, "token_refused signature",
     true},
    {"an empty signature", without_signature, his_cookie, "/", INVALID, "token_refused form", true},
    {"of two parts", of_two_parts, his_cookie, "/", INVALID, "token_refused form", true},
    {"a key that never was", of_a_key_that_never_was, his_cookie, "/", INVALID, "token_refused key", true},

    /* Signed with the true key, all of these. */
    {"alg none", alg_none, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg none, unsigned", unsigned_alg_none, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg HS384", alg_hs384, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg HS512", alg_hs512, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg RS256", alg_rs256, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg ES256", alg_es256, his_cookie, "/", INVALID, "token_refused form", true},
    {"alg twice", alg_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"kid twice", kid_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"a key in the header", own_key_in_header, his_cookie, "/", INVALID, "token_refused form", true},
    {"aud twice", aud_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"grp twice, his and hers", grp_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"grp null", grp_null, his_cookie, "/", INVALID, "token_refused form", true},
    {"exp twice", exp_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"sub twice", sub_twice, his_cookie, "/", INVALID, "token_refused form", true},
    {"a claim more", a_further_claim, his_cookie, "/", INVALID, "token_refused form", true},
    {"no exp", no_expiry, his_cookie, "/", INVALID, "token_refused form", true},
    {"exp now", over_now, his_cookie, "/", "token_expired", "token_refused expired", true},
};

static void try_token(scene *s, size_t row) {
    char headers[1024], token[8192];
    const char *name = token_attacks[row].name, *path = token_attacks[row].path, *code = token_attacks[row].code;
    outcome o;
    token_attacks[row].headers(headers, sizeof headers, s);
    if (token_attacks[row].token != NULL) token_attacks[row].token(token, sizeof token, s);
    forget_events(&s->shop);
    attack(&o, &s->shop, UPGRADE, path, headers, token_attacks[row].token != NULL ? token : NULL);
    if (o.status != 101) fail_msg("%s: %d", name, o.status);
    expect_silence(&o, &s->alice, name);
    if (strcmp(o.code, code != NULL ? code : "") != 0 || o.close_code != (code != NULL ? 4401 : 0))
        fail_msg("%s: %s, %d", name, o.shown, o.close_code);
    if (code == NULL && strstr(o.shown, OF_MALLORY) == NULL) fail_msg("%s: %s", name, o.shown);
    /* Where it is cut decides what is seen first. */
    if (token_attacks[row].audit == NULL) {
        if (strcmp(o.events, "token_refused form") != 0) assert_string_equal(o.events, "token_refused signature");
    } else if (strcmp(o.events, token_attacks[row].audit) != 0) {
        fail_msg("%s: audit: %s", name, o.events);
    }
    outcome_free(&o);
    expect_unharmed(&s->shop, &s->alice, "/", name);
    expect_unharmed(&s->shop, &s->alice_user, "/user", name);
}

static void tokens_that_are_not_good(void **state) {
    (void)state;
    for (size_t form = 0; form < FORMS; form++) {
        scene s;
        scene_open(&s, forms[form]);
        for (size_t row = 0; row < sizeof token_attacks / sizeof token_attacks[0]; row++)
            if (form == 0 || !token_attacks[row].is_signed) try_token(&s, row);
        scene_close(&s);
    }
}

/* The keys are changed by hand: whatever was issued before is over, and nobody else's is good. */
static void tokens_of_keys_that_were_rotated_out(void **state) {
    (void)state;
    for (size_t form = 0; form < FORMS; form++) {
        scene s;
        outcome o;
        scene_open(&s, forms[form]);
        assert_int_equal(lvt_app_rotate_keys(s.shop.app, 0, NULL), LVT_OK);
        forget_events(&s.shop);
        attack(&o, &s.shop, UPGRADE, "/", s.alice.headers, s.alice.token);
        assert_string_equal(o.code, "token_invalid");
        assert_int_equal(o.close_code, 4401);
        assert_string_equal(o.events, "token_refused key");
        outcome_free(&o);
        expect_unharmed(&s.shop, &s.alice, "/", "rotated"); /* her cookie is not concerned */
        scene_close(&s);
    }
}

/* A view is no border between what belongs to one visitor: his token of one opens another, on his own diary there. */
static void a_token_of_another_view(void **state) {
    (void)state;
    scene s;
    outcome o;
    scene_open(&s, LVT_TOKEN_SIGNED);
    attack(&o, &s.shop, UPGRADE, "/other", s.mallory.headers, s.mallory.token);
    assert_int_equal(o.status, 101);
    assert_int_equal(o.close_code, 0);
    assert_string_equal(o.events, "");
    assert_non_null(strstr(o.shown, OF_NOBODY));
    assert_null(strstr(o.shown, OF_MALLORY));
    expect_silence(&o, &s.alice, "another view");
    outcome_free(&o);
    scene_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_that_are_not_good),
        cmocka_unit_test(tokens_of_keys_that_were_rotated_out),
        cmocka_unit_test(a_token_of_another_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
