/* Keeping the state of groups in a session store. A group remembers the record that the store holds, with its version:
 * the bytes tell whether a change has changed anything, and a change that cannot be stored is taken back by reading
 * them. Writing is compare-and-set on the version, so that two processes never overwrite each other's changes. */
#include "persist.h"

#include "internal.h"
#include "session/record.h"
#include "session/record_key.h"

struct lvt_persisted {
    lvt_buffer record; /* what the store holds, or, with version 0, what the group began with */
    uint64_t version;  /* 0: the store has nothing */
    int64_t told;      /* steady time when the store was told last that the group lives */
    bool is_doubtful;  /* a change was under way when the store was lost: it may hold that */
    bool is_torn;      /* the stores hold what should have been taken back */
    bool is_fresh;     /* just read, and not used yet */
    size_t key_length;
    char key[];
};

static lvt_session_store *store_of(const lvt_live *live) { return live->app->options.store; }

static lvt_span key_of(const lvt_persisted *p) { return lvt_span_of(p->key, p->key_length); }

static int64_t ttl_of(const lvt_live *live) { return live->app->options.group_ttl; }

/* ---- the key: APPLICATION|PATH|GROUP ---- */

static void append_place(lvt_buffer *out, const lvt_live *live) {
    lvt_record_key_append(out, lvt_span_from(lvt_app_id(live->app)));
    lvt_buffer_append_char(out, '|');
    lvt_record_key_append(out, lvt_span_from(live->path));
    lvt_buffer_append_char(out, '|');
}

lvt_status lvt_persist_check(const lvt_live *live, lvt_error *error) {
    char memory[LVT_STATE_KEY_PLACE_MAX];
    if (store_of(live) == NULL) return LVT_OK;
    lvt_buffer key = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    append_place(&key, live);
    return lvt_buffer_check(&key, "the application's id with the view's path, in the key of a stored state", error);
}

static lvt_status create(lvt_persisted **out, const lvt_group *group, lvt_error *error) {
    const lvt_live *live = group->live;
    char memory[LVT_STORE_KEY_MAX];
    lvt_buffer key = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    append_place(&key, live);
    lvt_record_key_append(&key, lvt_group_id(group));
    lvt_status status = lvt_buffer_check(&key, "the key of a stored state", error);
    if (status != LVT_OK) return status;
    lvt_persisted *p = lvt_allocate_zeroed(live->allocator, 1, sizeof *p + key.length);
    if (p == NULL) return lvt_error_out_of_memory(error);
    lvt_buffer_init(&p->record, LVT_STORE_RECORD_MAX, live->allocator);
    p->key_length = key.length;
    memcpy(p->key, key.data, key.length);
    *out = p;
    return LVT_OK;
}

/* ---- between stores and records ---- */

static size_t parts_of(lvt_record_part *out, const lvt_group *group) {
    const lvt_live *live = group->live;
    for (size_t i = 0; i < live->store_count; i++) {
        const char *name = live->stores[i].name != NULL ? live->stores[i].name : "store";
        out[i] = (lvt_record_part){lvt_span_from(name), live->stores[i].type, group->stores[i]};
    }
    return live->store_count;
}

static lvt_status encode(lvt_buffer *out, const lvt_group *group, lvt_error *error) {
    lvt_record_part parts[LVT_STORES_MAX];
    lvt_buffer_clear(out);
    return lvt_record_encode(out, parts, parts_of(parts, group), error);
}

static lvt_status decode(const lvt_group *group, lvt_span record, lvt_error *error) {
    lvt_record_part parts[LVT_STORES_MAX];
    return lvt_record_decode(parts, parts_of(parts, group), record, NULL, error);
}

/* `buffer` becomes what the group remembers, and gets its memory in return. */
static void remember(lvt_persisted *p, lvt_buffer *buffer, uint64_t version) {
    lvt_buffer last = p->record;
    p->record = *buffer;
    p->version = version;
    *buffer = last;
}

/* Back to what is remembered. Without the memory for it the group is torn, until this succeeds. */
static lvt_status take_back(lvt_group *group, lvt_error *error) {
    lvt_persisted *p = group->persisted;
    lvt_status status = decode(group, lvt_buffer_span(&p->record), error);
    p->is_torn = status != LVT_OK;
    return status;
}

lvt_status lvt_group_heal(lvt_group *group, lvt_error *error) {
    return group->persisted != NULL && group->persisted->is_torn ? take_back(group, error) : LVT_OK;
}

/* ---- reading ---- */

typedef enum lvt_found {
    FOUND_NOTHING,   /* the store has no record */
    FOUND_SAME,      /* it has the one that is remembered */
    FOUND_ANOTHER,   /* it has another one, which the stores hold now */
    FOUND_UNREADABLE /* what it had cannot be read, and was set aside */
} found;

static void move_aside(lvt_status *status, lvt_group *group, uint64_t version, const lvt_error *reason,
                       lvt_error *error) {
    lvt_live *live = group->live;
    lvt_buffer place;
    lvt_buffer_init(&place, 2 * LVT_STORE_KEY_MAX, live->allocator);
    *status = lvt_session_store_set_aside(&place, store_of(live), key_of(group->persisted), version, error);
    if (*status == LVT_OK) {
        lvt_metrics_add(live->metrics, LVT_METRIC_STATES_SET_ASIDE, 1);
        lvt_log_write(live->log, LVT_LOG_ERROR, "the state of a group begins anew: %s. It is kept as %.*s",
                      reason->message, LVT_SPAN_ARGS(lvt_buffer_span(&place)));
    }
    lvt_buffer_free(&place);
}

/* Ask for what is stored; `buffer` is scratch. */
static lvt_status fetch(found *out, lvt_group *group, lvt_buffer *buffer, lvt_error *error) {
    lvt_live *live = group->live;
    lvt_persisted *p = group->persisted;
    lvt_error reason;
    lvt_store_record record = {.body = *buffer};
    lvt_status status = lvt_session_store_get(&record, store_of(live), key_of(p), p->version, ttl_of(live), error);
    *buffer = record.body;
    if (status == LVT_ERROR_NOT_FOUND) {
        *out = FOUND_NOTHING;
        status = LVT_OK;
    } else if (status == LVT_OK && record.is_unchanged) {
        *out = FOUND_SAME;
    } else if (status == LVT_OK) {
        status = decode(group, lvt_buffer_span(buffer), &reason);
        if (status == LVT_OK) {
            *out = FOUND_ANOTHER;
            remember(p, buffer, record.version);
            lvt_metrics_add(live->metrics, LVT_METRIC_STATES_READ, 1);
        } else if (status == LVT_ERROR_CORRUPT) {
            *out = FOUND_UNREADABLE;
            move_aside(&status, group, record.version, &reason, error);
        } else {
            (void)lvt_error_set(error, status, "%s", reason.message);
        }
    }
    if (status != LVT_OK) return status;
    if (*out == FOUND_NOTHING || *out == FOUND_UNREADABLE) p->version = 0;
    p->is_doubtful = p->is_fresh = false;
    p->told = lvt_clock_steady(live->clock);
    return LVT_OK;
}

/* ---- writing ---- */

/* LVT_ERROR_CONFLICT: the store does not hold what is remembered. */
static lvt_status write(lvt_group *group, lvt_workspace *workspace, bool always, lvt_error *error) {
    lvt_live *live = group->live;
    lvt_persisted *p = group->persisted;
    lvt_session_store *store = store_of(live);
    lvt_buffer *record = &workspace->record;
    lvt_status status = encode(record, group, error);
    if (status != LVT_OK) return status;
    if (always || !lvt_span_equal(lvt_buffer_span(record), lvt_buffer_span(&p->record))) {
        uint64_t version;
        lvt_store_change change = {
            .key = key_of(p), .base = p->version, .body = lvt_buffer_span(record), .ttl = ttl_of(live)};
        lvt_session_store_change_id(&change, store);
        status = lvt_session_store_put(&version, store, &change, error);
        if (status == LVT_ERROR_UNAVAILABLE) p->is_doubtful = true;
        if (status == LVT_ERROR_NOT_FOUND) status = LVT_ERROR_CONFLICT;
        if (status != LVT_OK) return status;
        remember(p, record, version);
        p->told = lvt_clock_steady(live->clock);
        lvt_metrics_add(live->metrics, LVT_METRIC_STATES_WRITTEN, 1);
    }
    workspace->is_unstored = !lvt_session_store_is_stored(store, key_of(p));
    return LVT_OK;
}

/* Make sure of what is stored, where a change was under way when the store was lost. */
static lvt_status settle(lvt_group *group, lvt_workspace *workspace, lvt_error *error) {
    found what;
    group->persisted->is_fresh = false;
    lvt_status status = lvt_group_heal(group, error);
    if (status == LVT_OK && group->persisted->is_doubtful) status = fetch(&what, group, &workspace->record, error);
    return status;
}

/* ---- changes ---- */

static lvt_status try_change(lvt_group *group, lvt_workspace *workspace, lvt_change_callback change, void *payload,
                             lvt_error *error) {
    found what;
    for (size_t i = 0; i <= LVT_ACTION_RETRIES_MAX; i++) {
        change(group, payload);
        lvt_status status = write(group, workspace, false, error);
        if (status != LVT_ERROR_CONFLICT) return status;
        lvt_metrics_add(group->live->metrics, LVT_METRIC_STATES_CONFLICTED, 1);
        /* Taken back first: what the other's record says nothing of must not be changed twice. */
        status = take_back(group, error);
        if (status == LVT_OK) status = fetch(&what, group, &workspace->record, error);
        if (status != LVT_OK) return status;
    }
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the state was changed by others %d times meanwhile",
                         LVT_ACTION_RETRIES_MAX);
}

lvt_status lvt_group_change(lvt_group *group, lvt_workspace *workspace, lvt_change_callback change, void *payload,
                            lvt_error *error) {
    if (group->persisted == NULL) {
        change(group, payload);
        return LVT_OK;
    }
    lvt_live *live = group->live;
    lvt_error reason;
    lvt_error_clear(&reason);
    workspace->is_unstored = false;
    lvt_status status = settle(group, workspace, &reason);
    if (status == LVT_OK) {
        status = try_change(group, workspace, change, payload, &reason);
        if (status == LVT_OK) return LVT_OK;
        lvt_status back = take_back(group, NULL);
        if (back != LVT_OK) status = lvt_error_out_of_memory(&reason);
    }
    lvt_metrics_add(live->metrics, LVT_METRIC_STATES_TAKEN_BACK, 1);
    lvt_log_write(live->log, LVT_LOG_ERROR, "a change could not be stored: %s", reason.message);
    return lvt_error_set(error, status, "%s", reason.message);
}

void lvt_group_change_anyway(lvt_group *group, lvt_change_callback change, void *payload) {
    lvt_live *live = group->live;
    lvt_workspace *workspace;
    lvt_error error;
    if (group->persisted == NULL) {
        change(group, payload);
        return;
    }
    lvt_status status = lvt_workspace_take(&workspace, live, &error);
    if (status != LVT_OK) {
        change(group, payload);
    } else {
        status = settle(group, workspace, &error);
        if (status == LVT_OK) status = try_change(group, workspace, change, payload, &error);
        else change(group, payload);
        lvt_workspace_return(live, workspace);
    }
    if (status != LVT_OK) lvt_log_write(live->log, LVT_LOG_ERROR, "a change is not stored yet: %s", error.message);
}

/* ---- a group comes, is looked at, goes ---- */

static lvt_status load(lvt_group *group, lvt_error *error) {
    lvt_persisted *p = group->persisted;
    found what;
    lvt_buffer buffer;
    lvt_buffer_init(&buffer, LVT_STORE_RECORD_MAX, group->live->allocator);
    lvt_status status = fetch(&what, group, &buffer, error);
    lvt_buffer_free(&buffer);
    p->is_fresh = true;
    if (status != LVT_OK || what == FOUND_ANOTHER) return status;
    /* What nobody has changed yet needs no record. */
    return encode(&p->record, group, error);
}

lvt_status lvt_group_load(lvt_group *group, lvt_error *error) {
    if (store_of(group->live) == NULL) return LVT_OK;
    lvt_status status = create(&group->persisted, group, error);
    return status == LVT_OK ? load(group, error) : status;
}

void lvt_persisted_free(lvt_persisted *persisted, lvt_live *live) {
    if (persisted == NULL) return;
    lvt_buffer_free(&persisted->record);
    lvt_release(live->allocator, persisted);
}

lvt_status lvt_group_refresh(bool *out_changed, lvt_group *group, lvt_workspace *workspace, lvt_error *error) {
    lvt_persisted *p = group->persisted;
    lvt_error reason;
    found what = FOUND_SAME;
    *out_changed = false;
    if (p == NULL) return LVT_OK;
    *out_changed = p->is_torn;
    lvt_status status = lvt_group_heal(group, error);
    if (status != LVT_OK || p->is_fresh) {
        p->is_fresh = false;
        return status;
    }
    bool was_stored = p->version != 0;
    status = fetch(&what, group, &workspace->record, &reason);
    /* The store has lost it, by its time to live for instance: what memory has takes its place. */
    if (status == LVT_OK && was_stored && p->version == 0) status = write(group, workspace, true, &reason);
    if (status != LVT_OK)
        lvt_log_write(group->live->log, LVT_LOG_WARN, "the stored state of a group cannot be asked for: %s",
                      reason.message);
    if (what == FOUND_ANOTHER) *out_changed = true;
    return LVT_OK;
}

/* ---- living on ---- */

/* False when the store cannot be asked. */
static bool touch(lvt_group *group, int64_t now, size_t *count) {
    int64_t half = ttl_of(group->live) * LVT_NANOSECONDS_PER_SECOND / 2;
    lvt_workspace *workspace;
    bool can_be_asked = true;
    if (lvt_group_try_enter(group, false) != LVT_GROUP_ENTERED) return true; /* who uses it touches it */
    lvt_persisted *p = group->persisted;
    if (group->connections != NULL && p->version != 0 && now - p->told >= half &&
        lvt_workspace_take(&workspace, group->live, NULL) == LVT_OK) {
        (*count)++;
        bool has_changed;
        p->is_fresh = false;
        if (lvt_group_refresh(&has_changed, group, workspace, NULL) == LVT_OK && has_changed) {
            group->has_changed = true;
            lvt_group_queue_flush(group);
        }
        can_be_asked = p->told >= now;
        lvt_workspace_return(group->live, workspace);
    }
    lvt_group_leave(group);
    return can_be_asked;
}

void lvt_persist_sweep(lvt_live *live) {
    lvt_group **groups;
    size_t count, touched = 0;
    bool goes_on = true;
    if (store_of(live) == NULL) return;
    (void)lvt_session_store_expire(&count, store_of(live), LVT_SWEEP_BATCH, NULL);
    int64_t now = lvt_clock_steady(live->clock);
    if (now < live->next_touch || lvt_group_snapshot(&groups, &count, live, NULL) != LVT_OK) return;
    for (size_t i = 0; i < count; i++) {
        if (goes_on) goes_on = touch(groups[i], now, &touched) && touched < LVT_STATES_TOUCHED_MAX;
        lvt_group_release(groups[i]);
    }
    lvt_release(live->allocator, groups);
    if (goes_on) live->next_touch = now + ttl_of(live) * LVT_NANOSECONDS_PER_SECOND / 8;
}
