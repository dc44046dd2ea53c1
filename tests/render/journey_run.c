/* Four clients follow one page: each of them is served by renderings made from nothing or by renderings that take over
 * what did not change, and gets every update or leaves some out. A fifth, the visitor, gets complete trees only. */
#include "tests/render/journey_run.h"

#include "livetemplate/render.h"
#include "tests/render/journey_state.h"
#include "tests/render/journey_template.h"
#include "tests/support/test_allocator.h"

enum { STEPS_MIN = 5, STEPS_MAX = 30, CLIENTS = 4, PAGE_MAX = 1 << 16, KEY_NUMBER_MAX = 7 };

typedef struct client {
    const char *name;
    bool takes_over; /* renderings are made with what did not change in the last one */
    bool is_slow;
    bool is_connected;
    size_t version; /* of the state that it holds */
    lvt_rendering *before, *after;
    lvt_mirror *mirror;
    lvt_known_shapes known;
    lvt_buffer complete; /* the whole tree of `before`, with all statics */
    lvt_buffer page;     /* what `before` prints */
} client;

typedef struct run {
    journey *j;
    test_allocator tested;
    const lvt_allocator *allocator;
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_shapes *shapes;
    lvt_changes *changes;
    lvt_mirror *visitor;
    client clients[CLIENTS];
    lvt_buffer json, scratch;
    lvt_arena arena;
    bool shows_json;
    bool rebuilds;
    size_t version; /* counts edits */
    journey_state state;
    lvt_error error;
} run;

/* ---- functions of the set ------------------------------------------------------------------------------------ */

static lvt_status call_loud(lvt_call *call, void *payload) {
    (void)payload;
    lvt_span text = {NULL, 0};
    char loud[64];
    size_t length = 0;
    const lvt_status status = lvt_call_argument_text(&text, call, 0);
    if (status != LVT_OK) return status;
    for (; length < text.length && length < sizeof loud; length++)
        loud[length] = (char)(text.data[length] >= 'a' && text.data[length] <= 'z' ? text.data[length] - 'a' + 'A'
                                                                                   : text.data[length]);
    return lvt_call_return_text(call, lvt_span_of(loud, length));
}

static lvt_status call_ticks(lvt_call *call, void *payload) { return lvt_call_return_int(call, *(uint32_t *)payload); }

static const lvt_function functions[] = {{"loud", call_loud, 1, 1, NULL, .pure = true},
                                         {"ticks", call_ticks, 0, 0, &journey_outside}};

/* ---- opening and closing --------------------------------------------------------------------------------------- */

static lvt_status open_client(run *r, client *c) {
    *c = (client){.takes_over = c->takes_over, .is_slow = c->is_slow, .name = c->name};
    c->known.allocator = r->allocator;
    lvt_buffer_init(&c->complete, SIZE_MAX, NULL);
    lvt_buffer_init(&c->page, SIZE_MAX, NULL);
    lvt_status status = lvt_rendering_create(&c->before, r->shapes, &r->error);
    if (status == LVT_OK) status = lvt_rendering_create(&c->after, r->shapes, &r->error);
    if (status == LVT_OK) status = lvt_mirror_create(&c->mirror, NULL, &r->error);
    return status;
}

static lvt_status open_run(run *r, lvt_span text) {
    static const char *const names[] = {"made from nothing", "taken over", "made from nothing, slow",
                                        "taken over, slow"};
    const lvt_template_source source = {"t", text};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    options.allocator = r->allocator;
    options.functions = functions;
    options.function_count = sizeof functions / sizeof functions[0];
    lvt_status status = lvt_template_load(&r->tmpl, &options, &r->error);
    if (status == LVT_OK) status = lvt_execution_create(&r->execution, r->tmpl, &r->error);
    if (status == LVT_OK) status = lvt_shapes_create(&r->shapes, r->tmpl, 0, r->allocator, &r->error);
    if (status == LVT_OK) status = lvt_changes_create(&r->changes, r->allocator, &r->error);
    if (status == LVT_OK) status = lvt_mirror_create(&r->visitor, NULL, &r->error);
    for (size_t i = 0; i < CLIENTS && status == LVT_OK; i++) {
        r->clients[i] = (client){.takes_over = i % 2 != 0, .is_slow = i >= 2, .name = names[i]};
        status = open_client(r, &r->clients[i]);
    }
    return status;
}

static void close_run(run *r) {
    for (size_t i = 0; i < CLIENTS; i++) {
        client *c = &r->clients[i];
        lvt_mirror_free(c->mirror);
        lvt_rendering_free(c->before);
        lvt_rendering_free(c->after);
        lvt_known_shapes_free(&c->known);
        lvt_buffer_free(&c->complete);
        lvt_buffer_free(&c->page);
    }
    lvt_mirror_free(r->visitor);
    lvt_changes_free(r->changes);
    lvt_shapes_free(r->shapes);
    lvt_execution_free(r->execution);
    lvt_template_free(r->tmpl);
    lvt_buffer_free(&r->json);
    lvt_buffer_free(&r->scratch);
    lvt_arena_free(&r->arena);
    journey_state_free(&r->state);
}

/* ---- laws ------------------------------------------------------------------------------------------------------- */

/* Note the first law that is broken. */
static bool expect(run *r, const client *c, bool right, const char *law) {
    if (right || r->j->law != NULL) return right;
    r->j->law = law;
    r->j->client = c != NULL ? c->name : "";
    (void)snprintf(r->j->message, sizeof r->j->message, "%s", r->error.message);
    return false;
}

static bool expect_ok(run *r, const client *c, lvt_status status, const char *law) {
    return expect(r, c, status == LVT_OK, law);
}

/* Whether what stands in `shows` is the page. */
static bool expect_page(run *r, const client *c, const char *law) {
    return expect(r, c, lvt_span_equal(lvt_buffer_span(&r->j->shows), lvt_buffer_span(&r->j->wants)), law);
}

static bool write_complete(run *r, const client *c, const lvt_rendering *rendering, lvt_buffer *out) {
    lvt_known_shapes none = {0};
    lvt_buffer_clear(out);
    const lvt_status status = lvt_tree_encode_complete(out, rendering, &none, &r->error);
    lvt_known_shapes_free(&none);
    return expect_ok(r, c, status, "a complete tree is encoded");
}

static lvt_status make(run *r, client *c, lvt_value data) {
    if (c->takes_over && c->is_connected)
        return lvt_rendering_update(c->after, c->before, r->execution, data, &r->error);
    return lvt_rendering_make(c->after, r->execution, data, &r->error);
}

static bool check_rendering(run *r, client *c) {
    lvt_buffer *shows = &r->j->shows;
    lvt_buffer_clear(shows);
    lvt_rendering_print(c->after, shows);
    return expect_page(r, c, "a rendering prints the page") &&
           expect(r, c, lvt_rendering_length(c->after) == shows->length, "a rendering knows its length");
}

/* Both ways to make a rendering come to the same. */
static bool check_twins(run *r, const client *a, const client *b) {
    size_t kept[2];
    const lvt_duplicate_key *duplicates[2] = {lvt_rendering_duplicates(a->after, &kept[0]),
                                              lvt_rendering_duplicates(b->after, &kept[1])};
    if (!expect(r, b, lvt_rendering_hash(a->after) == lvt_rendering_hash(b->after), "equal states have equal hashes"))
        return false;
    bool same =
        lvt_rendering_duplicate_count(a->after) == lvt_rendering_duplicate_count(b->after) && kept[0] == kept[1];
    for (size_t i = 0; same && i < kept[0]; i++)
        same = lvt_span_equal(duplicates[0][i].key, duplicates[1][i].key) &&
               lvt_span_equal(duplicates[0][i].list, duplicates[1][i].list) &&
               duplicates[0][i].line == duplicates[1][i].line;
    return expect(r, b, same, "equal states have the same duplicate keys");
}

static bool names_statics(const lvt_buffer *tree) {
    static const char member[] = "\"s\":[";
    for (size_t i = 0; i + sizeof member - 1 <= tree->length; i++)
        if (memcmp(tree->data + i, member, sizeof member - 1) == 0) return true;
    return false;
}

static bool check_empty(run *r, client *c) {
    const lvt_span update = lvt_buffer_span(&r->j->update);
    const bool is_empty = lvt_changes_empty(r->changes);
    const bool same_page = lvt_span_equal(lvt_buffer_span(&c->page), lvt_buffer_span(&r->j->wants));
    return expect(r, c, is_empty == lvt_span_is(update, "{}"), "an update without changes is {}") &&
           expect(r, c, !is_empty || same_page, "an update without changes leaves the page as it is") &&
           expect(r, c, is_empty || c->version != r->version, "an update of what did not change is empty");
}

/* Write "?" for each key of a row that may be one of the engine's: these go on from the last rendering, and so depend
 * on how it is known which row is which. Keys of states have an uppercase letter, most of them. */
static void hide_numbers(lvt_buffer *out, const lvt_buffer *tree) {
    static const char member[] = "\"_k\":\"";
    const size_t length = sizeof member - 1;
    lvt_buffer_clear(out);
    for (size_t i = 0; i < tree->length;) {
        if (tree->length - i < length || memcmp(tree->data + i, member, length) != 0) {
            lvt_buffer_append_char(out, tree->data[i++]);
            continue;
        }
        lvt_buffer_append(out, member, length);
        i += length;
        size_t end = i;
        while (end < tree->length && ((tree->data[end] >= '0' && tree->data[end] <= '9') ||
                                      (tree->data[end] >= 'a' && tree->data[end] <= 'z')))
            end++;
        if (end == tree->length || tree->data[end] != '"' || end - i > KEY_NUMBER_MAX) continue;
        lvt_buffer_append_char(out, '?');
        i = end;
    }
}

/* Two clients hold the same tree. */
static bool check_trees(run *r, const client *a, const client *b) {
    if (lvt_span_equal(lvt_buffer_span(&a->complete), lvt_buffer_span(&b->complete))) return true;
    hide_numbers(&r->scratch, &a->complete);
    hide_numbers(&r->json, &b->complete);
    return expect(r, b, lvt_span_equal(lvt_buffer_span(&r->scratch), lvt_buffer_span(&r->json)),
                  "both ways make the same tree");
}

/* What the client gets for its next rendering; sets nothing of what it holds. */
static lvt_status encode(run *r, client *c, bool complete) {
    lvt_buffer *update = &r->j->update;
    lvt_buffer_clear(update);
    if (complete) return lvt_tree_encode_complete(update, c->after, &c->known, &r->error);
    const lvt_status status = lvt_changes_compute(r->changes, c->before, c->after, &r->error);
    return status != LVT_OK ? status : lvt_tree_encode_changes(update, r->changes, &c->known, &r->error);
}

/* All of a step that allocates, once with an allocation that fails. */
static bool starve(run *r, client *c, lvt_value data, bool complete) {
    if (!r->j->starves || !journey_chance(&r->j->tapes[JOURNEY_COURSE], 2)) return true;
    lvt_known_shapes known = {0};
    if (!expect_ok(r, c, lvt_known_shapes_copy(&known, &c->known, NULL), "known shapes are copied")) return false;
    r->tested.fail_at = r->tested.calls + 1 + journey_roll(&r->j->tapes[JOURNEY_COURSE], 30);
    lvt_status status = make(r, c, data);
    const bool is_made = status == LVT_OK;
    if (is_made) status = encode(r, c, complete);
    r->tested.fail_at = 0;
    bool right = expect(r, c, status == LVT_OK || status == LVT_ERROR_OUT_OF_MEMORY, "a failed allocation is reported");
    if (status == LVT_ERROR_OUT_OF_MEMORY) {
        r->j->starved++;
        right = right && expect(r, c, lvt_known_shapes_equal(&known, &c->known), "a failed step makes nothing known");
        right = right && expect(r, c, !is_made || r->j->update.length == 0, "a failed step sends nothing");
    } else if (right) {
        /* Nothing was sent: what it made known is not. */
        right = expect_ok(r, c, lvt_known_shapes_copy(&c->known, &known, &r->error), "known shapes are copied");
    }
    lvt_known_shapes_free(&known);
    return right;
}

/* ---- a step ----------------------------------------------------------------------------------------------------- */

static void write_log(run *r, const client *c) {
    if (r->j->log != NULL)
        (void)fprintf(r->j->log, "  %s: %.*s\n", c->name, LVT_SPAN_ARGS(lvt_buffer_span(&r->j->update)));
}

/* The page is written when it changed. */
static void write_export(run *r, const client *c, bool is_new, bool is_same) {
    lvt_buffer *line = r->j->export;
    if (line == NULL || c != &r->clients[0]) return;
    lvt_buffer_append_string(line, r->j->steps > 1 ? ",{" : "{");
    if (is_new) lvt_buffer_append_literal(line, "\"new\":true,");
    if (!is_same || is_new) {
        lvt_buffer_append_literal(line, "\"html\":");
        lvt_json_encode_string(line, lvt_buffer_span(&r->j->wants), 0);
        lvt_buffer_append_char(line, ',');
    }
    lvt_buffer_append_literal(line, "\"tree\":");
    lvt_buffer_append_span(line, lvt_buffer_span(&r->j->update));
    lvt_buffer_append_char(line, '}');
    r->j->exported_changes += !is_same;
}

/* The client's part of a step, when its rendering is made. */
static bool send_step(run *r, client *c, bool is_new, bool complete) {
    journey *j = r->j;
    if (!expect_ok(r, c, encode(r, c, complete), "an update is made")) return false;
    write_log(r, c);
    if (c == &r->clients[0]) j->update_bytes += j->update.length;
    if (!write_complete(r, c, c->after, &r->scratch)) return false;
    if (!complete && !check_empty(r, c)) return false;
    const bool is_same = c->is_connected && lvt_span_equal(lvt_buffer_span(&c->page), lvt_buffer_span(&j->wants));
    lvt_buffer_clear(&c->complete);
    lvt_buffer_append_span(&c->complete, lvt_buffer_span(&r->scratch));
    lvt_buffer_clear(&c->page);
    lvt_buffer_append_span(&c->page, lvt_buffer_span(&j->wants));
    if (!expect_ok(r, c, lvt_mirror_apply(c->mirror, lvt_buffer_span(&j->update), &r->error), "an update fits"))
        return false;
    lvt_buffer_clear(&j->shows);
    if (!expect_ok(r, c, lvt_mirror_print(c->mirror, &j->shows, &r->error), "a client prints")) return false;
    if (!expect_page(r, c, "a client shows the page")) return false;
    write_export(r, c, is_new, is_same);
    /* Once more: by then all statics are known. */
    lvt_buffer_clear(&r->scratch);
    const lvt_status status = complete ? lvt_tree_encode_complete(&r->scratch, c->after, &c->known, &r->error)
                                       : lvt_tree_encode_changes(&r->scratch, r->changes, &c->known, &r->error);
    if (!expect_ok(r, c, status, "a tree is encoded again") ||
        !expect(r, c, !names_statics(&r->scratch), "statics are sent once"))
        return false;
    lvt_rendering *spare = c->before;
    c->before = c->after;
    c->after = spare;
    c->is_connected = true;
    c->version = r->version;
    return true;
}

/* `shown`: whose tree the visitor got last in this step, or NULL; the same tree is not read again. */
static bool check_visitor(run *r, const client *c, const client **shown) {
    if (*shown != NULL && lvt_span_equal(lvt_buffer_span(&(*shown)->complete), lvt_buffer_span(&c->complete)))
        return true;
    *shown = c;
    lvt_buffer_clear(&r->j->shows);
    return expect_ok(r, c, lvt_mirror_apply(r->visitor, lvt_buffer_span(&c->complete), &r->error),
                     "a complete tree fits") &&
           expect_ok(r, c, lvt_mirror_print(r->visitor, &r->j->shows, &r->error), "a visitor prints") &&
           expect_page(r, c, "a visitor sees the page");
}

/* What happens to a pair of clients in a step, which differ only in how their renderings are made. */
typedef struct turn {
    bool takes_part, is_new, complete;
} turn;

static turn decide(run *r, const client *c) {
    journey_tape *course = &r->j->tapes[JOURNEY_COURSE];
    turn t = {.takes_part = !c->is_slow || journey_chance(course, 3)};
    if (!t.takes_part) return t;
    /* Now and then a client connects anew, or asks for everything. */
    t.is_new = !c->is_connected || journey_chance(course, 40);
    t.complete = t.is_new || journey_chance(course, 30);
    return t;
}

static bool make_all(run *r, const turn *turns, lvt_value data, lvt_status wanted) {
    for (size_t i = 0; i < CLIENTS; i++) {
        client *c = &r->clients[i];
        if (!turns[i / 2].takes_part) continue;
        if (turns[i / 2].is_new) lvt_known_shapes_clear(&c->known);
        if (wanted == LVT_OK && !starve(r, c, data, turns[i / 2].complete)) return false;
        if (!expect(r, c, make(r, c, data) == wanted, "a rendering is made when the page can be printed")) return false;
        if (wanted == LVT_OK && !check_rendering(r, c)) return false;
    }
    return true;
}

static bool show(run *r, lvt_value data, lvt_status wanted) {
    const turn turns[CLIENTS / 2] = {decide(r, &r->clients[0]), decide(r, &r->clients[2])};
    if (!make_all(r, turns, data, wanted)) return false;
    if (wanted != LVT_OK) return true;
    const client *shown = NULL;
    for (size_t i = 0; i < CLIENTS; i++) {
        client *c = &r->clients[i];
        const turn *t = &turns[i / 2];
        if (!t->takes_part) continue;
        if (i % 2 == 0 && !check_twins(r, c, c + 1)) return false;
        if (!send_step(r, c, t->is_new, t->complete) || !check_visitor(r, c, &shown)) return false;
        if (i % 2 != 0 && !check_trees(r, c - 1, c)) return false;
    }
    return true;
}

static bool step(run *r) {
    journey *j = r->j;
    lvt_value data = {journey_item_type(r->state.kind), &r->state.root};
    if (r->shows_json || j->log != NULL) {
        lvt_buffer_clear(&r->json);
        journey_state_write(&r->state, &r->json);
        if (j->log != NULL) (void)fprintf(j->log, "state %.*s\n", LVT_SPAN_ARGS(lvt_buffer_span(&r->json)));
    }
    if (r->shows_json) {
        lvt_arena_reset(&r->arena);
        if (!expect_ok(r, NULL, lvt_json_parse(&data, lvt_buffer_span(&r->json), &r->arena, &r->error), "JSON is read"))
            return false;
    }
    lvt_buffer_clear(&j->wants);
    const lvt_status status = lvt_execution_print(r->execution, data, &j->wants, NULL, &r->error);
    if (status == LVT_ERROR_LIMIT) return true;
    if (status != LVT_OK && !expect(r, NULL, status == LVT_ERROR_EXECUTE, "a page is printed")) return false;
    j->steps += status == LVT_OK;
    j->refused_states += status != LVT_OK;
    j->page_bytes += j->wants.length;
    return show(r, data, status);
}

static bool travel(run *r) {
    journey *j = r->j;
    journey_tape *course = &j->tapes[JOURNEY_COURSE], *edits = &j->tapes[JOURNEY_EDITS];
    for (int i = 0; i < STEPS_MAX; i++) {
        if (!step(r)) return false;
        if (journey_roll_from(course, i + 1 < STEPS_MIN, 6) == 0) return true;
        if (r->rebuilds) journey_state_rebuild(&r->state);
        if (journey_chance(course, 4)) {
            journey_outside++;
            r->version++;
        }
        /* A few edits, sometimes none, sometimes many. */
        const uint32_t hurry = journey_chance(course, 6) ? 12 : 4;
        for (int n = 0; n < 16 && journey_more(edits, hurry); n++, r->version++) journey_state_edit(&r->state, edits);
    }
    return true;
}

bool journey_run(journey *j) {
    run r = {.j = j};
    journey_tape *course = &j->tapes[JOURNEY_COURSE];
    test_allocator_init(&r.tested, 0);
    if (j->starves) r.allocator = &r.tested.allocator;
    lvt_buffer_init(&r.json, SIZE_MAX, NULL);
    lvt_buffer_init(&r.scratch, SIZE_MAX, NULL);
    lvt_arena_init(&r.arena, SIZE_MAX, NULL);
    lvt_error_clear(&r.error);
    j->law = NULL;
    j->message[0] = '\0';
    j->was_refused = false;
    j->steps = j->refused_states = j->exported_changes = 0;
    journey_outside = 0;
    const uint32_t form = journey_roll(course, 1 + JOURNEY_KINDS);
    r.shows_json = form == 0;
    r.rebuilds = !journey_chance(course, 2);
    const journey_grammar grammar = {
        .has_methods = form != 0, .has_functions = journey_chance(course, 2), .may_fail = journey_chance(course, 10)};
    lvt_buffer_clear(&j->text);
    journey_template_write(&j->text, &j->tapes[JOURNEY_TEMPLATE], &grammar);
    journey_state_make(&r.state, form == 0 ? JOURNEY_PLAIN : (journey_kind)(form - 1), &j->tapes[JOURNEY_STATE]);
    const lvt_status status = open_run(&r, lvt_buffer_span(&j->text));
    if (status == LVT_OK) {
        static const char *const forms[] = {"JSON", "structs without keys", "structs with keys", "tracked lists"};
        if (j->log != NULL)
            (void)fprintf(j->log, "%s, %s\ntemplate %s\n", forms[form],
                          r.rebuilds ? "copied each time" : "changed in place", lvt_buffer_string(&j->text));
        (void)travel(&r);
    } else if (expect(&r, NULL, status == LVT_ERROR_ESCAPE || status == LVT_ERROR_SYNTAX, "a template is loaded")) {
        j->was_refused = true;
        (void)snprintf(j->message, sizeof j->message, "%s", r.error.message);
    }
    close_run(&r);
    (void)expect(&r, NULL, r.tested.live == 0, "nothing stays allocated");
    return j->law == NULL;
}

void journey_init(journey *j) {
    *j = (journey){0};
    lvt_buffer_init(&j->text, SIZE_MAX, NULL);
    lvt_buffer_init(&j->update, SIZE_MAX, NULL);
    lvt_buffer_init(&j->shows, SIZE_MAX, NULL);
    lvt_buffer_init(&j->wants, PAGE_MAX, NULL);
}

void journey_free(journey *j) {
    for (size_t i = 0; i < JOURNEY_TAPES; i++) journey_tape_free(&j->tapes[i]);
    lvt_buffer_free(&j->text);
    lvt_buffer_free(&j->update);
    lvt_buffer_free(&j->shows);
    lvt_buffer_free(&j->wants);
}

void journey_seed(journey *j, uint64_t seed) {
    for (size_t i = 0; i < JOURNEY_TAPES; i++) journey_tape_record(&j->tapes[i], seed * JOURNEY_TAPES + i);
}
