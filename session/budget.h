/* A budget inside: what several registries hold together, and their list, so that whoever finds it exceeded can make
 * room in the largest of them. */
#ifndef LIVETEMPLATE_SESSION_BUDGET_H
#define LIVETEMPLATE_SESSION_BUDGET_H

#include "livetemplate/session.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct lvt_registry lvt_registry;

struct lvt_budget {
    size_t maximum;
    atomic_size_t used;
    const lvt_allocator *allocator;
    pthread_mutex_t lock; /* taken before a shard's */
    lvt_registry *first;  /* under the lock */
};

void lvt_budget_join(lvt_budget *budget, lvt_registry *registry);
void lvt_budget_leave(lvt_budget *budget, lvt_registry *registry);
static inline bool lvt_budget_is_exceeded(const lvt_budget *budget) {
    return atomic_load_explicit(&budget->used, memory_order_relaxed) > budget->maximum;
}
/* Make room, in the registry that holds most, then again. False when nothing could be given up any more. */
bool lvt_budget_relieve(lvt_budget *budget);

#endif
