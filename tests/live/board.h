/* board: the store of most tests of this room: a counter, a title, a list. */
#ifndef LIVETEMPLATE_TESTS_LIVE_BOARD_H
#define LIVETEMPLATE_TESTS_LIVE_BOARD_H

#include "livetemplate/live.h"

#include <stdlib.h>

typedef struct board_item {
    int64_t id;
    char *text;
} board_item;
LVT_STRUCT(board_item, LVT_FIELD(board_item, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(board_item, text, LVT_STRING, "Text"));

typedef struct board {
    int64_t count;
    char *title;
    int64_t last_id;
    char *broken; /* the template reads it through a pointer when it is not NULL */
    LVT_SLICE(board_item) items;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT64, "Count"), LVT_FIELD(board, title, LVT_STRING, "Title"),
           LVT_FIELD(board, last_id, LVT_INT64, "LastID"), LVT_FIELD(board, broken, LVT_STRING, "Broken"),
           LVT_FIELD(board, items, LVT_SLICE_OF(&board_item_type), "Items"));

/* `index .Items 99` is an error when it runs. */
#define BOARD_TEMPLATE                                                                                             \
    "<h1>{{.Title}}</h1><p>{{.Count}}</p>{{if .Broken}}{{index .Items 99}}{{end}}"                                 \
    "{{range .lvt.Errors}}<em>{{.Field}}: {{.Message}}</em>{{end}}"                                                \
    "<input name=\"title\" value=\"{{.lvt.Value \"title\"}}\"{{if .lvt.HasError \"title\"}} class=\"bad\"{{end}}>" \
    "<ul>{{range .Items}}<li data-key=\"{{.ID}}\">{{.Text}}</li>{{else}}<li>none</li>{{end}}</ul>"

typedef struct titled {
    char *title;
} titled;
LVT_STRUCT(titled, LVT_FIELD(titled, title, LVT_STRING, "Title", .json = "title", .validate = "required,min=3,max=20"));

static inline lvt_status board_increment(lvt_action *action, void *store) {
    (void)action;
    ((board *)store)->count++;
    return LVT_OK;
}

static inline lvt_status board_by(lvt_action *action, void *store) {
    int64_t number;
    lvt_status status = lvt_action_int(&number, action, "n");
    if (status == LVT_OK) ((board *)store)->count += number;
    return status;
}

static inline lvt_status board_add(lvt_action *action, void *store) {
    board *b = store;
    titled input = {NULL};
    lvt_status status = lvt_action_bind(action, &titled_type, &input);
    if (status == LVT_OK) {
        board_item *item = lvt_slice_append(&b->items, &board_item_type);
        if (item == NULL) status = LVT_ERROR_OUT_OF_MEMORY;
        if (item != NULL) {
            *item = (board_item){++b->last_id, input.title};
            input.title = NULL;
        }
    }
    lvt_value_clear(&titled_type, &input, NULL);
    return status;
}

static inline lvt_status board_remove(lvt_action *action, void *store) {
    board *b = store;
    int64_t id;
    lvt_status status = lvt_action_int(&id, action, "id");
    for (size_t i = 0; status == LVT_OK && i < b->items.length; i++) {
        if (b->items.data[i].id != id) continue;
        lvt_slice_remove(&b->items, &board_item_type, i);
        return LVT_OK;
    }
    return status != LVT_OK ? status : lvt_action_fail(action, "there is no item %lld", (long long)id);
}

static inline lvt_status board_move(lvt_action *action, void *store) {
    board *b = store;
    int64_t from, to;
    lvt_status status = lvt_action_int(&from, action, "from");
    if (status == LVT_OK) status = lvt_action_int(&to, action, "to");
    if (status != LVT_OK) return status;
    if (from < 0 || to < 0 || (size_t)from >= b->items.length || (size_t)to >= b->items.length)
        return lvt_action_fail_field(action, "from", "there is no such place");
    lvt_slice_move(&b->items, &board_item_type, (size_t)from, (size_t)to);
    return LVT_OK;
}

static inline lvt_status board_rename(lvt_action *action, void *store) {
    return lvt_string_set(&((board *)store)->title, lvt_action_text(action, "title"));
}

/* Fill the page with text of its own length: many kilobytes. */
static inline lvt_status board_fill(lvt_action *action, void *store) {
    int64_t length = 0;
    lvt_status status = lvt_action_int(&length, action, "n");
    if (status != LVT_OK) return status;
    char *text = malloc((size_t)length + 1);
    if (text == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; i < length; i++) text[i] = "\xc3\xa4\"\\x\n"[i % 6];
    text[length - length % 6] = '\0';
    free(((board *)store)->title);
    ((board *)store)->title = text;
    return LVT_OK;
}

static inline lvt_status board_break(lvt_action *action, void *store) {
    (void)action;
    return lvt_string_set(&((board *)store)->broken, LVT_SPAN("yes"));
}

static inline lvt_status board_mend(lvt_action *action, void *store) {
    (void)action;
    free(((board *)store)->broken);
    ((board *)store)->broken = NULL;
    return LVT_OK;
}

static inline lvt_status board_refuse(lvt_action *action, void *store) {
    (void)action, (void)store;
    return LVT_ERROR_EXISTS;
}

static const lvt_action_def board_actions[] = {{"increment", board_increment},
                                               {"by", board_by},
                                               {"add", board_add},
                                               {"remove", board_remove},
                                               {"move", board_move},
                                               {"rename", board_rename},
                                               {"fill", board_fill},
                                               {"break", board_break},
                                               {"mend", board_mend},
                                               {"refuse", board_refuse},
                                               {0}};

#endif
