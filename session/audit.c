/* Audit: counts an event, and makes one line of it where the program does not take it itself; in a flood, of some. */
#include "audit.h"

#include "app.h"

static const char *const kinds[] = {
#define KIND_WORD(name, word) word,
    LVT_AUDIT_KIND_MAP(KIND_WORD)
#undef KIND_WORD
};

static const char *const reasons[] = {
#define REASON_WORD(name, word) word,
    LVT_AUDIT_REASON_MAP(REASON_WORD)
#undef REASON_WORD
};

const char *lvt_audit_kind_word(lvt_audit_kind kind) {
    return (unsigned)kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : "unknown";
}

const char *lvt_audit_reason_word(lvt_audit_reason reason) {
    return (unsigned)reason < sizeof reasons / sizeof reasons[0] ? reasons[reason] : "unknown";
}

/* ---- counting ---- */

/* LVT_METRIC_COUNT: none of its own. */
static lvt_metric metric_of_refusal(lvt_audit_reason reason) {
    switch (reason) {
    case LVT_AUDIT_REASON_FORM: return LVT_METRIC_TOKENS_REFUSED_FORM;
    case LVT_AUDIT_REASON_KEY: return LVT_METRIC_TOKENS_REFUSED_KEY;
    case LVT_AUDIT_REASON_SIGNATURE: return LVT_METRIC_TOKENS_REFUSED_SIGNATURE;
    case LVT_AUDIT_REASON_EXPIRED: return LVT_METRIC_TOKENS_REFUSED_EXPIRED;
    case LVT_AUDIT_REASON_NOT_YET_VALID: return LVT_METRIC_TOKENS_REFUSED_EARLY;
    case LVT_AUDIT_REASON_REPLAYED: return LVT_METRIC_TOKENS_REFUSED_REPLAYED;
    case LVT_AUDIT_REASON_FOREIGN_APPLICATION: return LVT_METRIC_TOKENS_REFUSED_APP;
    case LVT_AUDIT_REASON_FOREIGN_GROUP: return LVT_METRIC_TOKENS_REFUSED_GROUP;
    case LVT_AUDIT_REASON_COOKIE: return LVT_METRIC_TOKENS_REFUSED_COOKIE;
    case LVT_AUDIT_REASON_PAGE: return LVT_METRIC_TOKENS_REFUSED_PAGE;
    case LVT_AUDIT_REASON_REQUEST:
    case LVT_AUDIT_REASON_SCHEDULE:
    case LVT_AUDIT_REASON_HAND:
    case LVT_AUDIT_REASON_SHARED:
    case LVT_AUDIT_REASON_STORAGE: break;
    }
    return LVT_METRIC_COUNT;
}

static void count(lvt_metrics *metrics, const lvt_audit_event *event) {
    switch (event->kind) {
    case LVT_AUDIT_TOKEN_REFUSED:
        lvt_metrics_add(metrics, LVT_METRIC_TOKENS_REFUSED, 1);
        lvt_metrics_add(metrics, metric_of_refusal(event->reason), 1);
        break;
    case LVT_AUDIT_COOKIE_REFUSED: lvt_metrics_add(metrics, LVT_METRIC_COOKIES_REFUSED, 1); break;
    case LVT_AUDIT_TOKEN_REFRESHED: lvt_metrics_add(metrics, LVT_METRIC_TOKENS_REFRESHED, 1); break;
    case LVT_AUDIT_TOKEN_INVALIDATED: lvt_metrics_add(metrics, LVT_METRIC_TOKENS_INVALIDATED, 1); break;
    case LVT_AUDIT_KEYS_ROTATED: lvt_metrics_add(metrics, LVT_METRIC_KEYS_ROTATED, 1); break;
    case LVT_AUDIT_KEYS_REFUSED: break; /* lvt_app_rotate_if_due counts all that keeps it from the storage */
    }
}

/* ---- logfmt ---- */

static bool is_plain(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
    }
    return true;
}

/* What could move a terminal's or an editor's line: the controls, and Unicode's separators and marks of direction. */
static bool is_control(uint32_t rune) {
    return rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || (rune >= 0x200E && rune <= 0x200F) ||
           (rune >= 0x2028 && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069);
}

static void append_quoted(lvt_buffer *out, lvt_span text) {
    size_t width;
    lvt_buffer_append_char(out, '"');
    for (size_t i = 0; i < text.length; i += width) {
        uint32_t rune = lvt_utf8_decode(text.data + i, text.length - i, &width);
        if (is_control(rune) || (rune == LVT_RUNE_ERROR && width == 1)) {
            lvt_buffer_append_format(out, "\\u%04x", (unsigned)rune);
            continue;
        }
        if (rune == '"' || rune == '\\') lvt_buffer_append_char(out, '\\');
        lvt_buffer_append(out, text.data + i, width);
    }
    lvt_buffer_append_char(out, '"');
}

static void append_field(lvt_buffer *out, const char *name, lvt_span value) {
    if (value.length == 0) return;
    if (out->length != 0) lvt_buffer_append_char(out, ' ');
    lvt_buffer_append_string(out, name);
    lvt_buffer_append_char(out, '=');
    if (is_plain(value)) lvt_buffer_append_span(out, value);
    else append_quoted(out, value);
}

void lvt_audit_write_line(lvt_buffer *out, const lvt_audit_event *event) {
    append_field(out, "audit", lvt_span_from(lvt_audit_kind_word(event->kind)));
    append_field(out, "reason", lvt_span_from(lvt_audit_reason_word(event->reason)));
    if (event->status != LVT_OK) append_field(out, "status", lvt_span_from(lvt_status_name(event->status)));
    append_field(out, "app", event->app);
    append_field(out, "key", event->key);
    append_field(out, "page", event->page);
    append_field(out, "token", lvt_span_from(event->token));
    if (event->suppressed == 0) return;
    lvt_buffer_append_literal(out, " suppressed=");
    lvt_buffer_append_uint(out, event->suppressed);
}

/* ---- events ---- */

static void write_hash(char out[LVT_AUDIT_HASH_LENGTH + 1], lvt_app *app, lvt_span token) {
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[LVT_DIGEST_SIZE];
    if (token.length == 0 || lvt_crypto_sha256(digest, app->crypto, token, NULL) != LVT_OK) return;
    for (size_t i = 0; i < LVT_AUDIT_HASH_LENGTH; i++) out[i] = digits[digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
    out[LVT_AUDIT_HASH_LENGTH] = '\0';
}

static lvt_log_level level_of(lvt_audit_kind kind) {
    return kind == LVT_AUDIT_KEYS_REFUSED ? LVT_LOG_ERROR : LVT_LOG_INFO;
}

static void write_to_log(lvt_app *app, const lvt_audit_event *event) {
    char memory[LVT_LOG_LINE_MAX];
    lvt_buffer line = {.data = memory, .capacity = sizeof memory - 1, .maximum = sizeof memory - 1};
    lvt_audit_write_line(&line, event);
    lvt_log_write(&app->options.log, level_of(event->kind), "%.*s", (int)line.length, line.data);
}

void lvt_audit_record(lvt_app *app, lvt_audit_event *event, lvt_span token) {
    const lvt_app_options *options = &app->options;
    const bool is_log = options->audit.write == NULL;
    count(app->metrics, event);
    if (is_log && (options->log.write == NULL || level_of(event->kind) < options->log.minimum)) return;
    if (is_log && !lvt_audit_limit_allow(&event->suppressed, &app->audit_limit, event->kind, event->reason,
                                         lvt_clock_steady(&options->clock)))
        return;
    event->app = lvt_span_from(app->id);
    event->time = lvt_clock_wall(&options->clock) / LVT_NANOSECONDS_PER_SECOND;
    write_hash(event->token, app, token);
    if (is_log) write_to_log(app, event);
    else options->audit.write(event, options->audit.payload);
}

void lvt_audit_tell_suppressed(lvt_app *app, bool in_any_case) {
    static const lvt_audit_kind limited[LVT_AUDIT_LIMITED_KINDS] = {LVT_AUDIT_TOKEN_REFUSED, LVT_AUDIT_COOKIE_REFUSED};
    const int64_t now = lvt_clock_steady(&app->options.clock);
    for (size_t i = 0; i < LVT_AUDIT_LIMITED_KINDS; i++) {
        for (size_t j = 0; j < LVT_AUDIT_REASONS; j++) {
            const lvt_audit_reason reason = (lvt_audit_reason)j;
            lvt_audit_event event = {.kind = limited[i], .reason = reason, .app = lvt_span_from(app->id)};
            event.suppressed = lvt_audit_limit_take(&app->audit_limit, limited[i], reason, in_any_case, now);
            if (event.suppressed != 0) write_to_log(app, &event);
        }
    }
}
