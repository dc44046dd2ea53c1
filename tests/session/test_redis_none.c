/* A library without Redis says so. (Here beside one that has it, so the function gets another name.) */
#define lvt_redis_store_create create_without_redis
#include "session/redis_none.c"
#include "tests/support/cmocka_all.h"

static void redis_is_missing(void **state) {
    (void)state;
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    lvt_redis_store_options options = LVT_REDIS_STORE_OPTIONS_INIT;
    options.address = "127.0.0.1:6379";
    assert_int_equal(lvt_redis_store_create(&store, &options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "LVT_REDIS=ON"));
    assert_null(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(redis_is_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
