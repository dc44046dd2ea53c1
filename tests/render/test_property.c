/* The law of the room, tried on random templates and random journeys of states: after each step the client that only
 * got updates shows what a fresh print of the state gives, and so does the rendering. LVT_SEED is the first seed,
 * LVT_JOURNEYS their number; a failure names its seed. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 7, ITEMS_MAX = 7, TEMPLATE_DEPTH_MAX = 3 };

/* xorshift64*: the same numbers everywhere. */
typedef struct dice {
    uint64_t state;
} dice;

static uint64_t roll(dice *d, uint64_t sides) {
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (d->state * UINT64_C(0x2545F4914F6CDD1D) >> 32) % sides;
}

/* ---- templates --------------------------------------------------------------------------------------------------
 * Data of every dot: {"T":text, "U":text, "F":bool, "G":bool, "K":key, "N":number, "L":[items], "M":{map of items},
 * "W":item or null, "S":[texts]}. Items have the same members. */

static void write_list(dice *d, lvt_buffer *out, unsigned depth, bool in_range);

static void write_one(dice *d, lvt_buffer *out, unsigned depth, bool in_range) {
    static const char *const leaves[] = {
        "plain ",
        "<br>",
        "{{.T}}",
        "<p>{{.T}}</p>",
        "<b class=\"{{.U}}\">{{.T}}</b>",
        "<a href=\"/x?q={{.U}}\">{{.N}}</a>",
        "{{printf \"%05d\" .N}}",
        "<i title='{{.T}} {{.U}}'></i>",
        "{{len .L}}",
        "<input value=\"{{.T}}\"{{if .F}} checked{{end}}>",
        "<hr {{if .G}}hidden{{else}}class=\"{{.U}}\"{{end}}>",
        "{{.T}} &amp; {{.U}}",
        "\"quotes\"\\\n",
    };
    static const char *const row_starts[] = {
        "<li data-key=\"{{.K}}\">",
        "<li id=\"row-{{.K}}\">",
        "<li>",
        "<li data-lvt-key={{.K}} class=\"{{.U}}\">",
        "{{if .F}}<li id=\"{{.K}}\">{{else}}<li class=\"off\" id=\"{{.K}}\">{{end}}",
        "\n <li {{if .G}}hidden {{end}}id=\"{{.K}}\">",
    };
    const uint64_t choice = depth >= TEMPLATE_DEPTH_MAX ? roll(d, 4) : roll(d, 14);
    switch (choice) {
    case 4:
    case 5:
        lvt_buffer_append_format(out, "{{if .%c}}", "FGTL"[roll(d, 4)]);
        write_list(d, out, depth + 1, in_range);
        if (roll(d, 3) == 0) {
            lvt_buffer_append_literal(out, "{{else if .G}}");
            write_list(d, out, depth + 1, in_range);
        }
        if (roll(d, 2)) {
            lvt_buffer_append_literal(out, "{{else}}");
            write_list(d, out, depth + 1, in_range);
        }
        lvt_buffer_append_literal(out, "{{end}}");
        return;
    case 6:
        lvt_buffer_append_literal(out, "{{with .W}}");
        write_list(d, out, depth + 1, in_range);
        if (roll(d, 2)) lvt_buffer_append_literal(out, "{{else}}none{{end}}");
        else lvt_buffer_append_literal(out, "{{end}}");
        return;
    case 7:
    case 8:
    case 9:
    case 10: {
        const bool is_row = roll(d, 4) != 0;
        static const char *const heads[] = {"{{range .L}}", "{{range $i, $e := .L}}{{$i}}", "{{range .M}}",
                                            "{{range $k, $v := .M}}"};
        lvt_buffer_append_string(out, heads[roll(d, 4)]);
        if (roll(d, 5) == 0) lvt_buffer_append_literal(out, "{{if .F}}{{continue}}{{end}}");
        if (is_row) lvt_buffer_append_string(out, row_starts[roll(d, sizeof row_starts / sizeof row_starts[0])]);
        write_list(d, out, depth + 1, true);
        if (is_row) lvt_buffer_append_literal(out, "</li>");
        if (roll(d, 3) == 0) {
            lvt_buffer_append_literal(out, "{{else}}");
            write_list(d, out, depth + 1, in_range);
        }
        lvt_buffer_append_literal(out, "{{end}}");
        return;
    }
    case 11: lvt_buffer_append_literal(out, "{{range .S}}<u>{{.}}</u>{{else}}no texts{{end}}"); return;
    case 12: lvt_buffer_append_string(out, roll(d, 2) ? "{{template \"tree\" .}}" : "{{template \"leaf\" .W}}"); return;
    case 13:
        if (in_range)
            lvt_buffer_append_string(out, roll(d, 2) ? "{{if .G}}{{break}}{{end}}" : "{{if .F}}x{{continue}}{{end}}y");
        return;
    default: lvt_buffer_append_string(out, leaves[roll(d, sizeof leaves / sizeof leaves[0])]); return;
    }
}

static void write_list(dice *d, lvt_buffer *out, unsigned depth, bool in_range) {
    for (uint64_t count = 1 + roll(d, 3); count > 0; count--) write_one(d, out, depth, in_range);
}

static void write_template(dice *d, lvt_buffer *out) {
    lvt_buffer_append_literal(out, "{{define \"leaf\"}}{{with .}}({{.T}}){{else}}()");
    lvt_buffer_append_literal(out, "{{end}}{{end}}{{define \"tree\"}}<ul>{{range .L}}<li id=\"{{.K}}\">{{.T}}");
    lvt_buffer_append_literal(out, "{{if .L}}{{template \"tree\" .}}{{end}}</li>{{end}}</ul>{{end}}");
    write_list(d, out, 0, false);
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

enum { TEXT_COUNT = 10, NODES_MAX = 400 };

static const char *const texts[TEXT_COUNT] = {
    "",
    "a",
    "b",
    "Tom &amp; <Jerry>",
    "it's \\\"so\\\"",
    "line\\nbreak",
    "\xc3\xa9t\xc3\xa9 \xe2\x82\xac",
    "x y",
    "0",
    "long long long long long",
};

/* What a dot is made of. Children are other nodes of the state; 0 is none. */
typedef struct node {
    unsigned text[2];
    bool flag[2];
    unsigned key;
    int number;
    size_t items[ITEMS_MAX];
    size_t item_count;
    unsigned strings[4];
    size_t string_count;
    size_t with;
    unsigned depth;
} node;

typedef struct journey {
    dice dice;
    node nodes[NODES_MAX];
    size_t count; /* node 1 is the page */
    unsigned next_key;
} journey;

static size_t new_node(journey *j, unsigned depth);

static void insert_item(journey *j, node *parent) {
    if (parent->item_count == ITEMS_MAX || parent->depth >= 3) return;
    const size_t child = new_node(j, parent->depth + 1);
    if (child == 0) return;
    const size_t at = roll(&j->dice, parent->item_count + 1);
    memmove(parent->items + at + 1, parent->items + at, (parent->item_count - at) * sizeof parent->items[0]);
    parent->items[at] = child;
    parent->item_count++;
}

static size_t new_node(journey *j, unsigned depth) {
    if (j->count + 1 >= NODES_MAX) return 0;
    const size_t index = ++j->count;
    node *n = &j->nodes[index];
    *n = (node){.depth = depth, .number = (int)roll(&j->dice, 1000) - 500};
    /* Sometimes a key that another row has, or none. */
    n->key = roll(&j->dice, 12) == 0 ? (unsigned)roll(&j->dice, 4) : 4 + j->next_key++;
    for (size_t i = 0; i < 2; i++) {
        n->text[i] = (unsigned)roll(&j->dice, TEXT_COUNT);
        n->flag[i] = roll(&j->dice, 4) == 0;
    }
    n->string_count = roll(&j->dice, 4);
    for (size_t i = 0; i < n->string_count; i++) n->strings[i] = (unsigned)roll(&j->dice, TEXT_COUNT);
    for (uint64_t items = roll(&j->dice, depth == 0 ? 6 : 3); items > 0; items--) insert_item(j, &j->nodes[index]);
    if (depth < 3 && roll(&j->dice, 2)) j->nodes[index].with = new_node(j, depth + 1);
    return index;
}

static void take_item(node *parent, size_t at) {
    memmove(parent->items + at, parent->items + at + 1, (parent->item_count - at - 1) * sizeof parent->items[0]);
    parent->item_count--;
}

/* One edit somewhere. */
static void edit(journey *j) {
    node *n = &j->nodes[roll(&j->dice, 2) ? 1 : 1 + roll(&j->dice, j->count)];
    const size_t at = n->item_count > 0 ? roll(&j->dice, n->item_count) : 0;
    switch (roll(&j->dice, 12)) {
    case 0:
    case 1: n->text[roll(&j->dice, 2)] = (unsigned)roll(&j->dice, TEXT_COUNT); return;
    case 2: n->number++; return;
    case 3: n->flag[0] = !n->flag[0]; return;
    case 4: n->flag[1] = !n->flag[1]; return;
    case 5:
    case 6: insert_item(j, n); return;
    case 7:
        if (n->item_count > 0) take_item(n, at);
        return;
    case 8:
        if (n->item_count > 1) {
            const size_t moved = n->items[at], to = roll(&j->dice, n->item_count);
            take_item(n, at);
            memmove(n->items + to + 1, n->items + to, (n->item_count - to) * sizeof n->items[0]);
            n->items[to] = moved;
            n->item_count++;
        }
        return;
    case 9:
        n->string_count = roll(&j->dice, 5);
        for (size_t i = 0; i < n->string_count; i++)
            if (roll(&j->dice, 3) == 0) n->strings[i] = (unsigned)roll(&j->dice, TEXT_COUNT);
        return;
    case 10:
        if (n->item_count > 0) n->item_count = 0;
        else
            for (int i = 0; i < 4; i++) insert_item(j, n);
        return;
    default: n->with = n->with != 0 ? 0 : n->depth < 3 ? new_node(j, n->depth + 1) : 0; return;
    }
}

static void write_node(const journey *j, size_t index, lvt_buffer *out) {
    const node *n = &j->nodes[index];
    lvt_buffer_append_format(out, "{\"T\":\"%s\",\"U\":\"%s\",\"F\":%s,\"G\":%s,\"N\":%d,\"K\":\"", texts[n->text[0]],
                             texts[n->text[1]], n->flag[0] ? "true" : "false", n->flag[1] ? "true" : "false",
                             n->number);
    if (n->key != 0) lvt_buffer_append_format(out, n->key % 2 ? "k%u" : "%u", n->key);
    lvt_buffer_append_literal(out, "\",\"S\":[");
    for (size_t i = 0; i < n->string_count; i++)
        lvt_buffer_append_format(out, "%s\"%s\"", i > 0 ? "," : "", texts[n->strings[i]]);
    lvt_buffer_append_literal(out, "],\"L\":[");
    for (size_t i = 0; i < n->item_count; i++) {
        if (i > 0) lvt_buffer_append_char(out, ',');
        write_node(j, n->items[i], out);
    }
    lvt_buffer_append_literal(out, "],\"M\":{");
    for (size_t i = 0; i < n->item_count && n->depth < 2; i++) {
        lvt_buffer_append_format(out, "%s\"m%zu\":", i > 0 ? "," : "", n->items[i]);
        write_node(j, n->items[i], out);
    }
    lvt_buffer_append_literal(out, "},\"W\":");
    if (n->with != 0) write_node(j, n->with, out);
    else lvt_buffer_append_literal(out, "null");
    lvt_buffer_append_char(out, '}');
}

/* ---- journeys ---------------------------------------------------------------------------------------------------- */

static void travel(uint64_t seed, size_t *bytes) {
    static journey j;
    page p;
    lvt_buffer text, data;
    memset(&j, 0, sizeof j);
    j.dice.state = lvt_hash_mix(1, seed) | 1;
    lvt_buffer_init(&text, SIZE_MAX, NULL);
    lvt_buffer_init(&data, SIZE_MAX, NULL);
    write_template(&j.dice, &text);
    new_node(&j, 0);
    if (page_open(&p, lvt_buffer_string(&text), NULL) != LVT_OK)
        fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, p.error.message, text.data);
    for (int step = 0; step < STEPS; step++) {
        lvt_buffer_clear(&data);
        write_node(&j, 1, &data);
        const lvt_value state = page_parse(&p, lvt_buffer_string(&data));
        const lvt_status status = page_show_value(&p, state);
        if (status != LVT_OK || !page_agrees(&p, state))
            fail_msg("seed %llu step %d: %s\ntemplate %s\nupdate %.*s\nshows %.*s\nwants %.*s",
                     (unsigned long long)seed, step, status != LVT_OK ? p.error.message : "the page differs", text.data,
                     LVT_SPAN_ARGS(p.update), LVT_SPAN_ARGS(p.html), LVT_SPAN_ARGS(p.want));
        bytes[0] += p.update.length;
        bytes[1] += p.want.length;
        for (uint64_t edits = roll(&j.dice, 4); edits > 0; edits--) edit(&j);
    }
    page_close(&p);
    lvt_buffer_free(&text);
    lvt_buffer_free(&data);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void updates_lead_where_a_fresh_print_is(void **state) {
    (void)state;
    const uint64_t seed = setting("LVT_SEED", 1), journeys = setting("LVT_JOURNEYS", 1500);
    size_t bytes[2] = {0};
    print_message("seeds %llu to %llu\n", (unsigned long long)seed, (unsigned long long)(seed + journeys - 1));
    for (uint64_t i = 0; i < journeys; i++) travel(seed + i, bytes);
    print_message("%zu bytes of updates for %zu bytes of pages\n", bytes[0], bytes[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(updates_lead_where_a_fresh_print_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
