/* The context machine and the escapers. Input: the text of an HTML template.
 *
 * Loading ends with a template or with an error that has a place. What html mode takes, text mode takes too. And
 * whatever the template is, no action lets "<" of a hostile text through: the text is `zq<zq`, and a page contains that
 * only when the template does. */
#include "fuzz.h"
#include "livetemplate/template.h"

static const char data_json[] =
    "{\"A\":\"zq<zq\",\"B\":[\"zq<zq\",1,true,null,{\"C\":\"</script>zq<zq\"}],\"C\":{\"D\":\"-->zq<zq\",\"zq<zq\":1},"
    "\"X\":\"javascript:zq<zq\",\"Y\":{\"A\":\"zq<zq\",\"T\":true},\"T\":true,\"F\":false,\"N\":-7,\"R\":1.5,"
    "\"W\":{\"$time\":\"2024-02-29T12:30:00Z\"},\"S\":{\"$bytes\":\"enE8enE=\"},\"Q\":\"'\\\"`\\\\zq<zq\"}";

static lvt_template *load(lvt_span text, lvt_template_mode mode, lvt_error *error) {
    lvt_template_source source = {"t", text};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    lvt_template *tmpl = NULL;
    options.mode = mode;
    options.sources = &source;
    options.source_count = 1;
    lvt_error_clear(error);
    lvt_status status = lvt_template_load(&tmpl, &options, error);
    FUZZ_CHECK((status == LVT_OK) == (tmpl != NULL));
    if (status != LVT_OK) {
        fuzz_check_error(status, error);
        FUZZ_CHECK(status == LVT_ERROR_SYNTAX || status == LVT_ERROR_ESCAPE || status == LVT_ERROR_LIMIT);
        FUZZ_CHECK(strncmp(error->message, "t:", 2) == 0 && error->line >= 1 && error->column >= 1);
    }
    return tmpl;
}

static bool contains(lvt_span text, lvt_span what) {
    for (size_t i = 0; i + what.length <= text.length; i++)
        if (memcmp(text.data + i, what.data, what.length) == 0) return true;
    return false;
}

static void print_hostile(const lvt_template *tmpl, lvt_span text) {
    lvt_arena arena;
    lvt_buffer out;
    lvt_error error;
    lvt_value data;
    lvt_execution *execution = NULL;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer_init(&out, 1 << 20, NULL);
    FUZZ_CHECK(lvt_json_parse(&data, lvt_span_from(data_json), &arena, &error) == LVT_OK);
    FUZZ_CHECK(lvt_execution_create(&execution, tmpl, &error) == LVT_OK);
    lvt_status status = lvt_execution_print(execution, data, &out, NULL, &error);
    if (status != LVT_OK) fuzz_check_error(status, &error);
    else FUZZ_CHECK(contains(text, LVT_SPAN("zq")) || !contains(lvt_buffer_span(&out), LVT_SPAN("zq<zq")));
    lvt_execution_free(execution);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lvt_span text = lvt_span_of((const char *)data, size);
    lvt_error error;
    lvt_template *escaped = load(text, LVT_TEMPLATE_HTML, &error);
    bool is_written_wrong = escaped == NULL && error.status == LVT_ERROR_SYNTAX;
    lvt_template *plain = load(text, LVT_TEMPLATE_TEXT, &error);
    FUZZ_CHECK(escaped == NULL || plain != NULL);
    FUZZ_CHECK(!is_written_wrong || plain == NULL);
    if (escaped != NULL) print_hostile(escaped, text);
    lvt_template_free(plain);
    lvt_template_free(escaped);
    return 0;
}
