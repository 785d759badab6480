#include "pipeline/hosts.h"

#include <stdlib.h>

#include "base/text.h"

#define AGAIN_US 1000000u /* after another worker had it */

enum host_state {
    HOST_FREE,     /* may be claimed, from again_us on */
    HOST_CLAIMING, /* the clerk asks for it */
    HOST_HELD,
    HOST_LEAVING, /* the clerk gives it back */
};

struct host {
    struct host *next;
    struct hosts *all;
    struct clerk_job job;
    struct snow_worker me; /* as of the job */
    enum host_state state;
    uint64_t again_us;
    uint32_t wait_ms;
    bool is_forgotten; /* while the clerk was at it */
    char name[256];
};

static struct host *find(struct hosts *h, const char *name)
{
    struct host *host;

    for (host = h->first; host; host = host->next)
        if (strcmp(host->name, name) == 0)
            return host;
    host = calloc(1, sizeof *host);
    if (!host)
        return NULL;
    text_copy(host->name, sizeof host->name, name);
    host->all = h;
    host->next = h->first;
    h->first = host;
    return host;
}

static void begin(struct host *host, enum host_state state,
                  int (*work)(struct clerk_job *, struct snow_store *,
                              struct snow_error *),
                  void (*done)(struct clerk_job *))
{
    host->state = state;
    host->is_forgotten = false;
    host->me = *host->all->me;
    host->job = (struct clerk_job){ .work = work, .done = done, .arg = host };
    clerk_do(host->all->clerk, &host->job);
}

/* --- claim --- */

static int claim(struct clerk_job *j, struct snow_store *s,
                 struct snow_error *err)
{
    struct host *host = j->arg;

    return snow_store_claim(s, &host->me, host->all->lease_s, host->name,
                            &host->wait_ms, err);
}

static void claimed(struct clerk_job *j)
{
    struct host *host = j->arg;
    struct hosts *h = host->all;

    host->state = HOST_FREE;
    host->again_us = clock_mono_us(h->clock) + AGAIN_US;
    if (j->code || host->is_forgotten)
        return;
    host->state = HOST_HELD;
    registration_client_opened(h->client, host->name, host->wait_ms);
}

enum registration_gate hosts_gate(void *arg, const char *name)
{
    struct hosts *h = arg;
    struct host *host = find(h, name);

    if (!host || clock_mono_us(h->clock) > *h->good_until_us)
        return REGISTRATION_GATE_WAIT;
    if (host->state == HOST_HELD)
        return REGISTRATION_GATE_OPEN;
    if (host->state == HOST_FREE && clock_mono_us(h->clock) >= host->again_us)
        begin(host, HOST_CLAIMING, claim, claimed);
    return REGISTRATION_GATE_WAIT;
}

/* --- let go --- */

static int release(struct clerk_job *j, struct snow_store *s,
                   struct snow_error *err)
{
    struct host *host = j->arg;

    return snow_store_release(s, &host->me, host->name, host->wait_ms, err);
}

static void released(struct clerk_job *j)
{
    struct host *host = j->arg;

    host->state = HOST_FREE;
    host->again_us = 0;
}

static void look_at(void *arg, const struct registration_host_state *of)
{
    struct hosts *h = arg;
    struct host *host = find(h, of->name);

    if (!host)
        return;
    if (of->is_busy) {
        hosts_gate(h, of->name);
        return;
    }
    if (host->state != HOST_HELD)
        return;
    host->wait_ms = of->wait_ms;
    begin(host, HOST_LEAVING, release, released);
}

void hosts_tick(struct hosts *h)
{
    if (h->client)
        registration_client_each_host(h->client, look_at, h);
}

void hosts_forget(struct hosts *h)
{
    for (struct host *host = h->first; host; host = host->next) {
        host->is_forgotten = true;
        if (host->state == HOST_HELD)
            host->state = HOST_FREE;
    }
}

void hosts_fini(struct hosts *h)
{
    while (h->first) {
        struct host *host = h->first;

        h->first = host->next;
        free(host);
    }
}
