/* Counters and gauges: one atomic number for each row of LVT_METRIC_MAP, in which the names and their help stand too.
 */
#include "livetemplate/observe.h"

#include <stdatomic.h>

struct lvt_metrics {
    const lvt_allocator *allocator;
    _Atomic int64_t numbers[LVT_METRIC_COUNT];
};

typedef struct description {
    const char *name;
    const char *kind;
    const char *help;
} description;

static const description descriptions[LVT_METRIC_COUNT] = {
#define METRIC_DESCRIPTION(name, text, kind, help) {text, kind, help},
    LVT_METRIC_MAP(METRIC_DESCRIPTION)
#undef METRIC_DESCRIPTION
};

static bool is_metric(lvt_metric metric) { return (unsigned)metric < LVT_METRIC_COUNT; }

lvt_status lvt_metrics_create(lvt_metrics **out, const lvt_allocator *allocator, lvt_error *error) {
    lvt_metrics *metrics = lvt_allocate(allocator, sizeof *metrics);
    if (metrics == NULL) return lvt_error_out_of_memory(error);
    metrics->allocator = allocator;
    for (size_t i = 0; i < LVT_METRIC_COUNT; i++) atomic_init(&metrics->numbers[i], 0);
    *out = metrics;
    return LVT_OK;
}

void lvt_metrics_free(lvt_metrics *metrics) {
    if (metrics != NULL) lvt_release(metrics->allocator, metrics);
}

void lvt_metrics_add(lvt_metrics *metrics, lvt_metric metric, int64_t amount) {
    if (metrics == NULL || !is_metric(metric)) return;
    atomic_fetch_add_explicit(&metrics->numbers[metric], amount, memory_order_relaxed);
}

void lvt_metrics_set(lvt_metrics *metrics, lvt_metric metric, int64_t number) {
    if (metrics == NULL || !is_metric(metric)) return;
    atomic_store_explicit(&metrics->numbers[metric], number, memory_order_relaxed);
}

int64_t lvt_metrics_get(const lvt_metrics *metrics, lvt_metric metric) {
    if (metrics == NULL || !is_metric(metric)) return 0;
    return atomic_load_explicit(&metrics->numbers[metric], memory_order_relaxed);
}

const char *lvt_metric_name(lvt_metric metric) { return is_metric(metric) ? descriptions[metric].name : "unknown"; }

void lvt_metrics_write(lvt_buffer *out, const lvt_metrics *metrics) {
    for (size_t i = 0; i < LVT_METRIC_COUNT; i++) {
        const description *metric = &descriptions[i];
        lvt_buffer_append_format(out, "# HELP livetemplate_%s %s\n# TYPE livetemplate_%s %s\nlivetemplate_%s ",
                                 metric->name, metric->help, metric->name, metric->kind, metric->name);
        lvt_buffer_append_int(out, lvt_metrics_get(metrics, (lvt_metric)i));
        lvt_buffer_append_char(out, '\n');
    }
}
