/* journey: a page as its one client sees it, for the commands that follow a row of states: what the client holds, and
 * the message that brings it to the next state. */
#include "cli/cli.h"

#include "live/message.h"

void lvt_journey_end(lvt_journey *all) {
    lvt_changes_free(all->changes);
    lvt_rendering_free(all->before);
    lvt_rendering_free(all->after);
    lvt_execution_free(all->execution);
    lvt_shapes_free(all->shapes);
    lvt_template_free(all->tmpl);
    lvt_known_shapes_free(&all->known);
    lvt_buffer_free(&all->message);
}

lvt_status lvt_journey_begin(lvt_journey *all, const lvt_template_source *sources, size_t count, lvt_error *error) {
    *all = (lvt_journey){0};
    lvt_buffer_init(&all->message, (size_t)4 * LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = sources;
    options.source_count = count;
    lvt_status status = lvt_template_load(&all->tmpl, &options, error);
    if (status == LVT_OK) status = lvt_shapes_create(&all->shapes, all->tmpl, 0, NULL, error);
    if (status == LVT_OK) status = lvt_execution_create(&all->execution, all->tmpl, error);
    if (status == LVT_OK) status = lvt_rendering_create(&all->before, all->shapes, error);
    if (status == LVT_OK) status = lvt_rendering_create(&all->after, all->shapes, error);
    if (status == LVT_OK) status = lvt_changes_create(&all->changes, NULL, error);
    return status;
}

lvt_status lvt_journey_send(lvt_journey *all, lvt_value data, lvt_error *error) {
    bool is_first = all->sequence == 0;
    lvt_buffer_clear(&all->message);
    lvt_status status = lvt_rendering_update(all->after, all->before, all->execution, data, error);
    if (status == LVT_OK && !is_first) status = lvt_changes_compute(all->changes, all->before, all->after, error);
    if (status == LVT_OK)
        status = lvt_message_write_tree(&all->message, ++all->sequence, is_first ? all->after : NULL,
                                        is_first ? NULL : all->changes, &all->known, NULL, error);
    if (status != LVT_OK) return status;
    lvt_rendering *spare = all->before;
    all->before = all->after;
    all->after = spare;
    return LVT_OK;
}
