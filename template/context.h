/* context: where in HTML, CSS or JavaScript the output of a template stands, and how text moves it on. This is
 * html/template's machine: a context says everything that decides how a value printed there must be escaped.
 *
 * The transitions are split by language: context_html.c, context_attribute.c, context_js.c, context_css.c. */
#ifndef LVT_TEMPLATE_CONTEXT_H
#define LVT_TEMPLATE_CONTEXT_H

#include "template/syntax.h"

/* One list yields the states, the names that messages use (Go's), and a word for analysis. */
#define LVT_STATE_MAP(X)                                        \
    X(TEXT, "stateText", "text")                                \
    X(TAG, "stateTag", "attribute name")                        \
    X(ATTRIBUTE_NAME, "stateAttrName", "attribute name")        \
    X(AFTER_NAME, "stateAfterName", "attribute name")           \
    X(BEFORE_VALUE, "stateBeforeValue", "attribute")            \
    X(HTML_COMMENT, "stateHTMLCmt", "comment")                  \
    X(RCDATA, "stateRCDATA", "rcdata")                          \
    X(ATTRIBUTE, "stateAttr", "attribute")                      \
    X(URL, "stateURL", "url")                                   \
    X(SRCSET, "stateSrcset", "srcset")                          \
    X(META_CONTENT, "stateMetaContent", "attribute")            \
    X(META_CONTENT_URL, "stateMetaContentURL", "url")           \
    X(JS, "stateJS", "script")                                  \
    X(JS_DOUBLE_QUOTED, "stateJSDqStr", "script string")        \
    X(JS_SINGLE_QUOTED, "stateJSSqStr", "script string")        \
    X(JS_TEMPLATE, "stateJSTmplLit", "script template literal") \
    X(JS_REGEXP, "stateJSRegexp", "script regexp")              \
    X(JS_BLOCK_COMMENT, "stateJSBlockCmt", "comment")           \
    X(JS_LINE_COMMENT, "stateJSLineCmt", "comment")             \
    X(JS_HTML_OPEN_COMMENT, "stateJSHTMLOpenCmt", "comment")    \
    X(JS_HTML_CLOSE_COMMENT, "stateJSHTMLCloseCmt", "comment")  \
    X(CSS, "stateCSS", "style")                                 \
    X(CSS_DOUBLE_QUOTED, "stateCSSDqStr", "style string")       \
    X(CSS_SINGLE_QUOTED, "stateCSSSqStr", "style string")       \
    X(CSS_DOUBLE_QUOTED_URL, "stateCSSDqURL", "style url")      \
    X(CSS_SINGLE_QUOTED_URL, "stateCSSSqURL", "style url")      \
    X(CSS_URL, "stateCSSURL", "style url")                      \
    X(CSS_BLOCK_COMMENT, "stateCSSBlockCmt", "comment")         \
    X(CSS_LINE_COMMENT, "stateCSSLineCmt", "comment")           \
    X(ERROR, "stateError", "error")                             \
    X(DEAD, "stateDead", "unreachable") /* behind {{break}}, {{continue}} */

typedef enum lvt_state {
#define LVT_STATE_ENUM(name, go_name, word) LVT_STATE_##name,
    LVT_STATE_MAP(LVT_STATE_ENUM)
#undef LVT_STATE_ENUM
        LVT_STATE_COUNT
} lvt_state;

/* What ends the attribute value that the context is in; NONE outside of values. */
typedef enum lvt_delimiter {
    LVT_DELIMITER_NONE,
    LVT_DELIMITER_DOUBLE_QUOTE,
    LVT_DELIMITER_SINGLE_QUOTE,
    LVT_DELIMITER_SPACE_OR_TAG_END
} lvt_delimiter;

typedef enum lvt_url_part {
    LVT_URL_PART_NONE,  /* nothing but white space so far */
    LVT_URL_PART_START, /* before the query */
    LVT_URL_PART_QUERY, /* in the query or fragment */
    LVT_URL_PART_UNKNOWN
} lvt_url_part;

/* What a '/' would start in JavaScript. */
typedef enum lvt_js_slash { LVT_JS_SLASH_REGEXP, LVT_JS_SLASH_DIVISION, LVT_JS_SLASH_UNKNOWN } lvt_js_slash;

/* The attribute whose name or value the context is in. */
typedef enum lvt_attribute {
    LVT_ATTRIBUTE_IS_NONE,
    LVT_ATTRIBUTE_IS_SCRIPT,
    LVT_ATTRIBUTE_IS_SCRIPT_TYPE,
    LVT_ATTRIBUTE_IS_STYLE,
    LVT_ATTRIBUTE_IS_URL,
    LVT_ATTRIBUTE_IS_SRCSET,
    LVT_ATTRIBUTE_IS_META_CONTENT
} lvt_attribute;

/* The element whose start tag or special content the context is in. */
typedef enum lvt_element {
    LVT_ELEMENT_NONE,
    LVT_ELEMENT_SCRIPT,
    LVT_ELEMENT_STYLE,
    LVT_ELEMENT_TEXTAREA,
    LVT_ELEMENT_TITLE,
    LVT_ELEMENT_META
} lvt_element;

/* Why a context is in the state ERROR. */
typedef struct lvt_problem {
    lvt_status status;
    lvt_place place;
    const char *culprit; /* the byte of the text that is to blame, if it is known */
    char reason[LVT_ERROR_MESSAGE_MAX];
} lvt_problem;

/* Zeroed memory is the context of a fragment's start. */
typedef struct lvt_context {
    uint8_t state;
    uint8_t delimiter;
    uint8_t url_part;
    uint8_t js_slash;
    uint8_t attribute;
    uint8_t element;
    bool js_braces_seen;     /* a template literal's ${ was met: names of derived definitions tell */
    uint8_t js_braces_depth; /* open ${ */
    uint16_t js_braces[LVT_SCRIPT_TEMPLATE_DEPTH_MAX]; /* for each, braces open inside */
    lvt_place opened;           /* the tag or comment that led out of plain text; not part of equality */
    const lvt_problem *problem; /* state ERROR */
} lvt_context;

bool lvt_context_equal(const lvt_context *a, const lvt_context *b);
/* "{stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}". */
void lvt_context_write(lvt_buffer *out, const lvt_context *context);
/* The name of a definition's copy for this context: "x$htmltemplate_stateJS_elementScript"; the name itself in text. */
void lvt_context_write_name(lvt_buffer *out, const lvt_context *context, lvt_span name);
const char *lvt_context_word(const lvt_context *context);

bool lvt_state_is_comment(uint8_t state);
/* Strings, template literals and regular expressions of JavaScript: an end tag does not end them. */
bool lvt_state_is_js_literal(uint8_t state);
bool lvt_state_is_in_tag(uint8_t state);

/* The context that an action at this place has, where text would decide on a state first: behind "<a ", behind "x=". */
lvt_context lvt_context_nudge(lvt_context context);

/* ---- transitions ------------------------------------------------------------------------------------------- */

/* A reader of one text. The end tag of a special element is looked for once, not at every token before it. */
typedef struct lvt_text_reader {
    lvt_span text;
    size_t at;
    lvt_element end_tag_of; /* the element that `end_tag` was found for */
    size_t end_tag_from;    /* where the search started */
    size_t end_tag;         /* its offset, or text.length */
    lvt_arena *arena;       /* for decoded attribute values */
} lvt_text_reader;

void lvt_text_reader_init(lvt_text_reader *reader, lvt_span text, lvt_arena *arena);

/* Move the context over the next token of the text and the reader behind it. On text that has no meaning the state
 * becomes ERROR, `problem` is filled and `at` points near the culprit. Requires at < text.length. */
void lvt_context_step(lvt_context *context, lvt_text_reader *reader, lvt_problem *problem);

/* One state's transition over `text` (not empty): changes the context and returns the bytes it took. */
typedef size_t (*lvt_transition)(lvt_context *context, lvt_span text, lvt_problem *problem);
/* The transition of a state. */
lvt_transition lvt_state_transition(uint8_t state);

/* ---- what the files of the machine share ------------------------------------------------------------------- */

/* Set ERROR with a reason (`problem` may be NULL), formatted as Go's fmt: %q quotes. Returns the length, so that a
 * transition can end with it. */
size_t lvt_context_fail(lvt_context *context, lvt_span text, lvt_problem *problem, const char *format, lvt_span first,
                        lvt_span second);

/* Bytes of HTML white space at the start. */
size_t lvt_html_space_length(lvt_span text);
bool lvt_is_html_space(char c);
/* Offset of the first byte that is one of `set`, or text.length. */
size_t lvt_span_find_any(lvt_span text, size_t from, const char *set);

/* context_html.c */
size_t lvt_transition_text(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_tag(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_attribute_name(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_after_name(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_before_value(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_html_comment(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_special_content(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_attribute(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_url(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_meta_content(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_meta_content_url(lvt_context *context, lvt_span text, lvt_problem *problem);
/* Offset of the end tag ("</script" and a separator) that ends the element, from `from` on; text.length: none. */
size_t lvt_find_end_tag(lvt_span text, size_t from, lvt_element element);
/* The state that an attribute's value begins with. */
uint8_t lvt_attribute_start_state(uint8_t attribute);

/* context_js.c */
size_t lvt_transition_js(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_js_literal(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_js_template(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_block_comment(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_line_comment(lvt_context *context, lvt_span text, lvt_problem *problem);

/* context_css.c */
size_t lvt_transition_css(lvt_context *context, lvt_span text, lvt_problem *problem);
size_t lvt_transition_css_string(lvt_context *context, lvt_span text, lvt_problem *problem);

#endif
