#include "smtp/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "loop/lookup.h"

/* Bind to the source address, leaving the port for connect() to choose: else
 * all ports of the machine would serve one connection each. */
static int bind_source(int fd, const struct sockaddr_storage *source,
                       int family)
{
    int yes = 1;
    socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in)
                                      : sizeof(struct sockaddr_in6);

    if (source->ss_family == 0)
        return 0;
    if (source->ss_family != family)
        return -EAFNOSUPPORT; /* never from an address not asked for */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    return bind(fd, (const struct sockaddr *)source, len) ? -errno : 0;
}

int smtp_socket_open(struct sockaddr_storage *to, struct snow_addr addr,
                     uint16_t port, const struct sockaddr_storage *source)
{
    int fd, code;

    lookup_sockaddr(to, addr, port);
    fd = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    code = bind_source(fd, source, to->ss_family);
    if (code == 0)
        return fd;
    close(fd);
    return code;
}
