/* Keys that are kept: restarts, processes that share a storage, a storage that fails, lies, or is written by others. */
#include "tests/support/test_allocator.h"
#include "token_fixture.h"

/* A storage of one record, with what may go wrong. */
typedef struct shelf {
    lvt_key_storage storage;
    const char *app;
    char bytes[1024];
    size_t length;
    uint64_t version;
    unsigned loads, saves;
    lvt_status load_error, save_error; /* LVT_OK: none */
    unsigned conflicts;                /* so many saves find that somebody was faster */
    void (*before_save)(struct shelf *self);
    fixture *rival;
} shelf;

static lvt_status shelf_load(lvt_buffer *out, uint64_t *out_version, lvt_span app, void *payload, lvt_error *error) {
    shelf *s = payload;
    assert_true(lvt_span_is(app, s->app));
    s->loads++;
    if (s->load_error != LVT_OK) return lvt_error_set(error, s->load_error, "the shelf is locked");
    if (s->version == 0) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "empty");
    lvt_buffer_clear(out);
    lvt_buffer_append(out, s->bytes, s->length);
    *out_version = s->version;
    return LVT_OK;
}

static lvt_status shelf_save(uint64_t *out_version, uint64_t base, lvt_span bytes, lvt_span app, void *payload,
                             lvt_error *error) {
    shelf *s = payload;
    assert_true(lvt_span_is(app, s->app));
    s->saves++;
    if (s->save_error != LVT_OK) return lvt_error_set(error, s->save_error, "the shelf is locked");
    if (s->before_save != NULL) {
        void (*before)(shelf *) = s->before_save;
        s->before_save = NULL; /* what it saves itself passes */
        before(s);
    }
    if (s->conflicts > 0) {
        s->conflicts--;
        return lvt_error_set(error, LVT_ERROR_CONFLICT, "somebody was faster");
    }
    if (base != s->version) return lvt_error_set(error, LVT_ERROR_CONFLICT, "somebody was faster");
    assert_true(bytes.length <= sizeof s->bytes);
    memcpy(s->bytes, bytes.data, bytes.length);
    s->length = bytes.length;
    *out_version = ++s->version;
    return LVT_OK;
}

static void shelf_init(shelf *s) {
    *s = (shelf){.app = "shop", .storage = {.load = shelf_load, .save = shelf_save, .payload = s}};
}

static void init_on(fixture *f, shelf *s) {
    fixture_init(f, "shop", FIXTURE_SECRET);
    f->options.key_storage = &s->storage;
}

static void open_on(fixture *f, shelf *s) {
    init_on(f, s);
    fixture_open(f);
}

static void sweep(fixture *f, int64_t seconds) {
    f->clock.seconds += seconds;
    (void)lvt_app_rotate_if_due(f->app, NULL);
}

static const char *key_of(const fixture *f) { return f->app->keychain.ring.keys[0].id; }

/* ---- restarts ---- */

static void a_restart_keeps_what_was_done_by_hand(void **state) {
    (void)state;
    shelf s;
    fixture f, again, without;
    shelf_init(&s);
    open_on(&f, &s);
    assert_int_equal(s.version, 1);
    token leaked = issue(&f);
    assert_int_equal(lvt_app_rotate_keys(f.app, 0, NULL), LVT_OK);
    assert_int_equal(s.version, 2);
    token t = issue(&f);
    open_on(&again, &s);
    assert_int_equal(s.version, 2); /* nothing new: nothing is written */
    assert_int_equal(verify(&again, &t), LVT_OK);
    assert_int_equal(verify(&again, &leaked), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(again.log, strstr(again.log, "audit=token_refused reason=key")); /* and no word of rotation */
    /* Without the storage the secret knows the day's key alone. */
    fixture_init(&without, "shop", FIXTURE_SECRET);
    fixture_open(&without);
    assert_int_equal(verify(&without, &t), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
    fixture_close(&again);
    fixture_close(&without);
}

static void nothing_secret_is_kept(void **state) {
    (void)state;
    shelf s;
    fixture f;
    shelf_init(&s);
    open_on(&f, &s);
    const lvt_key_ring *ring = &f.app->keychain.ring;
    for (size_t i = 0; i + LVT_KEY_ID_LENGTH <= s.length; i++) {
        assert_memory_not_equal(s.bytes + i, ring->keys[0].id, LVT_KEY_ID_LENGTH);
        assert_memory_not_equal(s.bytes + i, ring->keys[0].bytes, 8);
        assert_memory_not_equal(s.bytes + i, FIXTURE_SECRET, 8);
    }
    fixture_close(&f);
}

static void keys_need_a_secret(void **state) {
    (void)state;
    shelf s;
    fixture f;
    lvt_error error;
    shelf_init(&s);
    init_on(&f, &s);
    f.options.secret = (lvt_span){NULL, 0};
    assert_int_equal(lvt_app_create(&f.app, &f.options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "keys can be saved only with a secret that outlives them");
    assert_int_equal(s.loads, 0);
}

/* ---- written by others ---- */

static void what_is_not_ours_is_refused(void **state) {
    (void)state;
    shelf s, bent;
    fixture f, g;
    lvt_error error;
    shelf_init(&s);
    open_on(&f, &s);
    /* Every bit, at a start. */
    for (size_t bit = 0; bit < s.length * 8; bit++) {
        bent = s;
        bent.storage.payload = &bent;
        bent.bytes[bit / 8] = (char)((unsigned char)bent.bytes[bit / 8] ^ (1U << bit % 8));
        init_on(&g, &bent);
        assert_int_equal(lvt_app_create(&g.app, &g.options, &error), LVT_ERROR_CORRUPT);
    }
    assert_string_equal(error.message,
                        "key storage: what is saved was not sealed by this application with this secret");
    assert_non_null(strstr(g.log, "audit=keys_refused reason=storage status=LVT_ERROR_CORRUPT app=shop"));
    for (size_t length = 0; length < s.length; length++) {
        bent = s;
        bent.storage.payload = &bent;
        bent.length = length;
        init_on(&g, &bent);
        assert_int_equal(lvt_app_create(&g.app, &g.options, NULL), LVT_ERROR_CORRUPT);
    }
    /* Another secret. */
    init_on(&g, &s);
    g.options.secret = LVT_SPAN("another secret of thirty-two byte");
    assert_int_equal(lvt_app_create(&g.app, &g.options, NULL), LVT_ERROR_CORRUPT);
    assert_int_equal(s.version, 1); /* and not written over */
    /* While it runs: it keeps what it has, and says so. */
    token t = issue(&f);
    s.bytes[s.length - 1] ^= 1;
    f.clock.seconds += LVT_KEY_REFRESH_SECONDS;
    assert_int_equal(lvt_app_rotate_if_due(f.app, NULL), LVT_ERROR_CORRUPT);
    assert_int_equal(lvt_app_rotate_keys(f.app, 0, NULL), LVT_ERROR_CORRUPT);
    assert_int_equal(verify(&f, &t), LVT_OK);
    assert_int_equal(s.version, 1);
    assert_int_equal(metric(&f, LVT_METRIC_KEYS_UNAVAILABLE), 2);
    fixture_close(&f);
}

/* The same secret, and what the first saved at the place of the second. */
static void keys_of_another_application_are_not_ours(void **state) {
    (void)state;
    shelf s;
    fixture f, g;
    shelf_init(&s);
    open_on(&f, &s);
    s.app = "mall";
    init_on(&g, &s);
    g.options.id = "mall";
    assert_int_equal(lvt_app_create(&g.app, &g.options, NULL), LVT_ERROR_CORRUPT);
    fixture_close(&f);
}

/* Whoever brings back an older ring does not mislead who knows better. */
static void an_older_ring_brings_nothing_back(void **state) {
    (void)state;
    shelf s, old;
    fixture f;
    shelf_init(&s);
    open_on(&f, &s);
    token leaked = issue(&f);
    old = s;
    assert_int_equal(lvt_app_rotate_keys(f.app, 0, NULL), LVT_OK);
    token t = issue(&f);
    memcpy(s.bytes, old.bytes, old.length);
    s.length = old.length;
    sweep(&f, LVT_KEY_REFRESH_SECONDS);
    assert_int_equal(verify(&f, &leaked), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&f, &t), LVT_OK);
    assert_int_equal(s.version, 3); /* and it was put right */
    fixture_close(&f);
}

/* ---- processes ---- */

static void a_rotation_reaches_the_others(void **state) {
    (void)state;
    shelf s;
    fixture a, b;
    shelf_init(&s);
    open_on(&a, &s);
    open_on(&b, &s);
    token before = issue(&b);
    a.clock.seconds++;
    b.clock.seconds++;
    assert_int_equal(lvt_app_rotate_keys(a.app, 60, NULL), LVT_OK);
    token t = issue(&a);
    /* By the token itself, before anybody sweeps. */
    assert_int_equal(verify(&b, &t), LVT_OK);
    assert_string_equal(key_of(&a), key_of(&b));
    assert_non_null(strstr(b.log, "audit=keys_rotated reason=shared app=shop key="));
    assert_int_equal(verify(&b, &before), LVT_OK);
    b.clock.seconds += 60;
    assert_int_equal(verify(&b, &before), LVT_ERROR_TOKEN_INVALID);
    /* By the sweep. */
    assert_int_equal(lvt_app_rotate_keys(a.app, 60, NULL), LVT_OK);
    sweep(&b, LVT_KEY_REFRESH_SECONDS);
    assert_string_equal(key_of(&a), key_of(&b));
    fixture_close(&a);
    fixture_close(&b);
}

/* While the first saves, the second rotates. */
static void rotate_in_between(shelf *s) { assert_int_equal(lvt_app_rotate_keys(s->rival->app, 60, NULL), LVT_OK); }

static void two_who_rotate_at_once_agree(void **state) {
    (void)state;
    shelf s;
    fixture a, b;
    shelf_init(&s);
    open_on(&a, &s);
    open_on(&b, &s);
    s.rival = &b;
    s.before_save = rotate_in_between;
    assert_int_equal(lvt_app_rotate_keys(a.app, 60, NULL), LVT_OK);
    token of_b = issue(&b), of_a = issue(&a);
    assert_int_equal(verify(&a, &of_b), LVT_OK);
    sweep(&b, LVT_KEY_REFRESH_SECONDS - 30);
    b.clock.seconds++;
    assert_int_equal(verify(&b, &of_a), LVT_OK);
    assert_string_equal(key_of(&a), key_of(&b));
    assert_int_equal(a.app->keychain.ring.count, 3);
    assert_int_equal(b.app->keychain.ring.count, 3);
    fixture_close(&a);
    fixture_close(&b);
}

static void issue_in_between(shelf *s) { (void)issue(s->rival); }

/* Tokens that are made while the storage is waited for are counted too. */
static void no_use_of_a_key_is_lost(void **state) {
    (void)state;
    shelf s;
    fixture f;
    shelf_init(&s);
    open_on(&f, &s);
    (void)issue(&f);
    s.version = 0; /* somebody has emptied the shelf: it is filled again */
    s.rival = &f;
    s.before_save = issue_in_between;
    sweep(&f, LVT_KEY_REFRESH_SECONDS);
    assert_int_equal(s.version, 1);
    assert_int_equal(f.app->keychain.ring.uses, 2);
    fixture_close(&f);
}

static void whoever_always_comes_second_gives_up(void **state) {
    (void)state;
    shelf s;
    fixture f;
    shelf_init(&s);
    open_on(&f, &s);
    char before[LVT_KEY_ID_LENGTH + 1];
    memcpy(before, key_of(&f), sizeof before);
    s.saves = 0;
    s.conflicts = LVT_KEY_SAVE_ATTEMPTS_MAX;
    assert_int_equal(lvt_app_rotate_keys(f.app, 60, NULL), LVT_ERROR_CONFLICT);
    assert_int_equal(s.saves, LVT_KEY_SAVE_ATTEMPTS_MAX);
    assert_string_equal(key_of(&f), before);
    s.conflicts = LVT_KEY_SAVE_ATTEMPTS_MAX - 1;
    assert_int_equal(lvt_app_rotate_keys(f.app, 60, NULL), LVT_OK);
    assert_string_not_equal(key_of(&f), before);
    fixture_close(&f);
}

/* Tokens with keys that nobody knows do not have the storage asked for each. */
static void unknown_keys_are_looked_for_at_a_rate(void **state) {
    (void)state;
    shelf s;
    fixture f, other;
    shelf_init(&s);
    open_on(&f, &s);
    fixture_init(&other, "shop", "another secret of thirty-two byte");
    fixture_open(&other);
    token t = issue(&other), own = issue(&f);
    f.clock.seconds += 10;
    s.loads = 0;
    for (int i = 0; i < 100; i++) assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(s.loads, 1);
    f.clock.seconds += LVT_KEY_RELOAD_SECONDS;
    for (int i = 0; i < 100; i++) assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(s.loads, 2);
    s.load_error = LVT_ERROR_UNAVAILABLE;
    f.clock.seconds += LVT_KEY_RELOAD_SECONDS;
    for (int i = 0; i < 100; i++) assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(s.loads, 3);
    f.clock.seconds += LVT_KEY_RETRY_SECONDS - 1;
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(s.loads, 3);
    f.clock.seconds += 1;
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(s.loads, 4);
    assert_int_equal(verify(&f, &own), LVT_OK); /* a known key asks nobody */
    assert_int_equal(s.loads, 4);
    fixture_close(&f);
    fixture_close(&other);
}

/* ---- a storage that is away ---- */

static void nothing_starts_without_its_storage(void **state) {
    (void)state;
    static const lvt_status statuses[] = {LVT_ERROR_UNAVAILABLE, LVT_ERROR_IO};
    for (size_t i = 0; i < 2 * sizeof statuses / sizeof statuses[0]; i++) {
        shelf s;
        fixture f;
        lvt_error error;
        shelf_init(&s);
        *(i % 2 == 0 ? &s.load_error : &s.save_error) = statuses[i / 2];
        init_on(&f, &s);
        assert_int_equal(lvt_app_create(&f.app, &f.options, &error), statuses[i / 2]);
        assert_string_equal(error.message, "key storage: the shelf is locked");
    }
}

static void days_go_on_without_the_storage(void **state) {
    (void)state;
    shelf s;
    fixture a, b;
    shelf_init(&s);
    open_on(&a, &s);
    open_on(&b, &s);
    token t = issue(&a);
    s.load_error = LVT_ERROR_UNAVAILABLE;
    assert_int_equal(lvt_app_rotate_keys(a.app, 0, NULL), LVT_ERROR_UNAVAILABLE); /* nobody would learn of it */
    assert_int_equal(verify(&a, &t), LVT_OK);
    assert_int_equal(metric(&a, LVT_METRIC_KEYS_ROTATED), 0);
    a.clock.seconds += 24 * 3600 - 1;
    b.clock.seconds += 24 * 3600 - 1;
    lvt_error error;
    assert_int_equal(lvt_app_rotate_if_due(a.app, &error), LVT_ERROR_UNAVAILABLE);
    assert_string_equal(error.message, "the shelf is locked");
    assert_non_null(strstr(a.log, "key storage: the shelf is locked"));
    assert_int_equal(metric(&a, LVT_METRIC_KEYS_ROTATED), 1);
    assert_int_equal(lvt_app_rotate_if_due(b.app, NULL), LVT_ERROR_UNAVAILABLE);
    assert_string_equal(key_of(&a), key_of(&b));
    /* It is not asked all the time, and written when it is back. */
    s.loads = 0;
    sweep(&a, LVT_KEY_RETRY_SECONDS - 1);
    assert_int_equal(s.loads, 0);
    s.load_error = LVT_OK;
    uint64_t version = s.version;
    sweep(&a, 1);
    assert_int_equal(s.loads, 1);
    assert_int_equal(s.version, version + 1);
    fixture_close(&a);
    fixture_close(&b);
}

/* ---- a session store ---- */

static void a_session_store_keeps_keys(void **state) {
    (void)state;
    fixture a, b, other;
    lvt_session_store *store;
    size_t count;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    fixture_init(&a, "shop", FIXTURE_SECRET);
    options.clock = a.clock.clock;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    lvt_key_storage storage = lvt_key_storage_in(store);
    a.options.key_storage = &storage;
    fixture_open(&a);
    fixture_init(&b, "shop", FIXTURE_SECRET);
    b.options.key_storage = &storage;
    fixture_open(&b);
    fixture_init(&other, "mall", FIXTURE_SECRET); /* has a record of its own */
    other.options.key_storage = &storage;
    fixture_open(&other);
    assert_int_equal(lvt_session_store_count(&count, store, LVT_SPAN("livetemplate keys "), NULL), LVT_OK);
    assert_int_equal(count, 2);
    token leaked = issue(&b);
    a.clock.seconds++;
    b.clock.seconds++;
    assert_int_equal(lvt_app_rotate_keys(a.app, 0, NULL), LVT_OK);
    token t = issue(&a);
    assert_int_equal(verify(&b, &t), LVT_OK);
    assert_int_equal(verify(&b, &leaked), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(lvt_app_rotate_keys(b.app, 0, NULL), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(a.app, 0, NULL), LVT_OK);
    assert_int_equal(a.app->keychain.ring.count, 4);
    /* Somebody writes there. */
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 1024, NULL);
    assert_int_equal(lvt_session_store_get(&record, store, LVT_SPAN("livetemplate keys shop"), 0, 0, NULL), LVT_OK);
    lvt_buffer_free(&record.body);
    lvt_store_change change = {.key = LVT_SPAN("livetemplate keys shop"),
                               .base = record.version,
                               .body = LVT_SPAN("lvtk\x01 of mine"),
                               .id = {7}};
    uint64_t version;
    assert_int_equal(lvt_session_store_put(&version, store, &change, NULL), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(a.app, 0, NULL), LVT_ERROR_CORRUPT);
    fixture_close(&a);
    fixture_close(&b);
    fixture_close(&other);
    lvt_session_store_free(store);
}

/* ---- memory ---- */

static void no_memory_changes_nothing(void **state) {
    (void)state;
    for (size_t step = 1;; step++) {
        shelf s;
        fixture f;
        test_allocator memory;
        test_allocator_init(&memory, 0);
        shelf_init(&s);
        init_on(&f, &s);
        f.options.allocator = &memory.allocator;
        fixture_open(&f);
        char before[LVT_KEY_ID_LENGTH + 1];
        memcpy(before, key_of(&f), sizeof before);
        memory.fail_at = memory.calls + step;
        lvt_status status = lvt_app_rotate_keys(f.app, 60, NULL);
        bool has_failed = memory.calls >= memory.fail_at;
        assert_int_equal(status, has_failed ? LVT_ERROR_OUT_OF_MEMORY : LVT_OK);
        if (has_failed) assert_string_equal(key_of(&f), before);
        assert_int_equal(s.version, has_failed ? 1 : 2);
        fixture_close(&f);
        assert_int_equal(memory.live, 0);
        if (!has_failed) break;
        assert_true(step < 100);
    }
}

static void no_memory_at_the_start(void **state) {
    (void)state;
    for (size_t step = 1;; step++) {
        shelf s;
        fixture f;
        test_allocator memory;
        test_allocator_init(&memory, step);
        shelf_init(&s);
        init_on(&f, &s);
        s.version = 0;
        f.options.allocator = &memory.allocator;
        lvt_status status = lvt_app_create(&f.app, &f.options, NULL);
        if (status == LVT_OK) fixture_close(&f);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(memory.live, 0);
        if (status == LVT_OK) break;
        assert_true(step < 100);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_keeps_what_was_done_by_hand),
        cmocka_unit_test(nothing_secret_is_kept),
        cmocka_unit_test(keys_need_a_secret),
        cmocka_unit_test(what_is_not_ours_is_refused),
        cmocka_unit_test(keys_of_another_application_are_not_ours),
        cmocka_unit_test(an_older_ring_brings_nothing_back),
        cmocka_unit_test(a_rotation_reaches_the_others),
        cmocka_unit_test(two_who_rotate_at_once_agree),
        cmocka_unit_test(no_use_of_a_key_is_lost),
        cmocka_unit_test(whoever_always_comes_second_gives_up),
        cmocka_unit_test(unknown_keys_are_looked_for_at_a_rate),
        cmocka_unit_test(nothing_starts_without_its_storage),
        cmocka_unit_test(days_go_on_without_the_storage),
        cmocka_unit_test(a_session_store_keeps_keys),
        cmocka_unit_test(no_memory_changes_nothing),
        cmocka_unit_test(no_memory_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
