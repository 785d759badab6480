/* Datagrams in batches, and which question an id belongs to. */
#ifndef DNS_IO_H
#define DNS_IO_H

#include <sys/socket.h>
#include <sys/uio.h>

#include "base/random.h"
#include "dns/slot.h"

#define DNS_BATCH 64          /**< datagrams received, or sent, in one call */
#define DNS_BATCH_GSO 256     /**< sent, in messages of many each */
#define DNS_DATAGRAM_MAX 1536 /**< three times what a reply may be */

/** A UDP socket connected to one server. */
struct dns_socket {
    int fd;
    bool has_gso; /**< the kernel has not refused it yet */
    struct dns_slot *unsent[DNS_BATCH_GSO]; /**< with ids, to be sent next */
    unsigned n_unsent;
    uint16_t owners[65536]; /**< by id: what was claimed for it; 0: free */
};

/** @return 0, SNOW_ENOMEM, SNOW_EIO @owner the caller, dns_socket_close() */
int dns_socket_open(struct dns_socket **out,
                    const struct sockaddr_storage *server);
void dns_socket_close(struct dns_socket *s); /**< NULL is fine */

/** Take a free id at random for @p owner, which is not 0. */
uint16_t dns_socket_claim(struct dns_socket *s, struct random *random,
                          uint16_t owner);
void dns_socket_release(struct dns_socket *s, uint16_t id);

/**
 * Send what is in the unsent batch; what could not be sent stays at its front.
 *
 * @param with_gso  queries of equal length leave together
 * @param sent      [DNS_BATCH_GSO], those that left
 * @param n         how many left
 * @return          0, also when the rest has to wait; SNOW_EREFUSED when the
 *                  server cannot be reached
 */
int dns_socket_flush(struct dns_socket *s, bool with_gso,
                     struct dns_slot **sent, unsigned *n);

/** Send one datagram of no slot, or lose it. */
void dns_socket_send_once(const struct dns_socket *s, struct dns_octets query);

/** Where datagrams are received. */
struct dns_inbox {
    struct mmsghdr headers[DNS_BATCH];
    struct iovec parts[DNS_BATCH];
    unsigned char octets[DNS_BATCH][DNS_DATAGRAM_MAX];
};

void dns_inbox_init(struct dns_inbox *in);

/** Receive up to DNS_BATCH datagrams; what did not fit is marked truncated.
 * @return how many, 0 for none now, SNOW_EREFUSED */
int dns_inbox_fill(struct dns_inbox *in, const struct dns_socket *s);
struct dns_octets dns_inbox_at(const struct dns_inbox *in, int i);

#endif
