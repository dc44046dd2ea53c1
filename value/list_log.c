/* list_log: what a list tells about its changes: history, version, and a ring of the last changes. The ring grows as it
 * fills, to its limit or as far as there is memory; then the oldest change makes room for the next one, so that
 * recording never fails. */
#include "value/list_body.h"

#include <stdlib.h>

struct lvt_list_history {
    atomic_size_t references;
};

/* ---- identity ---- */

lvt_list_history *lvt_list_get_history(const lvt_list *list) {
    if (list->body == NULL) return NULL;
    lvt_list_history *history = atomic_load(&list->body->history);
    if (history != NULL) return history;
    lvt_list_history *made = malloc(sizeof *made);
    if (made == NULL) return NULL;
    atomic_init(&made->references, 1);
    /* Threads that only read a list may all ask for its history. */
    if (atomic_compare_exchange_strong(&list->body->history, &history, made)) return made;
    free(made);
    return history;
}

lvt_list_history *lvt_list_history_hold(lvt_list_history *history) {
    if (history != NULL) atomic_fetch_add_explicit(&history->references, 1, memory_order_relaxed);
    return history;
}

void lvt_list_history_release(lvt_list_history *history) {
    if (history != NULL && atomic_fetch_sub_explicit(&history->references, 1, memory_order_acq_rel) == 1) free(history);
}

uint64_t lvt_list_version(const lvt_list *list) { return list->body != NULL ? list->body->version : 0; }

uint64_t lvt_list_stamp(const lvt_list *list) {
    return list->body != NULL ? lvt_hash_mix(list->body->identity, list->body->version) : 0;
}

/* ---- recording ---- */

static size_t limit_of(const lvt_list_body *body) {
    const size_t half = body->tree.length / 2;
    return half < LVT_LIST_LOG_MIN ? LVT_LIST_LOG_MIN : half > LVT_LIST_LOG_MAX ? LVT_LIST_LOG_MAX : half;
}

static lvt_list_change *change_at(const lvt_list_log *log, size_t index) {
    size_t place = log->start + index;
    return &log->changes[place < log->capacity ? place : place - log->capacity];
}

static void drop_oldest(lvt_list_log *log) {
    log->floor = change_at(log, 0)->version;
    log->start = log->start + 1 < log->capacity ? log->start + 1 : 0;
    log->count--;
}

/* Room for one more change; false when there is no memory for any. */
static bool make_room(lvt_list_log *log, size_t limit, const lvt_allocator *allocator) {
    while (log->count >= limit) drop_oldest(log);
    if (log->count < log->capacity) return true;
    size_t capacity = log->capacity == 0 ? LVT_LIST_LOG_MIN / 4 : log->capacity * 2;
    if (capacity > LVT_LIST_LOG_MAX) capacity = LVT_LIST_LOG_MAX;
    lvt_list_change *grown = capacity > log->capacity ? lvt_allocate(allocator, capacity * sizeof *grown) : NULL;
    if (grown == NULL) {
        if (log->count > 0) drop_oldest(log);
        return log->count < log->capacity;
    }
    for (size_t i = 0; i < log->count; i++) grown[i] = *change_at(log, i);
    lvt_release(allocator, log->changes);
    log->changes = grown;
    log->capacity = capacity;
    log->start = 0;
    return true;
}

void lvt_list_record_all(lvt_list_body *body) {
    body->log.floor = ++body->version;
    body->log.count = body->log.start = 0;
}

void lvt_list_record(lvt_list_body *body, lvt_list_change_kind kind, const void *element, size_t index, size_t to) {
    lvt_list_log *log = &body->log;
    if (atomic_load_explicit(&body->history, memory_order_relaxed) == NULL) {
        log->floor = ++body->version;
        return;
    }
    const uint64_t item = lvt_list_item(element);
    body->version++;
    if (kind == LVT_LIST_SET && log->count > 0) {
        lvt_list_change *last = change_at(log, log->count - 1);
        if (last->kind == LVT_LIST_SET && last->item == item) {
            last->version = body->version;
            return;
        }
    }
    if (!make_room(log, limit_of(body), body->allocator)) {
        log->floor = body->version;
        return;
    }
    *change_at(log, log->count++) = (lvt_list_change){item, body->version, (uint32_t)index, (uint32_t)to, kind};
}

/* ---- reading ---- */

bool lvt_list_changes_since(const lvt_list *list, uint64_t version, size_t *out_count) {
    if (list->body == NULL) {
        if (version == 0) *out_count = 0;
        return version == 0;
    }
    const lvt_list_log *log = &list->body->log;
    if (version < log->floor || version > list->body->version) return false;
    size_t low = 0, high = log->count; /* changes before `low` are known, those from `high` on are not */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (change_at(log, middle)->version <= version) low = middle + 1;
        else high = middle;
    }
    *out_count = log->count - low;
    return true;
}

const lvt_list_change *lvt_list_change_at(const lvt_list *list, size_t count, size_t index) {
    const lvt_list_log *log = &list->body->log;
    return change_at(log, log->count - count + index);
}
