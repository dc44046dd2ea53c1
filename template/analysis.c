/* analysis: making one and reading it. Everything that it holds is in one arena. */
#include "template/analysis.h"

#include <stdio.h>

static const char *const warning_names[] = {
#define WARNING_NAME(code, name, sentence) name,
    LVT_ANALYSIS_WARNING_MAP(WARNING_NAME)
#undef WARNING_NAME
};

const char *lvt_analysis_warning_name(lvt_analysis_warning_code code) {
    return code < LVT_ANALYSIS_WARNING_COUNT ? warning_names[code] : "";
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

void *lvt_analysis_take(lvt_analysis_walk *walk, size_t count, size_t size) {
    if (walk->status != LVT_OK) return NULL;
    void *memory = lvt_arena_allocate_zeroed(walk->arena, count, size);
    if (memory == NULL) walk->status = LVT_ERROR_OUT_OF_MEMORY;
    return memory;
}

void *lvt_analysis_add(lvt_analysis_walk *walk, lvt_analysis_array *array, size_t size) {
    if (walk->status != LVT_OK) return NULL;
    if (array->count == array->capacity) {
        size_t capacity = array->capacity == 0 ? 4 : array->capacity * 2;
        void *items = lvt_analysis_take(walk, capacity, size);
        if (items == NULL) return NULL;
        if (array->count > 0) memcpy(items, array->items, array->count * size);
        array->items = items;
        array->capacity = capacity;
    }
    void *element = (char *)array->items + array->count++ * size;
    memset(element, 0, size);
    return element;
}

static const char *format_words(lvt_analysis_walk *walk, const char *format, va_list arguments) LVT_PRINTF_LIKE(2, 0);

static const char *format_words(lvt_analysis_walk *walk, const char *format, va_list arguments) {
    if (walk->status != LVT_OK) return "";
    /* Actions and names can be of any length; words about them need not be. */
    char words[1024];
    (void)vsnprintf(words, sizeof words, format, arguments);
    lvt_error cut; /* ends at a code point */
    size_t length = strlen(words);
    if (length < sizeof cut.message) {
        lvt_span copy = lvt_arena_copy(walk->arena, lvt_span_of(words, length));
        if (copy.data != NULL) return copy.data;
    } else {
        (void)lvt_error_set(&cut, LVT_ERROR_LIMIT, "%s", words);
        lvt_span copy = lvt_arena_copy(walk->arena, lvt_span_from(cut.message));
        if (copy.data != NULL) return copy.data;
    }
    walk->status = LVT_ERROR_OUT_OF_MEMORY;
    return "";
}

const char *lvt_analysis_words(lvt_analysis_walk *walk, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *words = format_words(walk, format, arguments);
    va_end(arguments);
    return words;
}

void lvt_analysis_warn(lvt_analysis_walk *walk, lvt_analysis_warning_code code, lvt_place place, const char *format,
                       ...) {
    lvt_analysis_array *warnings = walk->unit != NULL ? &walk->unit->warnings : &walk->warnings;
    lvt_analysis_warning *warning = lvt_analysis_add(walk, warnings, sizeof *warning);
    if (warning == NULL) return;
    va_list arguments;
    va_start(arguments, format);
    *warning = (lvt_analysis_warning){.code = code, .place = place, .text = format_words(walk, format, arguments)};
    va_end(arguments);
}

/* ---- making one ------------------------------------------------------------------------------------------------ */

static const lvt_definition *find_entry(const lvt_template *tmpl) {
    return lvt_syntax_find(&tmpl->set, lvt_span_from(tmpl->name));
}

static lvt_status fill(lvt_analysis *analysis, const lvt_template *tmpl, lvt_error *error) {
    lvt_analysis_walk walk = {.analysis = analysis,
                              .tmpl = tmpl,
                              .arena = &analysis->arena,
                              .is_document = lvt_template_is_document(tmpl),
                              .unit_count = tmpl->program.body_count};
    walk.units_by_body = lvt_analysis_take(&walk, walk.unit_count, sizeof(lvt_analysis_unit *));
    if (walk.status == LVT_OK) lvt_analysis_walk_all(&walk, find_entry(tmpl));
    if (walk.status == LVT_OK) lvt_analysis_finish(&walk);
    if (walk.status == LVT_OK) return LVT_OK;
    if (walk.status == LVT_ERROR_OUT_OF_MEMORY && analysis->arena.used > LVT_ANALYSIS_MEMORY_MAX / 2) {
        return lvt_error_set(error, LVT_ERROR_LIMIT, "the analysis takes more than %zu bytes", LVT_ANALYSIS_MEMORY_MAX);
    }
    return lvt_error_out_of_memory(error);
}

lvt_status lvt_analysis_create(lvt_analysis **out, const lvt_template *tmpl, const lvt_allocator *allocator,
                               lvt_error *error) {
    lvt_analysis *analysis = lvt_allocate_zeroed(allocator, 1, sizeof *analysis);
    if (analysis == NULL) return lvt_error_out_of_memory(error);
    if (allocator != NULL) {
        analysis->own_allocator = *allocator;
        analysis->allocator = &analysis->own_allocator;
    }
    lvt_arena_init(&analysis->arena, LVT_ANALYSIS_MEMORY_MAX, analysis->allocator);
    lvt_status status = fill(analysis, tmpl, error);
    if (status != LVT_OK) {
        lvt_analysis_free(analysis);
        return status;
    }
    *out = analysis;
    return LVT_OK;
}

void lvt_analysis_free(lvt_analysis *analysis) {
    if (analysis == NULL) return;
    lvt_arena_free(&analysis->arena);
    lvt_allocator own = analysis->own_allocator;
    lvt_release(analysis->allocator != NULL ? &own : NULL, analysis);
}

/* ---- reading it ------------------------------------------------------------------------------------------------ */

const lvt_analysis_definition *lvt_analysis_definitions(const lvt_analysis *analysis, size_t *out_count) {
    *out_count = analysis->definition_count;
    return analysis->definitions;
}

const lvt_analysis_action *lvt_analysis_actions(const lvt_analysis *analysis, size_t *out_count) {
    *out_count = analysis->action_count;
    return analysis->actions;
}

const lvt_analysis_shape *lvt_analysis_shapes(const lvt_analysis *analysis, size_t *out_count) {
    *out_count = analysis->shape_count;
    return analysis->shapes;
}

const lvt_analysis_warning *lvt_analysis_warnings(const lvt_analysis *analysis, size_t *out_count) {
    *out_count = analysis->warning_count;
    return analysis->warnings;
}
