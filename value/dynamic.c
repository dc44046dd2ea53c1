/* Dynamic values: small scalars stand in place, everything else in one allocation of its own. */
#include "internal.h"

lvt_status lvt_dynamic_set(lvt_dynamic *out, lvt_value value, const lvt_allocator *allocator, lvt_error *error) {
    while (value.type != NULL && value.type->kind == LVT_KIND_DYNAMIC) value = lvt_dynamic_value(value.data);
    lvt_dynamic held = {.type = value.type};
    if (value.type != NULL) {
        /* Copying a dynamic makes its box; the value's type is not const in its data, but only read. */
        lvt_dynamic source = {.type = value.type};
        if (lvt_type_is_inline(value.type)) memcpy(&source.as, value.data, value.type->size);
        else source.as.pointer = (void *)(uintptr_t)value.data;
        lvt_status status = lvt_value_copy(&held, &lvt_type_dynamic, &source, allocator, error);
        if (status != LVT_OK) return status;
    }
    /* The old content goes last: the value may point into it. */
    lvt_value_clear(&lvt_type_dynamic, out, allocator);
    *out = held;
    return LVT_OK;
}
