/* analysis_safety: what escaping cannot do. Some places make code, an address or markup of a value that is escaped as
 * the rules say; those that a template shows by itself are warned of. What reads no data is the template's own and is
 * left alone. Each place is judged when the walk is over, since attributes behind it may decide what it means. */
#include "template/analysis.h"
#include "template/attribute_types.h"

/* ---- texts ----------------------------------------------------------------------------------------------------- */

static bool is_name(lvt_span name, const char *wanted) {
    return lvt_span_equal_ignore_case(name, lvt_span_from(wanted));
}

static lvt_span trim(lvt_span text) {
    if (text.length == 0) return text;
    size_t start = lvt_html_space_length(text);
    text = lvt_span_of(text.data + start, text.length - start);
    while (text.length > 0 && lvt_is_html_space(text.data[text.length - 1])) text.length--;
    return text;
}

static bool starts_with(lvt_span text, lvt_span start) {
    return text.length >= start.length && lvt_span_equal_ignore_case(lvt_span_of(text.data, start.length), start);
}

static bool ends_with(lvt_span text, lvt_span end) {
    return text.length >= end.length &&
           lvt_span_equal_ignore_case(lvt_span_of(text.data + text.length - end.length, end.length), end);
}

static lvt_span next_word(lvt_span *rest) {
    size_t end = lvt_span_find_any(*rest, 0, " \t\n\f\r");
    lvt_span word = lvt_span_of(rest->data, end);
    if (end < rest->length) end++;
    *rest = lvt_span_of(rest->data + end, rest->length - end);
    return word;
}

/* Whether one of the words of a value, such as rel's, is this one. */
static bool has_word(lvt_span text, const char *word) {
    while (text.length > 0) {
        if (is_name(next_word(&text), word)) return true;
    }
    return false;
}

/* Take a suffix off, and white space before it. */
static bool cut_end(lvt_span *text, const char *end) {
    if (!ends_with(*text, lvt_span_from(end))) return false;
    text->length -= strlen(end);
    *text = trim(*text);
    return true;
}

/* The same with a whole word. */
static bool cut_word(lvt_span *text, const char *word) {
    size_t length = strlen(word);
    if (!ends_with(*text, lvt_span_from(word))) return false;
    if (text->length > length) {
        char c = text->data[text->length - length - 1];
        bool is_part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '$' || c == '.' || c == '-';
        if (is_part) return false;
    }
    return cut_end(text, word);
}

/* Whether an attribute is one of these, whatever the case. */
static bool is_href(lvt_span name) { return is_name(name, "href") || is_name(name, "xlink:href"); }

/* ---- names of several parts ------------------------------------------------------------------------------------ */

/* Events whose handlers are attributes of elements; names that do not end like one of them are none. */
static const char events[] =
    "abort afterprint animationcancel animationend animationiteration animationstart auxclick beforecopy "
    "beforecut beforeinput beforematch beforepaste beforeprint beforetoggle beforeunload begin blur "
    "cancel canplay canplaythrough change click close command contextlost contextmenu contextrestored "
    "copy cuechange cut dblclick drag dragend dragenter dragleave dragover dragstart drop durationchange "
    "emptied end ended error focus focusin focusout formdata fullscreenchange fullscreenerror "
    "gotpointercapture hashchange input invalid keydown keypress keyup languagechange load loadeddata "
    "loadedmetadata loadstart lostpointercapture message messageerror mousedown mouseenter mouseleave "
    "mousemove mouseout mouseover mouseup mousewheel offline online pagehide pagereveal pageshow pageswap "
    "paste pause play playing pointercancel pointerdown pointerenter pointerleave pointermove pointerout "
    "pointerover pointerrawupdate pointerup popstate progress ratechange rejectionhandled repeat reset "
    "resize scroll scrollend scrollsnapchange scrollsnapchanging search securitypolicyviolation seeked "
    "seeking select selectionchange selectstart slotchange stalled storage submit suspend timeupdate "
    "toggle touchcancel touchend touchmove touchstart transitioncancel transitionend transitionrun "
    "transitionstart unhandledrejection unload volumechange waiting webkitanimationend "
    "webkitanimationiteration webkitanimationstart webkittransitionend wheel";

/* Whether some handler's name begins with `head`, which is "", "o" or "on", and ends with `tail`. */
static bool may_be_handler(lvt_span head, lvt_span tail) {
    lvt_span on = LVT_SPAN("on");
    if (!starts_with(on, head)) return false;
    for (lvt_span rest = lvt_span_from(events); rest.length > 0;) {
        lvt_span event = next_word(&rest);
        if (ends_with(event, tail)) return true;
        if (!ends_with(tail, event)) continue;
        /* The tail has the whole event, and may have of "on" what the head has not. */
        lvt_span start = lvt_span_of(tail.data, tail.length - event.length);
        if (start.length + head.length <= on.length && ends_with(on, start)) return true;
    }
    return false;
}

/* Whether such a name may turn out to mean more than the escaper knew, which saw its head only. */
static bool may_be_harmful(const lvt_markup_attribute *attribute) {
    static const char *const names[] = {"action", "data",  "formaction", "href", "src",
                                        "srcdoc", "style", "xlink:href", NULL};
    lvt_span head = attribute->head, tail = attribute->tail;
    lvt_attribute_type known = lvt_attribute_type_of(head);
    if (attribute->is_harmless) return false;
    if (known != LVT_ATTRIBUTE_SCRIPT && may_be_handler(head, tail)) return true;
    for (size_t i = 0; names[i] != NULL; i++) {
        lvt_span name = lvt_span_from(names[i]);
        if (lvt_attribute_type_of(name) != known && head.length + tail.length <= name.length &&
            starts_with(name, head) && ends_with(name, tail)) {
            return true;
        }
    }
    return false;
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

typedef struct judgement {
    lvt_analysis_walk *walk;
    const lvt_analysis_note *note;
    lvt_span attribute;
    const char *source; /* of the action, for messages */
} judgement;

static void warn(const judgement *j, lvt_analysis_warning_code code, const char *what, const char *advice) {
    lvt_analysis_warn(j->walk, code, j->note->action.place, "{{%s}} %s: %s", j->source, what, advice);
}

/* Code or style is fetched from where this attribute says. */
static bool loads_code(const lvt_markup_tag *tag, lvt_span attribute) {
    if (is_name(tag->name, "script")) return is_name(attribute, "src") || is_href(attribute);
    if (is_name(tag->name, "base")) return is_name(attribute, "href");
    if (is_name(tag->name, "object")) return is_name(attribute, "data");
    if (is_name(tag->name, "embed")) return is_name(attribute, "src");
    if (!is_name(tag->name, "link") || !is_name(attribute, "href")) return false;
    const lvt_markup_attribute *rel = lvt_markup_find(tag, "rel");
    return rel != NULL && (has_word(rel->text, "stylesheet") || has_word(rel->text, "modulepreload"));
}

/* "http://host" or "//host", with nothing behind it that ends the host. A port is left alone. */
static bool is_open_host(lvt_span text) {
    if (text.length == 0) return false;
    size_t at = lvt_span_find_any(text, 0, ":/");
    if (at < text.length && text.data[at] == ':') at++;
    else if (at != 0) return false;
    lvt_span rest = lvt_span_of(text.data + at, text.length - at);
    if (!starts_with(rest, LVT_SPAN("//")) || rest.length == 2) return false;
    return lvt_span_find_any(rest, 2, "/\\?#") == rest.length && rest.data[rest.length - 1] != ':';
}

static void judge_url(const judgement *j) {
    const lvt_analysis_note *note = j->note;
    lvt_span text = note->attribute != NULL ? trim(note->attribute->text) : LVT_SPAN("");
    bool is_start = note->context.url_part == LVT_URL_PART_NONE;
    if (starts_with(text, LVT_SPAN("javascript:"))) {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_IS_CODE,
             "stands in a javascript: URL, where browsers undo the escaping before they run it",
             "use a handler such as onclick, where values are escaped as script");
        return;
    }
    if (note->tag != NULL && loads_code(note->tag, j->attribute)) {
        if (is_start || (note->is_leading && lvt_span_is(text, "/"))) {
            warn(j, LVT_ANALYSIS_WARNING_VALUE_LOADS_CODE,
                 "can name any host, and what is loaded from there takes part in the page",
                 "begin the URL in the template, as in /static/{{.Name}}");
            return;
        }
    }
    if (note->is_leading && is_open_host(text)) {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_IN_HOST,
             "stands directly behind a host and can make another of it, as \"@evil.test\" and \".evil.test\" do",
             "end the host with a slash in the template");
    }
}

/* What an animation writes into another attribute has that attribute's meaning. */
static bool animates_href(const lvt_markup_tag *tag, lvt_span attribute) {
    if (!is_name(tag->name, "set") && !is_name(tag->name, "animate")) return false;
    if (!is_name(attribute, "to") && !is_name(attribute, "from") && !is_name(attribute, "by") &&
        !is_name(attribute, "values")) {
        return false;
    }
    const lvt_markup_attribute *name = lvt_markup_find(tag, "attributeName");
    return name != NULL && (is_href(trim(name->text)) || name->is_slot);
}

static void judge_meta(const judgement *j) {
    const lvt_markup_attribute *kind = lvt_markup_find(j->note->tag, "http-equiv");
    if (kind == NULL || (!kind->is_slot && !is_name(trim(kind->text), "refresh"))) return;
    if (kind->is_slot) {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_REDIRECTS,
             "is the content of a <meta> whose http-equiv is a value: with \"refresh\" it says where the page goes",
             "write http-equiv in the template");
    } else {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_REDIRECTS,
             "is not known to be a URL or a number here, and can say where the page goes",
             "write the seconds and url= in the template, as in content=\"5; url=/x/{{.ID}}\"");
    }
}

static void judge_attribute(const judgement *j) {
    const lvt_analysis_note *note = j->note;
    if (note->attribute != NULL && note->attribute->is_split && may_be_harmful(note->attribute)) {
        warn(j, LVT_ANALYSIS_WARNING_SPLIT_ATTRIBUTE_NAME,
             "is the value of an attribute whose name has several parts: it may turn out to be a URL, a script or a "
             "style, and is not escaped as one",
             "write the name in one piece, or begin it with data-");
    } else if (is_name(j->attribute, "srcdoc")) {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_IS_CODE,
             "stands in srcdoc, which browsers parse as a page: markup in the value counts, and its scripts run",
             "show the page by its URL, with src, or print the value outside of srcdoc");
    } else if (note->tag != NULL && animates_href(note->tag, j->attribute)) {
        warn(j, LVT_ANALYSIS_WARNING_VALUE_IS_CODE,
             "becomes a URL by animation, and is not checked as one: javascript: in it runs",
             "animate another attribute, or print the value into href itself");
    } else if (note->context.state == LVT_STATE_URL) {
        judge_url(j);
    } else if (note->context.state == LVT_STATE_META_CONTENT && note->tag != NULL) {
        judge_meta(j);
    }
}

/* Whether the text before a value in a script makes the value the name of a module. */
static bool is_import(lvt_span before, bool is_string) {
    if (is_string) {
        if (before.length == 0) return false;
        char quote = before.data[before.length - 1];
        if (quote != '"' && quote != '\'' && quote != '`') return false;
        before.length--;
    }
    before = trim(before);
    if (cut_end(&before, "(")) return cut_word(&before, "import");
    return is_string && (cut_word(&before, "import") || cut_word(&before, "from"));
}

/* The same in a style sheet. */
static bool is_style_import(lvt_span before) {
    before = trim(before);
    if (!cut_end(&before, "\"")) (void)cut_end(&before, "'");
    (void)cut_end(&before, "url(");
    return cut_end(&before, "@import");
}

/* Whether an element is SVG or MathML, where <style> is an element with markup in it. */
static bool is_foreign(const lvt_markup_element *element) {
    for (const lvt_markup_element *outer = element->outer; outer != NULL; outer = outer->outer) {
        lvt_span name = outer->tag->name;
        if (is_name(name, "svg") || is_name(name, "math")) return true;
        if (is_name(name, "foreignObject") || is_name(name, "desc")) return false; /* HTML again */
    }
    return false;
}

static void judge_content(const judgement *j) {
    const lvt_analysis_note *note = j->note;
    const char *from_template = "begin the URL in the template, as in \"/static/{{.Name}}\"";
    switch (note->context.state) {
    case LVT_STATE_JS:
    case LVT_STATE_JS_DOUBLE_QUOTED:
    case LVT_STATE_JS_SINGLE_QUOTED:
    case LVT_STATE_JS_TEMPLATE:
        if (is_import(note->before, note->context.state != LVT_STATE_JS))
            warn(j, LVT_ANALYSIS_WARNING_VALUE_LOADS_CODE, "names a script that is imported", from_template);
        return;
    case LVT_STATE_TEXT: {
        if (note->element == NULL || !is_name(note->element->tag->name, "script")) return;
        const lvt_markup_attribute *type = lvt_markup_find(note->element->tag, "type");
        if (type != NULL && is_name(trim(type->text), "importmap"))
            warn(j, LVT_ANALYSIS_WARNING_VALUE_LOADS_CODE,
                 "stands in an import map, which says where scripts come from", from_template);
        return;
    }
    case LVT_STATE_CSS:
    case LVT_STATE_CSS_DOUBLE_QUOTED:
    case LVT_STATE_CSS_SINGLE_QUOTED:
    case LVT_STATE_CSS_DOUBLE_QUOTED_URL:
    case LVT_STATE_CSS_SINGLE_QUOTED_URL:
    case LVT_STATE_CSS_URL:
        if (note->element != NULL && is_foreign(note->element)) {
            warn(j, LVT_ANALYSIS_WARNING_STYLE_IN_SVG,
                 "stands in a <style> of <svg> or <math>, which browsers parse as markup: escaping for style sheets "
                 "does not hold there",
                 "move the <style> out of it");
        } else if (is_style_import(note->before)) {
            warn(j, LVT_ANALYSIS_WARNING_VALUE_LOADS_CODE, "names a style sheet that is imported", from_template);
        }
        return;
    default: return;
    }
}

void lvt_analysis_judge_safety(lvt_analysis_walk *walk, const lvt_analysis_note *note) {
    if (walk->tmpl->mode != LVT_TEMPLATE_HTML || note->action.kind != LVT_ANALYSIS_PRINT) return;
    if (note->action.read_count == 0 || lvt_state_is_comment(note->context.state)) return;
    judgement j = {.walk = walk,
                   .note = note,
                   .attribute = note->attribute != NULL ? note->attribute->name : LVT_SPAN(""),
                   .source = lvt_analysis_short(walk, note->action.source)};
    if (note->context.delimiter != LVT_DELIMITER_NONE) judge_attribute(&j);
    else if (!lvt_state_is_in_tag(note->context.state)) judge_content(&j);
}
