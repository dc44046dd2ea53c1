/* rooms: a chat. Everybody in a room shares its store; which room it is, and what one is called there, stands in the
 * address: /?room=garden&name=Ann. Anybody may call himself anything here: a program with accounts would ask them. */
#include <livetemplate.h>

#include <stdlib.h>

#include "rooms_tmpl.h"

enum { NAME_MAX_BYTES = 40, MESSAGES_MAX = 200 };

typedef struct {
    int64_t id;
    char *name;
    char *text;
    lvt_time at;
} message;
LVT_STRUCT(message, LVT_FIELD(message, id, LVT_INT64, "ID", .key = true), LVT_FIELD(message, name, LVT_STRING, "Name"),
           LVT_FIELD(message, text, LVT_STRING, "Text"), LVT_FIELD(message, at, LVT_TIME, "At"));

typedef struct {
    char *name;
    int pages; /* that are open */
} person;
LVT_STRUCT(person, LVT_FIELD(person, name, LVT_STRING, "Name", .key = true),
           LVT_FIELD(person, pages, LVT_INT, "Pages"));

typedef struct {
    char *name;
    int64_t last_id;
    LVT_SLICE(message) messages;
    LVT_SLICE(person) people;
} room;
/* Who is there is not kept in a session store: nobody is, when the program starts. */
LVT_STRUCT(room, LVT_FIELD(room, name, LVT_STRING, "Name"), LVT_FIELD(room, last_id, LVT_INT64, "LastID"),
           LVT_FIELD(room, messages, LVT_SLICE_OF(&message_type), "Messages"),
           LVT_FIELD(room, people, LVT_SLICE_OF(&person_type), "People", .json = "-"));

/* ---- who, and which room --------------------------------------------------------------------------------------- */

static bool is_room(const char *name) {
    static const char *const rooms[] = {"lobby", "garden", "kitchen"};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        if (strcmp(name, rooms[i]) == 0) return true;
    }
    return false;
}

static lvt_status enter(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    char name[NAME_MAX_BYTES + 1], asked[32];
    if (!lvt_request_query(asked, sizeof asked, request, "room")) (void)memcpy(asked, "lobby", sizeof "lobby");
    if (!is_room(asked)) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such room");
    lvt_status status = lvt_identity_set_group(out, "room", lvt_span_from(asked), error);
    if (status == LVT_OK && lvt_request_query(name, sizeof name, request, "name") && name[0] != '\0')
        status = lvt_identity_set_user(out, lvt_span_from(name), error);
    return status;
}

/* ---- the room -------------------------------------------------------------------------------------------------- */

static lvt_status furnish(void *store, const lvt_visitor *visitor, void *payload) {
    static const size_t kind = sizeof "room:" - 1;
    return lvt_string_set(&((room *)store)->name,
                          lvt_span_of(visitor->group.data + kind, visitor->group.length - kind));
}

static person *find_person(room *r, lvt_span name) {
    for (size_t i = 0; i < r->people.length; i++) {
        if (lvt_span_is(name, r->people.data[i].name)) return &r->people.data[i];
    }
    return NULL;
}

static lvt_status arrive(void *store, const lvt_visitor *visitor, void *payload) {
    room *r = store;
    if (visitor->user.length == 0) return LVT_OK;
    person *p = find_person(r, visitor->user);
    if (p == NULL) {
        p = lvt_slice_append(&r->people, &person_type);
        if (p == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        if (lvt_string_set(&p->name, visitor->user) != LVT_OK) {
            lvt_slice_remove(&r->people, &person_type, r->people.length - 1);
            return LVT_ERROR_OUT_OF_MEMORY;
        }
    }
    p->pages++;
    return LVT_OK;
}

static void depart(void *store, const lvt_visitor *visitor, void *payload) {
    room *r = store;
    person *p = find_person(r, visitor->user);
    if (p != NULL && --p->pages == 0) lvt_slice_remove(&r->people, &person_type, (size_t)(p - r->people.data));
}

typedef struct {
    char *text;
} saying;
LVT_STRUCT(saying, LVT_FIELD(saying, text, LVT_STRING, "Message", .json = "text", .validate = "required,max=500"));

static lvt_status say(lvt_action *action, void *store) {
    room *r = store;
    lvt_span user = lvt_action_visitor(action)->user;
    saying said = {NULL};
    if (user.length == 0) return lvt_action_fail(action, "Say who you are first.");
    lvt_status status = lvt_action_bind(action, &saying_type, &said);
    message *m = status == LVT_OK ? lvt_slice_append(&r->messages, &message_type) : NULL;
    if (status == LVT_OK && m == NULL) status = LVT_ERROR_OUT_OF_MEMORY;
    if (m != NULL) {
        *m = (message){.id = ++r->last_id, .text = said.text, .at = lvt_time_from_nanoseconds(lvt_clock_wall(NULL), 0)};
        said.text = NULL;
        status = lvt_string_set(&m->name, user);
        if (status != LVT_OK) lvt_slice_remove(&r->messages, &message_type, r->messages.length - 1);
        else if (r->messages.length > MESSAGES_MAX) lvt_slice_remove(&r->messages, &message_type, 0);
    }
    lvt_value_clear(&saying_type, &said, NULL);
    return status;
}

static const lvt_action_def actions[] = {{"say", say}, {0}};

int main(int argc, char **argv) {
    lvt_view view = {.template_text = rooms_tmpl,
                     .template_name = "rooms",
                     .store = &room_type,
                     .actions = actions,
                     .init = furnish,
                     .connect = arrive,
                     .disconnect = depart,
                     .authenticator = {.identify = enter}};
    return lvt_main(argc, argv, "127.0.0.1:8080", "/", &view);
}
