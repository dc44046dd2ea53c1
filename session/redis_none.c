/* Instead of the Redis store, where the library is built without it. */
#include "livetemplate/store.h"

lvt_status lvt_redis_store_create(lvt_session_store **out, const lvt_redis_store_options *options, lvt_error *error) {
    (void)out, (void)options;
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                         "this library was built without Redis: build it with -DLVT_REDIS=ON");
}
