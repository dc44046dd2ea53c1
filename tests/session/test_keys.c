/* Keys: by the calendar and by hand, under clocks that jump; rings that become one. */
#include "token_fixture.h"

enum { DAY = 24 * 3600, HOUR = 3600 };

/* Wall and steady clock apart: the second is never set. */
typedef struct clocks {
    int64_t wall, steady;
} clocks;
static int64_t read_wall(void *payload) { return ((clocks *)payload)->wall * LVT_NANOSECONDS_PER_SECOND; }
static int64_t read_steady(void *payload) { return ((clocks *)payload)->steady * LVT_NANOSECONDS_PER_SECOND; }

/* An application that begins at an hour of a day. */
typedef struct site {
    fixture f;
    clocks time;
} site;

static void open_at(site *s, int64_t hour) {
    fixture_init(&s->f, "shop", FIXTURE_SECRET);
    s->time = (clocks){INT64_C(19000) * DAY + hour * HOUR, 1000};
    s->f.options.clock = (lvt_clock){read_wall, read_steady, &s->time};
    s->f.options.token_ttl = INT64_C(30) * DAY; /* only keys end here */
    fixture_open(&s->f);
}

static void close_site(site *s) { fixture_close(&s->f); }

static void pass(site *s, int64_t seconds) {
    s->time.wall += seconds;
    s->time.steady += seconds;
    (void)lvt_app_sweep(s->f.app);
}

static const char *key_of(const site *s) { return s->f.app->keychain.ring.keys[0].id; }

/* ---- the calendar ---- */

static void keys_change_with_the_day(void **state) {
    (void)state;
    site s;
    open_at(&s, 23);
    char first[LVT_KEY_ID_LENGTH + 1];
    memcpy(first, key_of(&s), sizeof first);
    token t = issue(&s.f);
    pass(&s, HOUR - 1);
    assert_string_equal(key_of(&s), first);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 0);
    pass(&s, 1);
    assert_string_not_equal(key_of(&s), first);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    assert_non_null(strstr(s.f.log, "audit=keys_rotated reason=schedule app=shop key="));
    assert_non_null(strstr(s.f.log, key_of(&s)));
    token fresh = issue(&s.f);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    pass(&s, HOUR - 1);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    pass(&s, 1);
    assert_int_equal(verify(&s.f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&s.f, LVT_METRIC_TOKENS_REFUSED_KEY), 1);
    assert_int_equal(verify(&s.f, &fresh), LVT_OK);
    pass(&s, 23 * HOUR - 1);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    pass(&s, 2);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 2);
    close_site(&s);
}

static void intervals_are_options(void **state) {
    (void)state;
    site s;
    fixture_init(&s.f, "shop", FIXTURE_SECRET);
    s.time = (clocks){INT64_C(19000) * DAY + 90, 5};
    s.f.options.clock = (lvt_clock){read_wall, read_steady, &s.time};
    s.f.options.key_rotation = 100;
    s.f.options.key_grace = 7;
    fixture_open(&s.f);
    token t = issue(&s.f);
    pass(&s, 16);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    pass(&s, 1);
    assert_int_equal(verify(&s.f, &t), LVT_ERROR_TOKEN_INVALID);
    close_site(&s);
    fixture_init(&s.f, "shop", FIXTURE_SECRET);
    s.f.options.clock = (lvt_clock){read_wall, read_steady, &s.time};
    s.f.options.key_rotation = -1;
    fixture_open(&s.f);
    t = issue_for(&s.f, NONCE, GROUP);
    pass(&s, DAY - 1);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 0);
    assert_int_equal(lvt_app_rotate_keys(s.f.app, 0, NULL), LVT_OK); /* by hand it does */
    assert_int_equal(verify(&s.f, &t), LVT_ERROR_TOKEN_INVALID);
    close_site(&s);
}

/* A restart, and another process: nothing but the secret and the day in common. */
static void the_day_is_the_same_for_all(void **state) {
    (void)state;
    site a, b, late;
    open_at(&a, 23);
    open_at(&b, 23);
    token t = issue(&a.f);
    pass(&a, 2 * HOUR - 1);
    token fresh = issue(&a.f);
    pass(&b, 2 * HOUR - 1);
    assert_int_equal(verify(&b.f, &fresh), LVT_OK);
    open_at(&late, 24); /* knows the day before */
    pass(&late, HOUR - 1);
    assert_int_equal(verify(&late.f, &t), LVT_OK);
    assert_int_equal(verify(&late.f, &fresh), LVT_OK);
    pass(&late, 1);
    assert_int_equal(verify(&late.f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(key_of(&late), key_of(&a));
    close_site(&a);
    close_site(&b);
    close_site(&late);
}

/* The clock of another process is a little ahead: its day has begun. */
static void the_next_day_may_begin_elsewhere(void **state) {
    (void)state;
    site a, b;
    open_at(&a, 23);
    open_at(&b, 23);
    pass(&a, HOUR);
    token t = issue(&a.f);
    pass(&b, HOUR - LVT_TOKEN_SKEW_SECONDS);
    assert_int_equal(verify(&b.f, &t), LVT_OK);
    b.time.wall--;
    assert_int_equal(verify(&b.f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&b.f, LVT_METRIC_TOKENS_REFUSED_KEY), 1);
    close_site(&a);
    close_site(&b);
}

static void a_process_that_slept_skips_days(void **state) {
    (void)state;
    site s, awake;
    open_at(&s, 12);
    open_at(&awake, 12);
    token t = issue(&s.f);
    for (int day = 0; day < 3; day++) pass(&awake, DAY);
    pass(&awake, 12 * HOUR + 10);
    token last = issue(&awake.f); /* of a day that the sleeper does not know */
    pass(&s, 3 * DAY + 12 * HOUR + 20);
    assert_string_equal(key_of(&s), key_of(&awake));
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    assert_int_equal(verify(&s.f, &last), LVT_OK);
    assert_int_equal(verify(&s.f, &t), LVT_ERROR_TOKEN_INVALID);
    close_site(&s);
    close_site(&awake);
}

/* ---- by hand ---- */

static void a_retired_key_has_its_grace(void **state) {
    (void)state;
    site s;
    open_at(&s, 1);
    token first = issue(&s.f);
    assert_int_equal(lvt_app_rotate_keys(s.f.app, 3600, NULL), LVT_OK);
    token second = issue(&s.f);
    assert_int_equal(verify(&s.f, &first), LVT_OK);
    assert_int_equal(verify(&s.f, &second), LVT_OK);
    pass(&s, 3599);
    assert_int_equal(verify(&s.f, &first), LVT_OK);
    pass(&s, 1);
    assert_int_equal(verify(&s.f, &first), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&s.f, &second), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(s.f.app, 0, NULL), LVT_OK);
    assert_int_equal(verify(&s.f, &second), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 2);
    assert_non_null(strstr(s.f.log, "audit=keys_rotated reason=hand app=shop key="));
    /* The next day begins as if nothing had been. */
    token third = issue(&s.f);
    pass(&s, 22 * HOUR);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 3);
    assert_int_equal(verify(&s.f, &third), LVT_OK);
    close_site(&s);
}

static void the_ring_of_keys_has_an_end(void **state) {
    (void)state;
    site s;
    open_at(&s, 12);
    token first = issue(&s.f);
    for (int i = 1; i < LVT_TOKEN_KEYS_MAX; i++) {
        assert_int_equal(lvt_app_rotate_keys(s.f.app, 3600, NULL), LVT_OK);
        assert_int_equal(verify(&s.f, &first), LVT_OK);
    }
    assert_int_equal(lvt_app_rotate_keys(s.f.app, 3600, NULL), LVT_OK);
    assert_int_equal(verify(&s.f, &first), LVT_ERROR_TOKEN_INVALID);
    lvt_error error;
    assert_int_equal(lvt_app_rotate_keys(s.f.app, -1, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "grace: -1 seconds are not possible");
    close_site(&s);
}

static void a_key_that_is_used_up_is_replaced(void **state) {
    (void)state;
    site s;
    open_at(&s, 12);
    token t = issue(&s.f);
    assert_int_equal(s.f.app->keychain.ring.uses, 1);
    s.f.app->keychain.ring.uses = LVT_TOKENS_PER_KEY_MAX - 1;
    pass(&s, 1);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 0);
    t = issue(&s.f);
    pass(&s, 1);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    assert_int_equal(s.f.app->keychain.ring.uses, 0);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    close_site(&s);
}

/* ---- clocks that jump ---- */

/* What was retired by hand stays so when the clock goes back before that moment. */
static void a_clock_set_back_revives_nothing(void **state) {
    (void)state;
    static const struct {
        int64_t seconds;
        int64_t rotations; /* in the three days that follow */
    } jumps[] = {
        {30, 3},
        {5 * HOUR, 3},
        {3 * DAY, 2}, /* the third is the day of the leaked key, which comes no second time */
        {3000 * (int64_t)DAY, 3},
    };
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        site s;
        open_at(&s, 12);
        token leaked = issue(&s.f);
        pass(&s, 10);
        assert_int_equal(lvt_app_rotate_keys(s.f.app, 0, NULL), LVT_OK);
        pass(&s, 10);
        s.time.wall -= jumps[i].seconds;
        assert_int_not_equal(verify(&s.f, &leaked), LVT_OK);
        pass(&s, 1);
        assert_int_equal(verify(&s.f, &leaked), LVT_ERROR_TOKEN_INVALID);
        token t = issue(&s.f);
        assert_int_equal(verify(&s.f, &t), LVT_OK);
        /* Days go on from there. */
        int64_t rotations = metric(&s.f, LVT_METRIC_KEYS_ROTATED);
        for (int day = 0; day < 3; day++) pass(&s, DAY);
        assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), rotations + jumps[i].rotations);
        assert_int_equal(verify(&s.f, &leaked), LVT_ERROR_TOKEN_INVALID);
        close_site(&s);
    }
}

/* The grace of a key does not grow when the clock goes back. */
static void grace_ends_by_the_steady_clock_too(void **state) {
    (void)state;
    site s;
    open_at(&s, 12);
    token t = issue(&s.f);
    pass(&s, 61); /* so that the token is not from the future below */
    assert_int_equal(lvt_app_rotate_keys(s.f.app, HOUR, NULL), LVT_OK);
    s.time.wall -= 50;
    pass(&s, HOUR - 1);
    assert_int_equal(verify(&s.f, &t), LVT_OK);
    pass(&s, 1);
    assert_int_equal(verify(&s.f, &t), LVT_ERROR_TOKEN_INVALID);
    close_site(&s);
}

/* A clock that was ahead for a while: tokens go on, and so do days. */
static void a_clock_that_was_ahead_comes_back(void **state) {
    (void)state;
    site s;
    open_at(&s, 12);
    token before = issue(&s.f);
    s.time.wall += 3650 * (int64_t)DAY;
    pass(&s, 1);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    s.time.wall -= 3650 * (int64_t)DAY;
    pass(&s, 1);
    token after = issue(&s.f);
    assert_int_equal(verify(&s.f, &after), LVT_OK);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    const lvt_token_key *keys = s.f.app->keychain.ring.keys;
    assert_true(keys[0].since <= s.time.wall * LVT_NANOSECONDS_PER_SECOND);
    /* What that clock retired ends an hour from now, for processes that start later too. */
    assert_true(keys[1].good_until <= (s.time.wall + HOUR) * LVT_NANOSECONDS_PER_SECOND);
    pass(&s, DAY);
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 2);
    assert_int_equal(verify(&s.f, &before), LVT_ERROR_TOKEN_INVALID);
    close_site(&s);
}

/* A clock that trembles at midnight does not rotate each time. */
static void midnight_comes_once(void **state) {
    (void)state;
    site s;
    open_at(&s, 23);
    pass(&s, HOUR);
    for (int i = 0; i < 10; i++) {
        s.time.wall -= 3;
        pass(&s, 1);
        pass(&s, 2);
    }
    assert_int_equal(metric(&s.f, LVT_METRIC_KEYS_ROTATED), 1);
    close_site(&s);
}

/* ---- rings that become one ---- */

typedef struct bytes {
    char data[LVT_KEY_RING_BYTES_MAX];
    size_t length;
} bytes;

static bytes encode(const lvt_key_ring *ring) {
    bytes made = {.length = 0};
    lvt_buffer out = {.data = made.data, .capacity = sizeof made.data, .maximum = sizeof made.data};
    lvt_key_ring_encode(&out, ring);
    assert_int_equal(out.status, LVT_OK);
    made.length = out.length;
    return made;
}

static lvt_moment moment_of(int64_t seconds) {
    return (lvt_moment){seconds * LVT_NANOSECONDS_PER_SECOND, seconds * LVT_NANOSECONDS_PER_SECOND};
}

static void merge(lvt_key_ring *ring, const lvt_key_ring *other, int64_t now) {
    bytes saved = encode(other);
    assert_int_equal(lvt_key_ring_merge(ring, lvt_span_of(saved.data, saved.length), moment_of(now), NULL), LVT_OK);
}

static void assert_same(const lvt_key_ring *a, const lvt_key_ring *b) {
    bytes x = encode(a), y = encode(b);
    assert_int_equal(x.length, y.length);
    assert_memory_equal(x.data, y.data, x.length);
    for (size_t i = 0; i < a->count; i++) assert_memory_equal(a->keys[i].bytes, b->keys[i].bytes, LVT_KEY_SIZE);
}

/* Two rings under random days, rotations, clocks that differ, and merges, always end the same; and a key that either
 * has seen end is never good again. */
static void rings_agree_whatever_happened(void **state) {
    (void)state;
    lvt_crypto *crypto;
    assert_int_equal(lvt_crypto_create(&crypto, NULL, NULL), LVT_OK);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t random = seed * UINT64_C(0x9E3779B97F4A7C15);
        lvt_key_ring rings[2];
        int64_t now = INT64_C(19000) * DAY;
        int64_t ahead = (int64_t)(seed % 5) * 40; /* how far the second clock is ahead of the first */
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(lvt_key_ring_init(&rings[i], crypto, lvt_span_from(FIXTURE_SECRET), "signing key",
                                               (int64_t)DAY * LVT_NANOSECONDS_PER_SECOND,
                                               (int64_t)HOUR * LVT_NANOSECONDS_PER_SECOND,
                                               moment_of(now + ahead * (int64_t)i), NULL),
                             LVT_OK);
        }
        for (int step = 0; step < 40; step++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size_t which = random >> 33 & 1;
            int64_t here = now + ahead * (int64_t)which;
            lvt_key_ring *ring = &rings[which];
            switch (random >> 40 & 7) {
            case 0: assert_int_equal(lvt_key_ring_rotate(ring, moment_of(here), 0, NULL), LVT_OK); break;
            case 1: merge(ring, &rings[1 - which], here); break;
            case 2: now += DAY; break;
            case 3: now += HOUR; break;
            default: assert_int_equal(lvt_key_ring_advance(ring, moment_of(here), NULL), LVT_OK); break;
            }
        }
        merge(&rings[0], &rings[1], now);
        assert_int_equal(lvt_key_ring_advance(&rings[0], moment_of(now), NULL), LVT_OK);
        merge(&rings[1], &rings[0], now + ahead);
        merge(&rings[0], &rings[1], now);
        assert_same(&rings[0], &rings[1]);
        assert_int_equal(rings[0].keys[0].good_until, INT64_MAX);
        for (size_t i = 1; i < rings[0].count; i++) {
            assert_int_not_equal(rings[0].keys[i].good_until, INT64_MAX);
            for (size_t j = 0; j < i; j++) assert_string_not_equal(rings[0].keys[i].id, rings[0].keys[j].id);
        }
    }
    lvt_crypto_free(crypto);
}

static void what_ended_elsewhere_ends_here(void **state) {
    (void)state;
    site a, b;
    open_at(&a, 12);
    open_at(&b, 12);
    token leaked = issue(&a.f);
    assert_int_equal(lvt_app_rotate_keys(a.f.app, 0, NULL), LVT_OK);
    assert_int_equal(verify(&b.f, &leaked), LVT_OK);
    merge(&b.f.app->keychain.ring, &a.f.app->keychain.ring, b.time.wall);
    assert_int_equal(verify(&b.f, &leaked), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(key_of(&a), key_of(&b));
    /* A ring that has not heard of it does not bring it back. */
    site stale;
    open_at(&stale, 12);
    merge(&b.f.app->keychain.ring, &stale.f.app->keychain.ring, b.time.wall);
    assert_int_equal(verify(&b.f, &leaked), LVT_ERROR_TOKEN_INVALID);
    close_site(&a);
    close_site(&b);
    close_site(&stale);
}

/* A newer key that is over does not stand before an older one that is not; where none is good a new one is made. */
static void a_good_key_is_in_front(void **state) {
    (void)state;
    for (int has_good = 0; has_good < 2; has_good++) {
        site s;
        open_at(&s, 12);
        lvt_key_ring *ring = &s.f.app->keychain.ring;
        lvt_key_ring other = *ring;
        char own[LVT_KEY_ID_LENGTH + 1];
        memcpy(own, ring->keys[0].id, sizeof own);
        assert_int_equal(lvt_key_ring_rotate(&other, moment_of(s.time.wall), 0, NULL), LVT_OK);
        assert_int_equal(lvt_key_ring_rotate(&other, moment_of(s.time.wall + 1), 0, NULL), LVT_OK);
        other.keys[0].good_until = other.keys[1].good_until;     /* the newest is over too, */
        if (has_good == 1) other.keys[1].good_until = INT64_MAX; /* and the one before it is not */
        merge(ring, &other, s.time.wall + 2);
        assert_int_equal(ring->keys[0].good_until, INT64_MAX);
        if (has_good == 1) assert_string_equal(ring->keys[0].id, other.keys[1].id);
        for (size_t i = 0; i < other.count && has_good == 0; i++)
            assert_string_not_equal(ring->keys[0].id, other.keys[i].id);
        assert_string_not_equal(ring->keys[0].id, own);
        close_site(&s);
    }
}

static void bytes_of_a_ring_are_checked(void **state) {
    (void)state;
    site s;
    open_at(&s, 12);
    lvt_key_ring *ring = &s.f.app->keychain.ring;
    lvt_key_ring before = *ring;
    bytes good = encode(ring);
    for (size_t length = 0; length < good.length; length++)
        assert_int_equal(lvt_key_ring_merge(ring, lvt_span_of(good.data, length), moment_of(s.time.wall), NULL),
                         LVT_ERROR_CORRUPT);
    static const struct {
        size_t at;
        char byte;
    } bends[] = {{0, 2}, {1, 0}, {1, -1}, {1, LVT_TOKEN_KEYS_MAX + 1}, {2, '='}, {12, '\0'}};
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        bytes bent = good;
        bent.data[bends[i].at] = bends[i].byte;
        assert_int_equal(lvt_key_ring_merge(ring, lvt_span_of(bent.data, bent.length), moment_of(s.time.wall), NULL),
                         LVT_ERROR_CORRUPT);
    }
    assert_memory_equal(ring, &before, sizeof before);
    close_site(&s);
}

/* ---- derivation and OpenSSL ---- */

static void from_hex(unsigned char *out, const char *hex) {
    for (size_t i = 0; hex[2 * i] != '\0'; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (unsigned char)byte;
    }
}

#define TEN(text) text text text text text text text text text text

/* RFC 4231, and test cases 15 and 16 of the GCM specification. */
static void the_algorithms_are_those(void **state) {
    (void)state;
    static const struct {
        const char *key, *text, *digest;
    } macs[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        /* A key as long as the first one. */
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {TEN("aa") TEN("aa"), TEN("dd") TEN("dd") TEN("dd") TEN("dd") TEN("dd"),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        /* One that is longer than a block. */
        {TEN(TEN("aa")) TEN("aa") TEN("aa") TEN("aa") "aa",
         "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    lvt_crypto *crypto;
    assert_int_equal(lvt_crypto_create(&crypto, NULL, NULL), LVT_OK);
    for (size_t round = 0; round < 2; round++) { /* fresh, and used before */
        for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++) {
            unsigned char key[131], text[64], expected[LVT_DIGEST_SIZE], digest[LVT_DIGEST_SIZE];
            from_hex(key, macs[i].key);
            from_hex(text, macs[i].text);
            from_hex(expected, macs[i].digest);
            for (size_t again = 0; again < 2; again++) {
                memset(digest, 0, sizeof digest);
                assert_int_equal(lvt_crypto_hmac(digest, crypto,
                                                 lvt_span_of((const char *)key, strlen(macs[i].key) / 2),
                                                 lvt_span_of((const char *)text, strlen(macs[i].text) / 2), NULL),
                                 LVT_OK);
                assert_memory_equal(digest, expected, sizeof digest);
            }
        }
        unsigned char key[LVT_KEY_SIZE], nonce[LVT_SEAL_NONCE_SIZE], text[60], associated[20], expected[76], out[76];
        bool authentic;
        from_hex(key, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        from_hex(nonce, "cafebabefacedbaddecaf888");
        from_hex(text, "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                       "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        from_hex(associated, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
        from_hex(expected, "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                           "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                           "76fc6ece0f4e1768cddf8853bb2d551b");
        lvt_span clear = lvt_span_of((const char *)associated, sizeof associated);
        assert_int_equal(
            lvt_crypto_seal(out, crypto, key, nonce, clear, lvt_span_of((const char *)text, sizeof text), NULL),
            LVT_OK);
        assert_memory_equal(out, expected, sizeof expected);
        unsigned char back[60];
        lvt_span sealed = lvt_span_of((const char *)expected, sizeof expected);
        assert_int_equal(lvt_crypto_open(&authentic, back, crypto, key, nonce, clear, sealed, NULL), LVT_OK);
        assert_true(authentic);
        assert_memory_equal(back, text, sizeof text);
        expected[75] ^= 1;
        assert_int_equal(lvt_crypto_open(&authentic, back, crypto, key, nonce, clear, sealed, NULL), LVT_OK);
        assert_false(authentic);
        static const unsigned char zeros[60];
        assert_memory_equal(back, zeros, sizeof zeros);
    }
    lvt_crypto_free(crypto);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_change_with_the_day),
        cmocka_unit_test(intervals_are_options),
        cmocka_unit_test(the_day_is_the_same_for_all),
        cmocka_unit_test(the_next_day_may_begin_elsewhere),
        cmocka_unit_test(a_process_that_slept_skips_days),
        cmocka_unit_test(a_retired_key_has_its_grace),
        cmocka_unit_test(the_ring_of_keys_has_an_end),
        cmocka_unit_test(a_key_that_is_used_up_is_replaced),
        cmocka_unit_test(a_clock_set_back_revives_nothing),
        cmocka_unit_test(grace_ends_by_the_steady_clock_too),
        cmocka_unit_test(a_clock_that_was_ahead_comes_back),
        cmocka_unit_test(midnight_comes_once),
        cmocka_unit_test(rings_agree_whatever_happened),
        cmocka_unit_test(what_ended_elsewhere_ends_here),
        cmocka_unit_test(a_good_key_is_in_front),
        cmocka_unit_test(bytes_of_a_ring_are_checked),
        cmocka_unit_test(the_algorithms_are_those),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
