/* The 64-bit hash is XXH64, a published function: four independent lanes of 8 bytes for long inputs, one for the rest.
 * Bytes are read in little-endian order, so that the result is the same everywhere. */
#include "livetemplate/base.h"

static const uint64_t prime_1 = UINT64_C(0x9E3779B185EBCA87);
static const uint64_t prime_2 = UINT64_C(0xC2B2AE3D27D4EB4F);
static const uint64_t prime_3 = UINT64_C(0x165667B19E3779F9);
static const uint64_t prime_4 = UINT64_C(0x85EBCA77C2B2AE63);
static const uint64_t prime_5 = UINT64_C(0x27D4EB2F165667C5);

static uint64_t rotate(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

static uint64_t read_32(const unsigned char *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static uint64_t read_64(const unsigned char *p) { return read_32(p) | read_32(p + 4) << 32; }

static uint64_t lane_round(uint64_t lane, uint64_t input) { return rotate(lane + input * prime_2, 31) * prime_1; }

static uint64_t merge_lane(uint64_t hash, uint64_t lane) { return (hash ^ lane_round(0, lane)) * prime_1 + prime_4; }

static uint64_t avalanche(uint64_t hash) {
    hash = (hash ^ hash >> 33) * prime_2;
    hash = (hash ^ hash >> 29) * prime_3;
    return hash ^ hash >> 32;
}

uint64_t lvt_hash_bytes(uint64_t seed, const void *data, size_t length) {
    const unsigned char *p = data;
    size_t rest = length;
    uint64_t hash;
    if (rest >= 32) {
        uint64_t lanes[4] = {seed + prime_1 + prime_2, seed + prime_2, seed, seed - prime_1};
        for (; rest >= 32; rest -= 32, p += 32) {
            for (unsigned i = 0; i < 4; i++) lanes[i] = lane_round(lanes[i], read_64(p + 8 * i));
        }
        hash = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
        for (unsigned i = 0; i < 4; i++) hash = merge_lane(hash, lanes[i]);
    } else {
        hash = seed + prime_5;
    }
    hash += length;
    for (; rest >= 8; rest -= 8, p += 8) hash = rotate(hash ^ lane_round(0, read_64(p)), 27) * prime_1 + prime_4;
    if (rest >= 4) {
        hash = rotate(hash ^ read_32(p) * prime_1, 23) * prime_2 + prime_3;
        rest -= 4;
        p += 4;
    }
    for (; rest > 0; rest--, p++) hash = rotate(hash ^ *p * prime_5, 11) * prime_1;
    return avalanche(hash);
}

uint64_t lvt_hash_mix(uint64_t hash, uint64_t value) {
    return avalanche(rotate(hash ^ lane_round(0, value), 27) * prime_1 + prime_4);
}
