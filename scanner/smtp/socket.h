/* Sockets of connections that are about to be made. */
#ifndef SMTP_SOCKET_H
#define SMTP_SOCKET_H

#include <sys/socket.h>

#include "snowline/addr.h"

/**
 * A TCP socket that blocks nobody, bound where that is wished.
 *
 * @param to      whom to connect to
 * @param source  ss_family 0: any
 * @return        a descriptor, or a negative errno; EAFNOSUPPORT for a target
 *                that the source cannot reach
 * @owner         the caller, with close()
 */
int smtp_socket_open(struct sockaddr_storage *to, struct snow_addr addr,
                     uint16_t port, const struct sockaddr_storage *source);

#endif
