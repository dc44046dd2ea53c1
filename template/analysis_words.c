/* analysis_words: contexts and parts of a page in words. */
#include "template/analysis.h"

static const char *url_part_words(uint8_t part) {
    switch (part) {
    case LVT_URL_PART_NONE: return ", start";
    case LVT_URL_PART_START: return ", path";
    case LVT_URL_PART_QUERY: return ", query";
    default: return "";
    }
}

static const char *delimiter_words(uint8_t delimiter) {
    switch (delimiter) {
    case LVT_DELIMITER_DOUBLE_QUOTE: return ", double quotes";
    case LVT_DELIMITER_SINGLE_QUOTE: return ", single quotes";
    case LVT_DELIMITER_SPACE_OR_TAG_END: return ", no quotes";
    default: return "";
    }
}

const char *lvt_analysis_short(lvt_analysis_walk *walk, lvt_span text) {
    enum { LENGTH_MAX = 72 };
    char words[LENGTH_MAX + 4];
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        size_t width;
        uint32_t rune = lvt_utf8_decode(text.data + at, text.length - at, &width);
        bool is_space = rune <= ' ' || rune == 0x7F;
        at += width;
        if (is_space && length > 0 && words[length - 1] == ' ') continue;
        char encoded[LVT_UTF8_MAX];
        size_t count = lvt_utf8_encode(encoded, is_space ? ' ' : rune);
        if (length + count > LENGTH_MAX) {
            memcpy(words + length, "...", 3);
            length += 3;
            break;
        }
        memcpy(words + length, encoded, count);
        length += count;
    }
    lvt_span copy = {NULL, 0};
    if (walk->status == LVT_OK) copy = lvt_arena_copy(walk->arena, lvt_span_of(words, length));
    if (copy.data != NULL) return copy.data;
    if (walk->status == LVT_OK) walk->status = LVT_ERROR_OUT_OF_MEMORY;
    return "";
}

/* What the value is, whatever it stands in; with `suffix` for the part of a URL. */
static const char *language_words(const lvt_context *context, const char **suffix) {
    *suffix = "";
    switch (context->state) {
    case LVT_STATE_URL:
    case LVT_STATE_META_CONTENT_URL: *suffix = url_part_words(context->url_part); return "URL";
    case LVT_STATE_SRCSET: return "srcset";
    case LVT_STATE_JS: return "script";
    case LVT_STATE_JS_DOUBLE_QUOTED: return "script string \"\"";
    case LVT_STATE_JS_SINGLE_QUOTED: return "script string ''";
    case LVT_STATE_JS_TEMPLATE: return "script string ``";
    case LVT_STATE_JS_REGEXP: return "script regexp";
    case LVT_STATE_CSS: return "CSS";
    case LVT_STATE_CSS_DOUBLE_QUOTED: return "CSS string \"\"";
    case LVT_STATE_CSS_SINGLE_QUOTED: return "CSS string ''";
    case LVT_STATE_CSS_DOUBLE_QUOTED_URL:
    case LVT_STATE_CSS_SINGLE_QUOTED_URL:
    case LVT_STATE_CSS_URL: *suffix = url_part_words(context->url_part); return "CSS URL";
    case LVT_STATE_HTML_COMMENT: return "comment, not printed";
    case LVT_STATE_ERROR:
    case LVT_STATE_DEAD: return "never reached";
    default:
        if (lvt_state_is_comment(context->state)) return "comment, not printed";
        return "text";
    }
}

static bool is_attribute_value(const lvt_context *context) {
    return context->delimiter != LVT_DELIMITER_NONE || context->state == LVT_STATE_BEFORE_VALUE;
}

const char *lvt_analysis_context_words(lvt_analysis_walk *walk, const lvt_context *context, lvt_span element,
                                       lvt_span attribute) {
    const char *suffix;
    const char *language = language_words(context, &suffix);
    if (is_attribute_value(context)) {
        bool is_plain = context->state == LVT_STATE_ATTRIBUTE || context->state == LVT_STATE_META_CONTENT ||
                        context->state == LVT_STATE_BEFORE_VALUE;
        const char *name = lvt_analysis_short(walk, attribute), *quotes = delimiter_words(context->delimiter);
        if (is_plain) return lvt_analysis_words(walk, "attribute%s%s%s", name[0] != '\0' ? " " : "", name, quotes);
        return lvt_analysis_words(walk, "%s in %s%s%s", language, name[0] != '\0' ? name : "attribute", suffix, quotes);
    }
    if (lvt_state_is_in_tag(context->state)) return "attribute name";
    if (context->state == LVT_STATE_RCDATA && element.length != 0)
        return lvt_analysis_words(walk, "text of <%s>", lvt_analysis_short(walk, element));
    return suffix[0] != '\0' ? lvt_analysis_words(walk, "%s%s", language, suffix) : language;
}

const char *lvt_analysis_place_words(lvt_analysis_walk *walk, const lvt_context *context, lvt_span element,
                                     lvt_span attribute) {
    if (is_attribute_value(context) || !lvt_state_is_in_tag(context->state))
        return lvt_analysis_context_words(walk, context, element, attribute);
    if (element.length == 0) return "tag";
    return lvt_analysis_words(walk, "tag of <%s>", lvt_analysis_short(walk, element));
}

/* "text of <p>", "rows of <ul>", or without the element where it is not one. */
static const char *part_words(lvt_analysis_walk *walk, const char *what, lvt_span element) {
    if (element.length == 0) return what;
    return lvt_analysis_words(walk, "%s of <%s>", what, lvt_analysis_short(walk, element));
}

void lvt_analysis_describe_update(lvt_analysis_walk *walk, lvt_analysis_note *note, const char *never) {
    lvt_analysis_action *action = &note->action;
    const lvt_context *context = &note->context;
    action->update = LVT_ANALYSIS_UPDATE_NONE;
    action->part = "nothing";
    if (action->kind == LVT_ANALYSIS_ASSIGN || action->kind == LVT_ANALYSIS_BREAK ||
        action->kind == LVT_ANALYSIS_CONTINUE || lvt_state_is_comment(context->state)) {
        return;
    }
    if (walk->tmpl->mode == LVT_TEMPLATE_TEXT) {
        action->update = action->kind == LVT_ANALYSIS_RANGE ? LVT_ANALYSIS_UPDATE_ROWS : LVT_ANALYSIS_UPDATE_ALONE;
        action->part = "text";
        return;
    }
    if (never != NULL) {
        action->update = LVT_ANALYSIS_UPDATE_NEVER;
        action->part = never;
        return;
    }
    action->update = LVT_ANALYSIS_UPDATE_ALONE;
    if (is_attribute_value(context)) {
        const char *attribute =
            action->attribute.length != 0
                ? lvt_analysis_words(walk, "attribute %s", lvt_analysis_short(walk, action->attribute))
                : "an attribute";
        action->part = part_words(walk, attribute, action->element);
    } else if (lvt_state_is_in_tag(context->state)) {
        action->part = part_words(walk, "attributes", action->element);
    } else if (context->state != LVT_STATE_TEXT) {
        action->update = LVT_ANALYSIS_UPDATE_ELEMENT;
        action->part = part_words(walk, "all content", action->element);
    } else if (action->kind == LVT_ANALYSIS_RANGE) {
        action->update = LVT_ANALYSIS_UPDATE_ROWS;
        action->part = part_words(walk, "rows", action->element);
    } else {
        action->part = part_words(walk, action->kind == LVT_ANALYSIS_PRINT ? "text" : "content", action->element);
    }
}
