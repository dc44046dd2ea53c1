/* The ring of keys. Clocks that jump: a key that came from the future is dated now, with everything that depends on it
 * (`settle`), so that a clock which was wrong for a while neither stops the rotations to come nor brings back a key
 * that was retired. A period that was slept through is skipped. */
#include "keys.h"

#include "base64url.h"

#include <openssl/crypto.h>
#include <stdio.h>

/* Longest text behind a label: the id of an application or of a key. */
enum { DERIVE_TEXT_MAX = 256, KEY_ID_BYTES = 8, FORMAT = 1 };

static const int64_t skew = LVT_TOKEN_SKEW_SECONDS * LVT_NANOSECONDS_PER_SECOND;

static int64_t later(int64_t moment, int64_t by) { return moment > INT64_MAX - by ? INT64_MAX : moment + by; }

lvt_status lvt_key_derive(unsigned char out[LVT_KEY_SIZE], lvt_crypto *crypto, lvt_span secret, const char *label,
                          lvt_span text, lvt_error *error) {
    char message[DERIVE_TEXT_MAX];
    size_t length = strlen(label) + 1; /* the NUL keeps label and text apart */
    if (length + text.length > sizeof message)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a key's name is too long");
    memcpy(message, label, length);
    if (text.length != 0) memcpy(message + length, text.data, text.length);
    return lvt_crypto_hmac(out, crypto, secret, lvt_span_of(message, length + text.length), error);
}

/* ---- keys ---- */

static lvt_span root_of(const lvt_key_ring *ring) { return lvt_span_of((const char *)ring->root, sizeof ring->root); }

static lvt_status derive_bytes(lvt_token_key *key, const lvt_key_ring *ring, lvt_error *error) {
    return lvt_key_derive(key->bytes, ring->crypto, root_of(ring), ring->purpose, lvt_span_from(key->id), error);
}

static lvt_status make_key(lvt_token_key *out, const lvt_key_ring *ring, const unsigned char id[KEY_ID_BYTES],
                           int64_t since, lvt_error *error) {
    *out = (lvt_token_key){.since = since, .good_until = INT64_MAX, .ends = INT64_MAX};
    lvt_base64url_encode(out->id, id, KEY_ID_BYTES);
    return derive_bytes(out, ring, error);
}

/* The key of the period that begins at `start`. */
static lvt_status make_scheduled(lvt_token_key *out, const lvt_key_ring *ring, int64_t start, lvt_error *error) {
    char text[64] = "";
    unsigned char id[LVT_DIGEST_SIZE];
    if (ring->rotation > 0)
        (void)snprintf(text, sizeof text, "%lld of %lld", (long long)start, (long long)ring->rotation);
    lvt_status status = lvt_key_derive(id, ring->crypto, root_of(ring), "scheduled key", lvt_span_from(text), error);
    return status == LVT_OK ? make_key(out, ring, id, start, error) : status;
}

static lvt_status make_random(lvt_token_key *out, const lvt_key_ring *ring, int64_t since, lvt_error *error) {
    unsigned char id[KEY_ID_BYTES];
    lvt_status status = lvt_random_bytes(id, sizeof id, error);
    return status == LVT_OK ? make_key(out, ring, id, since, error) : status;
}

/* ---- order ---- */

/* Keys on their way into a ring: those of two rings and one more. */
typedef struct pool {
    lvt_token_key keys[2 * LVT_TOKEN_KEYS_MAX + 1];
    size_t count;
} pool;

static void take_all(pool *out, const lvt_key_ring *ring) {
    memcpy(out->keys, ring->keys, ring->count * sizeof ring->keys[0]);
    out->count = ring->count;
}

static lvt_token_key *find_any(lvt_token_key *keys, size_t count, lvt_span id) {
    for (size_t i = 0; i < count; i++) {
        if (lvt_span_is(id, keys[i].id)) return &keys[i];
    }
    return NULL;
}

/* Of two of one moment the id decides, so that all processes decide the same. */
static bool is_newer(const lvt_token_key *a, const lvt_token_key *b) {
    return a->since != b->since ? a->since > b->since : strcmp(a->id, b->id) > 0;
}

static void move_key(lvt_token_key *keys, size_t from, size_t to) {
    lvt_token_key key = keys[from];
    memmove(&keys[to + 1], &keys[to], (from - to) * sizeof key);
    keys[to] = key;
    OPENSSL_cleanse(&key, sizeof key);
}

static void sort(pool *p) {
    for (size_t i = 1; i < p->count; i++) {
        size_t place = i;
        while (place > 0 && is_newer(&p->keys[i], &p->keys[place - 1])) place--;
        move_key(p->keys, i, place);
    }
}

/* Date keys from the future now: oldest first, which keeps their order. What was retired by the wrong clock ends as
 * much earlier. */
static void correct_times(pool *p, lvt_moment now) {
    for (size_t i = p->count; i-- > 0;) {
        lvt_token_key *key = &p->keys[i];
        if (key->since <= now.wall + skew) continue;
        int64_t after = i + 1 < p->count ? p->keys[i + 1].since + 1 : INT64_MIN;
        int64_t since = after > now.wall ? after : now.wall;
        for (size_t j = i + 1; j < p->count; j++) {
            int64_t *good_until = &p->keys[j].good_until;
            if (*good_until != INT64_MAX && *good_until >= key->since) *good_until -= key->since - since;
        }
        key->since = since;
    }
}

/* The newest key that nobody retired comes to the front; others of that kind are retired by the one that followed them.
 * All of it depends on the keys alone, so that all processes do the same. */
static void settle(lvt_key_ring *ring, pool *p, lvt_moment now) {
    sort(p);
    correct_times(p, now);
    size_t front = 0;
    while (front < p->count && p->keys[front].good_until != INT64_MAX) front++;
    for (size_t i = front + 1; i < p->count; i++) {
        lvt_token_key *key = &p->keys[i];
        if (key->good_until == INT64_MAX) key->good_until = later(p->keys[i - 1].since, ring->grace);
    }
    if (front > 0 && front < p->count) move_key(p->keys, front, 0);
    ring->count = p->count < LVT_TOKEN_KEYS_MAX ? p->count : LVT_TOKEN_KEYS_MAX;
    memcpy(ring->keys, p->keys, ring->count * sizeof ring->keys[0]);
    for (size_t i = 1; i < ring->count; i++) {
        lvt_token_key *key = &ring->keys[i];
        int64_t left = key->good_until > now.wall ? key->good_until - now.wall : 0;
        int64_t ends = later(now.steady, left);
        if (ends < key->ends) key->ends = ends;
    }
    OPENSSL_cleanse(p, sizeof *p);
}

static void add(lvt_key_ring *ring, const lvt_token_key *key, lvt_moment now) {
    pool p;
    take_all(&p, ring);
    p.keys[p.count++] = *key;
    settle(ring, &p, now);
}

/* ---- the schedule ---- */

static int64_t period_start(const lvt_key_ring *ring, int64_t wall) {
    if (ring->rotation <= 0) return 0;
    int64_t past = wall % ring->rotation;
    return wall - (past < 0 ? past + ring->rotation : past);
}

bool lvt_key_ring_is_due(const lvt_key_ring *ring, lvt_moment now) {
    if (ring->rotation <= 0) return ring->uses >= LVT_TOKENS_PER_KEY_MAX;
    return ring->uses >= LVT_TOKENS_PER_KEY_MAX || ring->keys[0].since > now.wall + skew ||
           ring->keys[0].since < period_start(ring, now.wall);
}

static lvt_status add_scheduled(lvt_key_ring *ring, int64_t start, lvt_moment now, lvt_error *error) {
    lvt_token_key key;
    lvt_status status = make_scheduled(&key, ring, start, error);
    if (status == LVT_OK && find_any(ring->keys, ring->count, lvt_span_from(key.id)) == NULL) add(ring, &key, now);
    OPENSSL_cleanse(&key, sizeof key);
    return status;
}

/* Bring the ring to the current period; `ring` may be half changed on an error. A period whose key is in the ring
 * already, retired, gets no other: two processes of which one has a wrong clock would drive each other on. */
static lvt_status go_to_period(lvt_key_ring *ring, lvt_moment now, lvt_error *error) {
    pool p;
    take_all(&p, ring);
    settle(ring, &p, now);
    int64_t start = period_start(ring, now.wall);
    lvt_status status = LVT_OK;
    if (ring->count == 0 || (ring->rotation > 0 && ring->keys[0].since < start)) {
        /* What the period before it made is good for a while, also where nobody was there. */
        if (ring->rotation > 0 && now.wall < later(start, ring->grace))
            status = add_scheduled(ring, start - ring->rotation, now, error);
        if (status == LVT_OK) status = add_scheduled(ring, start, now, error);
    }
    if (status == LVT_OK && ring->rotation > 0)
        status = make_scheduled(&ring->next, ring, later(start, ring->rotation), error);
    return status;
}

/* Do `change` to a copy, which takes the ring's place when it is done. */
static lvt_status finish(lvt_key_ring *ring, lvt_key_ring *changed, lvt_status status) {
    if (status == LVT_OK) {
        if (strcmp(ring->keys[0].id, changed->keys[0].id) != 0) changed->uses = 0;
        *ring = *changed;
    }
    OPENSSL_cleanse(changed, sizeof *changed);
    return status;
}

lvt_status lvt_key_ring_advance(lvt_key_ring *ring, lvt_moment now, lvt_error *error) {
    lvt_key_ring changed = *ring;
    lvt_status status = LVT_OK;
    if (ring->uses >= LVT_TOKENS_PER_KEY_MAX) status = lvt_key_ring_rotate(&changed, now, ring->grace, error);
    if (status == LVT_OK) status = go_to_period(&changed, now, error);
    return finish(ring, &changed, status);
}

lvt_status lvt_key_ring_init(lvt_key_ring *ring, lvt_crypto *crypto, lvt_span secret, const char *purpose,
                             int64_t rotation, int64_t grace, lvt_moment now, lvt_error *error) {
    *ring = (lvt_key_ring){.crypto = crypto, .purpose = purpose, .rotation = rotation, .grace = grace};
    lvt_status status = lvt_key_derive(ring->root, crypto, secret, "token root", (lvt_span){NULL, 0}, error);
    if (status == LVT_OK) status = go_to_period(ring, now, error);
    if (status != LVT_OK) lvt_key_ring_wipe(ring);
    return status;
}

void lvt_key_ring_wipe(lvt_key_ring *ring) { OPENSSL_cleanse(ring, sizeof *ring); }

lvt_status lvt_key_ring_rotate(lvt_key_ring *ring, lvt_moment now, int64_t grace, lvt_error *error) {
    lvt_key_ring changed = *ring;
    lvt_token_key key;
    pool p;
    take_all(&p, ring);
    settle(&changed, &p, now);
    int64_t since = now.wall;
    for (size_t i = 0; i < changed.count; i++) {
        if (changed.keys[i].since >= since) since = changed.keys[i].since + 1;
    }
    lvt_status status = make_random(&key, ring, since, error);
    if (status == LVT_OK) {
        changed.keys[0].good_until = later(now.wall, grace);
        add(&changed, &key, now);
    }
    OPENSSL_cleanse(&key, sizeof key);
    return finish(ring, &changed, status);
}

const lvt_token_key *lvt_key_ring_find(const lvt_key_ring *ring, lvt_span id, lvt_moment now) {
    for (size_t i = 0; i < ring->count; i++) {
        const lvt_token_key *key = &ring->keys[i];
        if (!lvt_span_is(id, key->id)) continue;
        return i == 0 || (now.wall < key->good_until && now.steady < key->ends) ? key : NULL;
    }
    bool is_next = ring->next.id[0] != '\0' && lvt_span_is(id, ring->next.id);
    return is_next && now.wall + skew >= ring->next.since ? &ring->next : NULL;
}

/* ---- as bytes ---- */

static void append_int64(lvt_buffer *out, int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) lvt_buffer_append_char(out, (char)((uint64_t)number >> shift & 0xFF));
}

static int64_t read_int64(const char *bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) number = number << 8 | (unsigned char)bytes[i];
    return (int64_t)number;
}

void lvt_key_ring_encode(lvt_buffer *out, const lvt_key_ring *ring) {
    lvt_buffer_append_char(out, FORMAT);
    lvt_buffer_append_char(out, (char)ring->count);
    for (size_t i = 0; i < ring->count; i++) {
        const lvt_token_key *key = &ring->keys[i];
        lvt_buffer_append(out, key->id, LVT_KEY_ID_LENGTH);
        append_int64(out, key->since);
        append_int64(out, key->good_until);
    }
}

static lvt_status merge_key(pool *p, const lvt_key_ring *ring, const char *bytes, lvt_error *error) {
    lvt_span id = lvt_span_of(bytes, LVT_KEY_ID_LENGTH);
    int64_t since = read_int64(bytes + LVT_KEY_ID_LENGTH), good_until = read_int64(bytes + LVT_KEY_ID_LENGTH + 8);
    lvt_token_key *key = find_any(p->keys, p->count, id);
    if (key != NULL) {
        if (since < key->since) key->since = since;
        if (good_until < key->good_until) key->good_until = good_until;
        return LVT_OK;
    }
    key = &p->keys[p->count++];
    *key = (lvt_token_key){.since = since, .good_until = good_until, .ends = INT64_MAX};
    memcpy(key->id, id.data, id.length);
    return derive_bytes(key, ring, error);
}

lvt_status lvt_key_ring_merge(lvt_key_ring *ring, lvt_span bytes, lvt_moment now, lvt_error *error) {
    enum { KEY_BYTES = LVT_KEY_ID_LENGTH + 16 };
    bool good =
        bytes.length >= 2 && bytes.data[0] == FORMAT && bytes.data[1] > 0 && bytes.data[1] <= LVT_TOKEN_KEYS_MAX;
    if (good) good = bytes.length == 2 + (size_t)bytes.data[1] * KEY_BYTES;
    for (size_t at = 2; good && at < bytes.length; at += KEY_BYTES)
        good = lvt_base64url_is_text(lvt_span_of(bytes.data + at, LVT_KEY_ID_LENGTH));
    if (!good) return lvt_error_set(error, LVT_ERROR_CORRUPT, "the saved keys are of no form that is known");
    lvt_key_ring changed = *ring;
    pool p;
    take_all(&p, ring);
    lvt_status status = LVT_OK;
    for (size_t at = 2; status == LVT_OK && at < bytes.length; at += KEY_BYTES)
        status = merge_key(&p, ring, bytes.data + at, error);
    if (status == LVT_OK) {
        settle(&changed, &p, now);
        /* A retired key comes to the front of nothing. */
        if (changed.keys[0].good_until != INT64_MAX) status = lvt_key_ring_rotate(&changed, now, 0, error);
    }
    OPENSSL_cleanse(&p, sizeof p);
    return finish(ring, &changed, status);
}
