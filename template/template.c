/* template: loading a set. Parse, escape, compile; then it never changes. */
#include "template/template.h"

/* ---- functions ---- */

static bool is_name(const char *name) {
    if (name == NULL || name[0] == '\0' || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++) {
        bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_' || *c >= 0x80;
        if (!is_letter && !(*c >= '0' && *c <= '9')) return false;
    }
    return true;
}

static lvt_status copy_functions(lvt_template *tmpl, const lvt_template_options *options, lvt_error *error) {
    if (options->function_count == 0) return LVT_OK;
    lvt_function *functions = lvt_arena_allocate_zeroed(&tmpl->arena, options->function_count, sizeof *functions);
    if (functions == NULL) return lvt_error_out_of_memory(error);
    for (size_t i = 0; i < options->function_count; i++) {
        const lvt_function *function = &options->functions[i];
        lvt_builtin builtin;
        if (!is_name(function->name) || function->call == NULL ||
            function->minimum_arguments > function->maximum_arguments) {
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "function %zu (\"%s\") is not complete", i + 1,
                                 function->name != NULL ? function->name : "");
        }
        if (lvt_builtin_find(&builtin, lvt_span_from(function->name))) {
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "function \"%s\" is built in", function->name);
        }
        functions[i] = *function;
        functions[i].name = lvt_arena_copy(&tmpl->arena, lvt_span_from(function->name)).data;
        if (functions[i].name == NULL) return lvt_error_out_of_memory(error);
    }
    tmpl->functions = functions;
    tmpl->function_count = options->function_count;
    return LVT_OK;
}

static bool function_exists(lvt_span name, void *payload) {
    const lvt_template *tmpl = payload;
    lvt_builtin builtin;
    if (lvt_builtin_find(&builtin, name)) return true;
    for (size_t i = 0; i < tmpl->function_count; i++) {
        if (lvt_span_is(name, tmpl->functions[i].name)) return true;
    }
    return false;
}

/* ---- loading ---- */

static lvt_status check_options(const lvt_template_options *options, lvt_error *error) {
    if (options->version != 1) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "unknown version %u of the template options",
                             options->version);
    }
    if (options->source_count == 0 || options->sources == NULL) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "no template source");
    }
    if (options->mode != LVT_TEMPLATE_HTML && options->mode != LVT_TEMPLATE_TEXT) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "unknown template mode");
    }
    for (size_t i = 0; i < options->source_count; i++) {
        const lvt_template_source *source = &options->sources[i];
        if (source->name == NULL || source->name[0] == '\0') {
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "template source %zu has no name", i + 1);
        }
        if (source->text.length > LVT_TEMPLATE_SOURCE_MAX) {
            return lvt_error_set_at(error, LVT_ERROR_LIMIT, source->name, 1, 1, "the template exceeds %zu bytes",
                                    LVT_TEMPLATE_SOURCE_MAX);
        }
    }
    return LVT_OK;
}

static lvt_status parse(lvt_template *tmpl, const lvt_template_options *options, lvt_error *error) {
    tmpl->set.arena = &tmpl->arena;
    for (size_t i = 0; i < options->source_count; i++) {
        lvt_span name = lvt_arena_copy(&tmpl->arena, lvt_span_from(options->sources[i].name));
        lvt_span text = lvt_arena_copy(&tmpl->arena, options->sources[i].text);
        if (name.data == NULL || text.data == NULL) return lvt_error_out_of_memory(error);
        lvt_status status = lvt_syntax_parse(&tmpl->set, name.data, text, function_exists, tmpl, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status fill(lvt_template *tmpl, const lvt_template_options *options, lvt_error *error) {
    lvt_status status = copy_functions(tmpl, options, error);
    if (status == LVT_OK) status = parse(tmpl, options, error);
    if (status != LVT_OK) return status;
    const char *wanted = options->entry != NULL ? options->entry : options->sources[0].name;
    lvt_definition *entry = lvt_syntax_find(&tmpl->set, lvt_span_from(wanted));
    if (entry == NULL) {
        return lvt_error_set_at(error, LVT_ERROR_NOT_FOUND, options->sources[0].name, 1, 1,
                                "no template is named \"%s\"", wanted);
    }
    if (tmpl->mode == LVT_TEMPLATE_HTML) {
        status = lvt_escape_templates(&tmpl->set, entry, error);
        if (status != LVT_OK) return status;
    }
    lvt_compilation compilation = {.set = &tmpl->set,
                                   .options = options,
                                   .functions = tmpl->functions,
                                   .function_count = tmpl->function_count,
                                   .allocator = tmpl->allocator};
    status = lvt_compile(&compilation, entry, error);
    if (status != LVT_OK) return status;
    tmpl->name = lvt_arena_copy(&tmpl->arena, entry->name).data;
    if (tmpl->name == NULL) return lvt_error_out_of_memory(error);
    tmpl->program = compilation.program;
    tmpl->entry = compilation.entry;
    tmpl->site_count = compilation.site_count;
    tmpl->is_document = compilation.is_document;
    return lvt_template_find_inputs(tmpl, error);
}

lvt_status lvt_template_load(lvt_template **out, const lvt_template_options *options, lvt_error *error) {
    lvt_status status = check_options(options, error);
    if (status != LVT_OK) return status;
    lvt_template *tmpl = lvt_allocate_zeroed(options->allocator, 1, sizeof *tmpl);
    if (tmpl == NULL) return lvt_error_out_of_memory(error);
    if (options->allocator != NULL) {
        tmpl->own_allocator = *options->allocator;
        tmpl->allocator = &tmpl->own_allocator;
    }
    tmpl->mode = options->mode;
    lvt_arena_init(&tmpl->arena, LVT_TEMPLATE_MEMORY_MAX, tmpl->allocator);
    status = fill(tmpl, options, error);
    if (status != LVT_OK) {
        lvt_template_free(tmpl);
        return status;
    }
    *out = tmpl;
    return LVT_OK;
}

void lvt_template_free(lvt_template *tmpl) {
    if (tmpl == NULL) return;
    lvt_arena_free(&tmpl->arena);
    lvt_allocator own = tmpl->own_allocator;
    lvt_release(tmpl->allocator != NULL ? &own : NULL, tmpl);
}

const char *lvt_template_name(const lvt_template *tmpl) { return tmpl->name; }

bool lvt_template_is_document(const lvt_template *tmpl) { return tmpl->is_document; }

const lvt_program *lvt_template_program(const lvt_template *tmpl) { return &tmpl->program; }
