/* Matching in three steps: common start and end, a hash table of the old rows between them, and the pairing of rows
 * without keys that nothing matched. A wrong match can cost bytes and never correctness, for every matched pair is
 * compared slot by slot afterwards; so equal hashes of content are taken as equal content. */
#include "render/row_match.h"

typedef struct matcher {
    const lvt_range_pair *pair;
    uint32_t *old_of_new;
    uint32_t start; /* rows before are matched one to one */
    uint32_t old_end, new_end;
    /* Chains of old rows by hash; entry k is row start + k. A matched row leaves its chain. */
    uint32_t *heads;
    uint32_t *next;
    uint64_t *hashes;
    bool *is_taken;
    uint32_t mask;
} matcher;

static const lvt_row *old_row(const matcher *m, uint32_t index) {
    return lvt_rendering_row(m->pair->before, m->pair->old_range, index);
}

static const lvt_row *new_row(const matcher *m, uint32_t index) {
    return lvt_rendering_row(m->pair->after, m->pair->new_range, index);
}

static bool keys_equal(const matcher *m, const lvt_row *old, const lvt_row *new) {
    char scratch[2][LVT_KEY_TEXT_MAX];
    return old->key_kind ==
           new->key_kind &&lvt_span_equal(lvt_rendering_row_key(m->pair->before, m->pair->old_range, old, scratch[0]),
                                          lvt_rendering_row_key(m->pair->after, m->pair->new_range, new, scratch[1]));
}

static bool is_same(const matcher *m, uint32_t old_index, uint32_t new_index) {
    const lvt_row *old = old_row(m, old_index), *new = new_row(m, new_index);
    if (old->key_kind != new->key_kind) return false;
    if (old->key_kind != LVT_KEY_COUNTER) return keys_equal(m, old, new);
    return lvt_rendering_cells_equal(m->pair->before, old->cells, m->pair->after, new->cells,
                                     m->pair->old_range->shape);
}

static uint64_t row_hash(const lvt_rendering *rendering, const lvt_range *range, const lvt_row *row) {
    if (row->key_kind == LVT_KEY_COUNTER)
        return lvt_rendering_hash_cells(rendering, range->shape, row->cells, LVT_KEY_COUNTER);
    const lvt_span key = lvt_rendering_row_key(rendering, range, row, NULL);
    return lvt_hash_bytes(row->key_kind, key.data, key.length);
}

/* From both ends. */
static void match_ends(matcher *m) {
    while (m->start < m->old_end && m->start < m->new_end && is_same(m, m->start, m->start)) {
        m->old_of_new[m->start] = m->start;
        m->start++;
    }
    while (m->old_end > m->start && m->new_end > m->start && is_same(m, m->old_end - 1, m->new_end - 1)) {
        m->new_end--;
        m->old_end--;
        m->old_of_new[m->new_end] = m->old_end;
    }
    for (uint32_t i = m->start; i < m->new_end; i++) m->old_of_new[i] = LVT_NONE;
}

static lvt_status build_chains(matcher *m, lvt_arena *arena) {
    const uint32_t count = m->old_end - m->start;
    size_t size = 8;
    while (size < count) size *= 2;
    m->mask = (uint32_t)size - 1;
    m->heads = lvt_arena_allocate(arena, size * sizeof *m->heads);
    m->next = lvt_arena_allocate(arena, count * sizeof *m->next);
    m->hashes = lvt_arena_allocate(arena, count * sizeof *m->hashes);
    m->is_taken = lvt_arena_allocate_zeroed(arena, count, sizeof *m->is_taken);
    if (m->heads == NULL || m->next == NULL || m->hashes == NULL || m->is_taken == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    memset(m->heads, 0xff, size * sizeof *m->heads);
    /* Backwards, so that a chain starts with the first of equal rows. */
    for (uint32_t k = count; k-- > 0;) {
        const uint64_t hash = row_hash(m->pair->before, m->pair->old_range, old_row(m, m->start + k));
        uint32_t *head = &m->heads[hash & m->mask];
        m->hashes[k] = hash;
        m->next[k] = *head;
        *head = k;
    }
    return LVT_OK;
}

static void match_by_hash(matcher *m) {
    for (uint32_t i = m->start; i < m->new_end; i++) {
        const lvt_row *row = new_row(m, i);
        const uint64_t hash = row_hash(m->pair->after, m->pair->new_range, row);
        for (uint32_t *link = &m->heads[hash & m->mask]; *link != LVT_NONE; link = &m->next[*link]) {
            const uint32_t k = *link;
            const lvt_row *old = old_row(m, m->start + k);
            if (m->hashes[k] != hash || old->key_kind != row->key_kind) continue;
            if (row->key_kind != LVT_KEY_COUNTER && !keys_equal(m, old, row)) continue;
            m->old_of_new[i] = m->start + k;
            m->is_taken[k] = true;
            *link = m->next[k];
            break;
        }
    }
}

/* Rows without keys that are left between the same neighbours: the new ones are the old ones, changed. */
static void pair_leftovers(matcher *m) {
    const uint32_t count = m->old_end - m->start;
    uint32_t k = 0; /* the old row behind the last match */
    for (uint32_t i = m->start; i < m->new_end; i++) {
        if (m->old_of_new[i] != LVT_NONE) {
            k = m->old_of_new[i] - m->start + 1;
            continue;
        }
        if (new_row(m, i)->key_kind != LVT_KEY_COUNTER) continue;
        while (k < count && !m->is_taken[k] && old_row(m, m->start + k)->key_kind != LVT_KEY_COUNTER) k++;
        if (k >= count || m->is_taken[k]) continue;
        m->old_of_new[i] = m->start + k;
        m->is_taken[k] = true;
        k++;
    }
}

lvt_status lvt_rows_match(uint32_t *old_of_new, const lvt_range_pair *pair, lvt_arena *arena) {
    matcher m = {.pair = pair,
                 .old_of_new = old_of_new,
                 .old_end = pair->old_range->row_count,
                 .new_end = pair->new_range->row_count};
    match_ends(&m);
    if (m.start == m.old_end || m.start == m.new_end) return LVT_OK;
    const lvt_status status = build_chains(&m, arena);
    if (status != LVT_OK) return status;
    match_by_hash(&m);
    if (pair->old_range->has_counters && pair->new_range->has_counters) pair_leftovers(&m);
    return LVT_OK;
}
