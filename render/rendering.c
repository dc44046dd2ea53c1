/* Handles, and the making of a state: the inputs are compared with those of the last state, the execution reports to
 * the builder, and the entry that comes of it replaces what the handle held. */
#include "render/builder.h"

#include "template/dependence.h"
#include "template/execute.h"

lvt_status lvt_rendering_create(lvt_rendering **out, const lvt_shapes *shapes, lvt_error *error) {
    lvt_rendering *rendering = lvt_allocate_zeroed(shapes->allocator, 1, sizeof *rendering);
    if (rendering == NULL) return lvt_error_out_of_memory(error);
    rendering->shapes = shapes;
    *out = rendering;
    return LVT_OK;
}

void lvt_rendering_clear(lvt_rendering *rendering) {
    lvt_fragment_release(rendering->shapes->heap, rendering->root);
    rendering->root = NULL;
    if (rendering->builder != NULL) lvt_builder_forget(rendering->builder);
}

void lvt_rendering_free(lvt_rendering *rendering) {
    if (rendering == NULL) return;
    lvt_rendering_clear(rendering);
    lvt_builder_free(rendering->builder);
    lvt_release(rendering->shapes->allocator, rendering);
}

void lvt_rendering_share(lvt_rendering *out, const lvt_rendering *from) {
    if (from->root != NULL) lvt_fragment_hold(from->root);
    lvt_rendering_clear(out);
    out->root = from->root;
}

bool lvt_rendering_is_same(const lvt_rendering *a, const lvt_rendering *b) { return a->root == b->root; }

void lvt_rendering_swap(lvt_rendering *a, lvt_rendering *b) {
    lvt_fragment *root = a->root;
    a->root = b->root;
    b->root = root;
}

/* ---- making ---------------------------------------------------------------------------------------------------- */

/* The set of inputs that differ from those of the last state. Where no step asks for it, none are looked at. */
static void find_changes(lvt_builder *builder, lvt_execution *execution, lvt_value data) {
    const lvt_inputs *inputs = lvt_template_inputs(execution->tmpl);
    const lvt_fragment *before = builder->before;
    if (inputs->watched == 0 || builder->shapes->program != &execution->tmpl->program) return;
    /* A seed that nobody outside can know: who chooses data could make different ones look the same otherwise. */
    const uint64_t seed = (uint64_t)(uintptr_t)builder->shapes->heap;
    uint64_t changed = lvt_execution_hash_inputs(execution, data, seed, builder->inputs);
    builder->input_count = inputs->count;
    for (uint32_t i = 0; i < inputs->count; i++) {
        if ((changed >> i & 1) != 0) builder->inputs[i] = 0;
        if (before == NULL || before->input_count != inputs->count) continue;
        if (builder->inputs[i] == 0 || builder->inputs[i] != lvt_fragment_inputs(before)[i])
            changed |= UINT64_C(1) << i;
    }
    if (before != NULL && before->input_count == inputs->count) builder->sink.changed = changed;
}

/* The words for a failure of which the sink says only that it was one. */
static lvt_status describe(lvt_status status, const lvt_error *reason, lvt_error *error) {
    if (reason->status != LVT_OK) {
        if (error != NULL) *error = *reason;
        return status;
    }
    if (status == LVT_ERROR_LIMIT)
        return lvt_error_set(error, status, "a rendering exceeds %u levels or %zu bytes",
                             (unsigned)LVT_RENDERING_DEPTH_MAX, (size_t)LVT_RENDERING_MEMORY_MAX);
    return lvt_error_set(error, status, "%s", lvt_status_sentence(status));
}

lvt_status lvt_rendering_update(lvt_rendering *rendering, const lvt_rendering *before, lvt_execution *execution,
                                lvt_value data, lvt_error *error) {
    if (before != NULL && (before == rendering || before->shapes != rendering->shapes))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "a rendering takes over from another one of the same shapes");
    lvt_rendering_clear(rendering);
    if (rendering->builder == NULL) rendering->builder = lvt_builder_create(rendering->shapes);
    if (rendering->builder == NULL) return lvt_error_out_of_memory(error);
    lvt_builder *builder = rendering->builder;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_builder_begin(builder, before != NULL ? before->root : NULL);
    find_changes(builder, execution, data);
    const uint64_t impure_calls = execution->impure_calls;
    lvt_status status = lvt_execution_report(execution, data, &builder->text, &builder->sink, &reason);
    if (status == LVT_OK) {
        status = lvt_builder_end(builder, &rendering->root, error);
        if (status == LVT_OK) rendering->root->hash = execution->impure_calls == impure_calls;
        return status;
    }
    lvt_builder_abandon(builder);
    return describe(status, &reason, error);
}

bool lvt_rendering_is_pure(const lvt_rendering *rendering) {
    return rendering->root != NULL && rendering->root->hash != 0;
}

lvt_status lvt_rendering_make(lvt_rendering *rendering, lvt_execution *execution, lvt_value data, lvt_error *error) {
    return lvt_rendering_update(rendering, NULL, execution, data, error);
}

size_t lvt_rendering_duplicate_count(const lvt_rendering *rendering) {
    return rendering->builder != NULL ? rendering->builder->duplicate_count : 0;
}

const lvt_duplicate_key *lvt_rendering_duplicates(const lvt_rendering *rendering, size_t *out_kept) {
    const size_t count = lvt_rendering_duplicate_count(rendering);
    *out_kept = count < LVT_DUPLICATES_KEPT_MAX ? count : (size_t)LVT_DUPLICATES_KEPT_MAX;
    return rendering->builder != NULL ? rendering->builder->duplicates : NULL;
}
