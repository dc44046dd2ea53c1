/* A key storage in a session store: the record "livetemplate keys APPLICATION", whose version is the storage's. */
#include "crypto.h"
#include "livetemplate/token.h"

#define LABEL "livetemplate keys "

enum { NAME_LENGTH_MAX = sizeof LABEL - 1 + LVT_APP_ID_LENGTH_MAX };

static lvt_span write_name(char out[NAME_LENGTH_MAX], lvt_span app) {
    size_t length = app.length <= LVT_APP_ID_LENGTH_MAX ? app.length : LVT_APP_ID_LENGTH_MAX;
    memcpy(out, LABEL, sizeof LABEL - 1);
    memcpy(out + sizeof LABEL - 1, app.data, length);
    return lvt_span_of(out, sizeof LABEL - 1 + length);
}

static lvt_status load(lvt_buffer *out, uint64_t *out_version, lvt_span app, void *payload, lvt_error *error) {
    char memory[NAME_LENGTH_MAX];
    lvt_store_record record = {.body = *out};
    lvt_status status = lvt_session_store_get(&record, payload, write_name(memory, app), 0, 0, error);
    *out = record.body;
    if (status == LVT_OK) *out_version = record.version;
    return status;
}

static lvt_status save(uint64_t *out_version, uint64_t base, lvt_span bytes, lvt_span app, void *payload,
                       lvt_error *error) {
    char memory[NAME_LENGTH_MAX];
    lvt_store_change change = {.key = write_name(memory, app), .base = base, .body = bytes};
    lvt_status status = lvt_random_bytes(change.id, sizeof change.id, error);
    return status == LVT_OK ? lvt_session_store_put(out_version, payload, &change, error) : status;
}

lvt_key_storage lvt_key_storage_in(lvt_session_store *store) {
    return (lvt_key_storage){.load = load, .save = save, .payload = store};
}
