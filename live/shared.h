/* What pages that stand in the same state have in common: the rendering, the step to it from what a page shows, and the
 * step's encoding. They are kept in a workspace from the begin of a push to its end, a few of each; a flush keeps them
 * from one group to the next.
 *
 * A page finds its rendering by the group's state, as long as nothing that was asked of .lvt differs from page to page;
 * its step by the rendering that it shows, which is the same object where pages have come the same way; the encoding by
 * the statics that its client knows. */
#ifndef LIVETEMPLATE_LIVE_SHARED_H
#define LIVETEMPLATE_LIVE_SHARED_H

#include "internal.h"

/* The largest body: every byte of a page may be escaped, and statics and slots have their envelopes. */
#define LVT_SHARED_BODY_BYTES_MAX (4 * LVT_RENDER_OUTPUT_MAX)

/* A state as pages see it. */
typedef struct lvt_shared_view {
    uint64_t serial; /* 0: nothing is here */
    uint64_t turn;   /* in which it was made */
    bool is_public;  /* good for pages of other groups too, as long as they stand in this state: */
    lvt_state state;
    lvt_page_context context; /* of the page that it was made for; spans are good for that turn */
    unsigned asked;
    lvt_status status; /* the render's; not LVT_OK: it failed for this reason, for all pages */
    lvt_error reason;
    lvt_rendering *rendering;
} lvt_shared_view;

/* The encoding for clients that know the same statics. */
typedef struct lvt_shared_body {
    lvt_known_shapes before;
    lvt_known_shapes after;
    lvt_block *block; /* NULL: nothing is here */
} lvt_shared_body;

/* From what a page shows to a view. */
typedef struct lvt_shared_step {
    uint64_t view; /* its serial; 0: nothing is here */
    bool is_complete;
    bool is_empty; /* nothing differs */
    lvt_rendering *before;
    lvt_rendering *after; /* the view's, with keys that continue those of `before` */
    lvt_changes *changes;
    size_t next_body;
    lvt_shared_body bodies[LVT_SHARED_BODIES_MAX];
} lvt_shared_step;

struct lvt_shared {
    lvt_live *live;
    int64_t now;   /* steady time of the turn */
    uint64_t turn; /* one hold of one group's lock, in one state */
    uint64_t serial;
    bool has_state;
    lvt_state state;
    bool was_found; /* a view of another group served this one */
    bool was_made;
    unsigned misses; /* groups in a row that stood alone */
    lvt_changes *changes;
    size_t next_view;
    size_t next_step;
    lvt_shared_view views[LVT_SHARED_STATES_MAX];
    lvt_shared_step steps[LVT_SHARED_STEPS_MAX];
};

lvt_status lvt_shared_create(lvt_shared **out, lvt_live *live, lvt_error *error);
void lvt_shared_free(lvt_shared *shared);
/* Forget everything and give up what was kept. */
void lvt_shared_clear(lvt_shared *shared);

/* The group's lock was just taken, or its state may have changed under it. With `across` what was made for other groups
 * is looked for, by the hash of the state. */
void lvt_shared_begin(lvt_workspace *workspace, lvt_group *group, bool across);
/* The state as this page sees it, rendered if need be. The status is the render's; *out is set in any case but
 * LVT_ERROR_OUT_OF_MEMORY, and good until the next call for another page. */
lvt_status lvt_shared_find_view(const lvt_shared_view **out, lvt_workspace *workspace, lvt_connection *connection,
                                lvt_error *error);
/* The step from what the page shows, or the complete tree. */
lvt_status lvt_shared_find_step(lvt_shared_step **out, lvt_workspace *workspace, const lvt_shared_view *view,
                                const lvt_rendering *before, bool complete, lvt_error *error);
/* The step's encoding for a client that knows `known`. */
lvt_status lvt_shared_find_body(const lvt_shared_body **out, lvt_workspace *workspace, lvt_shared_step *step,
                                const lvt_known_shapes *known, lvt_error *error);

#endif
