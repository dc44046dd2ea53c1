/* A token bucket for each kind and reason, kept as one number: the moment until which its lines are paid for. A line
 * moves that on by one interval and may be written if it does not come to lie a burst ahead of now. */
#include "audit_limit.h"

/* Refusals, which anybody can cause. NULL: the others. */
static lvt_audit_allowance *find(lvt_audit_limit *limit, lvt_audit_kind kind, lvt_audit_reason reason) {
    if ((unsigned)reason >= LVT_AUDIT_REASONS) return NULL;
    if (kind == LVT_AUDIT_TOKEN_REFUSED) return &limit->allowances[0][reason];
    return kind == LVT_AUDIT_COOKIE_REFUSED ? &limit->allowances[1][reason] : NULL;
}

void lvt_audit_limit_init(lvt_audit_limit *limit, int64_t lines) {
    limit->interval = lines < 0 ? 0 : LVT_NANOSECONDS_PER_SECOND / lines;
    for (size_t kind = 0; kind < LVT_AUDIT_LIMITED_KINDS; kind++) {
        for (size_t reason = 0; reason < LVT_AUDIT_REASONS; reason++) {
            lvt_audit_allowance *allowance = &limit->allowances[kind][reason];
            atomic_init(&allowance->paid_until, INT64_MIN); /* a clock may start below 0 */
            atomic_init(&allowance->last_left_out, 0);
            atomic_init(&allowance->left_out, 0);
        }
    }
}

/* False when the next line would lie too far ahead. */
static bool pay(lvt_audit_allowance *allowance, int64_t interval, int64_t now) {
    int64_t paid = atomic_load_explicit(&allowance->paid_until, memory_order_relaxed), next;
    do {
        next = (paid > now ? paid : now) + interval;
        if (next - now > LVT_AUDIT_LINES_BURST * interval) return false;
    } while (!atomic_compare_exchange_weak_explicit(&allowance->paid_until, &paid, next, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

bool lvt_audit_limit_allow(uint64_t *out_left_out, lvt_audit_limit *limit, lvt_audit_kind kind, lvt_audit_reason reason,
                           int64_t now) {
    lvt_audit_allowance *allowance = limit->interval != 0 ? find(limit, kind, reason) : NULL;
    *out_left_out = 0;
    if (allowance == NULL) return true;
    if (!pay(allowance, limit->interval, now)) {
        atomic_store_explicit(&allowance->last_left_out, now, memory_order_relaxed);
        atomic_fetch_add_explicit(&allowance->left_out, 1, memory_order_relaxed);
        return false;
    }
    *out_left_out = atomic_exchange_explicit(&allowance->left_out, 0, memory_order_relaxed);
    return true;
}

uint64_t lvt_audit_limit_take(lvt_audit_limit *limit, lvt_audit_kind kind, lvt_audit_reason reason, bool in_any_case,
                              int64_t now) {
    lvt_audit_allowance *allowance = find(limit, kind, reason);
    if (allowance == NULL || atomic_load_explicit(&allowance->left_out, memory_order_relaxed) == 0) return 0;
    int64_t last = atomic_load_explicit(&allowance->last_left_out, memory_order_relaxed);
    if (!in_any_case && now - last < LVT_AUDIT_QUIET) return 0;
    return atomic_exchange_explicit(&allowance->left_out, 0, memory_order_relaxed);
}
