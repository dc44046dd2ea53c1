/* What pages hold, for the application's statistics: pages of a group that show one rendering are charged for it once,
 * the first of them. Groups that share a rendering are charged each, for either may go; what the handler and the
 * workspaces keep is not charged. */
#include "internal.h"

/* Renderings of one group that are told apart while its pages are counted; beyond, one may be charged twice. */
enum { SEEN_MAX = 4 };

static void charge(lvt_connection *connection, bool is_charged) {
    connection->page->shares_rendering = !is_charged;
    /* Over its budget a page gives up its rendering: the next update is complete. */
    (void)lvt_app_account_page(connection->live->app, connection->page);
}

void lvt_group_account(lvt_group *group) {
    const lvt_rendering *seen[SEEN_MAX] = {NULL};
    size_t next = 0;
    for (lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        const lvt_rendering *rendering = connection->page->rendering;
        bool is_charged = true;
        for (size_t i = 0; i < SEEN_MAX && seen[i] != NULL && is_charged; i++)
            is_charged = !lvt_rendering_is_same(seen[i], rendering);
        if (is_charged) {
            seen[next] = rendering;
            next = (next + 1) % SEEN_MAX;
        }
        charge(connection, is_charged);
    }
}

void lvt_group_account_one(lvt_connection *connection) {
    const lvt_connection *first = connection->group->connections;
    bool is_shared = first != NULL && first != connection && !first->page->shares_rendering &&
                     lvt_rendering_is_same(first->page->rendering, connection->page->rendering);
    charge(connection, !is_shared);
}

void lvt_group_account_leaving(const lvt_connection *leaving) {
    if (leaving->page->shares_rendering) return;
    for (lvt_connection *heir = leaving->group->connections; heir != NULL; heir = heir->next) {
        if (heir == leaving || !lvt_rendering_is_same(heir->page->rendering, leaving->page->rendering)) continue;
        charge(heir, true);
        return;
    }
}
