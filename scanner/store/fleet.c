/* Many workers on one store: to the backend that can. */
#include "store/backend.h"

#include "base/text.h"

const char *snow_shard_kind_word(enum snow_shard_kind kind)
{
    static const char *const words[] = {
#define X(name, word) word,
        SNOW_SHARD_KINDS(X)
#undef X
    };

    return (unsigned)kind < COUNT_OF(words) ? words[kind] : "?";
}

bool snow_store_is_shared(const struct snow_store *s)
{
    return s->backend->sharing != NULL;
}

int snow_store_add_shards(struct snow_store *s, const struct snow_shard *shards,
                          size_t n, struct snow_error *err)
{
    return s->backend->sharing->add_shards(s, shards, n, err);
}

int snow_store_retry_shards(struct snow_store *s, int64_t scan,
                            unsigned n_kinds, struct snow_error *err)
{
    return s->backend->sharing->retry_shards(s, scan, n_kinds, err);
}

int snow_store_join(struct snow_store *s, struct snow_worker *w,
                    unsigned lease_s, struct snow_error *err)
{
    return s->backend->sharing->join(s, w, lease_s, err);
}

int snow_store_leave(struct snow_store *s, const struct snow_worker *w,
                     struct snow_error *err)
{
    return s->backend->sharing->leave(s, w, err);
}

int snow_store_beat(struct snow_store *s, struct snow_worker *w,
                    unsigned lease_s, struct snow_beat *out,
                    struct snow_error *err)
{
    return s->backend->sharing->beat(s, w, lease_s, out, err);
}

int snow_store_each_worker(struct snow_store *s, int64_t scan,
                           snow_worker_fn fn, void *arg, struct snow_error *err)
{
    return s->backend->sharing->each_worker(s, scan, fn, arg, err);
}

int snow_store_lease(struct snow_store *s, const struct snow_worker *w,
                     unsigned lease_s, uint32_t kinds, struct snow_shard *out,
                     struct snow_error *err)
{
    return s->backend->sharing->lease(s, w, lease_s, kinds, out, err);
}

int snow_store_give_back(struct snow_store *s, const struct snow_lease *l,
                         struct snow_error *err)
{
    return s->backend->sharing->give_back(s, l, err);
}

int snow_store_fence(struct snow_store *s, const struct snow_lease *leases,
                     size_t n, unsigned lease_s, bool *is_held,
                     struct snow_error *err)
{
    return s->backend->sharing->fence(s, leases, n, lease_s, is_held, err);
}

int snow_store_count_shards(struct snow_store *s, int64_t scan,
                            struct snow_shard_count *out,
                            struct snow_error *err)
{
    return s->backend->sharing->count_shards(s, scan, out, err);
}

int snow_store_each_leased(struct snow_store *s, int64_t scan,
                           snow_leased_fn fn, void *arg, struct snow_error *err)
{
    return s->backend->sharing->each_leased(s, scan, fn, arg, err);
}

int snow_store_claim(struct snow_store *s, const struct snow_worker *w,
                     unsigned lease_s, const char *host, uint32_t *wait_ms,
                     struct snow_error *err)
{
    return s->backend->sharing->claim(s, w, lease_s, host, wait_ms, err);
}

int snow_store_release(struct snow_store *s, const struct snow_worker *w,
                       const char *host, uint32_t wait_ms,
                       struct snow_error *err)
{
    return s->backend->sharing->release(s, w, host, wait_ms, err);
}
