/* list_sort: a stable merge sort of pointers to elements, in memory of its own; the order is put into the tree's leaves
 * at the end. Runs that are in order already are not merged. */
#include "value/list_body.h"

typedef struct order {
    int (*compare)(const void *a, const void *b, void *payload);
    void *payload;
} order;

/* Merge two neighbouring runs of `from` into `out`. Elements of the left one come first where they are equal. */
static void merge(const order *by, void **out, void *const *from, size_t left, size_t right) {
    void *const *a = from, *const *b = from + left, *const *a_end = b, *const *b_end = b + right;
    if (right == 0 || by->compare(a_end[-1], *b, by->payload) <= 0) {
        memcpy(out, from, (left + right) * sizeof *from);
        return;
    }
    while (a != a_end && b != b_end) *out++ = by->compare(*b, *a, by->payload) < 0 ? *b++ : *a++;
    memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(out + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

/* Sorts `items`; `other` is as large. Returns that of the two which holds the result. */
static void **sort(const order *by, void **items, void **other, size_t length) {
    for (size_t run = 1; run < length; run *= 2) {
        for (size_t start = 0; start < length; start += 2 * run) {
            size_t rest = length - start, left = rest < run ? rest : run;
            size_t right = rest - left < run ? rest - left : run;
            merge(by, other + start, items + start, left, right);
        }
        void **sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

bool lvt_list_sort(lvt_list *list, int (*compare)(const void *a, const void *b, void *payload), void *payload) {
    const size_t length = lvt_list_length(list);
    if (length < 2) return true;
    lvt_list_body *body = list->body;
    void **items = lvt_allocate(body->allocator, 2 * length * sizeof *items);
    if (items == NULL) return false;
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, list, 0);
    for (size_t i = 0; i < length; i++) items[i] = lvt_list_cursor_next(&cursor);
    void **sorted = sort(&(order){compare, payload}, items, items + length, length);
    bool changes = false;
    lvt_list_cursor_start(&cursor, list, 0);
    for (size_t i = 0; i < length && !changes; i++) changes = lvt_list_cursor_next(&cursor) != sorted[i];
    if (changes) {
        lvt_list_tree_reorder(&body->tree, sorted);
        lvt_list_record_all(body);
    }
    lvt_release(body->allocator, items);
    return true;
}
