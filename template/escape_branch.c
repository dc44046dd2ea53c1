/* escape_branch: where control flow comes together again. The branches of an if or with must end in contexts that one
 * description covers; a range must start each turn as it started the first one, however the turn before it ended. */
#include "template/escape.h"

static const char *keyword(const lvt_node *node) {
    switch (node->kind) {
    case LVT_NODE_IF: return "if";
    case LVT_NODE_WITH: return "with";
    default: return "range";
    }
}

static lvt_context fail_join(lvt_escape_pass *pass, lvt_place place, const char *word, const lvt_context *a,
                             const lvt_context *b) {
    lvt_buffer words;
    lvt_buffer_init(&words, 2 * LVT_ERROR_MESSAGE_MAX, pass->set->arena->allocator);
    lvt_context_write(&words, a);
    lvt_buffer_append_literal(&words, ", ");
    lvt_context_write(&words, b);
    lvt_context failed = words.status == LVT_OK ? lvt_escape_fail(pass, LVT_ERROR_ESCAPE, place,
                                                                  "{{%s}} branches end in different contexts: %.*s",
                                                                  word, LVT_SPAN_ARGS(lvt_buffer_span(&words)))
                                                : lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, place);
    lvt_buffer_free(&words);
    return failed;
}

/* Contexts that differ in one detail join into one where the detail is unknown: it matters only to an action that
 * depends on it. */
bool lvt_escape_try_join(lvt_context *out, lvt_context a, lvt_context b) {
    if (a.state == LVT_STATE_DEAD || lvt_context_equal(&a, &b)) {
        *out = a.state == LVT_STATE_DEAD ? b : a;
        return true;
    }
    if (b.state == LVT_STATE_DEAD) {
        *out = a;
        return true;
    }
    lvt_context joined = a;
    joined.url_part = b.url_part;
    if (lvt_context_equal(&joined, &b)) {
        joined.url_part = LVT_URL_PART_UNKNOWN;
        *out = joined;
        return true;
    }
    joined = a;
    joined.js_slash = b.js_slash;
    if (lvt_context_equal(&joined, &b)) {
        joined.js_slash = LVT_JS_SLASH_UNKNOWN;
        *out = joined;
        return true;
    }
    /* <p title={{if .C}}{{.}}{{end}}: the branch without an action stands before the value, the other one in it. */
    lvt_context nudged_a = lvt_context_nudge(a), nudged_b = lvt_context_nudge(b);
    if (lvt_context_equal(&nudged_a, &a) && lvt_context_equal(&nudged_b, &b)) return false;
    return lvt_escape_try_join(out, nudged_a, nudged_b);
}

static lvt_context join(lvt_escape_pass *pass, lvt_context a, lvt_context b, lvt_place place, const char *word) {
    if (a.state == LVT_STATE_ERROR) return a;
    if (b.state == LVT_STATE_ERROR) return b;
    lvt_context joined;
    if (lvt_escape_try_join(&joined, a, b)) return joined;
    return fail_join(pass, place, word, &a, &b);
}

/* The same error with words in front, so that a reader looks at the right spot. */
static lvt_context explain(lvt_escape_pass *pass, lvt_context failed, lvt_place place, const char *where) {
    if (pass->status != LVT_OK) return failed;
    return lvt_escape_fail(pass, failed.problem->status, place, "%s%s", where, failed.problem->reason);
}

lvt_context lvt_escape_leap_out(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    lvt_escape_leap *leap = lvt_arena_allocate_zeroed(&pass->scratch, 1, sizeof(*leap));
    if (leap == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, node->place);
    leap->node = node;
    leap->context = context;
    lvt_escape_loop *loop = pass->loop;
    if (loop != NULL) { /* the parser lets none stand outside of a range */
        lvt_escape_leap ***end = node->kind == LVT_NODE_BREAK ? &loop->breaks_end : &loop->continues_end;
        **end = leap;
        *end = &leap->next;
    }
    return (lvt_context){.state = LVT_STATE_DEAD};
}

static lvt_context join_leaps(lvt_escape_pass *pass, lvt_context context, const lvt_escape_leap *leap,
                              const char *where) {
    for (; leap != NULL && context.state != LVT_STATE_ERROR; leap = leap->next) {
        lvt_context joined = join(pass, context, leap->context, leap->node->place, "range");
        context = joined.state == LVT_STATE_ERROR ? explain(pass, joined, leap->node->place, where) : joined;
    }
    return context;
}

/* One turn of a range's body, without the ways that leave it early. */
static lvt_context escape_turn(lvt_escape_pass *pass, lvt_context context, const lvt_node *node,
                               lvt_escape_loop *loop) {
    *loop = (lvt_escape_loop){0};
    loop->breaks_end = &loop->breaks;
    loop->continues_end = &loop->continues;
    lvt_escape_loop *outer = pass->loop;
    pass->loop = loop;
    context = lvt_escape_list(pass, context, &node->body);
    pass->loop = outer;
    return context;
}

static lvt_context join_loop(lvt_escape_pass *pass, lvt_context context, const lvt_escape_loop *loop) {
    context = join_leaps(pass, context, loop->breaks, "at range loop break: ");
    return join_leaps(pass, context, loop->continues, "at range loop continue: ");
}

static lvt_context escape_loop(lvt_escape_pass *pass, lvt_context context, const lvt_node *node) {
    lvt_escape_loop loop;
    const size_t known = pass->outputs.count;
    lvt_context second = escape_turn(pass, context, node, &loop);
    lvt_context first = second.state != LVT_STATE_ERROR ? join_loop(pass, second, &loop) : second;
    if (first.state == LVT_STATE_ERROR) return first;
    /* The second turn starts where the first one ended. Its decisions must be the same, so they are not kept. Where
     * that is where the first one started, nothing new can come of it, unless the first one invoked a template for the
     * first time: ranges inside each other would double the work. */
    if (!lvt_context_equal(&first, &context) || first.js_braces_seen != context.js_braces_seen ||
        pass->outputs.count != known) {
        lvt_escape_mark mark = lvt_escape_get_mark(pass);
        second = escape_turn(pass, first, node, &loop);
        lvt_escape_cross_out(pass, mark);
    }
    lvt_context joined = join(pass, first, second, node->place, "range");
    if (joined.state == LVT_STATE_ERROR) return explain(pass, joined, node->place, "on range loop re-entry: ");
    return join_loop(pass, joined, &loop);
}

lvt_context lvt_escape_branch(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    lvt_context first =
        node->kind == LVT_NODE_RANGE ? escape_loop(pass, context, node) : lvt_escape_list(pass, context, &node->body);
    if (first.state == LVT_STATE_ERROR) return first;
    lvt_context otherwise = lvt_escape_list(pass, context, &node->otherwise);
    return join(pass, first, otherwise, node->place, keyword(node));
}
