#include "smtp_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096 /* what the kernel usually allows, for a crowd */

bool smtp_is_within(uint32_t addr, const char *range)
{
    char text[INET_ADDRSTRLEN];
    size_t len = strcspn(range, "/");
    unsigned bits =
        range[len] ? (unsigned)strtoul(range + len + 1, NULL, 10) : 32;
    struct in_addr first;

    if (len >= sizeof text || bits < 8 || bits > 32)
        return false;
    memcpy(text, range, len);
    text[len] = '\0';
    return inet_pton(AF_INET, text, &first) == 1 &&
           (addr ^ ntohl(first.s_addr)) >> (32 - bits) == 0;
}

static socklen_t address(struct sockaddr_storage *out, const char *ip,
                         unsigned port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1 &&
        ntohl(v4->sin_addr.s_addr) >> 24 == 127) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return sizeof *v4;
    }
    if (strcmp(ip, "::1") == 0) {
        v6->sin6_addr = in6addr_loopback;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        return sizeof *v6;
    }
    return 0;
}

unsigned smtp_port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;

    if (getsockname(fd, (struct sockaddr *)&a, &len))
        return 0;
    return a.ss_family == AF_INET
               ? ntohs(((struct sockaddr_in *)&a)->sin_port)
               : ntohs(((struct sockaddr_in6 *)&a)->sin6_port);
}

int smtp_listen_on(const char *ip, unsigned port)
{
    struct sockaddr_storage a;
    socklen_t len = address(&a, ip, port);
    int yes = 1, fd;

    if (len == 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&a, len) || listen(fd, BACKLOG)) {
        close(fd);
        return -1;
    }
    return fd;
}

int smtp_listen_on_all(unsigned port)
{
    struct sockaddr_in any = { .sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
    if (bind(fd, (struct sockaddr *)&any, sizeof any) || listen(fd, BACKLOG)) {
        close(fd);
        return -1;
    }
    return fd;
}
