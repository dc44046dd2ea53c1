/* render: what a page looks like as data, how it changed, and how that is said on the wire.
 *
 *   template --lvt_shapes--> skeletons with ids        (once a template)
 *   state    --lvt_rendering--> a tree of slot values  (once a state)
 *   two renderings --lvt_changes--> a change set       (once a change)
 *   change set --lvt_tree_encode_changes--> JSON       (once per set of known shapes)
 *   JSON --lvt_mirror--> the page again                (the inverse: what a client does)
 *
 * The law: a mirror that applied every update prints exactly what a fresh print of the last state prints, as long as
 * values are UTF-8; JSON cannot carry other bytes, and U+FFFD stands for them.
 *
 * The wire format is the tree of docs/PROTOCOL.md. Nothing here does I/O. Shapes are immutable and shared by threads;
 * renderings, changes and mirrors belong to one thread at a time. Everything that is made anew with each change reuses
 * its memory: after warm-up nothing allocates.
 */
#ifndef LIVETEMPLATE_RENDER_H
#define LIVETEMPLATE_RENDER_H

#include "template.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- shapes ---------------------------------------------------------------------------------------------- */

/* The skeletons of a template set: for every body its statics, slots, a 64-bit fingerprint of both, a short id that
 * names it on the wire, and where the key of a row stands when it is the body of a range. The template must outlive it.
 */
typedef struct lvt_shapes lvt_shapes;

/* Ids are first_id, first_id + 1, ...: views that may meet on one connection get ranges that do not overlap. */
lvt_status lvt_shapes_create(lvt_shapes **out, const lvt_template *tmpl, uint32_t first_id,
                             const lvt_allocator *allocator, lvt_error *error);
void lvt_shapes_free(lvt_shapes *shapes);
size_t lvt_shapes_count(const lvt_shapes *shapes);
/* Shape `index` < count. Borrowed. */
uint32_t lvt_shapes_id(const lvt_shapes *shapes, size_t index);
uint64_t lvt_shapes_fingerprint(const lvt_shapes *shapes, size_t index);

/* The shapes whose statics a client has seen on its connection. Zeroed memory with an allocator is empty. */
typedef struct lvt_known_shapes {
    uint64_t *bits;
    size_t words;
    const lvt_allocator *allocator;
} lvt_known_shapes;

void lvt_known_shapes_clear(lvt_known_shapes *known); /* a new connection */
void lvt_known_shapes_free(lvt_known_shapes *known);
bool lvt_known_shapes_equal(const lvt_known_shapes *a, const lvt_known_shapes *b);
lvt_status lvt_known_shapes_copy(lvt_known_shapes *out, const lvt_known_shapes *from, lvt_error *error);

/* ---- renderings ------------------------------------------------------------------------------------------ */

/* The values of all slots for one state. What a rendering holds never changes once it is made: renderings share it, in
 * any thread; a rendering itself, the handle, belongs to one thread at a time. */
typedef struct lvt_rendering lvt_rendering;

lvt_status lvt_rendering_create(lvt_rendering **out, const lvt_shapes *shapes, lvt_error *error);
void lvt_rendering_free(lvt_rendering *rendering);
/* Execute the template and keep the result in place of what the rendering held; on an error it is empty afterwards. */
lvt_status lvt_rendering_make(lvt_rendering *rendering, lvt_execution *execution, lvt_value data, lvt_error *error);
/* The same, with the page's last state at hand: what cannot have changed since `before` (another rendering of these
 * shapes; NULL or empty: nothing) is taken over from it and not executed again. The result is what lvt_rendering_make
 * makes, but for the keys that the engine gives to rows without one: these go on from `before`.
 *   Taken over are actions, branches and ranges that read only fields of the root whose values are the same (by
 *   lvt_value_hash, 64 bits, with a seed that depends on the process), and rows of ranges whose element, with whatever
 *   else the row reads, is the same. A tracked list names what changed, and the rest of it is not looked at.
 *   Not taken over is what called a function or a method that is not marked `.pure` (value.h).
 * So elements of a tracked list that were changed without lvt_list_changed are shown as they were. */
lvt_status lvt_rendering_update(lvt_rendering *rendering, const lvt_rendering *before, lvt_execution *execution,
                                lvt_value data, lvt_error *error);
/* Hold what `from` holds, in place of what `out` held; both have the same shapes. O(1), and nothing can fail. */
void lvt_rendering_share(lvt_rendering *out, const lvt_rendering *from);
/* Whether both hold the same, made once. O(1). */
bool lvt_rendering_is_same(const lvt_rendering *a, const lvt_rendering *b);
void lvt_rendering_swap(lvt_rendering *a, lvt_rendering *b);
/* Hold nothing. */
void lvt_rendering_clear(lvt_rendering *rendering);
/* Whether nothing in it was made by a call that is to be made again each time: what it shows follows from the data. */
bool lvt_rendering_is_pure(const lvt_rendering *rendering);
/* The page, byte for byte what lvt_execution_print writes. */
void lvt_rendering_print(const lvt_rendering *rendering, lvt_buffer *out);
/* Its length, without printing it. */
size_t lvt_rendering_length(const lvt_rendering *rendering);
/* Bytes that the rendering holds, for budgets; what it shares with others counts in full. O(1). */
size_t lvt_rendering_footprint(const lvt_rendering *rendering);
/* A hash of all slot values: equal renderings print the same page. */
uint64_t lvt_rendering_hash(const lvt_rendering *rendering);

/* Keys that stood twice in one list of this rendering. The output is right all the same (later rows get a key of their
 * own), but the rows cannot be told apart from one state to the next, so whoever sees this reports it. */
typedef struct lvt_duplicate_key {
    lvt_span list; /* the range as written: "range .Items" */
    uint32_t line;
    lvt_span key;
} lvt_duplicate_key;
size_t lvt_rendering_duplicate_count(const lvt_rendering *rendering);
/* At most the first 16 are kept. Both are of the last make, and borrowed until the next. */
const lvt_duplicate_key *lvt_rendering_duplicates(const lvt_rendering *rendering, size_t *out_kept);

/* ---- changes --------------------------------------------------------------------------------------------- */

/* What turns one rendering into another. */
typedef struct lvt_changes lvt_changes;

lvt_status lvt_changes_create(lvt_changes **out, const lvt_allocator *allocator, lvt_error *error);
void lvt_changes_free(lvt_changes *changes);
/* Both renderings have the same shapes and must stay as they are while the changes are in use; neither is changed. Rows
 * are told apart by their keys, so `after` is best made from `before`, or from one that was: else rows without a key of
 * their own are taken for the ones that stood in their places, which is right but may be long. What both share costs
 * nothing: after k changes of a tracked list of n elements this is O(k log n). */
lvt_status lvt_changes_compute(lvt_changes *changes, const lvt_rendering *before, const lvt_rendering *after,
                               lvt_error *error);
bool lvt_changes_empty(const lvt_changes *changes);

/* ---- the tree on the wire --------------------------------------------------------------------------------- */

/* Append the JSON object of a whole tree, or of changes ("{}" for none). Statics that `known` lacks are sent and
 * marked there; on an error `known` is as before and `out` is cut back. */
lvt_status lvt_tree_encode_complete(lvt_buffer *out, const lvt_rendering *rendering, lvt_known_shapes *known,
                                    lvt_error *error);
lvt_status lvt_tree_encode_changes(lvt_buffer *out, const lvt_changes *changes, lvt_known_shapes *known,
                                   lvt_error *error);

/* ---- the inverse ------------------------------------------------------------------------------------------ */

/* What a client holds: a tree and the statics it has seen. */
typedef struct lvt_mirror lvt_mirror;

lvt_status lvt_mirror_create(lvt_mirror **out, const lvt_allocator *allocator, lvt_error *error);
void lvt_mirror_free(lvt_mirror *mirror);
/* Apply a tree object, complete or an update. LVT_ERROR_PROTOCOL when it does not fit what the mirror holds (an unknown
 * shape, row or slot), LVT_ERROR_LIMIT when its JSON nests deeper than LVT_VALUE_DEPTH_MAX; the mirror is empty
 * afterwards, statics too, and needs a complete tree, as a client asks for a resync. */
lvt_status lvt_mirror_apply(lvt_mirror *mirror, lvt_span tree, lvt_error *error);
/* The same for a whole message {"v":1,"seq":n,"tree":{...}}: takes its tree. */
lvt_status lvt_mirror_apply_message(lvt_mirror *mirror, lvt_span message, lvt_error *error);
lvt_status lvt_mirror_print(const lvt_mirror *mirror, lvt_buffer *out, lvt_error *error);

#ifdef __cplusplus
}
#endif
#endif
