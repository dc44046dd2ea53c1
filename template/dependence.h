/* dependence: what a piece of a template depends on, found once when a set is loaded, so that a page that is rendered
 * again may keep what cannot have changed.
 *
 * Inputs of steps. A path is a chain of fields from the root data: .A.B where dot is the root, $.A. The paths that the
 * entry and what it invokes read are numbered; each step has the set of those that anything in its slot reads: its
 * pipeline, the bodies that it may enter, the templates that these invoke. What is reached from another value than the
 * root (the element of a range, dot of {{with .A}}) counts as the path that this value came from. So: a step prints
 * what it printed last time, in the same place, if the value of none of its inputs differs and nothing impure is called
 * (lvt_execution.impure_calls).
 *
 * Rows. What a round of a range prints follows from its element and from the variables of outside that its body reads,
 * in most ranges; lvt_row_inputs names these.
 *
 * The run-time half, the hashes of what stands at the paths, is inputs.c. */
#ifndef LVT_TEMPLATE_DEPENDENCE_H
#define LVT_TEMPLATE_DEPENDENCE_H

#include "template/program.h"

/* Sets of paths, a bit each. The last bit stands for all that have no number of their own: it counts as changed at
 * every render. */
#define LVT_INPUT_OTHERS (UINT64_C(1) << LVT_INPUT_PATHS_MAX)
/* It cannot be said: run the step at every render. So it is for a step that
 * - uses the whole root as a value: {{.}}, {{print $}}, {{len .}};
 * - reads what differs between the rounds of a range around it;
 * - reads a variable that some {{$x = ...}} assigns to, or assigns to one that is declared outside of it;
 * - declares a variable that what follows it may read, in parentheses too;
 * - may leave a loop around it;
 * - has no slot, or the slot of a tail: it holds nothing where the loop was left last time. */
#define LVT_INPUTS_ANY UINT64_MAX

typedef struct lvt_input_path {
    const lvt_span *names; /* at least one; field, key or method */
    uint32_t count;
    uint32_t site; /* of the first name; one each */
} lvt_input_path;

/* What the body of a range reads from a variable that was there before the range: $.Selected, $x. */
typedef struct lvt_outer_input {
    uint32_t variable; /* its place in the frame */
    uint32_t count;    /* of names; 0: the variable as a whole, never "$" */
    const lvt_span *names;
    uint32_t site;
} lvt_outer_input;

/* What a row's output follows from, beside its element. */
typedef struct lvt_row_inputs {
    bool reads_position; /* the variable of the index, or of a map's key */
    uint32_t outer_count;
    const lvt_outer_input *outer;
} lvt_row_inputs;

/* The paths of a set. */
typedef struct lvt_inputs {
    const lvt_input_path *paths;
    uint32_t count;
    bool is_complete; /* every read of the root is one of `paths` */
    uint64_t watched; /* the paths that some step which is worth keeping reads */
} lvt_inputs;

/* dependence_weight.c: find out which steps are worth keeping and which paths they read; the rest is known. */
void lvt_template_weigh_steps(lvt_template *tmpl);

/* Fill inputs and rows of all steps, and the table of paths. `tmpl` is compiled; everything goes to its arena. Cost:
 * some walks over the program, LVT_DEPENDENCE_STEPS_MAX steps at most; beyond that all steps get LVT_INPUTS_ANY.
 * LVT_ERROR_OUT_OF_MEMORY, LVT_ERROR_LIMIT. */
lvt_status lvt_template_find_inputs(lvt_template *tmpl, lvt_error *error);

const lvt_inputs *lvt_template_inputs(const lvt_template *tmpl);

/* May the output depend on this member of the root ("lvt")? True too where the root is used as a whole. A method of the
 * root itself counts under its own name, whatever it reads. */
bool lvt_template_may_read(const lvt_template *tmpl, lvt_span member);

/* ---- at run time (inputs.c) ----------------------------------------------------------------------------- */

/* Hash what stands at each watched path: `out` gets lvt_inputs.count numbers; equal data, seed and process, equal
 * numbers. Returns the set of paths that have none (0 in `out`) and count as changed: those that are not watched, lead
 * to an impure method, or to more than is worth a comparison (LVT_INPUT_ELEMENTS_MAX, LVT_INPUT_VALUES_MAX); always
 * with LVT_INPUT_OTHERS. A step need not run when `inputs & changed` is empty, `changed` being what is returned and
 * what differs.
 *
 * Calls nothing, never fails, allocates nothing. A path that leads nowhere has a number too. Where a name is a pure
 * method, the object that it is asked of stands for its answer. */
uint64_t lvt_execution_hash_inputs(lvt_execution *x, lvt_value data, uint64_t seed, uint64_t *out);

/* Hash what the rows of a range read from outside; to be called between the range's pipeline and its first round. What
 * an impure method would say is left out: a row that asked one is not kept. 0 when it is more than LVT_INPUT_VALUES_MAX
 * values: then rows are run. */
uint64_t lvt_execution_hash_outer(lvt_execution *x, const lvt_row_inputs *rows, uint64_t seed);

/* The hash of a row, as the sink gets it. `outer`: what lvt_execution_hash_outer returned for this range. Rows of one
 * step that have the same hash print the same, if neither calls anything impure. 0 when the element has more than
 * LVT_ROW_VALUES_MAX values and `is_bounded` says that this is too much. */
uint64_t lvt_row_hash(const lvt_row_inputs *rows, uint64_t outer, lvt_value key, lvt_value element, bool is_bounded);

#endif
