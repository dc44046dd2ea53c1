#include <livetemplate.h>

typedef struct { int count; } counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"));

static lvt_status increment(lvt_action *a, void *store) { ((counter *)store)->count++; return LVT_OK; }
static lvt_status decrement(lvt_action *a, void *store) { ((counter *)store)->count--; return LVT_OK; }

static const lvt_action_def actions[] = { {"increment", increment}, {"decrement", decrement}, {0} };

int main(int argc, char **argv) {
    lvt_view view = { .template_file = "examples/counter/counter.tmpl", .store = &counter_type, .actions = actions };
    return lvt_main(argc, argv, "127.0.0.1:8080", "/", &view);
}
