/* syntax: finding definitions and copying trees. */
#include "template/syntax.h"

lvt_definition *lvt_syntax_find(const lvt_syntax_set *set, lvt_span name) {
    for (lvt_definition *definition = set->first; definition != NULL; definition = definition->next)
        if (lvt_span_equal(definition->name, name)) return definition;
    return NULL;
}

lvt_status lvt_syntax_copy_list(lvt_node_list *out, const lvt_node_list *list, lvt_arena *arena) {
    lvt_node_list copy = {NULL, list->count};
    if (list->count > 0) {
        copy.items = lvt_arena_allocate(arena, list->count * sizeof(lvt_node *));
        if (copy.items == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < list->count; i++) {
        lvt_node *node = lvt_arena_allocate(arena, sizeof *node);
        if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        *node = *list->items[i];
        lvt_status status = lvt_syntax_copy_list(&node->body, &list->items[i]->body, arena);
        if (status == LVT_OK) status = lvt_syntax_copy_list(&node->otherwise, &list->items[i]->otherwise, arena);
        if (status != LVT_OK) return status;
        copy.items[i] = node;
    }
    *out = copy;
    return LVT_OK;
}
