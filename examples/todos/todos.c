/* todos: a list with adding, editing, moving, filtering and validation. Every browser has a list of its own, which all
 * its tabs share. */
#include <livetemplate.h>

#include "todos_tmpl.h"

typedef struct {
    int64_t id;
    char *title;
    bool done;
} todo;
LVT_STRUCT(todo, LVT_FIELD(todo, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(todo, title, LVT_STRING, "Title", .json = "title", .validate = "required,min=3,max=100"),
           LVT_FIELD(todo, done, LVT_BOOL, "Done"));

typedef struct {
    LVT_SLICE(todo) items;
    int64_t next_id;
    int64_t editing; /* the id of the row that shows its form; 0: none */
    char filter[5];
} todos;

static lvt_status remaining(lvt_call *call, const void *self) {
    const todos *list = self;
    int64_t count = 0;
    for (size_t i = 0; i < list->items.length; i++)
        if (!list->items.data[i].done) count++;
    return lvt_call_return_int(call, count);
}

LVT_STRUCT(todos, LVT_FIELD(todos, items, LVT_SLICE_OF(&todo_type), "Items"),
           LVT_FIELD(todos, next_id, LVT_INT64, "NextID"), LVT_FIELD(todos, editing, LVT_INT64, "Editing"),
           LVT_FIELD(todos, filter, LVT_CHARS(5), "Filter"), LVT_METHOD(remaining, "Remaining", .pure = true));

/* The row that the action's id names; an error for the client when it is gone. */
static lvt_status find(size_t *out, lvt_action *action, const todos *list) {
    int64_t id;
    lvt_status status = lvt_action_int(&id, action, "id");
    if (status != LVT_OK) return status;
    for (*out = 0; *out < list->items.length; ++*out)
        if (list->items.data[*out].id == id) return LVT_OK;
    return lvt_action_fail(action, "this item has been removed");
}

static lvt_status add(lvt_action *action, void *store) {
    todos *list = store;
    todo item = {0};
    lvt_status status = lvt_action_bind(action, &todo_type, &item);
    todo *added = status == LVT_OK ? lvt_slice_append(&list->items, &todo_type) : NULL;
    if (added == NULL) {
        lvt_value_clear(&todo_type, &item, NULL);
        return status != LVT_OK ? status : LVT_ERROR_OUT_OF_MEMORY;
    }
    *added = item;
    added->id = ++list->next_id;
    added->done = false;
    return LVT_OK;
}

static lvt_status toggle(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status == LVT_OK) list->items.data[index].done = !list->items.data[index].done;
    return status;
}

static lvt_status remove_item(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status == LVT_OK) lvt_slice_remove(&list->items, &todo_type, index);
    return status;
}

static lvt_status up(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status == LVT_OK && index > 0) lvt_slice_move(&list->items, &todo_type, index, index - 1);
    return status;
}

static lvt_status down(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status == LVT_OK && index + 1 < list->items.length) lvt_slice_move(&list->items, &todo_type, index, index + 1);
    return status;
}

static lvt_status edit(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status == LVT_OK) list->editing = list->items.data[index].id;
    return status;
}

static lvt_status save(lvt_action *action, void *store) {
    todos *list = store;
    size_t index;
    lvt_status status = find(&index, action, list);
    if (status != LVT_OK) return status;
    todo changed = {0};
    status = lvt_action_bind(action, &todo_type, &changed);
    if (status == LVT_OK) status = lvt_string_set(&list->items.data[index].title, lvt_span_from(changed.title));
    if (status == LVT_OK) list->editing = 0;
    lvt_value_clear(&todo_type, &changed, NULL);
    return status;
}

static lvt_status cancel(lvt_action *action, void *store) {
    ((todos *)store)->editing = 0;
    return LVT_OK;
}

static lvt_status clear_done(lvt_action *action, void *store) {
    todos *list = store;
    for (size_t i = list->items.length; i > 0; i--)
        if (list->items.data[i - 1].done) lvt_slice_remove(&list->items, &todo_type, i - 1);
    return LVT_OK;
}

static lvt_status show(void *store, const char filter[5]) {
    memcpy(((todos *)store)->filter, filter, sizeof((todos *)store)->filter);
    return LVT_OK;
}

static lvt_status show_all(lvt_action *action, void *store) { return show(store, "all\0"); }

static lvt_status show_open(lvt_action *action, void *store) { return show(store, "open"); }

static lvt_status show_done(lvt_action *action, void *store) { return show(store, "done"); }

static const lvt_action_def actions[] = {{"add", add},
                                         {"toggle", toggle},
                                         {"remove", remove_item},
                                         {"up", up},
                                         {"down", down},
                                         {"edit", edit},
                                         {"save", save},
                                         {"cancel", cancel},
                                         {"show_all", show_all},
                                         {"show_open", show_open},
                                         {"show_done", show_done},
                                         {"clear_done", clear_done},
                                         {NULL, NULL}};

int main(int argc, char **argv) {
    static const todos empty = {.filter = "all"};
    lvt_view view = {.template_text = todos_tmpl,
                     .template_name = "todos.tmpl",
                     .store = &todos_type,
                     .initial = &empty,
                     .actions = actions};
    return lvt_main(argc, argv, "127.0.0.1:8080", "/", &view);
}
