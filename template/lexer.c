/* lexer: one function for text, one for actions, and one for each kind of token that takes more than a character.
 *
 * Trimming shortens the spans of texts, so nothing is copied. A comment yields no token: the texts around it stay two.
 * White space inside of actions is a token, because it separates arguments. The rules are those of the text/template
 * documentation; decisions at the edges follow what Go accepts.
 */
#include "template/lexer.h"

#include "value/printable.h"

#include <stdio.h>

void lvt_lexer_init(lvt_lexer *lexer, const char *name, lvt_span source, lvt_error *error) {
    *lexer = (lvt_lexer){.name = name, .source = source, .error = error};
    lexer->cursor = lexer->cursor_line = source.data;
    lexer->cursor_number = 1;
}

lvt_place lvt_lexer_place(lvt_lexer *lexer, const char *position) {
    if (position < lexer->cursor_line) {
        lexer->cursor = lexer->cursor_line = lexer->source.data;
        lexer->cursor_number = 1;
    }
    while (lexer->cursor < position) {
        const char *newline = memchr(lexer->cursor, '\n', (size_t)(position - lexer->cursor));
        if (newline == NULL) {
            lexer->cursor = position;
            break;
        }
        lexer->cursor_number++;
        lexer->cursor = lexer->cursor_line = newline + 1;
    }
    return (lvt_place){lexer->name, lexer->cursor_number, (uint32_t)(position - lexer->cursor_line) + 1};
}

/* One code point between quotes; at most 10 bytes. */
static size_t quote_rune(char *out, const char *text, uint32_t rune, size_t width) {
    static const char names[] = "abfnrtv", controls[] = "\a\b\f\n\r\t\v";
    const char *control = rune != 0 && rune < 0x80 ? strchr(controls, (int)rune) : NULL;
    if (control != NULL || rune == '"' || rune == '\\') {
        out[0] = '\\';
        out[1] = control != NULL ? names[control - controls] : (char)rune;
        return 2;
    }
    if (rune == LVT_RUNE_ERROR && width == 1) return (size_t)snprintf(out, 5, "\\x%02x", (unsigned char)text[0]);
    if (lvt_rune_is_printable(rune)) {
        memcpy(out, text, width);
        return width;
    }
    if (rune < ' ' || rune == 0x7F) return (size_t)snprintf(out, 5, "\\x%02x", (unsigned)rune);
    return (size_t)snprintf(out, 11, rune < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)rune);
}

static const char *quote(char out[LVT_LEXER_QUOTE_MAX], lvt_span text, size_t most_runes) {
    /* Room for the widest piece, the quote, the dots and the NUL. */
    enum { LAST = LVT_LEXER_QUOTE_MAX - 10 - 1 - 3 - 1 };
    size_t length = 0, i = 0;
    out[length++] = '"';
    for (size_t count = 0; i < text.length && count < most_runes && length <= LAST; count++) {
        size_t width;
        uint32_t rune = lvt_utf8_decode(text.data + i, text.length - i, &width);
        length += quote_rune(out + length, text.data + i, rune, width);
        i += width;
    }
    out[length++] = '"';
    if (i < text.length) {
        memcpy(out + length, "...", 3);
        length += 3;
    }
    out[length] = '\0';
    return out;
}

const char *lvt_lexer_quote(char out[LVT_LEXER_QUOTE_MAX], lvt_span text) { return quote(out, text, SIZE_MAX); }

const char *lvt_lexer_show(char out[LVT_LEXER_QUOTE_MAX], lvt_token token) {
    if (token.kind == LVT_TOKEN_KEYWORD || token.kind == LVT_TOKEN_DOT || token.kind == LVT_TOKEN_NIL) {
        (void)snprintf(out, LVT_LEXER_QUOTE_MAX, "<%.*s>", LVT_SPAN_ARGS(token.text));
        return out;
    }
    (void)quote(out, token.text, token.text.length > 10 ? 10 : SIZE_MAX);
    size_t length = strlen(out);
    /* Ten characters take less than half of the room. */
    if (token.text.length > 10 && out[length - 1] == '"') memcpy(out + length, "...", sizeof "...");
    return out;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static lvt_span rest_of(const lvt_lexer *lexer) {
    return lvt_span_of(lexer->source.data + lexer->position, lexer->source.length - lexer->position);
}

static bool at(const lvt_lexer *lexer, size_t offset, const char *text) {
    lvt_span rest = rest_of(lexer);
    size_t length = strlen(text);
    return offset <= rest.length && rest.length - offset >= length && memcmp(rest.data + offset, text, length) == 0;
}

static char peek_at(const lvt_lexer *lexer, size_t offset) {
    size_t position = lexer->position + offset;
    return position < lexer->source.length ? lexer->source.data[position] : '\0';
}

/* " -" in front of "}}". */
static bool at_trimmed_right(const lvt_lexer *lexer, size_t offset) {
    return is_space(peek_at(lexer, offset)) && at(lexer, offset + 1, "-}}");
}

static bool at_right(const lvt_lexer *lexer) { return at(lexer, 0, "}}") || at_trimmed_right(lexer, 0); }

static lvt_token fail(lvt_lexer *lexer, const char *position, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
static lvt_token fail(lvt_lexer *lexer, const char *position, const char *format, ...) {
    char reason[LVT_LEXER_QUOTE_MAX + 100], started[64] = "";
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    lvt_place place = lvt_lexer_place(lexer, position);
    uint32_t line = lexer->in_action ? lvt_lexer_place(lexer, lexer->action).line : place.line;
    if (line != place.line) {
        size_t length = strlen(reason), suffix = strlen(" action");
        bool says_action = length >= suffix && strcmp(reason + length - suffix, " action") == 0;
        (void)snprintf(started, sizeof started, "%s started at %.24s:%u", says_action ? "" : " in action", lexer->name,
                       (unsigned)line);
    }
    (void)lvt_error_set_at(lexer->error, LVT_ERROR_SYNTAX, lexer->name, place.line, place.column, "%s%s", reason,
                           started);
    lexer->failed = true;
    return (lvt_token){LVT_TOKEN_ERROR, {NULL, 0}, position};
}

/* The token from `start` to where the lexer stands. */
static lvt_token token_from(const lvt_lexer *lexer, lvt_token_kind kind, size_t start) {
    const char *data = lexer->source.data + start;
    return (lvt_token){kind, {data, lexer->position - start}, data};
}

/* At "{{": take the delimiter with its trim marker and, where one follows, the comment. True when a comment was taken.
 */
static bool take_left(lvt_lexer *lexer, lvt_token *out) {
    size_t start = lexer->position;
    lexer->position += 2;
    size_t marker = peek_at(lexer, 0) == '-' && is_space(peek_at(lexer, 1)) ? 2 : 0;
    if (!at(lexer, marker, "/*")) {
        *out = token_from(lexer, LVT_TOKEN_LEFT, start);
        lexer->position += marker;
        lexer->in_action = true;
        lexer->action = out->position;
        lexer->depth = 0;
        return false;
    }
    const char *opening = lexer->source.data + start;
    lexer->position += marker + 2;
    while (lexer->position < lexer->source.length && !at(lexer, 0, "*/")) lexer->position++;
    if (lexer->position >= lexer->source.length) {
        *out = fail(lexer, opening, "unclosed comment");
        return false;
    }
    lexer->position += 2;
    if (at_trimmed_right(lexer, 0)) {
        lexer->position += 4;
        lexer->trim_next = true;
    } else if (at(lexer, 0, "}}")) {
        lexer->position += 2;
    } else {
        *out = fail(lexer, opening, "comment ends before closing delimiter");
        return false;
    }
    return true;
}

static lvt_token next_in_text(lvt_lexer *lexer) {
    for (;;) {
        if (lexer->trim_next) {
            while (lexer->position < lexer->source.length && is_space(lexer->source.data[lexer->position]))
                lexer->position++;
            lexer->trim_next = false;
        }
        size_t start = lexer->position;
        while (lexer->position < lexer->source.length && !at(lexer, 0, "{{")) {
            const char *brace =
                lexer->position + 1 < lexer->source.length
                    ? memchr(lexer->source.data + lexer->position + 1, '{', lexer->source.length - lexer->position - 1)
                    : NULL;
            lexer->position = brace != NULL ? (size_t)(brace - lexer->source.data) : lexer->source.length;
        }
        size_t end = lexer->position;
        if (at(lexer, 0, "{{-") && is_space(peek_at(lexer, 3)))
            while (end > start && is_space(lexer->source.data[end - 1])) end--;
        if (end > start)
            return (lvt_token){LVT_TOKEN_TEXT, {lexer->source.data + start, end - start}, lexer->source.data + start};
        if (lexer->position >= lexer->source.length)
            return (lvt_token){LVT_TOKEN_END, {NULL, 0}, lexer->source.data + lexer->source.length};
        lvt_token token;
        if (!take_left(lexer, &token)) return token;
    }
}

/* The code point where the lexer stands; *width 0 at the end. */
static uint32_t rune_here(const lvt_lexer *lexer, size_t *width) {
    lvt_span rest = rest_of(lexer);
    return lvt_utf8_decode(rest.data, rest.length, width);
}

static void skip_name(lvt_lexer *lexer) {
    size_t width;
    for (;;) {
        uint32_t rune = rune_here(lexer, &width);
        if (width == 0 || !(rune == '_' || lvt_rune_is_letter_or_digit(rune))) return;
        lexer->position += width;
    }
}

/* What may follow a name, field or variable. */
static bool at_terminator(const lvt_lexer *lexer) {
    if (lexer->position >= lexer->source.length || at(lexer, 0, "}}")) return true;
    char c = peek_at(lexer, 0);
    return is_space(c) || c == '.' || c == ',' || c == '|' || c == ':' || c == ')' || c == '(';
}

static lvt_token bad_character(lvt_lexer *lexer, const char *what) {
    size_t width;
    uint32_t rune = rune_here(lexer, &width);
    const char *position = lexer->source.data + lexer->position;
    char bytes[LVT_UTF8_MAX];
    if (width != 0 && lvt_rune_is_printable(rune))
        return fail(lexer, position, "%s U+%04X '%.*s'", what, rune, (int)lvt_utf8_encode(bytes, rune), bytes);
    return fail(lexer, position, "%s U+%04X", what, rune);
}

static lvt_token next_name(lvt_lexer *lexer) {
    size_t start = lexer->position;
    skip_name(lexer);
    if (!at_terminator(lexer)) return bad_character(lexer, "bad character");
    static const char *const keywords[] = {"block", "break", "continue", "define",   "else", "end",
                                           "if",    "nil",   "range",    "template", "with"};
    lvt_token token = token_from(lexer, LVT_TOKEN_IDENTIFIER, start);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (lvt_span_is(token.text, keywords[i])) token.kind = LVT_TOKEN_KEYWORD;
    if ((lexer->break_is_function && lvt_span_is(token.text, "break")) ||
        (lexer->continue_is_function && lvt_span_is(token.text, "continue")))
        token.kind = LVT_TOKEN_IDENTIFIER;
    if (lvt_span_is(token.text, "nil")) token.kind = LVT_TOKEN_NIL;
    if (lvt_span_is(token.text, "true") || lvt_span_is(token.text, "false")) token.kind = LVT_TOKEN_BOOL;
    return token;
}

/* A dot or dollar has been seen at `start`: what follows is its name, or nothing. */
static lvt_token next_field_or_variable(lvt_lexer *lexer, lvt_token_kind kind) {
    size_t start = lexer->position++;
    if (at_terminator(lexer)) return token_from(lexer, kind == LVT_TOKEN_FIELD ? LVT_TOKEN_DOT : kind, start);
    skip_name(lexer);
    if (!at_terminator(lexer)) return bad_character(lexer, "bad character");
    return token_from(lexer, kind, start);
}

static lvt_token next_quoted(lvt_lexer *lexer, char quote, lvt_token_kind kind, const char *unterminated) {
    size_t start = lexer->position++;
    for (;;) {
        if (lexer->position >= lexer->source.length)
            return fail(lexer, lexer->source.data + start, "unterminated %s", unterminated);
        char c = lexer->source.data[lexer->position++];
        if (c == quote) return token_from(lexer, kind, start);
        if (quote == '`') continue;
        if (c == '\\' && lexer->position < lexer->source.length && lexer->source.data[lexer->position] != '\n')
            lexer->position++;
        else if (c == '\n' || c == '\\')
            return fail(lexer, lexer->source.data + start, "unterminated %s", unterminated);
    }
}

static bool take_any_of(lvt_lexer *lexer, const char *set) {
    char c = peek_at(lexer, 0);
    if (c == '\0' || strchr(set, c) == NULL) return false;
    lexer->position++;
    return true;
}

static void skip_any_of(lvt_lexer *lexer, const char *set) {
    while (take_any_of(lexer, set)) continue;
}

/* One number without regard to what follows; says whether it ends in the i of an imaginary one. */
static bool skip_number(lvt_lexer *lexer) {
    (void)take_any_of(lexer, "+-");
    const char *digits = "0123456789_";
    bool is_hex = false, is_decimal = true;
    if (take_any_of(lexer, "0")) {
        if (take_any_of(lexer, "xX")) {
            digits = "0123456789abcdefABCDEF_";
            is_hex = true;
            is_decimal = false;
        } else if (take_any_of(lexer, "oO")) {
            digits = "01234567_";
            is_decimal = false;
        } else if (take_any_of(lexer, "bB")) {
            digits = "01_";
            is_decimal = false;
        }
    }
    skip_any_of(lexer, digits);
    if (take_any_of(lexer, ".")) skip_any_of(lexer, digits);
    if ((is_decimal && take_any_of(lexer, "eE")) || (is_hex && take_any_of(lexer, "pP"))) {
        (void)take_any_of(lexer, "+-");
        skip_any_of(lexer, "0123456789_");
    }
    return take_any_of(lexer, "i");
}

/* The shape of a number; the parser judges its value. */
static lvt_token next_number(lvt_lexer *lexer) {
    size_t start = lexer->position;
    bool is_imaginary = skip_number(lexer), is_sum = false;
    char sign = peek_at(lexer, 0);
    if (sign == '+' || sign == '-') {
        is_sum = true;
        is_imaginary = skip_number(lexer);
    }
    size_t width;
    uint32_t rune = rune_here(lexer, &width);
    char quote[LVT_LEXER_QUOTE_MAX];
    bool runs_on = width != 0 && (rune == '_' || lvt_rune_is_letter_or_digit(rune));
    if (runs_on) lexer->position += width;
    lvt_token token = token_from(lexer, LVT_TOKEN_NUMBER, start);
    if (runs_on || (is_sum && !is_imaginary))
        return fail(lexer, token.position, "bad number syntax: %s", lvt_lexer_quote(quote, token.text));
    if (is_imaginary)
        return fail(lexer, token.position, "complex numbers are not supported: %s", lvt_lexer_quote(quote, token.text));
    return token;
}

static lvt_token next_right(lvt_lexer *lexer) {
    size_t start = lexer->position;
    if (lexer->depth != 0) return fail(lexer, lexer->source.data + start, "unclosed left paren");
    if (!at(lexer, 0, "}}")) {
        lexer->position += 2;
        lexer->trim_next = true;
    }
    start = lexer->position;
    lexer->position += 2;
    lexer->in_action = false;
    return token_from(lexer, LVT_TOKEN_RIGHT, start);
}

static lvt_token one_character(lvt_lexer *lexer, lvt_token_kind kind) {
    size_t start = lexer->position++;
    return token_from(lexer, kind, start);
}

static lvt_token next_in_action(lvt_lexer *lexer) {
    if (at_right(lexer)) return next_right(lexer);
    size_t start = lexer->position;
    if (start >= lexer->source.length) return fail(lexer, lexer->source.data + start, "unclosed action");
    char c = lexer->source.data[start];
    if (is_space(c)) {
        while (lexer->position < lexer->source.length && is_space(peek_at(lexer, 0)) && !at_trimmed_right(lexer, 0))
            lexer->position++;
        return token_from(lexer, LVT_TOKEN_SPACE, start);
    }
    switch (c) {
    case '=': return one_character(lexer, LVT_TOKEN_ASSIGN);
    case ':':
        if (peek_at(lexer, 1) != '=') return fail(lexer, lexer->source.data + start, "expected :=");
        lexer->position += 2;
        return token_from(lexer, LVT_TOKEN_DECLARE, start);
    case '|': return one_character(lexer, LVT_TOKEN_PIPE);
    case ',': return one_character(lexer, LVT_TOKEN_COMMA);
    case '"': return next_quoted(lexer, '"', LVT_TOKEN_STRING, "quoted string");
    case '`': return next_quoted(lexer, '`', LVT_TOKEN_RAW_STRING, "raw quoted string");
    case '\'': return next_quoted(lexer, '\'', LVT_TOKEN_CHAR, "character constant");
    case '$': return next_field_or_variable(lexer, LVT_TOKEN_VARIABLE);
    case '(': lexer->depth++; return one_character(lexer, LVT_TOKEN_OPEN);
    case ')':
        if (lexer->depth == 0) return fail(lexer, lexer->source.data + start, "unexpected right paren");
        lexer->depth--;
        return one_character(lexer, LVT_TOKEN_CLOSE);
    default: break;
    }
    if (c == '.' && start + 1 < lexer->source.length && !(peek_at(lexer, 1) >= '0' && peek_at(lexer, 1) <= '9'))
        return next_field_or_variable(lexer, LVT_TOKEN_FIELD);
    if (c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9')) return next_number(lexer);
    size_t width;
    uint32_t rune = rune_here(lexer, &width);
    if (rune == '_' || lvt_rune_is_letter_or_digit(rune)) return next_name(lexer);
    if (rune > ' ' && rune < 0x7F) return one_character(lexer, LVT_TOKEN_CHARACTER);
    return bad_character(lexer, "unrecognized character in action:");
}

lvt_token lvt_lexer_next(lvt_lexer *lexer) {
    if (lexer->failed) return (lvt_token){LVT_TOKEN_ERROR, {NULL, 0}, lexer->source.data};
    return lexer->in_action ? next_in_action(lexer) : next_in_text(lexer);
}
