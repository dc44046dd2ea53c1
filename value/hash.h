/* hash: what lvt_value_hash does, with an end to how much is walked through. */
#ifndef LIVETEMPLATE_VALUE_HASH_H
#define LIVETEMPLATE_VALUE_HASH_H

#include "livetemplate/value.h"

/* What may still be read. */
typedef struct lvt_hash_budget {
    size_t values;   /* fields and elements at any depth */
    size_t elements; /* of one sequence, at most */
} lvt_hash_budget;

/* lvt_value_hash of a value that is not too large; false when it is, and *out is nothing then. */
bool lvt_value_hash_within(uint64_t *out, uint64_t seed, lvt_value value, lvt_hash_budget *budget);

#endif
