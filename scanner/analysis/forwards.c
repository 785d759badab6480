#include "analysis/forwards.h"

#include <string.h>

#include "snowline/error.h"

/* What stands before the addresses. */
struct head {
    uint8_t status, status6, n;
};

int analysis_forwards_add(struct forwards *f, const char *name,
                          const struct analysis_forward *answer)
{
    uint64_t hash = map_hash(name, strlen(name));
    uint64_t *at = map_put(&f->by_hash, &hash, sizeof hash);
    struct head head = { answer->status, answer->status6, (uint8_t)answer->n };

    if (!at)
        return SNOW_ENOMEM;
    *at = 1 + f->kept.len;
    buf_add(&f->kept, &head, sizeof head);
    buf_add(&f->kept, answer->addrs, answer->n * sizeof *answer->addrs);
    return f->kept.failed ? SNOW_ENOMEM : 0;
}

bool analysis_forwards_get(const struct forwards *f, uint64_t hash,
                           struct analysis_forward *out)
{
    const uint64_t *at = map_get(&f->by_hash, &hash, sizeof hash);
    struct head head;

    if (!at)
        return false;
    memcpy(&head, f->kept.data + *at - 1, sizeof head);
    out->status = head.status;
    out->status6 = head.status6;
    out->n = head.n;
    memcpy(out->addrs, f->kept.data + *at - 1 + sizeof head,
           head.n * sizeof *out->addrs);
    return true;
}

void analysis_forwards_fini(struct forwards *f)
{
    map_fini(&f->by_hash);
    buf_fini(&f->kept);
}
