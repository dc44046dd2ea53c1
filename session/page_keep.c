/* Records of pages, under the key APPLICATION|page KIND|ID, in which the parts cannot hold the bar. */
#include "page_keep.h"

#include "page_access.h"
#include "record.h"
#include "record_key.h"

/* What a record holds beside the data. */
typedef struct state {
    char nonce[LVT_ID_LENGTH + 1];
    uint64_t sequence;
} state;
LVT_STRUCT(state, LVT_FIELD(state, nonce, LVT_CHARS(LVT_ID_LENGTH + 1), "Nonce"),
           LVT_FIELD(state, sequence, LVT_UINT64, "Sequence"));

enum { PARTS = 2 };

static void parts_of(lvt_record_part out[PARTS], const lvt_page_kind *kind, void *data, state *s) {
    out[0] = (lvt_record_part){LVT_SPAN("page"), &state_type, s};
    out[1] = (lvt_record_part){LVT_SPAN("data"), kind->type, data};
}

static lvt_page_keeping *keeping_of(const lvt_page *page) {
    return (lvt_page_keeping *)(void *)((char *)(uintptr_t)page + page->kind->keeping_offset);
}

static lvt_session_store *store_of(const lvt_page_kind *kind) { return kind->app->options.store; }

/* ---- kinds ---- */

lvt_status lvt_page_keep_begin(lvt_page_kind *kind, lvt_error *error) {
    lvt_app *app = kind->app;
    lvt_status status = LVT_OK;
    (void)pthread_mutex_lock(&app->kinds_lock);
    for (const lvt_page_kind *other = app->kept_kinds; other != NULL; other = other->next_kept) {
        if (strcmp(other->name, kind->name) == 0)
            status = lvt_error_set(error, LVT_ERROR_EXISTS, "there is a kind \"%s\" of kept pages", kind->name);
    }
    if (status == LVT_OK) {
        kind->next_kept = app->kept_kinds;
        app->kept_kinds = kind;
    }
    (void)pthread_mutex_unlock(&app->kinds_lock);
    return status;
}

void lvt_page_keep_end(lvt_page_kind *kind) {
    (void)pthread_mutex_lock(&kind->app->kinds_lock);
    if (kind->app->kept_kinds == kind) {
        kind->app->kept_kinds = kind->next_kept;
    } else {
        lvt_page_kind *before = kind->app->kept_kinds;
        while (before->next_kept != kind) before = before->next_kept;
        before->next_kept = kind->next_kept;
    }
    (void)pthread_mutex_unlock(&kind->app->kinds_lock);
}

/* ---- keys ---- */

enum { KEY_MAX = LVT_RECORD_KEY_BYTE_MAX * (LVT_APP_ID_LENGTH_MAX + LVT_PAGE_KIND_NAME_MAX) + LVT_ID_LENGTH + 8 };

/* Fits by its size. */
static lvt_span write_key(char memory[KEY_MAX], const lvt_page_kind *kind, const char *id) {
    lvt_buffer key = {.data = memory, .capacity = KEY_MAX, .maximum = KEY_MAX};
    lvt_record_key_append(&key, lvt_span_from(lvt_app_id(kind->app)));
    lvt_buffer_append_literal(&key, "|page ");
    lvt_record_key_append(&key, lvt_span_from(kind->name));
    lvt_buffer_append_char(&key, '|');
    lvt_buffer_append_string(&key, id);
    return lvt_buffer_span(&key);
}

/* ---- writing ---- */

/* A write had no answer. Before there is another one the store is asked what came of it: LVT_ERROR_CONFLICT, when the
 * record has changed, by that write or by others. */
static lvt_status look_into_doubt(const lvt_page *page, lvt_error *error) {
    const lvt_page_kind *kind = page->kind;
    char memory[KEY_MAX];
    lvt_store_record record;
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, kind->app->options.allocator);
    lvt_status status = lvt_session_store_get(&record, store_of(kind), write_key(memory, kind, page->id),
                                              keeping_of(page)->version, kind->app->options.page_ttl, error);
    if (status == LVT_OK && !record.is_unchanged)
        status = lvt_error_set(error, LVT_ERROR_CONFLICT, "%s", lvt_status_sentence(LVT_ERROR_CONFLICT));
    lvt_buffer_free(&record.body);
    return status;
}

static lvt_status put(lvt_page *page, lvt_span body, lvt_error *error) {
    const lvt_page_kind *kind = page->kind;
    lvt_page_keeping *keeping = keeping_of(page);
    char memory[KEY_MAX];
    lvt_store_change change = {.key = write_key(memory, kind, page->id),
                               .base = keeping->version,
                               .body = body,
                               .ttl = kind->app->options.page_ttl};
    lvt_session_store_change_id(&change, store_of(kind));
    uint64_t version;
    const lvt_status status = lvt_session_store_put(&version, store_of(kind), &change, error);
    if (status == LVT_OK) *keeping = (lvt_page_keeping){.version = version};
    if (status == LVT_ERROR_UNAVAILABLE) keeping->doubt = lvt_store_next_version(&change);
    return status;
}

lvt_status lvt_page_keep_write(lvt_page *page, void *data, const char *nonce, uint64_t sequence, lvt_error *error) {
    const lvt_page_kind *kind = page->kind;
    state s = {.sequence = sequence};
    lvt_record_part parts[PARTS];
    lvt_buffer body;
    memcpy(s.nonce, nonce, LVT_ID_LENGTH);
    parts_of(parts, kind, data, &s);
    lvt_buffer_init(&body, LVT_STORE_RECORD_MAX, kind->app->options.allocator);
    lvt_status status = keeping_of(page)->doubt != 0 ? look_into_doubt(page, error) : LVT_OK;
    if (status == LVT_OK) status = lvt_record_encode(&body, parts, PARTS, error);
    if (status == LVT_OK) status = put(page, lvt_buffer_span(&body), error);
    lvt_buffer_free(&body);
    if (status == LVT_OK) lvt_metrics_add(kind->app->metrics, LVT_METRIC_STATES_WRITTEN, 1);
    if (status == LVT_ERROR_NOT_FOUND) status = lvt_error_set(error, LVT_ERROR_PAGE_NOT_FOUND, "its record is gone");
    return status;
}

lvt_status lvt_page_keep_remove(const lvt_page *page, lvt_error *error) {
    char memory[KEY_MAX];
    return lvt_session_store_remove(store_of(page->kind), write_key(memory, page->kind, page->id),
                                    keeping_of(page)->version, error);
}

/* ---- reading ---- */

/* Never overwritten: it is moved out of the way for people to look at. */
static lvt_status set_aside(const lvt_page_kind *kind, lvt_span key, uint64_t version, const lvt_error *reason,
                            lvt_error *error) {
    const lvt_app *app = kind->app;
    lvt_buffer place;
    lvt_buffer_init(&place, 2 * LVT_STORE_KEY_MAX, app->options.allocator);
    lvt_status status = lvt_session_store_set_aside(&place, store_of(kind), key, version, error);
    if (status == LVT_OK) {
        lvt_metrics_add(app->metrics, LVT_METRIC_STATES_SET_ASIDE, 1);
        lvt_log_write(&app->options.log, LVT_LOG_ERROR, "a page is lost: %s. Its record is kept as %.*s",
                      reason->message, LVT_SPAN_ARGS(lvt_buffer_span(&place)));
        status = lvt_error_set(error, LVT_ERROR_CORRUPT, "%s", reason->message);
    }
    lvt_buffer_free(&place);
    return status;
}

/* What is stored of a page, unless it has the version `known`: then *out_version is that, and `data`, a zeroed object,
 * stays so. */
static lvt_status fetch(void *data, state *out, uint64_t *out_version, const lvt_page_kind *kind, const char *id,
                        uint64_t known, lvt_error *error) {
    char memory[KEY_MAX];
    lvt_error reason;
    lvt_store_record record;
    lvt_record_part parts[PARTS];
    const lvt_span key = write_key(memory, kind, id);
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, kind->app->options.allocator);
    lvt_status status = lvt_session_store_get(&record, store_of(kind), key, known, kind->app->options.page_ttl, error);
    if (status == LVT_OK && !record.is_unchanged) {
        parts_of(parts, kind, data, out);
        status = lvt_record_decode(parts, PARTS, lvt_buffer_span(&record.body), NULL, &reason);
        if (status == LVT_ERROR_CORRUPT) status = set_aside(kind, key, record.version, &reason, error);
        else if (status != LVT_OK) (void)lvt_error_set(error, status, "%s", reason.message);
        else lvt_metrics_add(kind->app->metrics, LVT_METRIC_STATES_READ, 1);
    }
    if (status == LVT_OK) *out_version = record.version;
    lvt_buffer_free(&record.body);
    if (status == LVT_ERROR_NOT_FOUND)
        status = lvt_error_set(error, LVT_ERROR_PAGE_NOT_FOUND, "%s", lvt_status_sentence(LVT_ERROR_PAGE_NOT_FOUND));
    return status;
}

static void take_over(lvt_page *page, void *fresh, const state *s) {
    const lvt_page_kind *kind = page->kind;
    lvt_registry *registry = &kind->app->registry;
    void *data = lvt_page_data(page);
    lvt_value_clear(kind->type, data, NULL);
    memcpy(data, fresh, kind->type->size);
    memset(fresh, 0, kind->type->size);
    /* What its client was shown by the other process is not known here. */
    lvt_rendering_clear(page->rendering);
    lvt_known_shapes_clear(&page->known);
    page->sequence = s->sequence;
    (void)lvt_registry_account(registry, page, lvt_value_footprint(lvt_page_value(page)));
}

/* The page is known by the nonce of its record. One that this process has written without learning that it has
 * (`is_ours`) nobody was given a token of: the last one stays good, and goes back into the record. */
static void settle_nonce(lvt_page *page, const state *s, bool is_ours) {
    lvt_registry *registry = &page->kind->app->registry;
    char nonce[LVT_ID_LENGTH + 1];
    lvt_registry_read_nonce(nonce, registry, page);
    if (strcmp(nonce, s->nonce) == 0) return;
    if (is_ours) (void)lvt_page_keep_write(page, lvt_page_data(page), nonce, page->sequence, NULL);
    else lvt_registry_renew(registry, page->id, nonce, s->nonce);
}

lvt_status lvt_page_keep_read(lvt_page *page, lvt_error *error) {
    const lvt_page_kind *kind = page->kind;
    const lvt_allocator *allocator = kind->app->options.allocator;
    lvt_page_keeping *keeping = keeping_of(page);
    state s = {.sequence = 0};
    uint64_t version;
    void *fresh = lvt_allocate_zeroed(allocator, 1, kind->type->size);
    if (fresh == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = fetch(fresh, &s, &version, kind, page->id, keeping->version, error);
    if (status == LVT_OK && version != keeping->version) {
        const bool is_ours = version == keeping->doubt;
        *keeping = (lvt_page_keeping){.version = version};
        take_over(page, fresh, &s);
        settle_nonce(page, &s, is_ours);
    }
    lvt_release(allocator, fresh);
    return status;
}

/* A page of what is stored; in nobody's table. */
static lvt_status load(lvt_page **out, const lvt_page_kind *kind, const char *id, lvt_error *error) {
    const lvt_allocator *allocator = kind->app->options.allocator;
    static const char nobody[LVT_ID_LENGTH + 1] = "";
    lvt_page *page;
    state s = {.sequence = 0};
    lvt_status status = lvt_page_kind_make_page(&page, kind, id, nobody, error);
    if (status != LVT_OK) return status;
    status = fetch(lvt_page_data(page), &s, &keeping_of(page)->version, kind, id, 0, error);
    if (status != LVT_OK) {
        lvt_page_free(page, allocator);
        return status;
    }
    memcpy(page->nonce, s.nonce, LVT_ID_LENGTH);
    page->sequence = s.sequence;
    page->memory = (lvt_page_memory){.record = kind->size, .data = lvt_value_footprint(lvt_page_value(page))};
    *out = page;
    return LVT_OK;
}

lvt_status lvt_page_keep_find(lvt_app *app, const char *id, lvt_error *error) {
    lvt_page *page = NULL;
    lvt_status status = LVT_ERROR_PAGE_NOT_FOUND;
    const lvt_page_kind *kind = app->kept_kinds;
    for (; kind != NULL && status == LVT_ERROR_PAGE_NOT_FOUND; kind = kind->next_kept)
        status = load(&page, kind, id, error);
    if (status != LVT_OK) return status;
    status = lvt_registry_add(&app->registry, page, lvt_page_now(app), error);
    if (status != LVT_OK) lvt_page_free(page, app->options.allocator);
    return status == LVT_ERROR_EXISTS ? LVT_OK : status; /* another thread was faster */
}
