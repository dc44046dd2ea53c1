/* The bearer example: which tokens of another service it takes, and how it answers the others. */
#include "tests/support/cmocka_all.h"

#include "examples/bearer/jwt.h"

#include <stdio.h>

static const char secret[] = "the secret that both of us know..";
static const int64_t now = 1000000;

static void encode(char *out, const unsigned char *bytes, size_t length) {
    int count = EVP_EncodeBlock((unsigned char *)out, bytes, (int)length);
    while (count > 0 && out[count - 1] == '=') count--;
    out[count] = '\0';
    for (char *c = out; *c != '\0'; c++) *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
}

static void sign(char *out, size_t size, const char *head, const char *claims, const char *key, const EVP_MD *method) {
    char parts[2][1024], signature[128];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    encode(parts[0], (const unsigned char *)head, strlen(head));
    encode(parts[1], (const unsigned char *)claims, strlen(claims));
    (void)snprintf(out, size, "%s.%s", parts[0], parts[1]);
    assert_non_null(HMAC(method, key, (int)strlen(key), (const unsigned char *)out, strlen(out), digest, &length));
    encode(signature, digest, length);
    (void)snprintf(out, size, "%s.%s.%s", parts[0], parts[1], signature);
}

static lvt_status verify(char *out, size_t size, const char *token, lvt_error *error) {
    const jwt_rules rules = {
        .secret = LVT_SPAN("the secret that both of us know.."), .issuer = "us", .audience = "bearer", .leeway = 60};
    lvt_arena arena;
    lvt_span subject;
    lvt_error_clear(error);
    lvt_arena_init(&arena, JWT_MEMORY_MAX, NULL);
    lvt_status status = jwt_verify(&subject, lvt_span_from(token), &rules, now, &arena, error);
    if (status == LVT_OK) (void)snprintf(out, size, "%.*s", LVT_SPAN_ARGS(subject));
    lvt_arena_free(&arena);
    return status;
}

#define HEAD "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":1000100}"

static void tokens_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *head, *claims;
        const char *reason; /* NULL: it is good */
    } cases[] = {
        {HEAD, CLAIMS, NULL},
        {"{\"alg\":\"HS256\"}", CLAIMS, NULL},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":[\"x\",\"bearer\"],\"exp\":1000100,\"nbf\":1000060}", NULL},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":999941}", NULL}, /* the leeway */
        {"{\"alg\":\"none\"}", CLAIMS, "the token is signed in another way"},
        {"{\"alg\":\"hs256\"}", CLAIMS, "the token is signed in another way"},
        {"{\"alg\":\"HS512\"}", CLAIMS, "the token is signed in another way"},
        {"{\"alg\":\"RS256\"}", CLAIMS, "the token is signed in another way"},
        {"{\"alg\":[\"HS256\"]}", CLAIMS, "the token is signed in another way"},
        {"{}", CLAIMS, "the token is signed in another way"},
        {"{\"alg\":\"HS256\",\"crit\":[\"x\"]}", CLAIMS, "the token asks for what is not known here"},
        {"[]", CLAIMS, "the token is signed in another way"},
        {"{", CLAIMS, "the token is malformed"},
        {HEAD, "{", "the token is malformed"},
        {HEAD, "[]", "the token does not say when it ends"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":999940}", "the token is over"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\"}", "the token does not say when it ends"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":\"1000100\"}",
         "the token does not say when it ends"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":1000100,\"nbf\":1000061}",
         "the token is not good yet"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":1000100,\"nbf\":null}",
         "the token is not good yet"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"them\",\"aud\":\"bearer\",\"exp\":1000100}",
         "the token is of another issuer"},
        {HEAD, "{\"sub\":\"ann\",\"aud\":\"bearer\",\"exp\":1000100}", "the token is of another issuer"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":\"bear\",\"exp\":1000100}", "the token is for somebody else"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"aud\":[],\"exp\":1000100}", "the token is for somebody else"},
        {HEAD, "{\"sub\":\"ann\",\"iss\":\"us\",\"exp\":1000100}", "the token is for somebody else"},
        {HEAD, "{\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":1000100}", "the token names nobody"},
        {HEAD, "{\"sub\":7,\"iss\":\"us\",\"aud\":\"bearer\",\"exp\":1000100}", "the token names nobody"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char token[4096], subject[64] = "";
        lvt_error error;
        sign(token, sizeof token, cases[i].head, cases[i].claims, secret, EVP_sha256());
        lvt_status status = verify(subject, sizeof subject, token, &error);
        if (cases[i].reason == NULL) assert_string_equal(status == LVT_OK ? subject : error.message, "ann");
        else assert_string_equal(error.message, cases[i].reason);
    }
}

static void signatures_are_checked(void **state) {
    (void)state;
    char good[4096], bad[4200], subject[64];
    lvt_error error;
    sign(bad, sizeof bad, HEAD, CLAIMS, "another secret, of the same length", EVP_sha256());
    assert_int_equal(verify(subject, sizeof subject, bad, &error), LVT_ERROR_TOKEN_INVALID);
    sign(bad, sizeof bad, HEAD, CLAIMS, secret, EVP_sha512());
    assert_int_equal(verify(subject, sizeof subject, bad, &error), LVT_ERROR_TOKEN_INVALID);
    sign(good, sizeof good, HEAD, CLAIMS, secret, EVP_sha256());
    size_t length = strlen(good);
    assert_int_equal(verify(subject, sizeof subject, good, &error), LVT_OK);
    for (size_t i = 0; i < length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bad, good, length + 1);
            bad[i] = (char)((unsigned char)bad[i] ^ 1u << bit);
            if (bad[i] != '\0') assert_int_not_equal(verify(subject, sizeof subject, bad, &error), LVT_OK);
        }
        memcpy(bad, good, length + 1);
        bad[i] = '\0';
        assert_int_not_equal(verify(subject, sizeof subject, bad, &error), LVT_OK);
    }
    (void)snprintf(bad, sizeof bad, "%s=", good);
    assert_int_not_equal(verify(subject, sizeof subject, bad, &error), LVT_OK);
    (void)snprintf(bad, sizeof bad, "%s.x", good);
    assert_int_not_equal(verify(subject, sizeof subject, bad, &error), LVT_OK);
}

static void tokens_are_found(void **state) {
    (void)state;
    static const struct {
        const char *headers[3][2];
        const char *token;
    } cases[] = {{{{"Authorization", "Bearer a.b.c"}}, "a.b.c"},
                 {{{"authorization", "bearer a.b.c"}}, "a.b.c"},
                 {{{"Cookie", "x=1; access_token=a.b.c"}}, "a.b.c"},
                 {{{"Authorization", "Bearer a.b.c"}, {"Cookie", "access_token=d"}}, "a.b.c"},
                 {{{"Authorization", "Bearer a.b.c"}, {"Authorization", "Bearer a.b.c"}}, ""},
                 {{{"Authorization", "Basic a"}, {"Cookie", "access_token=d"}}, ""},
                 {{{"Authorization", "Bearer "}}, ""},
                 {{{"Authorization", "Bearera"}}, ""},
                 {{{"Host", "x"}}, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_header headers[3];
        lvt_request request = {.headers = headers};
        for (; request.header_count < 3 && cases[i].headers[request.header_count][0] != NULL; request.header_count++)
            headers[request.header_count] = (lvt_header){lvt_span_from(cases[i].headers[request.header_count][0]),
                                                         lvt_span_from(cases[i].headers[request.header_count][1])};
        lvt_span token = jwt_of_request(&request);
        if (!lvt_span_is(token, cases[i].token)) fail_msg("%zu: %.*s", i, LVT_SPAN_ARGS(token));
    }
}

typedef struct number {
    int64_t count;
} number;
LVT_STRUCT(number, LVT_FIELD(number, count, LVT_INT64, "Count"));

static void a_page_is_shown_to_whom_it_should(void **state) {
    (void)state;
    static const jwt_rules rules = {
        .secret = LVT_SPAN_INIT("the secret that both of us know.."), .audience = "bearer", .leeway = 60};
    const lvt_view view = {.template_text = "{{.lvt.User}}",
                           .store = &number_type,
                           .authenticator = {.identify = jwt_identify, .payload = (void *)(uintptr_t)&rules}};
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    lvt_app *app;
    lvt_live *live;
    lvt_response response;
    char token[4096], value[4200];
    lvt_header header = {LVT_SPAN("Authorization"), {NULL, 0}};
    lvt_request request = {.method = LVT_SPAN("GET"), .path = LVT_SPAN("/"), .headers = &header};
    assert_int_equal(lvt_app_create(&app, &options, NULL), LVT_OK);
    assert_int_equal(lvt_live_create(&live, app, &view, NULL, NULL), LVT_OK);
    lvt_response_init(&response, NULL);
    assert_int_equal(lvt_live_handle(live, &request, &response, NULL), LVT_OK);
    assert_int_equal(response.status, 401);
    assert_non_null(strstr(lvt_buffer_string(&response.headers), "WWW-Authenticate: Bearer realm=\"bearer\"\r\n"));
    sign(token, sizeof token, HEAD, "{\"sub\":\"ann\",\"aud\":\"bearer\",\"exp\":1}", secret, EVP_sha256());
    (void)snprintf(value, sizeof value, "Bearer %s", token);
    request.header_count = 1;
    header.value = lvt_span_from(value);
    assert_int_equal(lvt_live_handle(live, &request, &response, NULL), LVT_OK);
    assert_int_equal(response.status, 401);
    assert_string_equal(lvt_buffer_string(&response.body), "the token is over\n");
    assert_non_null(strstr(lvt_buffer_string(&response.headers),
                           "WWW-Authenticate: Bearer realm=\"bearer\", error=\"invalid_token\"\r\n"));
    sign(token, sizeof token, HEAD, "{\"sub\":\"ann\",\"aud\":\"bearer\",\"exp\":99999999999}", secret, EVP_sha256());
    (void)snprintf(value, sizeof value, "Bearer %s", token);
    header.value = lvt_span_from(value);
    assert_int_equal(lvt_live_handle(live, &request, &response, NULL), LVT_OK);
    assert_int_equal(response.status, 200);
    assert_non_null(strstr(lvt_buffer_string(&response.body), ">ann</div>"));
    lvt_response_free(&response);
    lvt_live_free(live);
    lvt_app_free(app);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_checked),
        cmocka_unit_test(signatures_are_checked),
        cmocka_unit_test(tokens_are_found),
        cmocka_unit_test(a_page_is_shown_to_whom_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
