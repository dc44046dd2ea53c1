/* list: what a tracked list knows about its own changes, for those who render it: which list it is, its version, the
 * log of changes since an earlier version, and numbers that name elements.
 *
 * How a rendering uses it. Of each list that it shows, it keeps lvt_list_get_history, held, and lvt_list_version. To
 * render again, with the program's lock held: where history and version are the same, nothing in the list has changed.
 * Where only the version differs and lvt_list_changes_since succeeds, the changes, replayed in order on the old order
 * of rows, give the new order, and only rows that were SET or INSERTed can look different. Else the rows are compared.
 */
#ifndef LVT_VALUE_LIST_H
#define LVT_VALUE_LIST_H

#include "livetemplate/value.h"

/* ---- identity ---- */

/* Stands for one list as long as anybody refers to it, so that its address is not given to another list while a
 * rendering compares it. It has nothing in it to read. A copy of a list has a history of its own; a list that
 * lvt_value_clear freed, or that JSON or a form replaced, is another list from then on. */
typedef struct lvt_list_history lvt_list_history;

/* The list's history, borrowed: hold it to keep it. It is made when it is first asked for, and from then on the list
 * keeps its log: nobody pays for the log of a list that no page shows. NULL for a list that never had an element, and
 * when out of memory: such a list is compared. Its memory is the C library's. */
lvt_list_history *lvt_list_get_history(const lvt_list *list);
/* Any thread may call these, at any time, for a history that it holds (or that its list still owns). */
lvt_list_history *lvt_list_history_hold(lvt_list_history *history); /* returns its argument; NULL is allowed */
void lvt_list_history_release(lvt_list_history *history);

/* Grows with every recorded change; 0 for a list that never had an element. */
uint64_t lvt_list_version(const lvt_list *list);
/* A number that changes whenever the list may have changed, and differs from that of all other lists, as far as a hash
 * can: history and version in one, for lvt_value_hash. Allocates nothing. */
uint64_t lvt_list_stamp(const lvt_list *list);

/* ---- items ---- */

/* An element's number. The list never uses one twice, and never 0. Reads one word; the element must be in a list. */
uint64_t lvt_list_item(const void *element);
/* The element of that number; NULL when it was removed. O(1) on average. */
void *lvt_list_find_item(const lvt_list *list, uint64_t item);

/* ---- the log ---- */

typedef enum lvt_list_change_kind {
    LVT_LIST_SET,    /* the element at `index` may look different */
    LVT_LIST_INSERT, /* an element was put in; it stands at `index` */
    LVT_LIST_REMOVE, /* the element at `index` was taken out */
    LVT_LIST_MOVE    /* the element at `index` was taken out, and put in again so that it stands at `to` */
} lvt_list_change_kind;

/* One change. Positions are those at its time. */
typedef struct lvt_list_change {
    uint64_t item;
    uint64_t version; /* of the list after this change */
    uint32_t index;
    uint32_t to; /* MOVE; else equal to `index` */
    lvt_list_change_kind kind;
} lvt_list_change;

/* How many changes led from `version` to the present one. False when the log does not reach back so far: it holds at
 * most LVT_LIST_LOG_MAX changes, or half the list's length where that is less (but LVT_LIST_LOG_MIN), begins when the
 * history is first asked for, and ends at a sort, at lvt_list_clear and where it would need memory that there is not.
 * SETs of one item with nothing between count once. O(log of the log's length). */
bool lvt_list_changes_since(const lvt_list *list, uint64_t version, size_t *out_count);
/* Change `index` of the last `count` ones, 0 being the oldest: lvt_list_change_at(list, count, 0), ... up to
 * (list, count, count - 1). Valid until the list changes. */
const lvt_list_change *lvt_list_change_at(const lvt_list *list, size_t count, size_t index);

/* ---- for this room ---- */

/* A zeroed element at the end of a list whose memory is from this allocator. How copies and decoders fill a list. */
void *lvt_list_append_with(lvt_list *list, const lvt_type *type, const lvt_allocator *allocator);
/* Let `list` (the bytes of another one) be a second owner of its content, which neither may change until the other one
 * is cleared. For objects that are changed as a copy and put back: lists that nobody touches stay the same lists. */
void lvt_list_share(lvt_list *list);
/* lvt_value_clear of a list. */
void lvt_list_free(lvt_list *list);

#endif
