/* value: C data described once, and everything that is derived from the description.
 *
 * A type descriptor (`lvt_type`) says how a C object lies in memory. A value (`lvt_value`) is a pair of a type and a
 * pointer, as Go's reflect.Value: nothing is copied before a render. Kinds follow Go, so that templates behave as in
 * Go: a C struct is a Go struct, `lvt_dynamic` is Go's `any`, an `lvt_map` ranges in the order of its keys.
 *
 * What a user writes:
 *
 *     typedef struct { int64_t id; char *title; bool done; lvt_time due; } todo;
 *     LVT_STRUCT(todo,
 *         LVT_FIELD(todo, id,    LVT_INT64,  "ID",    .key = true),
 *         LVT_FIELD(todo, title, LVT_STRING, "Title", .json = "title", .validate = "required,min=3,max=100"),
 *         LVT_FIELD(todo, done,  LVT_BOOL,   "Done"),
 *         LVT_FIELD(todo, due,   LVT_TIME,   "Due"),
 *         LVT_METHOD(overdue, "IsOverdue"));
 *
 * This defines `todo_type`. Descriptors are constant data: any number of threads may read them.
 *
 * Ownership: an object owns its strings, bytes, pointers, slices, maps, lists and dynamics. State that a program builds
 * by hand comes from the C library's malloc (so that `s->title = strdup(...)` is right); functions that take an
 * allocator use that one throughout, and NULL means the C library. One object only ever uses one allocator. What is
 * owned has one owner: no object contains itself, by whatever pointers.
 */
#ifndef LIVETEMPLATE_VALUE_H
#define LIVETEMPLATE_VALUE_H

#include "base.h"
#include "limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- C types that descriptors speak of ----------------------------------------------------------------- */

/* A counted string, or bytes; owned by the object it stands in. May contain NUL; not NUL-terminated. */
typedef struct lvt_string {
    char *data;
    size_t length;
} lvt_string;

/* A moment: seconds since 1970-01-01 UTC, 0 <= nanoseconds < 1e9, and the offset of the zone it is shown in, in
 * seconds east of UTC (0 is UTC). Go's zero time (year 1) is LVT_TIME_ZERO_SECONDS; a zeroed C object is 1970. */
typedef struct lvt_time {
    int64_t seconds;
    int32_t nanoseconds;
    int32_t offset;
} lvt_time;
#define LVT_TIME_ZERO_SECONDS INT64_C(-62135596800)

/* A growing array. LVT_SLICE(todo) declares one with a typed `data`; both have the same layout. */
typedef struct lvt_slice {
    void *data;
    size_t length;
    size_t capacity;
} lvt_slice;
#define LVT_SLICE(element_type) \
    struct {                    \
        element_type *data;     \
        size_t length;          \
        size_t capacity;        \
    }

/* A map: entries sorted by key (strings byte-wise, numbers by size, false before true). Lookup is O(log n). */
typedef struct lvt_map {
    void *entries; /* each a key, padding, an element; see lvt_map_entry_size */
    size_t length;
    size_t capacity;
} lvt_map;

/* A list of keyed elements that records its own changes, for lists that are long or change often: see "tracked lists"
 * below. Zeroed memory is the empty list. */
typedef struct lvt_list {
    struct lvt_list_body *body;
} lvt_list;

typedef struct lvt_type lvt_type;

/* Any value, as Go's `any`. type NULL is nil. Bool, integers and floats stand inline in `as`; everything else is
 * one owned allocation of type->size bytes at as.pointer. Zeroed memory is nil. */
typedef struct lvt_dynamic {
    const lvt_type *type;
    union {
        void *pointer;
        bool truth;
        int64_t integer;
        uint64_t natural;
        double number;
        unsigned char bytes[8];
    } as;
} lvt_dynamic;

/* ---- descriptors --------------------------------------------------------------------------------------- */

typedef enum lvt_kind {
    LVT_KIND_NIL, /* only as the answer of lvt_value_kind for a value without type */
    LVT_KIND_BOOL,
    LVT_KIND_INT,   /* signed, size 1, 2, 4, 8 */
    LVT_KIND_UINT,  /* unsigned, size 1, 2, 4, 8 */
    LVT_KIND_FLOAT, /* float or double */
    LVT_KIND_STRING,
    LVT_KIND_BYTES, /* lvt_string; Go's []byte */
    LVT_KIND_TIME,
    LVT_KIND_POINTER, /* owned, may be NULL */
    LVT_KIND_STRUCT,
    LVT_KIND_SLICE,
    LVT_KIND_ARRAY, /* C array of `count` elements */
    LVT_KIND_MAP,
    LVT_KIND_LIST, /* lvt_list; a slice to templates, JSON and printing */
    LVT_KIND_DYNAMIC,
    LVT_KIND_FUNCTION /* lvt_function; callable with {{call .F ...}} */
} lvt_kind;

/* How a string lies in memory. */
typedef enum lvt_string_form {
    LVT_STRING_FORM_POINTER, /* char *, NUL-terminated, owned; NULL reads as "" */
    LVT_STRING_FORM_COUNTED, /* lvt_string */
    LVT_STRING_FORM_FIXED    /* char[count], NUL-terminated unless full */
} lvt_string_form;

/* html/template's trusted content types: a string that is exactly this is not escaped where it fits. */
typedef enum lvt_content {
    LVT_CONTENT_PLAIN,
    LVT_CONTENT_HTML,
    LVT_CONTENT_CSS,
    LVT_CONTENT_JS,
    LVT_CONTENT_JSSTR,
    LVT_CONTENT_URL,
    LVT_CONTENT_SRCSET,
    LVT_CONTENT_HTMLATTR
} lvt_content;

/* A value: `data` points to an object laid out as `type` says. type NULL is Go's nil / reflect's zero Value. */
typedef struct lvt_value {
    const lvt_type *type;
    const void *data;
} lvt_value;
#define LVT_NIL ((lvt_value){NULL, NULL})

/* One call of a function or method from a template. */
typedef struct lvt_call {
    const char *name;           /* as the template wrote it */
    const lvt_value *arguments; /* borrowed; pointers and dynamics not yet followed */
    size_t count;
    lvt_arena *arena; /* for what the result needs; lives as long as the render */
    lvt_value result; /* set by lvt_call_return_... */
    lvt_error *error;
    uint64_t constants; /* bit i: argument i is a constant of the template, which fits any type that can hold it */
} lvt_call;
typedef lvt_status (*lvt_method_callback)(lvt_call *call, const void *self);
typedef lvt_status (*lvt_function_callback)(lvt_call *call, void *payload);

/* Functions and methods may look at clocks, random numbers and variables: what a page got from one is asked for again
 * at every render. Marking one `.pure` promises that its answer follows from its arguments and, of a method, from what
 * the descriptor tells of its object, and that it does nothing else: what is printed from it may then be kept while
 * these are the same. What lies in C members that no descriptor speaks of, or behind a payload, does not count as told.
 */

/* A function that templates can call by its name, or through a field of kind FUNCTION. */
typedef struct lvt_function {
    const char *name;
    lvt_function_callback call;
    uint16_t minimum_arguments;
    uint16_t maximum_arguments; /* UINT16_MAX: any number */
    void *payload;
    bool pure; /* see above */
} lvt_function;

/* A field or a method of a struct (or a method of any other type). */
typedef struct lvt_member {
    const char *name;     /* as templates and Go see it: "Title" */
    const lvt_type *type; /* of a field; NULL for a method */
    size_t offset;
    size_t size; /* of the C member, compared with the descriptor by lvt_type_check */
    lvt_method_callback method;
    uint16_t minimum_arguments;
    uint16_t maximum_arguments;
    bool pure;            /* of a method; see lvt_function */
    const char *json;     /* name in JSON and forms; NULL: the field's own name. "-": not in JSON */
    const char *validate; /* rules of lvt_validate, NULL: none */
    bool key;             /* identifies a row of a list; at most one a struct */
    bool embedded;   /* the members of this struct (or pointer to one) count as members of the outer one, as in Go */
    bool omit_empty; /* absent from JSON when it is Go's zero value */
} lvt_member;

struct lvt_type {
    lvt_kind kind;
    const char *name; /* "todo", "string", ...; for messages */
    size_t size;
    size_t alignment;
    lvt_string_form form;    /* STRING */
    lvt_content content;     /* STRING */
    const lvt_type *element; /* POINTER, SLICE, ARRAY, MAP, LIST */
    const lvt_type *key;     /* MAP: a type of kind STRING, INT, UINT, FLOAT or BOOL */
    size_t count;            /* ARRAY, and STRING of fixed form */
    const lvt_member *members;
    size_t member_count;
    /* How a value prints, as a String() method in Go: used by printing verbs and by escapers. NULL: by kind. It counts
     * as pure (lvt_function): it prints the same for objects of which the descriptor tells the same. */
    lvt_status (*to_string)(lvt_buffer *out, const void *self);
};

extern const lvt_type lvt_type_bool, lvt_type_int, lvt_type_int8, lvt_type_int16, lvt_type_int32, lvt_type_int64,
    lvt_type_uint, lvt_type_uint8, lvt_type_uint16, lvt_type_uint32, lvt_type_uint64, lvt_type_size, lvt_type_float,
    lvt_type_double, lvt_type_string, lvt_type_text, lvt_type_bytes, lvt_type_time, lvt_type_dynamic, lvt_type_function;
/* Trusted content as `char *`, and as lvt_string; index with lvt_content. [LVT_CONTENT_PLAIN] is a plain string. */
extern const lvt_type lvt_type_trusted[8];
extern const lvt_type lvt_type_trusted_text[8];
/* Go's map[string]any and []any: what JSON objects and arrays become. */
extern const lvt_type lvt_type_object, lvt_type_array;

#define LVT_BOOL (&lvt_type_bool)
#define LVT_INT (&lvt_type_int)
#define LVT_INT8 (&lvt_type_int8)
#define LVT_INT16 (&lvt_type_int16)
#define LVT_INT32 (&lvt_type_int32)
#define LVT_INT64 (&lvt_type_int64)
#define LVT_UINT (&lvt_type_uint)
#define LVT_UINT8 (&lvt_type_uint8)
#define LVT_UINT16 (&lvt_type_uint16)
#define LVT_UINT32 (&lvt_type_uint32)
#define LVT_UINT64 (&lvt_type_uint64)
#define LVT_SIZE (&lvt_type_size)
#define LVT_FLOAT (&lvt_type_float)
#define LVT_DOUBLE (&lvt_type_double)
#define LVT_STRING (&lvt_type_string) /* char * */
#define LVT_TEXT (&lvt_type_text)     /* lvt_string */
#define LVT_BYTES (&lvt_type_bytes)   /* lvt_string */
#define LVT_TIME (&lvt_type_time)     /* lvt_time */
#define LVT_DYNAMIC (&lvt_type_dynamic)
#define LVT_FUNCTION (&lvt_type_function)
#define LVT_HTML (&lvt_type_trusted[LVT_CONTENT_HTML]) /* char *, and so on */
#define LVT_CSS (&lvt_type_trusted[LVT_CONTENT_CSS])
#define LVT_JS (&lvt_type_trusted[LVT_CONTENT_JS])
#define LVT_JSSTR (&lvt_type_trusted[LVT_CONTENT_JSSTR])
#define LVT_URL (&lvt_type_trusted[LVT_CONTENT_URL])
#define LVT_SRCSET (&lvt_type_trusted[LVT_CONTENT_SRCSET])
#define LVT_HTMLATTR (&lvt_type_trusted[LVT_CONTENT_HTMLATTR])

/* Composite descriptors; arguments are descriptors: LVT_SLICE_OF(&todo_type), LVT_MAP_OF(LVT_STRING, LVT_INT). Usable
 * at file scope, where the descriptor lives as long as the program: types are known by their address. */
#define LVT_CHARS(n)                                  \
    (&(const lvt_type){.kind = LVT_KIND_STRING,       \
                       .name = "string",              \
                       .size = (n),                   \
                       .alignment = 1,                \
                       .form = LVT_STRING_FORM_FIXED, \
                       .count = (n)})
#define LVT_POINTER_TO(pointee)                     \
    (&(const lvt_type){.kind = LVT_KIND_POINTER,    \
                       .name = "pointer",           \
                       .size = sizeof(void *),      \
                       .alignment = sizeof(void *), \
                       .element = (pointee)})
#define LVT_SLICE_OF(element_descriptor)            \
    (&(const lvt_type){.kind = LVT_KIND_SLICE,      \
                       .name = "slice",             \
                       .size = sizeof(lvt_slice),   \
                       .alignment = sizeof(void *), \
                       .element = (element_descriptor)})
/* A C array member `T name[n]`. */
#define LVT_ARRAY_OF(element_descriptor, c_type, n)                          \
    (&(const lvt_type){.kind = LVT_KIND_ARRAY,                               \
                       .name = "array",                                      \
                       .size = sizeof(c_type) * (n),                         \
                       .alignment = sizeof(c_type) < 8 ? sizeof(c_type) : 8, \
                       .element = (element_descriptor),                      \
                       .count = (n)})
#define LVT_MAP_OF(key_descriptor, element_descriptor) \
    (&(const lvt_type){.kind = LVT_KIND_MAP,           \
                       .name = "map",                  \
                       .size = sizeof(lvt_map),        \
                       .alignment = sizeof(void *),    \
                       .key = (key_descriptor),        \
                       .element = (element_descriptor)})
/* An lvt_list. Elements are known by the field of theirs that is marked .key. */
#define LVT_LIST_OF(element_descriptor)             \
    (&(const lvt_type){.kind = LVT_KIND_LIST,       \
                       .name = "list",              \
                       .size = sizeof(lvt_list),    \
                       .alignment = sizeof(void *), \
                       .element = (element_descriptor)})

#define LVT_FIELD(c_struct, member, descriptor, template_name, ...)                          \
    {                                                                                        \
        .name = (template_name), .type = (descriptor), .offset = offsetof(c_struct, member), \
        .size = sizeof(((c_struct *)0)->member), ##__VA_ARGS__                               \
    }
/* `function` is an lvt_method_callback; options .minimum_arguments and .maximum_arguments, 0 by default, and
 * .pure. */
#define LVT_METHOD(function, template_name, ...) \
    { .name = (template_name), .method = (function), ##__VA_ARGS__ }

/* Defines `NAME_type`. LVT_STRUCT_DECLARE(NAME) before it allows types that contain each other. */
#define LVT_STRUCT_DECLARE(c_struct) static const lvt_type c_struct##_type
#define LVT_STRUCT(c_struct, ...)                                             \
    static const lvt_member c_struct##_members[] = {__VA_ARGS__};             \
    static const lvt_type c_struct##_type = {.kind = LVT_KIND_STRUCT,         \
                                             .name = #c_struct,               \
                                             .size = sizeof(c_struct),        \
                                             .alignment = _Alignof(c_struct), \
                                             .members = c_struct##_members,   \
                                             .member_count =                  \
                                                 sizeof(c_struct##_members) / sizeof(c_struct##_members[0])}

/* Walk a descriptor once and refuse what cannot work: sizes that differ from the C members, a map whose key has no
 * order, two keys, a name that stands twice. LVT_ERROR_TYPE with the path ("todos.Items[].Title: ..."). */
lvt_status lvt_type_check(const lvt_type *type, lvt_error *error);
/* Write the type as Go would name it ("string", "[]todo", "map[string]interface {}", "template.HTML"). */
void lvt_type_write_name(lvt_buffer *out, const lvt_type *type);

/* ---- reading values ------------------------------------------------------------------------------------ */

/* Everything here reads and allocates nothing; what a render does for every action is inline. */

static inline lvt_kind lvt_value_kind(lvt_value value) { return value.type == NULL ? LVT_KIND_NIL : value.type->kind; }
/* Does a dynamic hold a value of this type in place, without an allocation? */
static inline bool lvt_type_is_inline(const lvt_type *type) {
    return type->kind >= LVT_KIND_BOOL && type->kind <= LVT_KIND_FLOAT && type->size <= sizeof(((lvt_dynamic *)0)->as);
}
/* What a dynamic holds, as a value (pointing into it). */
static inline lvt_value lvt_dynamic_value(const lvt_dynamic *dynamic) {
    if (dynamic->type == NULL) return LVT_NIL;
    return (lvt_value){dynamic->type,
                       lvt_type_is_inline(dynamic->type) ? (const void *)&dynamic->as : dynamic->as.pointer};
}
/* Follow pointers and dynamics to what they hold; LVT_NIL for a NULL pointer or a nil dynamic. */
lvt_value lvt_value_resolve(lvt_value value);
/* Go's template truth: not false, 0, "", nil, or empty. A struct or time is always true. */
bool lvt_value_truth(lvt_value value);
/* The kind must fit; callers check. lvt_value_text accepts STRING and BYTES. Borrowed. */
static inline bool lvt_value_bool(lvt_value value) { return *(const bool *)value.data; }
int64_t lvt_value_int(lvt_value value);
uint64_t lvt_value_uint(lvt_value value);
double lvt_value_float(lvt_value value);
lvt_span lvt_value_text(lvt_value value);
/* Elements of a slice, array, map or list, bytes of a string or bytes; 0 for other kinds. */
size_t lvt_value_length(lvt_value value);
/* The element of a tracked list at an index; NULL when there is none. O(log n). */
void *lvt_list_at(const lvt_list *list, size_t index);
/* Element of a slice, array or list, index < length. A loop over a list uses an lvt_list_cursor. */
static inline lvt_value lvt_value_at(lvt_value value, size_t index) {
    const lvt_type *element = value.type->element;
    if (value.type->kind == LVT_KIND_LIST)
        return (lvt_value){element, lvt_list_at((const lvt_list *)value.data, index)};
    const void *first = value.type->kind == LVT_KIND_SLICE ? ((const lvt_slice *)value.data)->data : value.data;
    return (lvt_value){element, (const char *)first + index * element->size};
}
/* Entry of a map in key order, index < length. */
void lvt_value_map_at(lvt_value map, size_t index, lvt_value *out_key, lvt_value *out_element);
/* Element for a key of kind-compatible type; false when absent. O(log n). */
bool lvt_value_map_find(lvt_value *out, lvt_value map, lvt_value key);
bool lvt_value_map_find_text(lvt_value *out, lvt_value map, lvt_span key);
/* The same for a reader that asks for one key again and again, in maps alike: `hint` (0 at first) is where the key was
 * found last and is looked at first. Keys of kind STRING. */
bool lvt_value_map_find_hinted(lvt_value *out, lvt_value map, lvt_span key, size_t *hint);

/* Where a member of a type is found: own members first, then those of embedded structs, as in Go. The path of
 * embedded fields is at most LVT_VALUE_EMBED_MAX long. */
enum { LVT_VALUE_EMBED_MAX = 4 };
typedef struct lvt_member_path {
    const lvt_member *member;
    const lvt_member *through[LVT_VALUE_EMBED_MAX]; /* embedded fields to follow first */
    size_t depth;
} lvt_member_path;
bool lvt_type_find_member(lvt_member_path *out, const lvt_type *type, lvt_span name);
/* The object that the path's last member belongs to; LVT_NIL when an embedded pointer is NULL. */
lvt_value lvt_value_follow(lvt_value object, const lvt_member_path *path);
/* A field (not a method) of an object whose type contains it. */
lvt_value lvt_value_member(lvt_value object, const lvt_member *member);
/* The field marked .key of a struct type, or NULL. */
const lvt_member *lvt_type_key_member(const lvt_type *type);

/* Go's equality of two values of one type, deep; used for change detection. */
bool lvt_value_equal(lvt_value a, lvt_value b);
/* A hash of all that lvt_value_equal compares, except of lists: a list counts as which list it is and how often it has
 * changed, so that the hash is O(1). Of two lists of equal content the hashes differ; a list that may have changed
 * never has the hash it had before. The hash is for change detection, not for telling values apart. */
uint64_t lvt_value_hash(uint64_t seed, lvt_value value);

/* ---- making values for templates and functions ---------------------------------------------------------- */

/* Temporaries in an arena; .type is NULL when the arena is exhausted. Text is copied only by _text_copy. */
lvt_value lvt_value_from_bool(lvt_arena *arena, bool truth);
lvt_value lvt_value_from_int(lvt_arena *arena, int64_t number);
lvt_value lvt_value_from_float(lvt_arena *arena, double number);
lvt_value lvt_value_from_text(lvt_arena *arena, lvt_span text);
lvt_value lvt_value_from_text_copy(lvt_arena *arena, lvt_span text);
lvt_value lvt_value_from_trusted(lvt_arena *arena, lvt_content content, lvt_span text);

lvt_status lvt_call_return_bool(lvt_call *call, bool truth);
lvt_status lvt_call_return_int(lvt_call *call, int64_t number);
lvt_status lvt_call_return_float(lvt_call *call, double number);
lvt_status lvt_call_return_text(lvt_call *call, lvt_span text); /* copied */
lvt_status lvt_call_return_value(lvt_call *call, lvt_value value);
lvt_status lvt_call_fail(lvt_call *call, const char *format, ...) LVT_PRINTF_LIKE(2, 3);
/* Argument `index` as the C type; an error that names function and argument when it does not fit. */
lvt_status lvt_call_argument_int(int64_t *out, lvt_call *call, size_t index);
lvt_status lvt_call_argument_float(double *out, lvt_call *call, size_t index);
lvt_status lvt_call_argument_text(lvt_span *out, lvt_call *call, size_t index);

/* ---- objects: copy, free, change ------------------------------------------------------------------------ */

/* Deep copy into `out` (type->size bytes, whatever they held before is not freed). On failure `out` is untouched and
 * nothing leaks. Depth at most LVT_VALUE_DEPTH_MAX. */
lvt_status lvt_value_copy(void *out, const lvt_type *type, const void *from, const lvt_allocator *allocator,
                          lvt_error *error);
/* Free everything the object owns, not the object; it is zeroed afterwards. */
void lvt_value_clear(const lvt_type *type, void *object, const lvt_allocator *allocator);

/* Bytes of memory that an object owns, without the object itself: what lvt_value_clear would give back, as it was asked
 * of the allocator. For budgets. Cost: a walk through the data, but of a tracked list only through what changed since
 * it was measured last; for that the list takes notes, so this counts as a change of it where threads are concerned. */
size_t lvt_value_footprint(lvt_value value);

/* Helpers for state that a program changes by hand; memory from the C library. `slice` is a pointer to an lvt_slice
 * or LVT_SLICE(...), `element` its element type. Appending returns a zeroed element to fill in, NULL when out of
 * memory. */
void *lvt_slice_append(void *slice, const lvt_type *element);
void *lvt_slice_insert(void *slice, const lvt_type *element, size_t index);
/* Frees what the element owns. Index out of range does nothing. */
void lvt_slice_remove(void *slice, const lvt_type *element, size_t index);
/* The element at `from` stands at `to` afterwards. */
void lvt_slice_move(void *slice, const lvt_type *element, size_t from, size_t to);
void lvt_slice_clear(void *slice, const lvt_type *element);
/* Replace an owned `char *` by a copy; on failure the old one stays. */
lvt_status lvt_string_set(char **out, lvt_span text);
lvt_status lvt_string_set_format(char **out, const char *format, ...) LVT_PRINTF_LIKE(2, 3);

/* Maps. `type` is the map's type. Put returns the element for `key` (added zeroed when absent), NULL when out of
 * memory. The pointer is valid until the map changes. */
size_t lvt_map_entry_size(const lvt_type *type);
size_t lvt_map_element_offset(const lvt_type *type);
void *lvt_map_put(lvt_map *map, const lvt_type *type, lvt_value key, const lvt_allocator *allocator);
void *lvt_map_put_text(lvt_map *map, const lvt_type *type, lvt_span key);
bool lvt_map_remove_text(lvt_map *map, const lvt_type *type, lvt_span key);

/* ---- tracked lists --------------------------------------------------------------------------------------- */

/* An lvt_list holds elements of one type in an order, and keeps a record of what changes: an update of a page that
 * shows 100,000 rows costs as much as the few rows that changed. Like a slice it belongs to the object it stands in,
 * and to one thread at a time.
 *
 *     typedef struct { lvt_list todos; } store;
 *     LVT_STRUCT(store, LVT_FIELD(store, todos, LVT_LIST_OF(&todo_type), "Todos"));
 *
 *     todo *t = lvt_list_append(&s->todos, &todo_type, NULL);     // a zeroed element, to be filled in
 *     if (t != NULL) t->id = 7, t->title = strdup("Milk");
 *
 *     todo *t = lvt_list_find_int(&s->todos, 7);
 *     if (t != NULL) {
 *         t->done = !t->done;
 *         lvt_list_changed(&s->todos, t);                         // or no page will show it
 *     }
 *
 * THE ONE RULE: who changes an element in place says so with lvt_list_changed. A change that is not told is not seen:
 * pages go on showing the old row, and a changed key is not found. This includes what an element points to, and a list
 * within an element: its own record is of no use when the outer list does not know of the change. The only exception is
 * a new element, which may be filled in until the callback (the action, the update) that added it returns.
 *
 * Elements have stable addresses: a pointer to one is valid until that element is removed, whatever happens to others.
 * Functions that take an element take such a pointer; one that is not in the list is a mistake without a check.
 * `type` is the type of the elements; it must outlive the list, and is the same in each call for one list.
 *
 * A copy (lvt_value_copy) is another list, of which no page has seen anything; so is a list that JSON or a form has
 * replaced. lvt_json_decode and lvt_bind leave lists that their input does not name as they are, elements in place.
 *
 * Costs, n being the length: append, insert, move, remove, changed, at and index_of O(log n); find O(1) on average;
 * length O(1). A list that lost elements keeps memory for a few new ones, and its tables until it is cleared.
 * Out of memory leaves a list as it was. At most LVT_RANGE_LENGTH_MAX elements. */

size_t lvt_list_length(const lvt_list *list);
size_t lvt_list_index_of(const lvt_list *list, const void *element);

/* Add an element at the end, or so that it stands at `index` (at most the length) afterwards. `from` is an element
 * whose bytes are moved into the list with all that they own: the caller must not clear it afterwards. NULL makes a
 * zeroed element. Returns the element in the list; NULL when out of memory, when the list is full or `index` is above
 * the length: then the caller still owns what `from` owns. */
void *lvt_list_append(lvt_list *list, const lvt_type *type, const void *from);
void *lvt_list_insert(lvt_list *list, const lvt_type *type, size_t index, const void *from);
/* The program has changed this element in place. Its key is read again. */
void lvt_list_changed(lvt_list *list, void *element);
/* Take an element out and free it with what it owns. */
void lvt_list_remove(lvt_list *list, void *element);
/* Take an element out and move its bytes to `out`, with all that they own: to put it into another list, for example. */
void lvt_list_take(void *out, lvt_list *list, void *element);
/* The element stands at `index` afterwards. False when out of memory or when `index` is not below the length. */
bool lvt_list_move(lvt_list *list, void *element, size_t index);
/* Stable: equal elements keep their order. `compare` gives <0, 0, >0. A sort that changes the order is recorded as "all
 * may have moved", which makes the next update compare the whole list. False when out of memory; nothing has moved
 * then. */
bool lvt_list_sort(lvt_list *list, int (*compare)(const void *a, const void *b, void *payload), void *payload);
/* Remove all elements, and give back the memory. It stays the same list, of which a page knows that it changed. */
void lvt_list_clear(lvt_list *list);

/* The element whose key equals this one; NULL when there is none, or when the elements are no structs with a field
 * marked .key. Numbers are equal whatever their C type, texts whatever their form. Several elements may have one key:
 * the one that has had it longest is found. Keys of new elements are read here and by lvt_list_duplicate_count, not
 * before: both count as changes where threads are concerned. */
void *lvt_list_find(const lvt_list *list, lvt_value key);
void *lvt_list_find_text(const lvt_list *list, lvt_span key);
void *lvt_list_find_int(const lvt_list *list, int64_t key);
/* How many elements have a key that another one had before them: 0 when all keys differ. O(1), and O(1) for each
 * element that was added since the last time. */
size_t lvt_list_duplicate_count(const lvt_list *list);

/* A walk through a list in order, from `index` on, O(1) an element:
 *
 *     lvt_list_cursor cursor;
 *     lvt_list_cursor_start(&cursor, &s->todos, 0);
 *     for (todo *t; (t = lvt_list_cursor_next(&cursor)) != NULL;) ...
 *
 * Elements may change on the way (lvt_list_changed), the list may not: who removes elements in a loop counts backwards
 * with lvt_list_at. */
typedef struct lvt_list_cursor {
    void *const *next; /* pointers to elements, up to `end` */
    void *const *end;
    const void *leaf; /* what holds them */
} lvt_list_cursor;
void lvt_list_cursor_start(lvt_list_cursor *out, const lvt_list *list, size_t index);
void *lvt_list_cursor_next_leaf(lvt_list_cursor *cursor); /* for lvt_list_cursor_next */
static inline void *lvt_list_cursor_next(lvt_list_cursor *cursor) {
    return cursor->next != cursor->end ? *cursor->next++ : lvt_list_cursor_next_leaf(cursor);
}

/* Replace what a dynamic holds by a deep copy of a value (LVT_NIL clears). */
lvt_status lvt_dynamic_set(lvt_dynamic *out, lvt_value value, const lvt_allocator *allocator, lvt_error *error);

/* ---- time ------------------------------------------------------------------------------------------------ */

lvt_time lvt_time_from_nanoseconds(int64_t wall, int32_t offset);
/* Go's time.Time.Format: reference layout "Mon Jan 2 15:04:05 MST 2006". */
void lvt_time_format(lvt_buffer *out, lvt_time time, lvt_span layout);
/* RFC 3339 with optional fraction. */
lvt_status lvt_time_parse(lvt_time *out, lvt_span text, lvt_error *error);
bool lvt_time_is_zero(lvt_time time);

/* ---- printing as Go's fmt --------------------------------------------------------------------------------- */

/* fmt.Sprint, fmt.Sprintln and fmt.Sprintf. Arguments that do not fit a verb print as Go's do ("%!d(string=x)"). */
void lvt_format_print(lvt_buffer *out, const lvt_value *values, size_t count);
void lvt_format_println(lvt_buffer *out, const lvt_value *values, size_t count);
void lvt_format_printf(lvt_buffer *out, lvt_span format, const lvt_value *values, size_t count);
/* One value as fmt's %v. */
void lvt_format_value(lvt_buffer *out, lvt_value value);
/* The forms of strconv.FormatFloat: format 'e', 'E', 'f', 'F', 'g', 'G', 'b', 'x' or 'X'. Precision -1 gives the
 * shortest decimal that reads back as the same number ('g' then uses an exponent below 1e-4 and from 1e6 on, as %v
 * does). bits is 32 or 64. */
void lvt_format_float(lvt_buffer *out, double number, char format, int precision, int bits);

/* ---- JSON -------------------------------------------------------------------------------------------------- */

/* Typed JSON (DESIGN.md, Values): an object with the single key $time, $html, $css, $js, $jsstr, $url, $attr, $srcset
 * or $bytes (base64) and a string value is that value. Integers without fraction and exponent are int64, other numbers
 * double. Duplicate keys: the last one wins. LVT_ERROR_JSON with line and column; LVT_ERROR_TYPE, with them too, when a
 * value does not fit its field. An object that only looks typed is written with its $ as \u0024. */

/* Decode into an object by its descriptor; unknown keys are ignored, absent ones leave the field as it is (so `out`
 * must be initialised; zeroed memory will do). On failure `out` is untouched. */
lvt_status lvt_json_decode(void *out, const lvt_type *type, lvt_span json, const lvt_allocator *allocator,
                           lvt_error *error);
/* Parse into dynamic values that live in the arena (not to be cleared); null gives LVT_NIL. For data that may name its
 * own types: files, stores, the command line. */
lvt_status lvt_json_parse(lvt_value *out, lvt_span json, lvt_arena *arena, lvt_error *error);
/* The same for messages of clients: {"$html": ...} and its like are plain objects, for who sends input must not be able
 * to declare it trusted content. */
lvt_status lvt_json_parse_untrusted(lvt_value *out, lvt_span json, lvt_arena *arena, lvt_error *error);

typedef enum lvt_json_flags {
    LVT_JSON_PLAIN = 0,       /* times as RFC 3339 strings, bytes as base64, trusted content as strings */
    LVT_JSON_TYPED = 1,       /* with the $ objects, reads back to the same value */
    LVT_JSON_ESCAPE_HTML = 2, /* <, >, &, U+2028, U+2029 as \u escapes, as Go's json.Marshal */
    LVT_JSON_EXACT = 4 /* with LVT_JSON_TYPED: nothing is lost between lvt_json_encode and lvt_json_decode_exact */
} lvt_json_flags;
/* LVT_ERROR_TYPE for functions and for NaN or infinity. Object keys in the order of the descriptor; maps by key. */
lvt_status lvt_json_encode(lvt_buffer *out, lvt_value value, unsigned flags, lvt_error *error);
/* What LVT_JSON_EXACT wrote: as LVT_JSON_TYPED, and besides fields that are .omit_empty and empty, strings that are not
 * UTF-8 ({"$text": base64}), NaN and infinity ({"$float": "NaN", "+Inf" or "-Inf"}), times outside of the years 0 to
 * 9999 and such offsets as RFC 3339 has no form for ({"$time": "@seconds,nanoseconds,offset"}). Functions are left out.
 * A key of a map that is not UTF-8 is LVT_ERROR_ENCODING when it is written. For stores; the rest as lvt_json_decode.
 */
lvt_status lvt_json_decode_exact(void *out, const lvt_type *type, lvt_span json, const lvt_allocator *allocator,
                                 lvt_error *error);
/* One JSON string with quotes. Invalid UTF-8 becomes U+FFFD. Escapes only what JSON requires (and < > & U+2028 U+2029
 * with LVT_JSON_ESCAPE_HTML). Scans in wide steps and copies runs. */
void lvt_json_encode_string(lvt_buffer *out, lvt_span text, unsigned flags);

/* ---- binding and validating input --------------------------------------------------------------------------- */

typedef struct lvt_field_error {
    lvt_span field;
    lvt_span message;
} lvt_field_error;
/* Errors by field, at most LVT_FIELD_ERRORS_MAX, in an arena. A zeroed struct with an arena is empty. */
typedef struct lvt_field_errors {
    lvt_field_error items[LVT_FIELD_ERRORS_MAX];
    size_t count;
    lvt_arena *arena;
} lvt_field_errors;
/* Copies both texts; the first error of a field stays. */
lvt_status lvt_field_errors_add(lvt_field_errors *errors, lvt_span field, lvt_span message);
lvt_span lvt_field_errors_find(const lvt_field_errors *errors, lvt_span field); /* empty when none */

/* Set the fields of an object from loosely typed input (an object of strings, numbers, bools, as forms and clients
 * send them): "42" fits an integer, 42 a string, "on" and "true" a bool. What does not fit becomes a field error.
 * Absent fields stay as they are. Returns LVT_ERROR_VALIDATION when errors were added. */
lvt_status lvt_bind(void *object, const lvt_type *type, lvt_value input, lvt_field_errors *errors, lvt_error *error);
/* Rules, separated by commas: required, min=N, max=N (length in code points of a string, elements of a slice or list,
 * or the number itself), len=N, email, url, oneof=a b c, numeric, alpha, alphanum. An unknown rule is
 * LVT_ERROR_INVALID_ARGUMENT. */
lvt_status lvt_validate(lvt_value object, lvt_field_errors *errors, lvt_error *error);

#ifdef __cplusplus
}
#endif
#endif
