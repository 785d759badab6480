#include "dns/io.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

/* Answers to a full window must fit; the kernel grants what it may. */
#define RECEIVE_BUFFER (4 << 20)

int dns_socket_open(struct dns_socket **out,
                    const struct sockaddr_storage *server)
{
    struct dns_socket *s = calloc(1, sizeof *s);
    socklen_t len = server->ss_family == AF_INET6
                        ? (socklen_t)sizeof(struct sockaddr_in6)
                        : (socklen_t)sizeof(struct sockaddr_in);
    int size = RECEIVE_BUFFER;

    if (!s)
        return SNOW_ENOMEM;
    s->fd =
        socket(server->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)server, len))
        goto fail;
    setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    *out = s;
    return 0;

fail:
    dns_socket_close(s);
    return SNOW_EIO;
}

void dns_socket_close(struct dns_socket *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

/* At most 1/8 of the ids are taken, so this ends soon. */
uint16_t dns_socket_claim(struct dns_socket *s, struct random *random,
                          uint16_t owner)
{
    uint16_t id = random_u16(random);

    while (s->owners[id])
        id = random_u16(random);
    s->owners[id] = owner;
    return id;
}

void dns_socket_release(struct dns_socket *s, uint16_t id)
{
    s->owners[id] = 0;
}

/* Full buffers and interrupts pass; everything else says that the server, or
 * the way to it, is not there. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == ENOBUFS || error == ENOMEM ||
           error == EINTR;
}

int dns_socket_flush(struct dns_socket *s, struct dns_slot **sent, unsigned *n)
{
    struct mmsghdr headers[DNS_BATCH];
    struct iovec parts[DNS_BATCH];
    int done;

    *n = 0;
    for (unsigned i = 0; i < s->n_unsent; i++) {
        parts[i] =
            (struct iovec){ s->unsent[i]->query, s->unsent[i]->query_len };
        headers[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &parts[i],
                                                    .msg_iovlen = 1 } };
    }
    done = sendmmsg(s->fd, headers, s->n_unsent, MSG_DONTWAIT);
    if (done < 0)
        return is_passing(errno) ? 0 : SNOW_EREFUSED;
    *n = (unsigned)done;
    s->n_unsent -= *n;
    memcpy(sent, s->unsent, *n * sizeof *sent);
    memmove(s->unsent, s->unsent + *n, s->n_unsent * sizeof *sent);
    return 0;
}

void dns_socket_send_once(const struct dns_socket *s, struct dns_octets query)
{
    (void)!send(s->fd, query.at, query.len, MSG_DONTWAIT);
}

void dns_inbox_init(struct dns_inbox *in)
{
    for (int i = 0; i < DNS_BATCH; i++) {
        in->parts[i] = (struct iovec){ in->octets[i], DNS_DATAGRAM_MAX };
        in->headers[i] =
            (struct mmsghdr){ .msg_hdr = { .msg_iov = &in->parts[i],
                                           .msg_iovlen = 1 } };
    }
}

int dns_inbox_fill(struct dns_inbox *in, const struct dns_socket *s)
{
    int n = recvmmsg(s->fd, in->headers, DNS_BATCH, MSG_DONTWAIT, NULL);

    if (n < 0)
        return is_passing(errno) ? 0 : SNOW_EREFUSED;
    for (int i = 0; i < n; i++)
        if (in->headers[i].msg_hdr.msg_flags & MSG_TRUNC)
            in->octets[i][2] |= 0x02; /* TC: ask for the rest over TCP */
    return n;
}

struct dns_octets dns_inbox_at(const struct dns_inbox *in, int i)
{
    return (struct dns_octets){ in->octets[i], in->headers[i].msg_len };
}
