/* What pages hold, and what gives way when it is too much: the page's own rendering where the page alone is too large;
 * where the sum is, renderings of pages that nobody uses, then such pages, then the rendering of the page at hand. */
#include "registry.h"

/* ---- counting ---- */

static void add(atomic_size_t *sum, size_t before, size_t after) {
    /* Unsigned: a difference below zero wraps around, twice. */
    if (before != after) atomic_fetch_add_explicit(sum, after - before, memory_order_relaxed);
}

/* Half of the maximum is far enough below it that the log may begin again. */
static void calm(lvt_registry *registry) {
    if (!atomic_load_explicit(&registry->has_logged, memory_order_relaxed)) return;
    const lvt_registry_options *options = &registry->options;
    if (atomic_load(&registry->memory) > options->memory_max / 2) return;
    const lvt_budget *budget = options->budget;
    if (budget != NULL && atomic_load(&budget->used) > budget->maximum / 2) return;
    atomic_store_explicit(&registry->has_logged, false, memory_order_relaxed);
}

/* A page's memory goes from `before` to `after`. */
static void charge(lvt_registry *registry, const lvt_page_memory *before, const lvt_page_memory *after) {
    const size_t old_sum = lvt_page_memory_sum(before), new_sum = lvt_page_memory_sum(after);
    add(&registry->records, before->record, after->record);
    add(&registry->data, before->data, after->data);
    add(&registry->renderings, before->rendering, after->rendering);
    if (old_sum == new_sum) return;
    add(&registry->memory, old_sum, new_sum);
    if (registry->options.budget != NULL) add(&registry->options.budget->used, old_sum, new_sum);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_MEMORY, (int64_t)new_sum - (int64_t)old_sum);
    if (new_sum < old_sum) calm(registry);
}

/* The page's shard is locked, or nobody else reaches the page. */
static void set_mode(lvt_registry *registry, lvt_page *page, lvt_page_mode mode) {
    const bool was_over = lvt_page_is_over(page);
    page->mode = (uint8_t)mode;
    const bool is_over = lvt_page_is_over(page);
    if (was_over == is_over) return;
    if (is_over) atomic_fetch_add_explicit(&registry->over, 1, memory_order_relaxed);
    else atomic_fetch_sub_explicit(&registry->over, 1, memory_order_relaxed);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_OVER_MEMORY, is_over ? 1 : -1);
}

void lvt_registry_discharge(lvt_registry *registry, lvt_page *page) {
    const lvt_page_memory nothing = {0, 0, 0};
    charge(registry, &page->memory, &nothing);
    set_mode(registry, page, LVT_PAGE_MODE_NEW);
}

/* Let those who list pages see it. */
static void publish(lvt_registry *registry, lvt_page *page, const lvt_page_memory *memory, lvt_page_mode mode) {
    const lvt_page_memory before = page->memory;
    const bool is_same = memcmp(&before, memory, sizeof before) == 0;
    if (is_same && mode == page->mode) return;
    lvt_page_shard *shard = lvt_registry_shard(registry, lvt_registry_hash(registry, page->id));
    (void)pthread_mutex_lock(&shard->lock);
    page->memory = *memory;
    set_mode(registry, page, mode);
    (void)pthread_mutex_unlock(&shard->lock);
    charge(registry, &before, memory);
}

/* ---- giving up ---- */

bool lvt_registry_has_spare(lvt_registry *registry) {
    for (size_t i = 0; i < LVT_PAGE_SHARDS; i++) {
        if (atomic_load_explicit(&registry->shards[i].oldest_access, memory_order_relaxed) != INT64_MAX) return true;
    }
    return false;
}

static void log_once(lvt_registry *registry, lvt_page_mode reason) {
    if (atomic_exchange_explicit(&registry->has_logged, true, memory_order_relaxed)) return;
    const lvt_registry_options *options = &registry->options;
    const bool is_total = reason == LVT_PAGE_MODE_OVER_TOTAL;
    lvt_log_write(options->log, LVT_LOG_WARN, "pages hold %zu bytes, more than the %zu of %s: they give up renderings",
                  is_total ? atomic_load(&options->budget->used) : atomic_load(&registry->memory),
                  is_total ? options->budget->maximum : options->memory_max,
                  is_total ? "all applications" : "the application");
}

static bool strip_one(lvt_registry *registry, lvt_page_mode reason) {
    lvt_page_shard *shard = lvt_registry_lock_oldest(registry, true);
    while (shard != NULL && (!lvt_page_shard_settle_full(shard) || shard->oldest_full == NULL)) {
        (void)pthread_mutex_unlock(&shard->lock);
        shard = lvt_registry_lock_oldest(registry, true);
    }
    if (shard == NULL) return false;
    lvt_page *page = shard->oldest_full;
    struct lvt_rendering given_up = *page->rendering;
    const lvt_page_memory before = page->memory;
    page->rendering->root = NULL;
    page->memory.rendering = 0;
    lvt_page_memory after = page->memory;
    set_mode(registry, page, reason);
    (void)lvt_page_shard_settle_full(shard);
    (void)pthread_mutex_unlock(&shard->lock);
    charge(registry, &before, &after);
    lvt_rendering_clear(&given_up);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_RENDERINGS_GIVEN_UP, 1);
    return true;
}

bool lvt_registry_give_up_one(lvt_registry *registry, lvt_page_mode reason) {
    log_once(registry, reason);
    if (strip_one(registry, reason)) return true;
    if (!lvt_registry_evict(registry)) return false;
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_EVICTED_MEMORY, 1);
    return true;
}

static bool is_exceeded(const lvt_registry *registry) {
    return atomic_load_explicit(&registry->memory, memory_order_relaxed) > registry->options.memory_max;
}

/* Make room. The answer is what is exceeded all the same; LVT_PAGE_MODE_CHANGES: nothing is. */
static lvt_page_mode relieve(lvt_registry *registry) {
    lvt_budget *budget = registry->options.budget;
    while (is_exceeded(registry)) {
        if (!lvt_registry_give_up_one(registry, LVT_PAGE_MODE_OVER_APP)) return LVT_PAGE_MODE_OVER_APP;
    }
    if (budget == NULL || !lvt_budget_is_exceeded(budget) || lvt_budget_relieve(budget)) return LVT_PAGE_MODE_CHANGES;
    return LVT_PAGE_MODE_OVER_TOTAL;
}

/* ---- one page ---- */

static void give_up_own(lvt_registry *registry, lvt_page *page, lvt_page_memory *memory, lvt_page_mode reason) {
    if (reason == LVT_PAGE_MODE_OVER_PAGE && !page->has_logged) {
        page->has_logged = true;
        lvt_log_write(registry->options.log, LVT_LOG_WARN,
                      "page %s holds %zu bytes, more than %zu: its updates are complete until it holds less", page->id,
                      lvt_page_memory_sum(memory), registry->options.page_memory_max);
    }
    if (reason != LVT_PAGE_MODE_OVER_PAGE) log_once(registry, reason);
    lvt_rendering_clear(page->rendering);
    *memory = lvt_page_measure(page);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_RENDERINGS_GIVEN_UP, 1);
}

/* The mode of a page that gives up nothing now. */
static lvt_page_mode mode_of(const lvt_page *page) {
    if (lvt_page_has_rendering(page)) return LVT_PAGE_MODE_CHANGES;
    return page->sequence != 0 && lvt_page_is_over(page) ? (lvt_page_mode)page->mode : LVT_PAGE_MODE_NEW;
}

bool lvt_registry_account(lvt_registry *registry, lvt_page *page, size_t data) {
    lvt_page_memory memory = lvt_page_measure(page);
    const lvt_page_mode mode = mode_of(page);
    memory.data = data;
    if (memcmp(&memory, &page->memory, sizeof memory) == 0 && mode == page->mode) return true;
    /* A rendering that another page is charged for would give nothing. */
    const bool is_large = memory.rendering != 0 && lvt_page_memory_sum(&memory) > registry->options.page_memory_max;
    if (is_large) {
        give_up_own(registry, page, &memory, LVT_PAGE_MODE_OVER_PAGE);
        memory.data = data;
    } else if (mode == LVT_PAGE_MODE_CHANGES) {
        page->has_logged = false;
    }
    publish(registry, page, &memory, is_large ? LVT_PAGE_MODE_OVER_PAGE : mode);
    const lvt_page_mode exceeded = relieve(registry);
    if (exceeded == LVT_PAGE_MODE_CHANGES || memory.rendering == 0) return !is_large;
    give_up_own(registry, page, &memory, exceeded);
    memory.data = data;
    publish(registry, page, &memory, exceeded);
    return false;
}

lvt_status lvt_registry_charge_new(lvt_registry *registry, lvt_page *page, lvt_error *error) {
    const lvt_page_memory nothing = {0, 0, 0};
    charge(registry, &nothing, &page->memory);
    const lvt_page_mode exceeded = relieve(registry);
    if (exceeded == LVT_PAGE_MODE_CHANGES) return LVT_OK;
    charge(registry, &page->memory, &nothing);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_REFUSED_MEMORY, 1);
    return lvt_error_set(error, LVT_ERROR_LIMIT, "a page of %zu bytes: the memory of %s is full",
                         lvt_page_memory_sum(&page->memory),
                         exceeded == LVT_PAGE_MODE_OVER_APP ? "the application" : "all applications");
}
