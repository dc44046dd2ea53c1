/* Journeys without templates: random programs, random states reported straight to the sink, and a mirror that follows
 * by updates alone. The law: it prints what the last rendering prints. LVT_SEED and LVT_JOURNEYS choose other ones. */
#include "drive.h"

#include "livetemplate/render.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 8, KEYS = 9, DEPTH_MAX = 2 };

typedef struct journey {
    drive_program program;
    uint64_t seed;
    uint64_t step;
} journey;

static uint64_t mix(uint64_t a, uint64_t b) { return lvt_hash_mix(a, b); }

/* A number for a place that changes now and then: once in `period` steps. */
static uint64_t at_place(const journey *j, uint64_t place, uint64_t period) {
    uint64_t epoch = 0;
    for (uint64_t step = 1; step <= j->step; step++) {
        if (mix(mix(place, step), j->seed) % period == 0) epoch = step;
    }
    return mix(mix(place, epoch), j->seed);
}

/* ---- programs -------------------------------------------------------------------------------------------------- */

static const char *const body_texts[] = {
    "<li data-key=\"$\">$</li>",
    "<li data-key=\"$\">$ ? *</li>",
    "<li id=\"r-$\">$</li>",
    "<li>$</li>",
    "<b>?</b>$",
    "~<i>$</i>",
    "static",
    "a longer static text that is sent as a node",
    "<ul>*</ul>",
    "$$*?",
    "?<p data-key=\"$\">$</p>",
    "*",
    "@",
    "",
    "<p class=\"$\" id='$'>~</p>",
    "\"quoted\" \\ <tab\t>$",
};

static const lvt_body *random_body(journey *j, uint64_t place) {
    return j->program.list[mix(j->seed, place) % j->program.program.body_count];
}

static void make_program(journey *j) {
    static const char *const entries[] = {"<h1>$</h1>?<ul>*</ul>@", "*", "?*$", "<p>@</p>?"};
    memset(&j->program, 0, sizeof j->program);
    drive_add_body(&j->program, entries[mix(j->seed, 1) % 4]);
    const size_t count = 2 + mix(j->seed, 2) % 8;
    for (size_t i = 0; i < count; i++)
        drive_add_body(&j->program, body_texts[mix(j->seed, 10 + i) % (sizeof body_texts / sizeof body_texts[0])]);
    for (size_t i = 0; i < j->program.program.body_count; i++) {
        for (size_t k = 0; k < j->program.bodies[i].slot_count; k++) {
            j->program.slots[i][k].body = random_body(j, 100 * i + k);
            if (mix(j->seed, 5000 + 100 * i + k) % 2)
                j->program.slots[i][k].otherwise = random_body(j, 7000 + 100 * i + k);
        }
    }
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

static void report_body(journey *j, driver *d, const lvt_body *body, uint64_t place, const char *key, unsigned depth);

static void report_text(journey *j, driver *d, uint32_t slot, uint64_t place) {
    static const char *const texts[] = {"",   "a", "b", "&lt;x&gt;", "\"", "\\", "long text with \xc3\xa9 in it",
                                        "\n", "7"};
    drive_text(d, slot, texts[at_place(j, place, 4) % (sizeof texts / sizeof texts[0])]);
}

/* Rows by their keys: present, in an order, and sometimes one of them twice. */
static size_t rows_of(journey *j, uint64_t place, unsigned *rows) {
    uint64_t ranks[2 * KEYS];
    size_t count = 0;
    if (at_place(j, place, 5) % 6 == 0) return 0;
    const uint64_t order = at_place(j, place + 1, 3);
    for (unsigned key = 0; key < KEYS; key++) {
        const uint64_t chance = at_place(j, mix(place, key), 5);
        if (chance % 3 == 0) continue;
        for (int copies = chance % 11 == 0 ? 2 : 1; copies > 0; copies--) {
            /* Most stay in place, some move. */
            uint64_t rank = key * 1000 + (uint64_t)copies;
            if (mix(order, key) % 4 == 0) rank = mix(order, key + 100) % (KEYS * 1000);
            size_t at = count++;
            for (; at > 0 && ranks[at - 1] > rank; at--) {
                ranks[at] = ranks[at - 1];
                rows[at] = rows[at - 1];
            }
            ranks[at] = rank;
            rows[at] = key;
        }
    }
    return count;
}

static void report_range(journey *j, driver *d, const lvt_slot *slot, uint32_t index, uint64_t place, unsigned depth) {
    unsigned rows[2 * KEYS];
    const size_t count = depth > DEPTH_MAX ? 0 : rows_of(j, place, rows);
    const bool is_map = mix(place, j->seed) % 5 == 0;
    if (count == 0) {
        if (slot->otherwise == NULL || depth > DEPTH_MAX) return;
        drive_enter(d, index, slot->otherwise->index);
        report_body(j, d, slot->otherwise, mix(place, 77), "", depth + 1);
        drive_leave(d);
        return;
    }
    drive_begin_range(d, index, slot->body->index);
    for (size_t i = 0; i < count; i++) {
        /* Some keys look like numbers that the engine assigns, some rows have none. */
        char key[8];
        if (rows[i] == 3) key[0] = '\0';
        else snprintf(key, sizeof key, "%s%u", rows[i] % 2 ? "k" : "", rows[i]);
        const lvt_string text = {key, strlen(key)};
        drive_begin_item(d, (lvt_value){LVT_TEXT, &text}, LVT_NIL, is_map);
        report_body(j, d, slot->body, mix(place, 1000 + rows[i]), key, depth + 1);
        drive_end_item(d);
    }
    drive_end_range(d);
}

static void report_body(journey *j, driver *d, const lvt_body *body, uint64_t place, const char *key, unsigned depth) {
    const uint32_t key_slot = d->rendering->shapes->items[body->index].row.key_slot;
    for (uint32_t i = 0; i < body->slot_count; i++) {
        const lvt_slot *slot = &body->slots[i];
        const uint64_t here = mix(place, i);
        if (i == key_slot && key[0] != '\0') {
            drive_text(d, i, key);
        } else if (slot->kind == LVT_SLOT_TEXT) {
            report_text(j, d, i, here);
        } else if (slot->kind == LVT_SLOT_RANGE) {
            report_range(j, d, slot, i, here, depth);
        } else if (depth <= DEPTH_MAX) {
            const uint64_t choice = at_place(j, here, 6) % 4;
            const lvt_body *child = choice == 0 ? NULL : choice == 1 ? slot->otherwise : slot->body;
            if (child == NULL) continue;
            drive_enter(d, i, child->index);
            report_body(j, d, child, mix(here, child->index), "", depth + 1);
            drive_leave(d);
        }
    }
}

static void report(journey *j, lvt_rendering *rendering) {
    driver d = drive_begin(rendering, &j->program);
    drive_enter(&d, 0, 0);
    report_body(j, &d, j->program.program.entry, 0, "", 0);
    drive_leave(&d);
    assert_int_equal(drive_end(&d), LVT_OK);
}

/* ---- clients --------------------------------------------------------------------------------------------------- */

typedef struct client {
    lvt_mirror *mirror;
    lvt_known_shapes known;
} client;

static void expect_page(const journey *j, const client *c, const lvt_rendering *rendering, const lvt_buffer *update) {
    lvt_buffer want, got;
    lvt_buffer_init(&want, SIZE_MAX, NULL);
    lvt_buffer_init(&got, SIZE_MAX, NULL);
    lvt_rendering_print(rendering, &want);
    assert_int_equal(lvt_mirror_print(c->mirror, &got, NULL), LVT_OK);
    assert_int_equal(lvt_rendering_length(rendering), want.length);
    if (!lvt_span_equal(lvt_buffer_span(&want), lvt_buffer_span(&got)))
        fail_msg("seed %llu step %llu\nupdate %.*s\nwant %.*s\ngot  %.*s", (unsigned long long)j->seed,
                 (unsigned long long)j->step, LVT_SPAN_ARGS(*update), LVT_SPAN_ARGS(want), LVT_SPAN_ARGS(got));
    lvt_buffer_free(&want);
    lvt_buffer_free(&got);
}

static void follow(const journey *j, client *c, const lvt_rendering *rendering, const lvt_changes *changes) {
    lvt_buffer update;
    lvt_error error;
    lvt_buffer_init(&update, SIZE_MAX, NULL);
    if (c->mirror == NULL) {
        assert_int_equal(lvt_mirror_create(&c->mirror, NULL, NULL), LVT_OK);
        assert_int_equal(lvt_tree_encode_complete(&update, rendering, &c->known, NULL), LVT_OK);
    } else {
        assert_int_equal(lvt_tree_encode_changes(&update, changes, &c->known, NULL), LVT_OK);
        assert_int_equal(lvt_changes_empty(changes), update.length == 2);
    }
    if (lvt_mirror_apply(c->mirror, lvt_buffer_span(&update), &error) != LVT_OK)
        fail_msg("seed %llu step %llu\nupdate %.*s\n%s", (unsigned long long)j->seed, (unsigned long long)j->step,
                 LVT_SPAN_ARGS(update), error.message);
    expect_page(j, c, rendering, &update);
    lvt_buffer_free(&update);
}

static void travel(uint64_t seed) {
    journey j = {.seed = seed};
    lvt_shapes *shapes;
    lvt_rendering *renderings[2];
    lvt_changes *changes;
    client clients[2] = {{0}};
    make_program(&j);
    assert_int_equal(lvt_shapes_create_for(&shapes, &j.program.program, (uint32_t)(seed % 100), NULL, NULL), LVT_OK);
    assert_int_equal(lvt_rendering_create(&renderings[0], shapes, NULL), LVT_OK);
    assert_int_equal(lvt_rendering_create(&renderings[1], shapes, NULL), LVT_OK);
    assert_int_equal(lvt_changes_create(&changes, NULL, NULL), LVT_OK);
    for (; j.step < STEPS; j.step++) {
        lvt_rendering *before = renderings[(j.step + 1) % 2], *after = renderings[j.step % 2];
        report(&j, after);
        if (j.step > 0) assert_int_equal(lvt_changes_compute(changes, before, after, NULL), LVT_OK);
        follow(&j, &clients[0], after, changes);
        /* One that comes later sees the same rows under the same keys. */
        if (j.step >= 3) follow(&j, &clients[1], after, changes);
    }
    for (size_t i = 0; i < 2; i++) {
        lvt_mirror_free(clients[i].mirror);
        lvt_known_shapes_free(&clients[i].known);
    }
    lvt_changes_free(changes);
    lvt_rendering_free(renderings[0]);
    lvt_rendering_free(renderings[1]);
    lvt_shapes_free(shapes);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void mirrors_follow_random_journeys(void **state) {
    (void)state;
    const uint64_t seed = setting("LVT_SEED", 1), journeys = setting("LVT_JOURNEYS", 800);
    print_message("seeds %llu to %llu\n", (unsigned long long)seed, (unsigned long long)(seed + journeys - 1));
    for (uint64_t i = 0; i < journeys; i++) travel(seed + i);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(mirrors_follow_random_journeys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
