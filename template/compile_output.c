/* compile_output: how what an action prints gets to its place. Frequent chains of escapers get a name, printf with one
 * simple verb and times with a constant layout are taken apart, so that an execution writes them in one pass. Whatever
 * is not recognised here goes the general way, with the same result. */
#include "template/compiler.h"

lvt_output lvt_choose_output(const lvt_compiler *compiler, const lvt_escaper *escapers, size_t count) {
    static const struct {
        lvt_output output;
        lvt_escaper chain[3]; /* NONE: no further one */
    } outputs[] = {
        {LVT_OUTPUT_HTML, {LVT_ESCAPER_HTML}},
        {LVT_OUTPUT_HTML, {LVT_ESCAPER_RCDATA}},
        {LVT_OUTPUT_HTML, {LVT_ESCAPER_ATTR}},
        {LVT_OUTPUT_URL, {LVT_ESCAPER_URL_FILTER, LVT_ESCAPER_URL_NORMALIZER, LVT_ESCAPER_ATTR}},
        {LVT_OUTPUT_URL_NORMALIZED, {LVT_ESCAPER_URL_NORMALIZER, LVT_ESCAPER_ATTR}},
        {LVT_OUTPUT_URL_PART, {LVT_ESCAPER_URL_ESCAPER, LVT_ESCAPER_ATTR}},
        {LVT_OUTPUT_JS_STRING, {LVT_ESCAPER_JS_STRING}},
        {LVT_OUTPUT_JS_VALUE, {LVT_ESCAPER_JS_VALUE}},
        {LVT_OUTPUT_JS_ATTRIBUTE, {LVT_ESCAPER_JS_VALUE, LVT_ESCAPER_ATTR}},
        {LVT_OUTPUT_CSS_VALUE, {LVT_ESCAPER_CSS_VALUE_FILTER}},
        {LVT_OUTPUT_CSS_VALUE, {LVT_ESCAPER_CSS_VALUE_FILTER, LVT_ESCAPER_ATTR}},
    };
    if (compiler->compilation->options->mode == LVT_TEMPLATE_TEXT) return LVT_OUTPUT_TEXT;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        size_t same = 0;
        while (same < count && same < 3 && escapers[same] == outputs[i].chain[same]) same++;
        bool is_all = same == 3 || outputs[i].chain[same] == LVT_ESCAPER_NONE;
        if (same > 0 && same == count && is_all) return outputs[i].output;
    }
    return LVT_OUTPUT_CHAIN;
}

/* ---- constant formats and layouts ---- */

static bool is_plain_everywhere(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\0' || text.data[i] == '%' || strchr("\"&'+<>", text.data[i]) != NULL) return false;
    }
    return true;
}

/* {{printf "..%.2f.." X}} */
static const lvt_print_form *compile_printf(lvt_compiler *compiler, const lvt_evaluation *evaluation) {
    const lvt_stage *stage = evaluation->builtin;
    if (stage == NULL || stage->terms[0]->builtin != LVT_BUILTIN_PRINTF || stage->count != 3) return NULL;
    if (stage->terms[1]->kind != LVT_TERM_CONSTANT || stage->terms[1]->constant.type != LVT_TEXT) return NULL;
    lvt_span format = lvt_value_text(stage->terms[1]->constant);
    const char *percent = format.length > 0 ? memchr(format.data, '%', format.length) : NULL;
    if (percent == NULL) return NULL;
    lvt_print_form form = {.before = lvt_span_of(format.data, (size_t)(percent - format.data)),
                           .precision = 6,
                           .argument = stage->terms[2]};
    lvt_span rest = lvt_span_of(percent + 1, format.length - form.before.length - 1);
    if (rest.length > 2 && rest.data[0] == '.' && rest.data[1] >= '0' && rest.data[1] <= '9' && rest.data[2] == 'f') {
        form.precision = rest.data[1] - '0';
        rest = lvt_span_of(rest.data + 2, rest.length - 2);
    }
    if (rest.length == 0 || rest.data[0] == '\0' || strchr("fdsv", rest.data[0]) == NULL) return NULL;
    form.verb = rest.data[0];
    form.behind = lvt_span_of(rest.data + 1, rest.length - 1);
    if (!is_plain_everywhere(form.before) || !is_plain_everywhere(form.behind)) return NULL;
    lvt_print_form *kept = lvt_compiler_take(compiler, 1, sizeof *kept);
    if (kept != NULL) *kept = form;
    return kept;
}

/* {{.Time.Format ".."}}: the term without its last name is the argument. */
static const lvt_print_form *compile_layout(lvt_compiler *compiler, const lvt_evaluation *evaluation) {
    const lvt_stage *stage = evaluation->single;
    if (stage == NULL || stage->count != 2 || stage->terms[0]->kind != LVT_TERM_FIELDS) return NULL;
    const lvt_term *call = stage->terms[0], *layout = stage->terms[1];
    if (!lvt_span_is(call->names[call->name_count - 1], "Format") || call->root == LVT_ROOT_NONE) return NULL;
    if (layout->kind != LVT_TERM_CONSTANT || layout->constant.type != LVT_TEXT) return NULL;
    lvt_span rest = lvt_value_text(layout->constant);
    if (!is_plain_everywhere(rest)) return NULL;
    lvt_time_part part;
    size_t count = 0;
    for (lvt_span left = rest; lvt_time_take_part(&part, &left); count++) {
        if (lvt_time_part_has_sign(&part)) return NULL;
    }
    lvt_time_part *parts = lvt_compiler_take(compiler, count + 1, sizeof *parts);
    lvt_term *argument = lvt_compiler_take(compiler, 1, sizeof *argument);
    lvt_print_form *form = lvt_compiler_take(compiler, 1, sizeof *form);
    if (parts == NULL || argument == NULL || form == NULL) return NULL;
    for (size_t i = 0; lvt_time_take_part(&parts[i], &rest);) i++;
    *argument = *call;
    argument->name_count--;
    *form = (lvt_print_form){.verb = 't', .parts = parts, .part_count = count, .argument = argument};
    return form;
}

const lvt_print_form *lvt_compile_form(lvt_compiler *compiler, const lvt_evaluation *evaluation, lvt_output output) {
    if (output != LVT_OUTPUT_HTML && output != LVT_OUTPUT_TEXT) return NULL;
    const lvt_print_form *form = compile_printf(compiler, evaluation);
    return form != NULL ? form : compile_layout(compiler, evaluation);
}
