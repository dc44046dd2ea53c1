/* notes: a page behind a name and a password. Everybody has notes of his own, the same on all of his devices.
 *
 *     NOTES_ACCOUNTS="ann:sesame ben:open" build/examples/notes
 *
 * Passwords travel as they are: behind TLS only. A program with many accounts keeps hashes of them, not their text. */
#include <livetemplate.h>

#include <stdio.h>
#include <stdlib.h>

#include "notes_tmpl.h"

enum { NOTES_MAX = 100 };

typedef struct {
    int64_t id;
    char *text;
} note;
LVT_STRUCT(note, LVT_FIELD(note, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(note, text, LVT_STRING, "Text", .json = "text", .validate = "required,max=500"));

typedef struct {
    int64_t last_id;
    LVT_SLICE(note) notes;
} notebook;
LVT_STRUCT(notebook, LVT_FIELD(notebook, last_id, LVT_INT64, "LastID"),
           LVT_FIELD(notebook, notes, LVT_SLICE_OF(&note_type), "Notes"));

/* ---- who ------------------------------------------------------------------------------------------------------- */

/* "name:password name:password", all of them looked at, so that the time tells nothing. */
static lvt_status check_password(lvt_span user, lvt_span password, void *payload) {
    bool is_known = false;
    for (const char *at = payload; *at != '\0';) {
        size_t length = strcspn(at, " "), name = strcspn(at, ": ");
        if (name < length) {
            bool is_name = lvt_secret_equal(user, lvt_span_of(at, name));
            bool is_password = lvt_secret_equal(password, lvt_span_of(at + name + 1, length - name - 1));
            is_known |= is_name && is_password;
        }
        at += length + strspn(at + length, " ");
    }
    return is_known ? LVT_OK : LVT_ERROR_NOT_FOUND;
}

/* ---- what ------------------------------------------------------------------------------------------------------ */

static lvt_status add(lvt_action *action, void *store) {
    notebook *book = store;
    note written = {0};
    if (book->notes.length >= NOTES_MAX) return lvt_action_fail(action, "There is no room for another note.");
    lvt_status status = lvt_action_bind(action, &note_type, &written);
    note *added = status == LVT_OK ? lvt_slice_append(&book->notes, &note_type) : NULL;
    if (added == NULL) {
        lvt_value_clear(&note_type, &written, NULL);
        return status != LVT_OK ? status : LVT_ERROR_OUT_OF_MEMORY;
    }
    *added = written;
    added->id = ++book->last_id;
    return LVT_OK;
}

static lvt_status drop(lvt_action *action, void *store) {
    notebook *book = store;
    int64_t id;
    lvt_status status = lvt_action_int(&id, action, "id");
    for (size_t i = 0; status == LVT_OK && i < book->notes.length; i++) {
        if (book->notes.data[i].id != id) continue;
        lvt_slice_remove(&book->notes, &note_type, i);
        break;
    }
    return status;
}

static const lvt_action_def actions[] = {{"add", add}, {"drop", drop}, {0}};

int main(int argc, char **argv) {
    char *accounts = getenv("NOTES_ACCOUNTS");
    if (accounts == NULL) {
        (void)fprintf(stderr, "NOTES_ACCOUNTS must say who may come in: \"ann:sesame ben:open\"\n");
        return EXIT_FAILURE;
    }
    lvt_view view = {.template_text = notes_tmpl,
                     .template_name = "notes",
                     .store = &notebook_type,
                     .actions = actions,
                     .payload = accounts,
                     .authenticator = LVT_BASIC("notes", check_password)};
    return lvt_main(argc, argv, "127.0.0.1:8080", "/", &view);
}
