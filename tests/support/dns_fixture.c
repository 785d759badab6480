#include "dns_fixture.h"

#include <stdint.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_LEN 12
#define QUERY_MAX 512
#define RECORD_MAX 32

struct query {
    unsigned char octets[QUERY_MAX];
    size_t len;
    struct sockaddr_in from;
};

static void send_to(const struct dns_fixture *f, const struct query *q,
                    const void *octets, size_t len)
{
    (void)!sendto(f->fd, octets, len, 0, (const struct sockaddr *)&q->from,
                  sizeof q->from);
}

/* The answer "NAME.example" to what @p q asks. */
static size_t format_answer(unsigned char out[QUERY_MAX + RECORD_MAX],
                            const struct query *q, const char *name,
                            unsigned flags)
{
    static const unsigned char record[] = {
        0xc0, 12, 0, 12, 0, 1, 0, 0, 1, 0, 0
    };
    static const unsigned char tail[] = "\007example";
    size_t n = strlen(name), at = q->len;

    memcpy(out, q->octets, q->len);
    out[2] = (unsigned char)(flags >> 8);
    out[3] = (unsigned char)flags;
    if ((flags & 0x020f) != 0)
        return at;
    out[7] = 1;
    memcpy(out + at, record, sizeof record);
    at += sizeof record;
    out[at++] = (unsigned char)(1 + n + sizeof tail);
    out[at++] = (unsigned char)n;
    memcpy(out + at, name, n);
    memcpy(out + at + n, tail, sizeof tail);
    return at + n + sizeof tail;
}

/* None of these may be taken for the answer, nor keep it from being seen. */
static void send_junk(const struct dns_fixture *f, const struct query *q)
{
    unsigned char out[QUERY_MAX + RECORD_MAX];
    struct query other = *q;
    size_t len;

    send_to(f, q, "", 0);
    send_to(f, q, "\1\2\3", 3);
    other.octets[1] ^= 0x55; /* another id */
    len = format_answer(out, &other, "forged", 0x8180);
    send_to(f, q, out, len);
    other = *q;
    other.octets[HEADER_LEN + 1] ^= 0x02; /* another question */
    len = format_answer(out, &other, "forged", 0x8180);
    send_to(f, q, out, len);
    len = format_answer(out, q, "forged", 0x0180); /* a query */
    send_to(f, q, out, len);
    len = format_answer(out, q, "forged", 0xa980); /* another opcode */
    send_to(f, q, out, len);
    send_to(f, q, q->octets, q->len / 2);
}

static int asked_about(const struct query *q)
{
    int n = 0;

    for (unsigned i = 1; i <= q->octets[HEADER_LEN]; i++)
        n = n * 10 + q->octets[HEADER_LEN + i] - '0';
    return n;
}

static bool is_ignored(struct dns_fixture *f, const struct query *q)
{
    unsigned n = atomic_fetch_add(&f->queries, 1);

    /* 2654435761: Knuth's multiplier, so that the lost ones are spread */
    return n < f->plan.silent_first ||
           (f->plan.dies_after && f->answers >= f->plan.dies_after) ||
           (f->plan.mute_about && asked_about(q) == f->plan.mute_about) ||
           (uint32_t)(n * 2654435761u) / (UINT32_MAX / 100 + 1) <
               f->plan.drops_percent;
}

static void reply(struct dns_fixture *f, const struct query *q)
{
    unsigned char out[QUERY_MAX + RECORD_MAX];
    unsigned flags = 0x8180 | f->plan.rcode;

    if (is_ignored(f, q))
        return;
    if (f->plan.is_junky)
        send_junk(f, q);
    if (f->plan.is_truncating)
        flags |= 0x0200;
    atomic_fetch_add(&f->answers, 1);
    send_to(f, q, out, format_answer(out, q, "host", flags));
}

static void *serve(void *arg)
{
    struct dns_fixture *f = arg;
    struct pollfd wait = { .fd = f->fd, .events = POLLIN };

    while (!f->is_stopping) {
        struct query q;
        socklen_t len = sizeof q.from;
        ssize_t n;

        poll(&wait, 1, 20);
        n = recvfrom(f->fd, q.octets, sizeof q.octets, MSG_DONTWAIT,
                     (struct sockaddr *)&q.from, &len);
        q.len = n > 0 ? (size_t)n : 0;
        if (q.len > HEADER_LEN)
            reply(f, &q);
    }
    return NULL;
}

int dns_fixture_start(struct dns_fixture *f,
                      const struct dns_fixture_plan *plan)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    int size = 4 << 20;

    memset(f, 0, sizeof *f);
    f->plan = *plan;
    f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (f->fd < 0 || bind(f->fd, (struct sockaddr *)&at, sizeof at) ||
        getsockname(f->fd, (struct sockaddr *)&at, &len))
        return -1;
    memcpy(&f->addr, &at, sizeof at);
    if (plan->is_closed) {
        close(f->fd);
        return 0;
    }
    return pthread_create(&f->thread, NULL, serve, f) == 0 ? 0 : -1;
}

void dns_fixture_stop(struct dns_fixture *f)
{
    if (f->addr.ss_family == 0 || f->plan.is_closed)
        return;
    f->is_stopping = true;
    pthread_join(f->thread, NULL);
    close(f->fd);
}
