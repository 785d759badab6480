#include "dns/io.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "base/text.h"

/* Answers to a full window must fit; the kernel grants what it may. */
#define RECEIVE_BUFFER (4 << 20)

#define SEGMENTS 64 /* UDP_MAX_SEGMENTS of linux/udp.h since 4.18 */

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
    s->has_gso = true;
    if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
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

/* A card, a route or a kernel that cannot cut. */
static bool is_unsupported(int error)
{
    return error == EIO || error == EINVAL || error == EMSGSIZE ||
           error == EOPNOTSUPP || error == ENOPROTOOPT;
}

struct post {
    struct mmsghdr headers[DNS_BATCH_GSO];
    struct iovec parts[DNS_BATCH_GSO];
    _Alignas(struct cmsghdr) unsigned char controls[DNS_BATCH_GSO][CMSG_SPACE(
        sizeof(uint16_t))];
    unsigned n; /**< messages */
};

/* Queries of equal length side by side; stable. */
static void sort_by_len(struct dns_slot **slots, unsigned n)
{
    struct dns_slot *sorted[DNS_BATCH_GSO];
    unsigned at[DNS_QUERY_MAX + 2] = { 0 };

    for (unsigned i = 0; i < n; i++)
        at[slots[i]->query_len + 1]++;
    for (unsigned len = 1; len < COUNT_OF(at); len++)
        at[len] += at[len - 1];
    for (unsigned i = 0; i < n; i++)
        sorted[at[slots[i]->query_len]++] = slots[i];
    memcpy(slots, sorted, n * sizeof *slots);
}

/* Tell the kernel where to cut (udp(7), UDP_SEGMENT). */
static void set_segment(struct msghdr *h, unsigned char *control, uint16_t len)
{
    struct cmsghdr *c = (struct cmsghdr *)(void *)control;

    memset(control, 0, CMSG_SPACE(sizeof len)); /* its padding, too */
    h->msg_control = control;
    h->msg_controllen = CMSG_SPACE(sizeof len);
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof len);
    memcpy(CMSG_DATA(c), &len, sizeof len);
}

/* One message a query, or one for up to @p most of equal length. */
static void write_post(struct post *p, struct dns_slot *const *slots,
                       unsigned n, unsigned most)
{
    p->n = 0;
    for (unsigned i = 0; i < n; p->n++) {
        struct msghdr *h = &p->headers[p->n].msg_hdr;
        unsigned len = slots[i]->query_len, first = i;

        while (i < n && i - first < most && slots[i]->query_len == len) {
            p->parts[i] = (struct iovec){ slots[i]->query, len };
            i++;
        }
        *h = (struct msghdr){ .msg_iov = &p->parts[first],
                              .msg_iovlen = i - first };
        if (i - first > 1)
            set_segment(h, p->controls[p->n], (uint16_t)len);
    }
}

static unsigned queries_of(const struct post *p, unsigned n)
{
    size_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += p->headers[i].msg_hdr.msg_iovlen;
    return (unsigned)sum;
}

int dns_socket_flush(struct dns_socket *s, bool with_gso,
                     struct dns_slot **sent, unsigned *n)
{
    bool is_joined = with_gso && s->has_gso && s->n_unsent > 1;
    struct post post;
    int done;

    *n = 0;
    if (is_joined)
        sort_by_len(s->unsent, s->n_unsent);
    write_post(&post, s->unsent, s->n_unsent, is_joined ? SEGMENTS : 1);
    done = sendmmsg(s->fd, post.headers, post.n, MSG_DONTWAIT);
    if (done < 0 && is_joined && is_unsupported(errno)) {
        s->has_gso = false;
        return 0; /* next time without */
    }
    if (done < 0)
        return is_passing(errno) ? 0 : SNOW_EREFUSED;
    *n = queries_of(&post, (unsigned)done);
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
