/* Budgets that applications share. */
#include "budget.h"

#include "registry.h"

lvt_status lvt_budget_create(lvt_budget **out, size_t maximum, const lvt_allocator *allocator, lvt_error *error) {
    if (maximum == 0) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a budget of no memory");
    lvt_budget *budget = lvt_allocate_zeroed(allocator, 1, sizeof *budget);
    if (budget == NULL) return lvt_error_out_of_memory(error);
    budget->maximum = maximum;
    budget->allocator = allocator;
    atomic_init(&budget->used, 0);
    if (pthread_mutex_init(&budget->lock, NULL) != 0) {
        lvt_release(allocator, budget);
        return lvt_error_out_of_memory(error);
    }
    *out = budget;
    return LVT_OK;
}

void lvt_budget_free(lvt_budget *budget) {
    if (budget == NULL) return;
    (void)pthread_mutex_destroy(&budget->lock);
    lvt_release(budget->allocator, budget);
}

size_t lvt_budget_maximum(const lvt_budget *budget) { return budget->maximum; }

size_t lvt_budget_used(const lvt_budget *budget) { return atomic_load(&budget->used); }

void lvt_budget_join(lvt_budget *budget, lvt_registry *registry) {
    (void)pthread_mutex_lock(&budget->lock);
    registry->next_in_budget = budget->first;
    budget->first = registry;
    (void)pthread_mutex_unlock(&budget->lock);
}

void lvt_budget_leave(lvt_budget *budget, lvt_registry *registry) {
    (void)pthread_mutex_lock(&budget->lock);
    lvt_registry **link = &budget->first;
    while (*link != NULL && *link != registry) link = &(*link)->next_in_budget;
    if (*link != NULL) *link = registry->next_in_budget;
    (void)pthread_mutex_unlock(&budget->lock);
}

/* Of those that have pages which nobody is using. */
static lvt_registry *largest(const lvt_budget *budget) {
    lvt_registry *found = NULL;
    size_t most = 0;
    for (lvt_registry *registry = budget->first; registry != NULL; registry = registry->next_in_budget) {
        const size_t memory = atomic_load_explicit(&registry->memory, memory_order_relaxed);
        if ((found != NULL && memory <= most) || !lvt_registry_has_spare(registry)) continue;
        found = registry;
        most = memory;
    }
    return found;
}

bool lvt_budget_relieve(lvt_budget *budget) {
    (void)pthread_mutex_lock(&budget->lock);
    while (lvt_budget_is_exceeded(budget)) {
        lvt_registry *registry = largest(budget);
        if (registry == NULL) break;
        (void)lvt_registry_give_up_one(registry, LVT_PAGE_MODE_OVER_TOTAL);
    }
    (void)pthread_mutex_unlock(&budget->lock);
    return !lvt_budget_is_exceeded(budget);
}
