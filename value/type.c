/* Type descriptors: the built-in ones, their names, the check of a user's description, and the way from a name to a
 * member. */
#include "internal.h"
#include "time_members.h"

/* ---- built-in descriptors ---- */

#define BUILTIN(type_kind, type_name, c_type) \
    { .kind = (type_kind), .name = (type_name), .size = sizeof(c_type), .alignment = _Alignof(c_type) }

const lvt_type lvt_type_bool = BUILTIN(LVT_KIND_BOOL, "bool", bool);
const lvt_type lvt_type_int = BUILTIN(LVT_KIND_INT, "int", int);
const lvt_type lvt_type_int8 = BUILTIN(LVT_KIND_INT, "int8", int8_t);
const lvt_type lvt_type_int16 = BUILTIN(LVT_KIND_INT, "int16", int16_t);
const lvt_type lvt_type_int32 = BUILTIN(LVT_KIND_INT, "int32", int32_t);
/* Integers of templates and of JSON are of this type: what Go calls int on every machine that we know. */
const lvt_type lvt_type_int64 = BUILTIN(LVT_KIND_INT, "int", int64_t);
const lvt_type lvt_type_uint = BUILTIN(LVT_KIND_UINT, "uint", unsigned);
const lvt_type lvt_type_uint8 = BUILTIN(LVT_KIND_UINT, "uint8", uint8_t);
const lvt_type lvt_type_uint16 = BUILTIN(LVT_KIND_UINT, "uint16", uint16_t);
const lvt_type lvt_type_uint32 = BUILTIN(LVT_KIND_UINT, "uint32", uint32_t);
const lvt_type lvt_type_uint64 = BUILTIN(LVT_KIND_UINT, "uint64", uint64_t);
const lvt_type lvt_type_size = BUILTIN(LVT_KIND_UINT, "uint", size_t);
const lvt_type lvt_type_float = BUILTIN(LVT_KIND_FLOAT, "float32", float);
const lvt_type lvt_type_double = BUILTIN(LVT_KIND_FLOAT, "float64", double);
const lvt_type lvt_type_dynamic = BUILTIN(LVT_KIND_DYNAMIC, "interface {}", lvt_dynamic);
const lvt_type lvt_type_function = BUILTIN(LVT_KIND_FUNCTION, "func", lvt_function);
const lvt_type lvt_type_bytes = BUILTIN(LVT_KIND_BYTES, "[]uint8", lvt_string);
const lvt_type lvt_type_time = {.kind = LVT_KIND_TIME,
                                .name = "time.Time",
                                .size = sizeof(lvt_time),
                                .alignment = _Alignof(lvt_time),
                                .members = lvt_time_members,
                                .member_count = LVT_TIME_MEMBER_COUNT};

#define POINTER_STRING(type_name, type_content)                                                              \
    {                                                                                                        \
        .kind = LVT_KIND_STRING, .name = (type_name), .size = sizeof(char *), .alignment = _Alignof(char *), \
        .form = LVT_STRING_FORM_POINTER, .content = (type_content)                                           \
    }
#define COUNTED_STRING(type_name, type_content)                                                                      \
    {                                                                                                                \
        .kind = LVT_KIND_STRING, .name = (type_name), .size = sizeof(lvt_string), .alignment = _Alignof(lvt_string), \
        .form = LVT_STRING_FORM_COUNTED, .content = (type_content)                                                   \
    }

const lvt_type lvt_type_string = POINTER_STRING("string", LVT_CONTENT_PLAIN);
const lvt_type lvt_type_text = COUNTED_STRING("string", LVT_CONTENT_PLAIN);

#define EACH_CONTENT(STRING_OF)                                                       \
    {                                                                                 \
        [LVT_CONTENT_PLAIN] = STRING_OF("string", LVT_CONTENT_PLAIN),                 \
        [LVT_CONTENT_HTML] = STRING_OF("template.HTML", LVT_CONTENT_HTML),            \
        [LVT_CONTENT_CSS] = STRING_OF("template.CSS", LVT_CONTENT_CSS),               \
        [LVT_CONTENT_JS] = STRING_OF("template.JS", LVT_CONTENT_JS),                  \
        [LVT_CONTENT_JSSTR] = STRING_OF("template.JSStr", LVT_CONTENT_JSSTR),         \
        [LVT_CONTENT_URL] = STRING_OF("template.URL", LVT_CONTENT_URL),               \
        [LVT_CONTENT_SRCSET] = STRING_OF("template.Srcset", LVT_CONTENT_SRCSET),      \
        [LVT_CONTENT_HTMLATTR] = STRING_OF("template.HTMLAttr", LVT_CONTENT_HTMLATTR) \
    }

const lvt_type lvt_type_trusted[8] = EACH_CONTENT(POINTER_STRING);
const lvt_type lvt_type_trusted_text[8] = EACH_CONTENT(COUNTED_STRING);

const lvt_type lvt_type_object = {.kind = LVT_KIND_MAP,
                                  .name = "map[string]interface {}",
                                  .size = sizeof(lvt_map),
                                  .alignment = _Alignof(lvt_map),
                                  .key = &lvt_type_text,
                                  .element = &lvt_type_dynamic};
const lvt_type lvt_type_array = {.kind = LVT_KIND_SLICE,
                                 .name = "[]interface {}",
                                 .size = sizeof(lvt_slice),
                                 .alignment = _Alignof(lvt_slice),
                                 .element = &lvt_type_dynamic};

/* ---- names ---- */

static void write_name(lvt_buffer *out, const lvt_type *type, unsigned depth) {
    if (type == NULL) {
        lvt_buffer_append_literal(out, "<nil>");
        return;
    }
    if (depth > LVT_VALUE_DEPTH_MAX) { /* a descriptor that contains itself without a struct between */
        lvt_buffer_append_literal(out, "...");
        return;
    }
    switch (type->kind) {
    case LVT_KIND_POINTER: lvt_buffer_append_char(out, '*'); break;
    case LVT_KIND_SLICE:
    case LVT_KIND_LIST: lvt_buffer_append_literal(out, "[]"); break;
    case LVT_KIND_ARRAY: lvt_buffer_append_format(out, "[%zu]", type->count); break;
    case LVT_KIND_MAP:
        lvt_buffer_append_literal(out, "map[");
        write_name(out, type->key, depth + 1);
        lvt_buffer_append_char(out, ']');
        break;
    default: lvt_buffer_append_string(out, type->name != NULL ? type->name : "?"); return;
    }
    write_name(out, type->element, depth + 1);
}

void lvt_type_write_name(lvt_buffer *out, const lvt_type *type) { write_name(out, type, 0); }

/* ---- members ---- */

/* Count the members called `name` exactly `depth` embedded structs below `type`; the first one goes to `out`. */
static unsigned find_at_depth(lvt_member_path *out, lvt_member_path *path, const lvt_type *type, lvt_span name,
                              size_t depth) {
    unsigned found = 0;
    for (size_t i = 0; i < type->member_count; i++) {
        const lvt_member *member = &type->members[i];
        if (depth == 0) {
            if (!lvt_span_is(name, member->name)) continue;
            if (found++ == 0) {
                *out = *path;
                out->member = member;
            }
            continue;
        }
        if (!member->embedded || member->type == NULL) continue;
        const lvt_type *inner = member->type->kind == LVT_KIND_POINTER ? member->type->element : member->type;
        path->through[path->depth++] = member;
        lvt_member_path first;
        unsigned inside = find_at_depth(&first, path, inner, name, depth - 1);
        path->depth--;
        if (inside != 0 && found == 0) *out = first;
        found += inside;
    }
    return found;
}

bool lvt_type_find_member(lvt_member_path *out, const lvt_type *type, lvt_span name) {
    if (type == NULL || type->member_count == 0) return false;
    for (size_t depth = 0; depth <= LVT_VALUE_EMBED_MAX; depth++) {
        lvt_member_path path = {0}, first;
        unsigned found = find_at_depth(&first, &path, type, name, depth);
        if (found > 1) return false; /* ambiguous, as in Go */
        if (found == 1) {
            *out = first;
            return true;
        }
    }
    return false;
}

static bool find_json_at_depth(lvt_member_path *path, const lvt_type *type, lvt_span key, size_t depth) {
    for (size_t i = 0; i < type->member_count; i++) {
        const lvt_member *member = &type->members[i];
        if (member->type == NULL) continue;
        if (!lvt_member_is_flat(member)) {
            const char *name = lvt_member_json_name(member);
            if (depth != 0 || name == NULL || !lvt_span_is(key, name)) continue;
            path->member = member;
            return true;
        }
        if (depth == 0) continue;
        const lvt_type *inner = member->type->kind == LVT_KIND_POINTER ? member->type->element : member->type;
        path->through[path->depth++] = member;
        if (find_json_at_depth(path, inner, key, depth - 1)) return true;
        path->depth--;
    }
    return false;
}

bool lvt_type_find_json(lvt_member_path *out, const lvt_type *type, lvt_span key) {
    for (size_t depth = 0; depth <= LVT_VALUE_EMBED_MAX; depth++) {
        lvt_member_path path = {0};
        if (find_json_at_depth(&path, type, key, depth)) {
            *out = path;
            return true;
        }
    }
    return false;
}

const lvt_member *lvt_type_key_member(const lvt_type *type) {
    if (type == NULL) return NULL;
    for (size_t i = 0; i < type->member_count; i++) {
        if (type->members[i].key && type->members[i].type != NULL) return &type->members[i];
    }
    return NULL;
}
