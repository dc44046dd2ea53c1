/* Lexer and parser. Input: the text of a template, any bytes.
 *
 * Tokens lie inside the text, one behind the other; an error has a place inside it; a tree and its copy print alike,
 * and reading the text again gives the same tree. */
#include "fuzz.h"
#include "template/functions.h"
#include "template/lexer.h"
#include "tests/support/syntax_print.h"

static uint32_t count_lines(lvt_span text) {
    uint32_t lines = 1;
    for (size_t i = 0; i < text.length; i++) lines += text.data[i] == '\n';
    return lines;
}

static void check_place(const lvt_error *error, lvt_span text) {
    FUZZ_CHECK(strncmp(error->message, "t:", 2) == 0);
    FUZZ_CHECK(error->line >= 1 && error->line <= count_lines(text));
    FUZZ_CHECK(error->column >= 1 && error->column <= text.length + 1);
}

static void read_tokens(lvt_span text) {
    lvt_lexer lexer;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_lexer_init(&lexer, "t", text, &error);
    const char *behind = text.data;
    for (size_t count = 0;; count++) {
        lvt_token token = lvt_lexer_next(&lexer);
        if (token.kind == LVT_TOKEN_END) break;
        if (token.kind == LVT_TOKEN_ERROR) {
            check_place(&error, text);
            break;
        }
        FUZZ_CHECK(token.text.length == 0 || token.text.data >= behind);
        FUZZ_CHECK(token.text.length == 0 || token.text.data + token.text.length <= text.data + text.length);
        if (token.text.length != 0) behind = token.text.data + token.text.length;
        FUZZ_CHECK(count <= 2 * text.length + 2);
    }
}

/* What the escaper asks for: the functions of the language, and two of a program. */
static bool exists(lvt_span name, void *payload) {
    lvt_builtin builtin;
    (void)payload;
    return lvt_builtin_find(&builtin, name) || lvt_span_is(name, "upper") || lvt_span_is(name, "break");
}

static bool read_tree(lvt_buffer *out, lvt_span text) {
    lvt_arena arena;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_arena_init(&arena, LVT_TEMPLATE_MEMORY_MAX, NULL);
    lvt_syntax_set set = {.arena = &arena};
    lvt_status status = lvt_syntax_parse(&set, "t", text, exists, NULL, &error);
    if (status != LVT_OK) {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(status == LVT_ERROR_SYNTAX || status == LVT_ERROR_LIMIT);
        check_place(&error, text);
        FUZZ_CHECK(set.first == NULL && set.count == 0);
    } else {
        FUZZ_CHECK(set.count >= 1);
    }
    for (const lvt_definition *definition = set.first; definition != NULL; definition = definition->next) {
        lvt_buffer copied;
        lvt_node_list copy;
        size_t start = out->length;
        lvt_buffer_init(&copied, SIZE_MAX, NULL);
        syntax_print_list(out, &definition->body, SYNTAX_PRINT_NUMBERS);
        FUZZ_CHECK(lvt_syntax_copy_list(&copy, &definition->body, &arena) == LVT_OK);
        syntax_print_list(&copied, &copy, SYNTAX_PRINT_NUMBERS);
        if (copied.length != 0)
            fuzz_check_equal("a tree and its copy", lvt_span_of(out->data + start, out->length - start),
                             lvt_buffer_span(&copied));
        lvt_buffer_free(&copied);
        FUZZ_CHECK(lvt_syntax_find(&set, definition->name) == definition);
    }
    lvt_arena_free(&arena);
    return status == LVT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lvt_span text = lvt_span_of((const char *)data, size);
    lvt_buffer first, second;
    lvt_buffer_init(&first, SIZE_MAX, NULL);
    lvt_buffer_init(&second, SIZE_MAX, NULL);
    read_tokens(text);
    bool is_right = read_tree(&first, text);
    FUZZ_CHECK(read_tree(&second, text) == is_right);
    fuzz_check_equal("two readings", lvt_buffer_span(&first), lvt_buffer_span(&second));
    lvt_buffer_free(&first);
    lvt_buffer_free(&second);
    return 0;
}
