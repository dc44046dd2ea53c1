/* Reading values: scalars by size, text by form, elements by index, entries by key, members by path. Nothing here
 * allocates or changes anything. */
#include "internal.h"
#include "value/read.h"

lvt_value lvt_value_resolve(lvt_value value) {
    while (value.type != NULL) {
        if (value.type->kind == LVT_KIND_POINTER) {
            const void *pointee = *(void *const *)value.data;
            if (pointee == NULL) return LVT_NIL;
            value = (lvt_value){value.type->element, pointee};
        } else if (value.type->kind == LVT_KIND_DYNAMIC) {
            value = lvt_dynamic_value(value.data);
        } else {
            break;
        }
    }
    return value;
}

bool lvt_value_truth(lvt_value value) {
    while (value.type != NULL && value.type->kind == LVT_KIND_DYNAMIC) value = lvt_dynamic_value(value.data);
    switch (lvt_value_kind(value)) {
    case LVT_KIND_NIL: return false;
    case LVT_KIND_BOOL: return lvt_value_bool(value);
    case LVT_KIND_INT: return lvt_value_int(value) != 0;
    case LVT_KIND_UINT: return lvt_value_uint(value) != 0;
    case LVT_KIND_FLOAT: return lvt_value_float(value) != 0;
    case LVT_KIND_POINTER: return *(void *const *)value.data != NULL;
    case LVT_KIND_FUNCTION: return ((const lvt_function *)value.data)->call != NULL;
    case LVT_KIND_STRUCT:
    case LVT_KIND_TIME: return true;
    default: return lvt_value_length(value) != 0;
    }
}

int64_t lvt_value_int(lvt_value value) { return lvt_read_int(value); }
uint64_t lvt_value_uint(lvt_value value) { return lvt_read_uint(value); }
double lvt_value_float(lvt_value value) { return lvt_read_float(value); }
lvt_span lvt_value_text(lvt_value value) { return lvt_read_text(value); }

size_t lvt_value_length(lvt_value value) {
    switch (lvt_value_kind(value)) {
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: return lvt_value_text(value).length;
    case LVT_KIND_SLICE: return ((const lvt_slice *)value.data)->length;
    case LVT_KIND_MAP: return ((const lvt_map *)value.data)->length;
    case LVT_KIND_ARRAY: return value.type->count;
    case LVT_KIND_LIST: return lvt_list_length(value.data);
    default: return 0;
    }
}

lvt_value lvt_value_follow(lvt_value object, const lvt_member_path *path) {
    for (size_t i = 0; i < path->depth; i++) {
        object = lvt_value_member(object, path->through[i]);
        if (object.type->kind == LVT_KIND_POINTER) {
            const void *pointee = *(void *const *)object.data;
            if (pointee == NULL) return LVT_NIL;
            object = (lvt_value){object.type->element, pointee};
        }
    }
    return object;
}

lvt_value lvt_value_member(lvt_value object, const lvt_member *member) {
    return (lvt_value){member->type, (const char *)object.data + member->offset};
}
