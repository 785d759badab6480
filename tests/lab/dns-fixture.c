/* A name server that has a name for every address, faster than any scanner
 * asks: for sweeps that no zone file could hold.
 *
 * usage: dns-fixture PORT short|long
 *
 * 1.2.20.127.in-addr.arpa is answered with 1.2.20.127.pool.lab-provider.net
 * (short), or with that, filled up to the 255 octets that a name may have on
 * the wire (long). Any other question has no answer: NOERROR, no records. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define BATCH 64
#define HEADER 12         /* RFC 1035 §4.1.1 */
#define QUESTION_TAIL 4   /* type and class */
#define ANSWER_HEAD 12    /* pointer, type, class, TTL, length */
#define NAME_WIRE_MAX 255 /* RFC 1035 §3.1 */
#define LABEL_MAX 63
#define TYPE_PTR 12
#define MESSAGE_MAX 600

static const uint8_t suffix[] = "\4pool\14lab-provider\3net";
static const uint8_t arpa[] = "\7in-addr\4arpa";

struct batch {
    struct mmsghdr messages[BATCH];
    struct iovec in[BATCH], out[BATCH];
    struct sockaddr_in peers[BATCH];
    uint8_t asked[BATCH][MESSAGE_MAX], said[BATCH][MESSAGE_MAX];
};

/* Octets of the four labels before in-addr.arpa; 0 for any other name. */
static size_t host_len(const uint8_t *name, size_t len)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        if (at >= len || name[at] == 0 || name[at] > 3)
            return 0;
        at += 1U + name[at];
    }
    return at + sizeof arpa <= len && !memcmp(name + at, arpa, sizeof arpa) ? at
                                                                            : 0;
}

/* Whole labels that fill @p room octets; never leaves room for half a one. */
static size_t fill(uint8_t *to, size_t room)
{
    size_t at = 0;

    while (room - at > 1) {
        size_t n = room - at - 1;

        if (n > LABEL_MAX)
            n = n == LABEL_MAX + 1 ? LABEL_MAX - 1 : LABEL_MAX;
        to[at] = (uint8_t)n;
        memset(to + at + 1, 'x', n);
        at += 1 + n;
    }
    return at;
}

static size_t put_name(uint8_t *to, const uint8_t *host, size_t len,
                       bool is_long)
{
    size_t at = len;

    memcpy(to, host, len);
    if (is_long)
        at += fill(to + at, NAME_WIRE_MAX - sizeof suffix - len);
    memcpy(to + at, suffix, sizeof suffix);
    return at + sizeof suffix;
}

static size_t put_answer(uint8_t *to, const uint8_t *host, size_t len,
                         bool is_long)
{
    static const uint8_t head[] = {
        0xc0, HEADER, 0, TYPE_PTR, 0, 1, 0, 0, 14, 16
    }; /* an hour */
    size_t n = put_name(to + ANSWER_HEAD, host, len, is_long);

    memcpy(to, head, sizeof head);
    to[10] = 0;
    to[11] = (uint8_t)n;
    return ANSWER_HEAD + n;
}

/* The answer to one question; 0 when it is none. */
static size_t answer(uint8_t *to, const uint8_t *q, size_t len, bool is_long)
{
    const uint8_t *end =
        len > HEADER ? memchr(q + HEADER, 0, len - HEADER) : NULL;
    size_t name_len = end ? (size_t)(end + 1 - q) - HEADER : 0;
    size_t at = HEADER + name_len + QUESTION_TAIL;
    size_t host;

    if (!end || name_len > NAME_WIRE_MAX || at > len || q[2] & 0x80)
        return 0;
    memcpy(to, q, at);
    to[2] = 0x84; /* an authoritative answer */
    to[3] = 0;
    memset(to + 6, 0, 6);
    host = host_len(q + HEADER, name_len);
    if (host == 0 || end[2] != TYPE_PTR)
        return at;
    to[7] = 1;
    return at + put_answer(to + at, q + HEADER, host, is_long);
}

static void prepare(struct batch *b)
{
    for (int i = 0; i < BATCH; i++) {
        b->in[i] = (struct iovec){ b->asked[i], MESSAGE_MAX };
        b->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &b->peers[i],
            .msg_namelen = sizeof b->peers[i],
            .msg_iov = &b->in[i],
            .msg_iovlen = 1,
        };
    }
}

static int serve(int fd, struct batch *b, bool is_long)
{
    int n, sent;
    unsigned ready = 0;

    prepare(b);
    n = recvmmsg(fd, b->messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < n; i++) {
        size_t len = answer(b->said[ready], b->asked[i], b->messages[i].msg_len,
                            is_long);

        b->out[ready] = (struct iovec){ b->said[ready], len };
        b->messages[ready].msg_hdr = b->messages[i].msg_hdr;
        b->messages[ready].msg_hdr.msg_iov = &b->out[ready];
        ready += len > 0;
    }
    for (unsigned at = 0; at < ready; at += (unsigned)sent) {
        sent = sendmmsg(fd, b->messages + at, ready - at, 0);
        if (sent < 0)
            sent = 1; /* one that cannot be sent is lost, as any may be */
    }
    return n < 0 && errno != EINTR ? -1 : 0;
}

static int listen_on(unsigned port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int room = 1 << 22;

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a))
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return fd;
}

int main(int argc, char **argv)
{
    struct batch *b = calloc(1, sizeof *b);
    uint64_t port = 0;
    bool is_long = argc == 3 && strcmp(argv[2], "long") == 0;
    int fd;

    if (!b || argc != 3 || text_parse_u64(&port, argv[1], 65535) ||
        (!is_long && strcmp(argv[2], "short") != 0)) {
        fprintf(stderr, "usage: dns-fixture PORT short|long\n");
        return 2;
    }
    fd = listen_on((unsigned)port);
    while (fd >= 0 && serve(fd, b, is_long) == 0)
        continue;
    perror("dns-fixture");
    return 1;
}
