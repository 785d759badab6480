#include "import/keep.h"

#define RANGES_MAX 16384 /* about 600 KiB as text */
#define STEP 4           /* bits by which they get coarser; the first is 8 */

void keep_fini(struct keep *k)
{
    snow_block_fini(&k->block);
    snow_ranges_free(k->ranges);
    k->ranges = NULL;
}

/* --- the ranges --- */

static struct snow_range widened(struct snow_addr a, unsigned bits)
{
    uint64_t lo = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    uint64_t hi = bits > 64 ? (UINT64_C(1) << (bits - 64)) - 1 : 0;

    return (struct snow_range){ { a.hi & ~hi, a.lo & ~lo },
                                { a.hi | hi, a.lo | lo } };
}

/* IPv4 addresses fill 32 bits of the key and stay in them. */
static unsigned coarser(unsigned bits, bool is_ipv4)
{
    bits = bits == 0 ? 8 : bits + STEP;
    return is_ipv4 && bits > 32 ? 32 : bits > 96 ? 96 : bits;
}

static int widen(struct keep *k, bool is_ipv4)
{
    struct snow_ranges *wide;
    int code = snow_ranges_new(&wide);

    k->coarse[is_ipv4] = coarser(k->coarse[is_ipv4], is_ipv4);
    for (size_t i = 0; !code && i < snow_ranges_n(k->ranges); i++) {
        struct snow_range r = snow_ranges_at(k->ranges, i);

        if (snow_addr_is_ipv4(r.first) == is_ipv4) {
            r.first = widened(r.first, k->coarse[is_ipv4]).first;
            r.last = widened(r.last, k->coarse[is_ipv4]).last;
        }
        code = snow_ranges_add(wide, r);
    }
    if (code) {
        snow_ranges_free(wide);
        return code;
    }
    snow_ranges_free(k->ranges);
    k->ranges = wide;
    return 0;
}

static int add_to_ranges(struct keep *k, struct snow_addr a)
{
    bool is_ipv4 = snow_addr_is_ipv4(a);
    int code = k->ranges ? 0 : snow_ranges_new(&k->ranges);

    if (!code)
        code = snow_ranges_add(k->ranges, widened(a, k->coarse[is_ipv4]));
    while (!code && snow_ranges_n(k->ranges) > RANGES_MAX &&
           k->coarse[is_ipv4] < (is_ipv4 ? 32 : 96))
        code = widen(k, is_ipv4);
    return code;
}

/* --- the records --- */

static int put_block(struct keep *k)
{
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK,
                             .scan = k->scan,
                             .block = &k->block };

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (k->block.status[i] == SNOW_PTR_PENDING)
            k->block.status[i] = SNOW_PTR_OUTSIDE;
    k->has_block = false;
    return snow_store_put(k->store, &r, k->err);
}

static int keep_ipv4(struct keep *k, const struct gather_addr *a)
{
    struct snow_addr first = snow_addr_block(a->addr);
    int code = 0;

    if (k->has_block && snow_addr_compare(k->block.first, first) != 0)
        code = put_block(k);
    if (code)
        return code;
    if (!k->has_block)
        snow_block_reset(&k->block, first);
    k->has_block = true;
    return snow_block_set(&k->block, (unsigned)(a->addr.lo & 255), a->status,
                          a->seen_utc_s, a->names, a->n_names);
}

/* Of IPv6 a name is kept, and a question without an answer; that there is no
 * name is counted only. */
static int keep_ipv6(struct keep *k, const struct gather_addr *a)
{
    struct snow_name name = { .addr = a->addr,
                              .nibbles = 32,
                              .status = (uint8_t)a->status,
                              .n_names = (uint8_t)a->n_names,
                              .seen_utc_s = a->seen_utc_s,
                              .names = a->names };
    struct snow_record r = { .kind = SNOW_RECORD_NAME,
                             .scan = k->scan,
                             .name = &name };

    k->walk.by_status[a->status & 15]++;
    if (a->status != SNOW_PTR_NAME && !snow_ptr_status_is_failure(a->status))
        return 0;
    return snow_store_put(k->store, &r, k->err);
}

int keep_addr(void *arg, const struct gather_addr *a)
{
    struct keep *k = arg;
    int code = add_to_ranges(k, a->addr);

    if (code)
        return snow_fail(k->err, code, "out of memory");
    k->by_status[a->status & 15]++;
    k->n_names += a->n_names;
    if (k->latest_utc_s == SNOW_TIME_UNKNOWN || a->seen_utc_s > k->latest_utc_s)
        k->latest_utc_s = a->seen_utc_s;
    return snow_addr_is_ipv4(a->addr) ? keep_ipv4(k, a) : keep_ipv6(k, a);
}

int keep_end(struct keep *k)
{
    struct snow_record r = { .kind = SNOW_RECORD_WALK,
                             .scan = k->scan,
                             .walk = &k->walk };
    int code = k->has_block ? put_block(k) : 0;
    uint64_t n = 0;

    for (unsigned i = 0; i < 16; i++)
        n += k->walk.by_status[i];
    return code || n == 0 ? code : snow_store_put(k->store, &r, k->err);
}
