/* The scripts. A record is a hash: v its version, b its packed body, c the
 * versions that its last changes led to, newest first. A
 * hash without v, and what is no hash, is another program's. */
#include "redis_script.h"

#include <openssl/evp.h>

#define TEXT_OF(number) #number
#define NUMBER(name) TEXT_OF(name)

#define READ_VERSION                                                    \
    "local v = redis.call('HGET', KEYS[1], 'v')\n"                      \
    "if not v and redis.call('EXISTS', KEYS[1]) == 1 then\n"            \
    "  return redis.error_reply('WRONGTYPE the key holds no record')\n" \
    "end\n"

/* A life that is longer or shorter by a second or more is set anew: not every read needs a write. */
static const char get_text[] = READ_VERSION "if not v then return false end\n"
                                            "local left, ttl = redis.call('PTTL', KEYS[1]), tonumber(ARGV[2])\n"
                                            "if ttl > 0 and math.abs(left - ttl) >= 1000 then\n"
                                            "  redis.call('PEXPIRE', KEYS[1], ARGV[2])\n"
                                            "  left = ttl\n"
                                            "end\n"
                                            "if v == ARGV[1] then return {v, left} end\n"
                                            "return {v, left, redis.call('HGET', KEYS[1], 'b')}\n";

static const char put_text[] = READ_VERSION
    "local last = v and redis.call('HGET', KEYS[1], 'c') or ''\n"
    "local made = ARGV[2] .. ' '\n"
    "if string.find(' ' .. last, ' ' .. made, 1, true) then return 1 end\n"
    "if (v or '0') ~= ARGV[1] then return 0 end\n"
    "local count = 1\n"
    "for other in string.gmatch(last, '%d+') do\n"
    "  if count < " NUMBER(
        LVT_STORE_CHANGES_REMEMBERED) " then made = made .. other .. ' ' end\n"
                                      "  count = count + 1\n"
                                      "end\n"
                                      "redis.call('HSET', KEYS[1], 'v', ARGV[2], 'b', ARGV[3], 'c', made)\n"
                                      "if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[4])\n"
                                      "else redis.call('PERSIST', KEYS[1]) end\n"
                                      "return 1\n";

static const char remove_text[] = READ_VERSION "if not v then return 0 end\n"
                                               "if ARGV[1] ~= '0' and ARGV[1] ~= v then return -1 end\n"
                                               "redis.call('DEL', KEYS[1])\n"
                                               "return 1\n";

static const char aside_text[] = READ_VERSION "if v ~= ARGV[1] then return 0 end\n"
                                              "redis.call('RENAME', KEYS[1], KEYS[2])\n"
                                              "redis.call('PERSIST', KEYS[2])\n"
                                              "return 1\n";

static const char *const texts[LVT_REDIS_SCRIPT_COUNT] = {[LVT_REDIS_GET] = get_text,
                                                          [LVT_REDIS_PUT] = put_text,
                                                          [LVT_REDIS_REMOVE] = remove_text,
                                                          [LVT_REDIS_ASIDE] = aside_text};

lvt_status lvt_redis_scripts_init(lvt_redis_scripts *out, lvt_error *error) {
    for (size_t i = 0; i < LVT_REDIS_SCRIPT_COUNT; i++) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (EVP_Digest(texts[i], strlen(texts[i]), digest, &length, EVP_sha1(), NULL) != 1)
            return lvt_error_set(error, LVT_ERROR_CRYPTO, "SHA-1 is not available");
        for (size_t j = 0; j < LVT_REDIS_SCRIPT_ID; j++)
            out->ids[i][j] = "0123456789abcdef"[digest[j / 2] >> (j % 2 == 0 ? 4 : 0) & 15];
    }
    return LVT_OK;
}

lvt_status lvt_redis_script_run(const lvt_redis_reply **out, const lvt_redis_scripts *scripts, lvt_redis_script which,
                                lvt_redis_connection *connection, const lvt_span *arguments, size_t count, size_t keys,
                                int64_t deadline, lvt_error *error) {
    char digit = (char)('0' + keys);
    lvt_span words[3 + LVT_REDIS_SCRIPT_ARGUMENTS_MAX] = {
        LVT_SPAN_INIT("EVALSHA"), {scripts->ids[which], LVT_REDIS_SCRIPT_ID}, {&digit, 1}};
    memcpy(words + 3, arguments, count * sizeof *arguments);
    lvt_status status = lvt_redis_ask(out, connection, words, 3 + count, deadline, error);
    if (status == LVT_OK && (*out)->kind == LVT_REDIS_ERROR &&
        lvt_span_starts_with((*out)->text, LVT_SPAN("NOSCRIPT"))) {
        words[0] = LVT_SPAN("EVAL");
        words[1] = lvt_span_from(texts[which]);
        status = lvt_redis_ask(out, connection, words, 3 + count, deadline, error);
    }
    if (status == LVT_OK && (*out)->kind == LVT_REDIS_ERROR) status = lvt_redis_reply_fail(*out, error);
    return status;
}
