#include "dns_fixture.h"

#include <stdint.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_LEN 12
#define QUERY_MAX 512
#define RECORD_MAX 512
#define TCP_MAX 65535
#define ATTEMPTS 20 /* somebody else may have the port for TCP */

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

/* The records that were wished for behind the question. */
static size_t format_records(unsigned char out[QUERY_MAX + RECORD_MAX],
                             const struct query *q,
                             const struct dns_fixture_plan *plan)
{
    format_answer(out, q, "", 0x8180);
    out[6] = (unsigned char)(plan->n_records >> 8);
    out[7] = (unsigned char)plan->n_records;
    memcpy(out + q->len, plan->records, plan->records_len);
    return q->len + plan->records_len;
}

/* Id and question are right, but the asker's socket is connected. */
static void send_spoofs(struct dns_fixture *f, const struct query *q)
{
    unsigned char out[QUERY_MAX + RECORD_MAX];
    size_t len = format_answer(out, q, "forged", 0x8180);

    for (int i = 0; i < 2; i++)
        if (sendto(f->spoof[i], out, len, 0, (const struct sockaddr *)&q->from,
                   sizeof q->from) == (ssize_t)len)
            atomic_fetch_add(&f->spoofs, 1);
}

/* None of these may be taken for the answer, nor keep it from being seen. */
static void send_junk(const struct dns_fixture *f, const struct query *q)
{
    unsigned char out[QUERY_MAX + RECORD_MAX], big[2000];
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
    memset(big, 0xff, sizeof big); /* more than is read of a datagram */
    send_to(f, q, big, sizeof big);
    memcpy(big, q->octets, 2);
    send_to(f, q, big, sizeof big);
    memcpy(big, q->octets, HEADER_LEN);
    big[2] |= 0x80;
    send_to(f, q, big, sizeof big);
}

/* The first label of a question, as a number; 0 for what is none. */
static int asked_about(const struct query *q)
{
    int n = 0;

    for (unsigned i = 1; i <= q->octets[HEADER_LEN]; i++) {
        int digit = q->octets[HEADER_LEN + i] - '0';

        if (digit < 0 || digit > 9 || i > 3)
            return 0;
        n = n * 10 + digit;
    }
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
    if (f->plan.is_spoofed)
        send_spoofs(f, q);
    if (f->plan.is_truncating ||
        (f->plan.truncates_about && asked_about(q) == f->plan.truncates_about))
        flags |= 0x0200;
    atomic_fetch_add(&f->answers, 1);
    send_to(f, q, out,
            f->plan.n_records ? format_records(out, q, &f->plan)
                              : format_answer(out, q, "host", flags));
}

/* --- over TCP ----------------------------------------------------------- */

static bool send_tcp(int fd, const unsigned char *octets, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, octets, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        octets += n;
        len -= (size_t)n;
    }
    return true;
}

/* What is sent for a query. Returns its length, *says what it claims. */
static size_t format_tcp(unsigned char out[TCP_MAX], const struct query *q,
                         enum dns_fixture_tcp kind, size_t *says)
{
    struct query other = *q;
    size_t len = 0;

    other.octets[HEADER_LEN + 1] ^= 0x02;
    memset(out, 0xff, TCP_MAX);
    if (kind == DNS_TCP_OTHER)
        len = format_answer(out, &other, "forged", 0x8180);
    else if (kind == DNS_TCP_TRUNCATED)
        len = format_answer(out, q, "host", 0x8380);
    else if (kind != DNS_TCP_JUNK && kind != DNS_TCP_EMPTY)
        len = format_answer(out, q, "host", 0x8180);
    if (kind == DNS_TCP_JUNK || kind == DNS_TCP_JUNK_BEHIND)
        len = TCP_MAX;
    if (kind == DNS_TCP_JUNK_BEHIND) { /* it says 65,535 records */
        memset(out + 6, 0xff, 2);
        memset(out + q->len, 0xff, TCP_MAX - q->len);
    }
    *says = kind == DNS_TCP_PROMISING      ? TCP_MAX
            : kind == DNS_TCP_UNDERSTATING ? len / 2
                                           : len;
    return len;
}

/* Answer one query. False: the connection is to be closed. */
static bool reply_tcp(struct dns_fixture *f, int fd, const struct query *q)
{
    static _Thread_local unsigned char out[TCP_MAX];
    enum dns_fixture_tcp kind = f->plan.tcp;
    size_t says, len = format_tcp(out, q, kind, &says);
    unsigned char prefix[2] = { (unsigned char)(says >> 8),
                                (unsigned char)says };

    atomic_fetch_add(&f->over_tcp, 1);
    if (kind == DNS_TCP_SILENT)
        return true;
    if (kind == DNS_TCP_HANGING_UP)
        return false;
    if (kind == DNS_TCP_ONE_OCTET) {
        send_tcp(fd, prefix, 1);
        return false;
    }
    return send_tcp(fd, prefix, 2) && send_tcp(fd, out, len) &&
           kind != DNS_TCP_CLOSING && kind != DNS_TCP_PROMISING;
}

static bool read_tcp(const struct dns_fixture *f, int fd, unsigned char *to,
                     size_t len)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };

    while (len > 0 && !f->is_stopping) {
        ssize_t n;

        if (poll(&wait, 1, 20) < 1)
            continue;
        n = recv(fd, to, len, 0);
        if (n <= 0)
            return false;
        to += n;
        len -= (size_t)n;
    }
    return len == 0;
}

static void serve_connection(struct dns_fixture *f, int fd)
{
    unsigned char prefix[2];
    struct query q;

    while (read_tcp(f, fd, prefix, 2)) {
        q.len = (size_t)prefix[0] << 8 | prefix[1];
        if (q.len > sizeof q.octets || !read_tcp(f, fd, q.octets, q.len) ||
            !reply_tcp(f, fd, &q))
            break;
    }
    close(fd);
}

static void *serve_tcp(void *arg)
{
    struct dns_fixture *f = arg;
    struct pollfd wait = { .fd = f->tcp, .events = POLLIN };

    while (!f->is_stopping) {
        int fd = poll(&wait, 1, 20) == 1 ? accept(f->tcp, NULL, NULL) : -1;

        if (fd >= 0)
            serve_connection(f, fd);
    }
    return NULL;
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

static int open_socket(int kind, struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);

    if (fd >= 0 && (bind(fd, (struct sockaddr *)at, sizeof *at) ||
                    getsockname(fd, (struct sockaddr *)at, &len))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void close_sockets(struct dns_fixture *f)
{
    int *const all[] = { &f->fd, &f->tcp, &f->spoof[0], &f->spoof[1] };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

/* All of one port, but for the second one to spoof from. */
static int open_sockets(struct dns_fixture *f)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in any = at, other = at;
    int size = 4 << 20;

    f->fd = open_socket(SOCK_DGRAM, &at);
    f->tcp = open_socket(SOCK_STREAM, &at);
    other.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    other.sin_port = at.sin_port;
    f->spoof[0] = open_socket(SOCK_DGRAM, &other);
    f->spoof[1] = open_socket(SOCK_DGRAM, &any);
    if (f->fd < 0 || f->tcp < 0 || f->spoof[0] < 0 || f->spoof[1] < 0)
        return -1;
    setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    memcpy(&f->addr, &at, sizeof at);
    return f->plan.tcp ? listen(f->tcp, 8) : 0;
}

int dns_fixture_start(struct dns_fixture *f,
                      const struct dns_fixture_plan *plan)
{
    int code = -1;

    memset(f, 0, sizeof *f);
    f->plan = *plan;
    for (int i = 0; i < ATTEMPTS && code; i++) {
        code = open_sockets(f);
        if (code)
            close_sockets(f);
    }
    if (code)
        return -1;
    if (plan->is_closed) {
        close_sockets(f);
        return 0;
    }
    if (plan->tcp && pthread_create(&f->tcp_thread, NULL, serve_tcp, f))
        return -1;
    return pthread_create(&f->thread, NULL, serve, f) == 0 ? 0 : -1;
}

void dns_fixture_stop(struct dns_fixture *f)
{
    if (f->addr.ss_family == 0 || f->plan.is_closed)
        return;
    f->is_stopping = true;
    pthread_join(f->thread, NULL);
    if (f->plan.tcp)
        pthread_join(f->tcp_thread, NULL);
    close_sockets(f);
}
