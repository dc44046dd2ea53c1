/* The lexer: sources and the tokens they are cut into, numbers that are none, and the places of tokens. */
#include "template/lexer.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/syntax_print.h"

typedef struct row {
    const char *source;
    const char *expected;
} row;

static const char *kind_name(lvt_token_kind kind) {
    switch (kind) {
    case LVT_TOKEN_ERROR: return "error";
    case LVT_TOKEN_END: return "end";
    case LVT_TOKEN_TEXT: return "text";
    case LVT_TOKEN_LEFT: return "{{";
    case LVT_TOKEN_RIGHT: return "}}";
    case LVT_TOKEN_SPACE: return "_";
    case LVT_TOKEN_PIPE: return "|";
    case LVT_TOKEN_COMMA: return ",";
    case LVT_TOKEN_CHARACTER: return "character";
    case LVT_TOKEN_OPEN: return "(";
    case LVT_TOKEN_CLOSE: return ")";
    case LVT_TOKEN_ASSIGN: return "=";
    case LVT_TOKEN_DECLARE: return ":=";
    case LVT_TOKEN_DOT: return ".";
    case LVT_TOKEN_NIL: return "nil";
    case LVT_TOKEN_BOOL: return "bool";
    case LVT_TOKEN_NUMBER: return "number";
    case LVT_TOKEN_CHAR: return "char";
    case LVT_TOKEN_STRING: return "string";
    case LVT_TOKEN_RAW_STRING: return "raw";
    case LVT_TOKEN_FIELD: return "field";
    case LVT_TOKEN_VARIABLE: return "variable";
    case LVT_TOKEN_IDENTIFIER: return "name";
    case LVT_TOKEN_KEYWORD: return "keyword";
    }
    return "?";
}

/* The name of each token, and its text where the name does not tell it. */
static void print_tokens(lvt_buffer *out, lvt_span source) {
    lvt_error error;
    lvt_lexer lexer;
    lvt_lexer_init(&lexer, "t", source, &error);
    for (;;) {
        lvt_token token = lvt_lexer_next(&lexer);
        if (token.kind == LVT_TOKEN_END) return;
        if (out->length != 0) lvt_buffer_append_char(out, ' ');
        if (token.kind == LVT_TOKEN_ERROR) {
            lvt_buffer_append_format(out, "error %s", error.message);
            assert_int_equal(error.status, LVT_ERROR_SYNTAX);
            assert_int_equal(lvt_lexer_next(&lexer).kind, LVT_TOKEN_ERROR);
            return;
        }
        lvt_buffer_append_string(out, kind_name(token.kind));
        if (token.kind >= LVT_TOKEN_BOOL || token.kind == LVT_TOKEN_CHARACTER) {
            lvt_buffer_append_char(out, ':');
            lvt_buffer_append_span(out, token.text);
        } else if (token.kind == LVT_TOKEN_TEXT) {
            lvt_buffer_append_char(out, ':');
            syntax_print_quoted(out, token.text);
        }
    }
}

static void check_rows(const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, 4096, NULL);
        print_tokens(&out, lvt_span_from(rows[i].source));
        if (strcmp(lvt_buffer_string(&out), rows[i].expected) != 0)
            print_error("source: %s\ntokens: %s\nwanted: %s\n", rows[i].source, lvt_buffer_string(&out),
                        rows[i].expected);
        assert_string_equal(lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_free(&out);
    }
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_text_and_trimming(void **state) {
    (void)state;
    static const row rows[] = {
        {"", ""},
        {" \n", "text:\" \\n\""},
        {"a { b }} c", "text:\"a { b }} c\""},
        {"{", "text:\"{\""},
        {"a{{.}}b", "text:\"a\" {{ . }} text:\"b\""},
        {"a {{.}} b", "text:\"a \" {{ . }} text:\" b\""},
        {"a \n{{- . -}}\t\r\n b", "text:\"a\" {{ . }} text:\"b\""},
        {"a {{-\n. \n -}} b", "text:\"a\" {{ . _ }} text:\"b\""},
        {" {{- . -}} ", "{{ . }}"},
        {" {{- .}}{{. -}} ", "{{ . }} {{ . }}"},
        {"a\v{{- .}}", "text:\"a\\x0b\" {{ . }}"},
        /* Without a space beside it, the minus belongs to a number. */
        {"a {{-1}}", "text:\"a \" {{ number:-1 }}"},
        {"{{1 -}} b", "{{ number:1 }} text:\"b\""},
        {"{{ -}} b", "{{ }} text:\"b\""},
        {"{{- -}}", "{{ number:- }}"},
        {"{{.}}}}", "{{ . }} text:\"}}\""},
        {"{{{", "{{ character:{ error t:1:4: unclosed action"},
    };
    CHECK_ROWS(rows);
}

static void test_comments(void **state) {
    (void)state;
    static const row rows[] = {
        {"a{{/* }} {{ */}}b", "text:\"a\" text:\"b\""},
        {"{{/**/}}", ""},
        {"a {{- /* x */ -}} b", "text:\"a\" text:\"b\""},
        {"a {{/* x */ -}} b", "text:\"a \" text:\"b\""},
        {"a\n{{/* open", "text:\"a\\n\" error t:2:1: unclosed comment"},
        {"{{/*/}}", "error t:1:1: unclosed comment"},
        {"{{/* x */ }}", "error t:1:1: comment ends before closing delimiter"},
        /* Only right behind the delimiter or its trim marker. */
        {"{{ /* x */}}", "{{ _ character:/ character:* _ name:x _ character:* character:/ }}"},
        {"{{-  /* x */}}", "{{ _ character:/ character:* _ name:x _ character:* character:/ }}"},
    };
    CHECK_ROWS(rows);
}

static void test_words(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{if else end range with define block template break continue}}",
         "{{ keyword:if _ keyword:else _ keyword:end _ keyword:range _ keyword:with _ keyword:define _ keyword:block _ "
         "keyword:template _ keyword:break _ keyword:continue }}"},
        {"{{nil true false nile}}", "{{ nil _ bool:true _ bool:false _ name:nile }}"},
        {"{{.A.B .}}", "{{ field:.A field:.B _ . }}"},
        {"{{$ $x $x.A}}", "{{ variable:$ _ variable:$x _ variable:$x field:.A }}"},
        {"{{h\303\251 .\345\220\215 $\316\261_1}}",
         "{{ name:h\303\251 _ field:.\345\220\215 _ variable:$\316\261_1 }}"},
        {"{{\331\240}}", "{{ name:\331\240 }}"}, /* a digit that no number starts with */
        {"{{$x := 1}}", "{{ variable:$x _ := _ number:1 }}"},
        {"{{$x:=1}}", "{{ variable:$x := number:1 }}"},
        {"{{$x = 1, | ( ) @}}", "{{ variable:$x _ = _ number:1 , _ | _ ( _ ) _ character:@ }}"},
        {"{{\t\r\n.}}", "{{ _ . }}"},
        {"{{$x=1}}", "{{ error t:1:5: bad character U+003D '='"},
        {"{{.A}", "{{ error t:1:5: bad character U+007D '}'"},
        {"{{a\342\202\254}}", "{{ error t:1:4: bad character U+20AC '\342\202\254'"},
        {"{{:}}", "{{ error t:1:3: expected :="},
        {"{{\001}}", "{{ error t:1:3: unrecognized character in action: U+0001"},
        {"{{\377}}", "{{ error t:1:3: unrecognized character in action: U+FFFD '\357\277\275'"},
        {"{{(}}", "{{ ( error t:1:4: unclosed left paren"},
        {"{{)}}", "{{ error t:1:3: unexpected right paren"},
        {"\n {{.A", "text:\"\\n \" {{ field:.A error t:2:6: unclosed action"},
        {"{{.A\n", "{{ field:.A _ error t:2:1: unclosed action started at t:1"},
        {"{{\n!", "{{ _ character:! error t:2:2: unclosed action started at t:1"},
        {"{{(\n}}", "{{ ( _ error t:2:1: unclosed left paren in action started at t:1"},
    };
    CHECK_ROWS(rows);
}

static void test_strings(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{\"a\\\"}}\" \"\"}}", "{{ string:\"a\\\"}}\" _ string:\"\" }}"},
        {"{{`a\n\\`}}", "{{ raw:`a\n\\` }}"},
        {"{{'a' '\\''}}", "{{ char:'a' _ char:'\\'' }}"},
        {"{{\"a", "{{ error t:1:3: unterminated quoted string"},
        {"{{\"a\n\"}}", "{{ error t:1:3: unterminated quoted string"},
        {"{{\"a\\\n\"}}", "{{ error t:1:3: unterminated quoted string"},
        {"{{\"\\", "{{ error t:1:3: unterminated quoted string"},
        {"{{`a", "{{ error t:1:3: unterminated raw quoted string"},
        {"{{'a", "{{ error t:1:3: unterminated character constant"},
    };
    CHECK_ROWS(rows);
}

static void test_numbers(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{1 -1 +1 1_000 0x1F 0b01 0o17 017}}", "{{ number:1 _ number:-1 _ number:+1 _ number:1_000 _ number:0x1F _ "
                                                 "number:0b01 _ number:0o17 _ number:017 }}"},
        {"{{1.5 .5 1. 1e3 1.5E-3 0x1.8p+3}}",
         "{{ number:1.5 _ number:.5 _ number:1. _ number:1e3 _ number:1.5E-3 _ number:0x1.8p+3 }}"},
        {"{{1.A}}", "{{ error t:1:3: bad number syntax: \"1.A\""},
        {"{{0b12}}", "{{ error t:1:3: bad number syntax: \"0b12\""},
        {"{{1+2}}", "{{ error t:1:3: bad number syntax: \"1+2\""},
        {"{{1\303\251}}", "{{ error t:1:3: bad number syntax: \"1\303\251\""},
        {"{{3i}}", "{{ error t:1:3: complex numbers are not supported: \"3i\""},
        {"{{1-2i}}", "{{ error t:1:3: complex numbers are not supported: \"1-2i\""},
    };
    CHECK_ROWS(rows);
}

static void test_nul_bytes_are_text_outside_and_wrong_inside(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 4096, NULL);
    print_tokens(&out, LVT_SPAN("a\0b{{.}}"));
    assert_string_equal(lvt_buffer_string(&out), "text:\"a\\x00b\" {{ . }}");
    lvt_buffer_clear(&out);
    print_tokens(&out, LVT_SPAN("{{\0}}"));
    assert_string_equal(lvt_buffer_string(&out), "{{ error t:1:3: unrecognized character in action: U+0000");
    lvt_buffer_clear(&out);
    print_tokens(&out, LVT_SPAN("{{1\0}}"));
    assert_string_equal(lvt_buffer_string(&out), "{{ number:1 error t:1:4: unrecognized character in action: U+0000");
    lvt_buffer_free(&out);
}

static void test_quoting_for_messages(void **state) {
    (void)state;
    char out[LVT_LEXER_QUOTE_MAX];
    assert_string_equal(lvt_lexer_quote(out, LVT_SPAN("a\n\t\r\001\377\303\251")), "\"a\\n\\t\\r\\x01\\xff\303\251\"");
    assert_string_equal(lvt_lexer_quote(out, LVT_SPAN("")), "\"\"");
    assert_string_equal(lvt_lexer_quote(out, LVT_SPAN("\"\\\a\342\200\213\363\240\200\200")),
                        "\"\\\"\\\\\\a\\u200b\\U000e0000\"");
    char wide[100];
    for (size_t i = 0; i < sizeof wide; i++) wide[i] = '\001';
    for (size_t length = 0; length <= sizeof wide; length++) {
        const char *quoted = lvt_lexer_quote(out, lvt_span_of(wide, length));
        assert_true(strlen(quoted) < LVT_LEXER_QUOTE_MAX);
        assert_int_equal(length > 45, strstr(quoted, "\"...") != NULL);
        if (length <= 45) assert_int_equal(strlen(quoted), 4 * length + 2);
    }
}

static void test_tokens_for_messages(void **state) {
    (void)state;
    static const struct {
        lvt_token_kind kind;
        const char *text, *shown;
    } rows[] = {
        {LVT_TOKEN_KEYWORD, "else", "<else>"},
        {LVT_TOKEN_DOT, ".", "<.>"},
        {LVT_TOKEN_NIL, "nil", "<nil>"},
        {LVT_TOKEN_FIELD, ".Name", "\".Name\""},
        {LVT_TOKEN_STRING, "\"x\"", "\"\\\"x\\\"\""},
        {LVT_TOKEN_IDENTIFIER, "abcdefghij", "\"abcdefghij\""},
        {LVT_TOKEN_IDENTIFIER, "abcdefghijk", "\"abcdefghij\"..."},
        {LVT_TOKEN_IDENTIFIER, "\303\251\303\251\303\251\303\251\303\251\303\251",
         "\"\303\251\303\251\303\251\303\251\303\251\303\251\"..."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[LVT_LEXER_QUOTE_MAX];
        lvt_token token = {rows[i].kind, lvt_span_from(rows[i].text), NULL};
        assert_string_equal(lvt_lexer_show(out, token), rows[i].shown);
    }
}

static void test_letters(void **state) {
    (void)state;
    static const struct {
        uint32_t rune;
        bool expected;
    } rows[] = {
        {'a', true},      {'Z', true},       {'5', true},       {'_', false},    {' ', false},    {0xAA, true},
        {0xAB, false},    {0xB5, true},      {0xB2, false},     {0x2C1, true},   {0x2C2, false},  {0x660, true},
        {0x2160, false},  {0x3007, false},   {0x4E00, true},    {0x9FFF, true},  {0xA000, true},  {0xD7A3, true},
        {0xE000, false},  {0xFFFD, false},   {0x1F600, false},  {0x20000, true}, {0x2A6DF, true}, {0x323AF, true},
        {0x323B0, false}, {0x10FFFF, false}, {0x110000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (lvt_rune_is_letter_or_digit(rows[i].rune) != rows[i].expected) print_error("U+%04X\n", rows[i].rune);
        assert_int_equal(lvt_rune_is_letter_or_digit(rows[i].rune), rows[i].expected);
    }
}

static void test_places_in_any_order(void **state) {
    (void)state;
    lvt_span source = LVT_SPAN("ab\ncd\n\nef");
    lvt_lexer lexer;
    lvt_lexer_init(&lexer, "page", source, NULL);
    static const struct {
        size_t offset;
        uint32_t line, column;
    } rows[] = {{0, 1, 1}, {1, 1, 2}, {2, 1, 3}, {3, 2, 1}, {6, 3, 1},
                {8, 4, 2}, {9, 4, 3}, {7, 4, 1}, {4, 2, 2}, {0, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_place place = lvt_lexer_place(&lexer, source.data + rows[i].offset);
        assert_string_equal(place.source, "page");
        assert_int_equal(place.line, rows[i].line);
        assert_int_equal(place.column, rows[i].column);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_and_trimming),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_nul_bytes_are_text_outside_and_wrong_inside),
        cmocka_unit_test(test_quoting_for_messages),
        cmocka_unit_test(test_tokens_for_messages),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_places_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
