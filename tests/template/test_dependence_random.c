/* What is said of dependences must hold for any template: random templates from a small grammar, random states that
 * differ in some of their fields.
 *
 * - A step none of whose inputs has changed prints in the same place what it printed in the state before.
 * - Two rows of one range that have the same hash (element, what is read from outside, position where it is read)
 *   print the same, in whatever state and place they are.
 * - An execution that is told to leave out all such steps and rows yields the same page: nothing that follows missed
 *   what they would have done.
 *
 * Fails with the template, the states and the seed; LVT_SEED runs another sequence, LVT_ROUNDS more of them. */
#include "drive.h"
#include "random_pages.h"
#include "template/execute.h"

#include <stdlib.h>

/* ---- recordings ---- */

enum { OPEN_MAX = 512, PLACES_MAX = 600, ROWS_MAX = 200000 };

/* A body in its place, and what its slots hold: where that stands in the trace. */
typedef struct place {
    lvt_span path;
    const lvt_body *body;
    size_t *starts, *ends;
} place;

typedef struct known_row {
    const lvt_step *step;
    uint64_t hash;
    lvt_span content;
} known_row;

typedef struct open_part {
    place *place;          /* a body, NULL: a range */
    const lvt_step *range; /* whose rows can be told */
    uint64_t hash;         /* of a row */
    size_t path_length;    /* before it */
    size_t start;          /* of a row in the trace */
    uint32_t slot, items;
} open_part;

typedef struct recording {
    lvt_sink sink;
    lvt_execution *execution;
    const struct recording *old; /* to take over from; NULL: nothing is */
    lvt_buffer slots, trace, path;
    lvt_arena arena;
    place places[PLACES_MAX];
    size_t place_count;
    open_part open[OPEN_MAX];
    size_t depth;
} recording;

static known_row known[ROWS_MAX];
static size_t known_count, rows_compared, steps_compared, steps_kept, rows_kept;
static lvt_arena known_texts;
static const char *current_text, *current_state;

static recording *recording_of(lvt_sink *sink) { return (recording *)(void *)sink; }

static open_part *top(recording *r) { return &r->open[r->depth - 1]; }

static open_part *open_part_at(recording *r, const lvt_body *body, uint32_t slot, uint32_t number) {
    open_part *part = &r->open[r->depth++];
    *part = (open_part){.path_length = r->path.length, .slot = slot, .start = r->trace.length};
    lvt_buffer_append_format(&r->path, "/%u:%u", slot, number);
    if (body == NULL) return part;
    part->place = &r->places[r->place_count++];
    *part->place = (place){.path = lvt_arena_copy(&r->arena, lvt_buffer_span(&r->path)), .body = body};
    part->place->starts = lvt_arena_allocate_zeroed(&r->arena, body->slot_count, sizeof(size_t));
    part->place->ends = lvt_arena_allocate_zeroed(&r->arena, body->slot_count, sizeof(size_t));
    lvt_buffer_append_format(&r->trace, "{%u ", body->index);
    return part;
}

static void close_part(recording *r) {
    lvt_buffer_append_char(&r->trace, '}');
    r->path.length = top(r)->path_length;
    r->depth--;
}

/* A page that is too large to compare counts as one that failed. */
static bool is_full(const recording *r) { return r->depth == OPEN_MAX || r->place_count == PLACES_MAX; }

static void begin_slot(recording *r, uint32_t slot) {
    if (r->depth == 0) return;
    lvt_buffer_append_format(&r->trace, "%u=", slot);
    top(r)->place->starts[slot] = r->trace.length;
}

static void end_slot(recording *r, uint32_t slot) {
    if (r->depth != 0) top(r)->place->ends[slot] = r->trace.length;
}

static lvt_status record_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    recording *r = recording_of(sink);
    begin_slot(r, slot);
    lvt_buffer_append(&r->trace, r->slots.data + offset, length);
    end_slot(r, slot);
    return LVT_OK;
}

static lvt_status record_enter(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    recording *r = recording_of(sink);
    if (is_full(r)) return LVT_ERROR_LIMIT;
    begin_slot(r, slot);
    (void)open_part_at(r, body, slot, body->index);
    return LVT_OK;
}

static lvt_status record_leave(lvt_sink *sink) {
    recording *r = recording_of(sink);
    uint32_t slot = top(r)->slot;
    close_part(r);
    end_slot(r, slot);
    return LVT_OK;
}

static lvt_status record_range(lvt_sink *sink, const lvt_range_start *start, bool *out_partial) {
    recording *r = recording_of(sink);
    const uint32_t slot = start->slot;
    if (is_full(r)) return LVT_ERROR_LIMIT;
    const lvt_body *body = top(r)->place->body;
    (void)out_partial;
    begin_slot(r, slot);
    open_part *range = open_part_at(r, NULL, slot, start->item->index);
    lvt_buffer_append_char(&r->trace, '{');
    for (size_t i = 0; i < body->step_count; i++) {
        const lvt_step *step = &body->steps[i];
        if (step->kind == LVT_STEP_RANGE && step->slot == slot && step->rows != NULL) range->range = step;
    }
    assert_int_equal(range->range != NULL, start->is_hashed);
    return LVT_OK;
}

static lvt_status record_item(lvt_sink *sink, const lvt_item_start *start) {
    recording *r = recording_of(sink);
    if (is_full(r)) return LVT_ERROR_LIMIT;
    open_part *range = top(r);
    const lvt_step *step = range->range;
    const lvt_body *item = r->open[r->depth - 2].place->body->slots[range->slot].body;
    open_part *row = open_part_at(r, item, 0, range->items++);
    row->range = step;
    row->hash = start->hash;
    return LVT_OK;
}

static const known_row *find_row(const lvt_step *step, uint64_t hash) {
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].step == step && known[i].hash == hash) return &known[i];
    }
    return NULL;
}

/* A row like one that was seen before prints what that one printed. */
static void check_row(recording *r, const open_part *row) {
    lvt_span content = lvt_span_of(r->trace.data + row->start, r->trace.length - row->start);
    const known_row *same = find_row(row->range, row->hash);
    if (same == NULL) {
        assert_true(known_count < ROWS_MAX);
        known[known_count++] = (known_row){row->range, row->hash, lvt_arena_copy(&known_texts, content)};
        return;
    }
    rows_compared++;
    if (lvt_span_equal(same->content, content)) return;
    fail_msg("\n%s\n%s\nrow of %.*s\nbefore: %.*s\nafter:  %.*s", current_text, current_state,
             LVT_SPAN_ARGS(row->range->source), LVT_SPAN_ARGS(same->content), LVT_SPAN_ARGS(content));
}

static lvt_status record_end_item(lvt_sink *sink, bool is_pure) {
    (void)is_pure;
    recording *r = recording_of(sink);
    open_part row = *top(r);
    close_part(r);
    if (row.range != NULL) check_row(r, &row);
    return LVT_OK;
}

static lvt_span content_of(const recording *r, const place *p, uint32_t slot) {
    return lvt_span_of(r->trace.data + p->starts[slot], p->ends[slot] - p->starts[slot]);
}

static const place *find_place(const recording *r, lvt_span path) {
    for (size_t i = 0; i < r->place_count; i++) {
        if (lvt_span_equal(r->places[i].path, path)) return &r->places[i];
    }
    return NULL;
}

static bool keep_slot(lvt_sink *sink, uint32_t slot) {
    recording *r = recording_of(sink);
    const place *old = r->old != NULL && r->depth > 0 ? find_place(r->old, lvt_buffer_span(&r->path)) : NULL;
    if (old == NULL) return false;
    steps_kept++;
    lvt_span content = content_of(r->old, old, slot);
    if (old->starts[slot] == 0) return true; /* nothing was reported */
    begin_slot(r, slot);
    lvt_buffer_append_span(&r->trace, content);
    end_slot(r, slot);
    return true;
}

static bool keep_row(lvt_sink *sink, uint64_t hash) {
    recording *r = recording_of(sink);
    const open_part *range = top(r);
    const known_row *same = r->old != NULL ? find_row(range->range, hash) : NULL;
    if (same == NULL) return false;
    rows_kept++;
    top(r)->items++;
    lvt_buffer_append_span(&r->trace, same->content);
    return true;
}

/* `changed`: of the inputs, since `old`. */
static bool record(recording *r, lvt_execution *execution, lvt_value data, const recording *old, uint64_t changed) {
    r->sink = (lvt_sink){.text = record_text,
                         .enter_body = record_enter,
                         .leave_body = record_leave,
                         .begin_range = record_range,
                         .begin_item = record_item,
                         .end_item = record_end_item,
                         .end_range = record_leave,
                         .changed = changed,
                         .keep = keep_slot,
                         .keep_item = keep_row};
    r->execution = execution;
    r->old = old;
    r->place_count = r->depth = 0;
    lvt_buffer_clear(&r->slots);
    lvt_buffer_clear(&r->trace);
    lvt_buffer_clear(&r->path);
    return lvt_execution_report(execution, data, &r->slots, &r->sink, NULL) == LVT_OK;
}

/* Leave out what may be left out. */
static void compare_pages(recording *kept, const recording *before, const recording *after, lvt_value data,
                          uint64_t changed) {
    if (!record(kept, after->execution, data, before, changed))
        fail_msg("\n%s\n%s\nfails", current_text, current_state);
    if (lvt_span_equal(lvt_buffer_span(&kept->trace), lvt_buffer_span(&after->trace))) return;
    fail_msg("\n%s\n%s\nbefore: %.*s\nafter:  %.*s\nkept:   %.*s", current_text, current_state,
             LVT_SPAN_ARGS(lvt_buffer_span(&before->trace)), LVT_SPAN_ARGS(lvt_buffer_span(&after->trace)),
             LVT_SPAN_ARGS(lvt_buffer_span(&kept->trace)));
}

/* Places that both have, in the same order in both. */
static void compare_steps(const recording *before, const recording *after, uint64_t changed) {
    for (size_t i = 0; i < after->place_count; i++) {
        const place *new = &after->places[i], *old = find_place(before, new->path);
        for (size_t s = 0; old != NULL && s < new->body->step_count; s++) {
            const lvt_step *step = &new->body->steps[s];
            if ((step->inputs & changed) != 0) continue;
            lvt_span was = content_of(before, old, step->slot), is = content_of(after, new, step->slot);
            steps_compared++;
            if (lvt_span_equal(was, is)) continue;
            fail_msg("\n%s\n%s\nat %.*s: %.*s\nbefore: %.*s\nafter:  %.*s", current_text, current_state,
                     LVT_SPAN_ARGS(new->path), LVT_SPAN_ARGS(step->source), LVT_SPAN_ARGS(was), LVT_SPAN_ARGS(is));
        }
    }
}

/* ---- the test ---- */

static uint64_t find_changed(lvt_execution *x, lvt_value before, lvt_value after) {
    uint64_t old[LVT_INPUT_PATHS_MAX], new[LVT_INPUT_PATHS_MAX];
    uint64_t changed = lvt_execution_hash_inputs(x, before, 7, old);
    changed |= lvt_execution_hash_inputs(x, after, 7, new);
    for (uint32_t i = 0; i < lvt_template_inputs(x->tmpl)->count; i++) {
        if (old[i] != new[i]) changed |= UINT64_C(1) << i;
    }
    return changed;
}

static void init_recording(recording *r) {
    lvt_buffer_init(&r->slots, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_buffer_init(&r->trace, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_buffer_init(&r->path, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_arena_init(&r->arena, LVT_RENDER_OUTPUT_MAX, NULL);
}

static void free_recording(recording *r) {
    lvt_buffer_free(&r->slots);
    lvt_buffer_free(&r->trace);
    lvt_buffer_free(&r->path);
    lvt_arena_free(&r->arena);
}

/* Leave out also what is not worth it. */
static void watch_all(lvt_template *tmpl) {
    tmpl->inputs.watched = LVT_INPUTS_ANY;
    for (size_t i = 0; i < tmpl->program.body_count; i++) {
        const lvt_body *body = tmpl->program.bodies[i];
        for (size_t j = 0; j < body->step_count; j++) ((lvt_step *)(uintptr_t)&body->steps[j])->is_worth_keeping = true;
    }
}

/* A journey of one page: each state against the one before. Returns how many pairs both had a page. */
static size_t run_template(generator *g, recording recordings[3]) {
    enum { STATES = 6 };
    size_t pairs = 0;
    lvt_error error = {0};
    lvt_execution *x = NULL;
    lvt_arena arena;
    lvt_buffer json;
    uint64_t seeds[MEMBERS];
    lvt_value data[2] = {LVT_NIL, LVT_NIL};
    bool is_good[2] = {false, false};
    lvt_template_mode mode = pick(2) == 0 ? LVT_TEMPLATE_TEXT : LVT_TEMPLATE_HTML;
    generate(g);
    lvt_template *tmpl = drive_load(mode, lvt_buffer_string(&g->text), NULL, 0, &error);
    if (tmpl == NULL) return 0; /* more variables than a place may have, or such */
    watch_all(tmpl);
    current_text = lvt_buffer_string(&g->text);
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&json, LVT_JSON_DOCUMENT_MAX, NULL);
    for (int i = 0; i < 3; i++) lvt_arena_reset(&recordings[i].arena);
    lvt_arena_reset(&known_texts);
    known_count = 0;
    assert_int_equal(lvt_execution_create(&x, tmpl, NULL), LVT_OK);
    for (size_t i = 0; i < MEMBERS; i++) seeds[i] = take_seed();
    for (size_t i = 0; i < STATES; i++) {
        size_t now = i % 2, before = 1 - now;
        for (size_t m = 0; m < MEMBERS; m++) {
            if (pick(5) == 0) seeds[m] = take_seed();
        }
        write_state(&json, seeds);
        current_state = lvt_buffer_string(&json);
        if (lvt_json_parse(&data[now], lvt_buffer_span(&json), &arena, &error) != LVT_OK) fail_msg("%s", error.message);
        is_good[now] = record(&recordings[now], x, data[now], NULL, LVT_INPUTS_ANY);
        if (!is_good[0] || !is_good[1]) continue;
        uint64_t changed = find_changed(x, data[before], data[now]);
        compare_steps(&recordings[before], &recordings[now], changed);
        compare_pages(&recordings[2], &recordings[before], &recordings[now], data[now], changed);
        pairs++;
    }
    lvt_execution_free(x);
    lvt_template_free(tmpl);
    lvt_arena_free(&arena);
    lvt_buffer_free(&json);
    return pairs;
}

static void test_random(void **state) {
    (void)state;
    static recording recordings[3];
    generator g = {.variable_count = 0};
    const char *seed = getenv("LVT_SEED"), *rounds = getenv("LVT_ROUNDS");
    uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : 1;
    size_t pairs = 0, count = rounds != NULL ? (size_t)strtoull(rounds, NULL, 10) : 3000;
    lvt_buffer_init(&g.text, LVT_RENDER_OUTPUT_MAX, NULL);
    for (int i = 0; i < 3; i++) init_recording(&recordings[i]);
    lvt_arena_init(&known_texts, LVT_RENDER_OUTPUT_MAX, NULL);
    for (uint64_t i = 0; i < count; i++) {
        random_state = (first + i) * UINT64_C(0x9E3779B97F4A7C15) | 1;
        pairs += run_template(&g, recordings);
    }
    printf("%zu templates, %zu pairs of states; compared %zu steps, %zu rows; left out %zu steps, %zu rows\n", count,
           pairs, steps_compared, rows_compared, steps_kept, rows_kept);
    assert_true(pairs > count && steps_compared > 10 * count && rows_compared > count);
    assert_true(steps_kept > 5 * count && rows_kept > count);
    for (int i = 0; i < 3; i++) free_recording(&recordings[i]);
    lvt_arena_free(&known_texts);
    lvt_buffer_free(&g.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
