/* Random ids as base64url, from the system's generator by way of OpenSSL. */
#include "base64url.h"
#include "crypto.h"
#include "livetemplate/token.h"

static lvt_status make(char *out, size_t bytes, lvt_error *error) {
    unsigned char random[32];
    lvt_status status = lvt_random_bytes(random, bytes, error);
    if (status != LVT_OK) return status;
    lvt_base64url_encode(out, random, bytes);
    out[LVT_BASE64URL_LENGTH(bytes)] = '\0';
    return LVT_OK;
}

lvt_status lvt_id_random(char out[LVT_ID_LENGTH + 1], lvt_error *error) { return make(out, 16, error); }

lvt_status lvt_group_id_random(char out[LVT_GROUP_ID_LENGTH + 1], lvt_error *error) { return make(out, 32, error); }
