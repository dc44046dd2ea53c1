/* Matching in three steps: common start and end, a hash table of the old rows between them, and the pairing of rows
 * without keys that nothing matched. A wrong match can cost bytes and never correctness, for every matched pair is
 * compared slot by slot afterwards; so equal hashes of content are taken as equal content. */
#include "render/row_match.h"

typedef struct matcher {
    const lvt_row_lists *lists;
    lvt_match_mode mode;
    uint32_t *old_of_new;
    bool *is_taken; /* old rows that have been matched */
    uint32_t start; /* rows before are matched one to one */
    uint32_t old_end, new_end;
    /* Chains of old rows by hash; entry k is row start + k. A matched row leaves its chain. */
    uint32_t *heads;
    uint32_t *next;
    uint64_t *hashes;
    uint32_t mask;
} matcher;

static const lvt_fragment *old_row(const matcher *m, uint32_t index) { return m->lists->old_rows[index]; }

static const lvt_fragment *new_row(const matcher *m, uint32_t index) { return m->lists->rows[index].row; }

static bool is_known_by_content(const matcher *m, const lvt_fragment *row) {
    return m->mode == LVT_MATCH_CONTENT && row->key_kind == LVT_KEY_COUNTER;
}

static bool is_same(const matcher *m, const lvt_fragment *old, const lvt_fragment *new) {
    if (!is_known_by_content(m, old)) return lvt_row_keys_equal(m->lists->shapes, old, new);
    return new->key_kind == LVT_KEY_COUNTER &&lvt_fragment_cells_equal(m->lists->shapes, old, 0, new, 0, old->shape);
}

static uint64_t row_hash(const matcher *m, const lvt_fragment *row) {
    char scratch[LVT_KEY_TEXT_MAX];
    if (is_known_by_content(m, row)) return lvt_fragment_hash_cells(m->lists->shapes, row, row->shape, 0, 0);
    const lvt_span key = lvt_row_key(m->lists->shapes, row, scratch);
    /* Keys may come from visitors, who do not know where the heap lies. */
    return lvt_hash_bytes((uintptr_t)m->lists->shapes->heap + row->key_kind, key.data, key.length);
}

static void match(matcher *m, uint32_t old_index, uint32_t new_index) {
    m->old_of_new[new_index] = old_index;
    m->is_taken[old_index] = true;
}

static bool match_place(matcher *m, uint32_t old_index, uint32_t new_index) {
    if (m->old_of_new[new_index] != LVT_NONE) return m->old_of_new[new_index] == old_index;
    if (m->is_taken[old_index] || !is_same(m, old_row(m, old_index), new_row(m, new_index))) return false;
    match(m, old_index, new_index);
    return true;
}

/* From both ends. */
static void match_ends(matcher *m) {
    while (m->start < m->old_end && m->start < m->new_end && match_place(m, m->start, m->start)) m->start++;
    while (m->old_end > m->start && m->new_end > m->start && match_place(m, m->old_end - 1, m->new_end - 1)) {
        m->new_end--;
        m->old_end--;
    }
}

static lvt_status build_chains(matcher *m, lvt_arena *arena) {
    const uint32_t count = m->old_end - m->start;
    size_t size = 8;
    while (size < count) size *= 2;
    m->mask = (uint32_t)size - 1;
    m->heads = lvt_arena_allocate(arena, size * sizeof *m->heads);
    m->next = lvt_arena_allocate(arena, count * sizeof *m->next);
    m->hashes = lvt_arena_allocate(arena, count * sizeof *m->hashes);
    if (m->heads == NULL || m->next == NULL || m->hashes == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    memset(m->heads, 0xff, size * sizeof *m->heads);
    /* Backwards, so that a chain starts with the first of equal rows. */
    for (uint32_t k = count; k-- > 0;) {
        if (m->is_taken[m->start + k]) continue;
        const uint64_t hash = row_hash(m, old_row(m, m->start + k));
        uint32_t *head = &m->heads[hash & m->mask];
        m->hashes[k] = hash;
        m->next[k] = *head;
        *head = k;
    }
    return LVT_OK;
}

static void match_by_hash(matcher *m) {
    for (uint32_t i = m->start; i < m->new_end; i++) {
        if (m->old_of_new[i] != LVT_NONE) continue;
        const lvt_fragment *row = new_row(m, i);
        const uint64_t hash = row_hash(m, row);
        for (uint32_t *link = &m->heads[hash & m->mask]; *link != LVT_NONE; link = &m->next[*link]) {
            const uint32_t k = *link;
            const lvt_fragment *old = old_row(m, m->start + k);
            if (m->hashes[k] != hash || old->key_kind != row->key_kind) continue;
            if (!is_known_by_content(m, row) && !lvt_row_keys_equal(m->lists->shapes, old, row)) continue;
            match(m, m->start + k, i);
            *link = m->next[k];
            break;
        }
    }
}

/* Rows without keys that are left between the same neighbours: the new ones are the old ones, changed. */
static void pair_leftovers(matcher *m) {
    uint32_t next = m->start; /* the old row behind the last match */
    for (uint32_t i = m->start; i < m->new_end; i++) {
        if (m->old_of_new[i] != LVT_NONE) {
            next = m->old_of_new[i] + 1;
            continue;
        }
        if (new_row(m, i)->key_kind != LVT_KEY_COUNTER) continue;
        while (next < m->old_end && !m->is_taken[next] && old_row(m, next)->key_kind != LVT_KEY_COUNTER) next++;
        if (next >= m->old_end || m->is_taken[next]) continue;
        match(m, next, i);
        next++;
    }
}

lvt_status lvt_rows_match(uint32_t *old_of_new, const lvt_row_lists *lists, lvt_match_mode mode, lvt_arena *arena) {
    matcher m = {
        .lists = lists, .mode = mode, .old_of_new = old_of_new, .old_end = lists->old_count, .new_end = lists->count};
    m.is_taken = lvt_arena_allocate_zeroed(arena, lists->old_count, sizeof *m.is_taken);
    if (m.is_taken == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < lists->count; i++) {
        old_of_new[i] = LVT_NONE;
        if (lists->rows[i].is_kept) match(&m, lists->rows[i].old_index, i);
    }
    match_ends(&m);
    if (m.start == m.old_end || m.start == m.new_end) return LVT_OK;
    const lvt_status status = build_chains(&m, arena);
    if (status != LVT_OK) return status;
    match_by_hash(&m);
    if (mode == LVT_MATCH_CONTENT) pair_leftovers(&m);
    return LVT_OK;
}
