#include "nsd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"

#define ATTEMPTS 5     /* somebody else may take the port that was free */
#define WAITS_MAX 1500 /* of 20 ms, until it answers */

static struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A port that is free for UDP and TCP, or 0. */
static unsigned free_port(void)
{
    struct sockaddr_in at = loopback(0);
    socklen_t len = sizeof at;
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port = 0;

    if (bind(udp, (struct sockaddr *)&at, sizeof at) == 0 &&
        getsockname(udp, (struct sockaddr *)&at, &len) == 0 &&
        bind(tcp, (struct sockaddr *)&at, sizeof at) == 0)
        port = ntohs(at.sin_port);
    close(udp);
    close(tcp);
    return port;
}

static FILE *create(const struct nsd *n, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", n->dir, name);
    return fopen(path, "w");
}

static int write_zone(const struct nsd *n, const struct nsd_zone *zone)
{
    FILE *f = create(n, zone->name);

    if (!f)
        return -1;
    fprintf(f,
            "$ORIGIN %s.\n$TTL 3600\n"
            "@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 300\n"
            "@ IN NS ns.example.\n%s\n",
            zone->name, zone->text);
    return fclose(f);
}

static int write_config(const struct nsd *n, const struct nsd_zone *zones,
                        size_t n_zones)
{
    FILE *f = create(n, "nsd.conf");

    if (!f)
        return -1;
    fprintf(f,
            "server:\n ip-address: 127.0.0.1@%u\n server-count: 1\n"
            " username: \"\"\n chroot: \"\"\n zonesdir: \"%s\"\n"
            " database: \"\"\n pidfile: \"\"\n logfile: \"%s/log\"\n"
            " xfrdfile: \"%s/xfrd\"\n xfrdir: \"%s\"\n"
            " zonelistfile: \"%s/zones\"\n rrl-ratelimit: 0\n"
            " rrl-whitelist-ratelimit: 0\n"
            "remote-control:\n control-enable: no\n",
            n->port, n->dir, n->dir, n->dir, n->dir, n->dir);
    for (size_t i = 0; i < n_zones; i++)
        fprintf(f, "zone:\n name: \"%s\"\n zonefile: \"%s\"\n", zones[i].name,
                zones[i].name);
    return fclose(f);
}

static pid_t spawn(const struct nsd *n)
{
    char config[512];
    pid_t pid;

    snprintf(config, sizeof config, "%s/nsd.conf", n->dir);
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(null, 1);
        dup2(null, 2);
        execlp("nsd", "nsd", "-d", "-c", config, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Ask for the root's name servers until anything comes back. */
static int wait_for_answer(struct nsd *n)
{
    static const unsigned char query[] = { 0, 1, 0, 0, 0, 1, 0, 0, 0,
                                           0, 0, 0, 0, 0, 2, 0, 1 };
    struct sockaddr_in to = loopback(n->port);
    struct pollfd wait = { .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
                           .events = POLLIN };
    unsigned char reply[512];
    int answered = -1;

    connect(wait.fd, (struct sockaddr *)&to, sizeof to);
    for (int i = 0; i < WAITS_MAX && answered < 0; i++) {
        if (waitpid(n->pid, NULL, WNOHANG) == n->pid) {
            n->pid = 0;
            break;
        }
        (void)!send(wait.fd, query, sizeof query, 0);
        if (poll(&wait, 1, 20) == 1 &&
            recv(wait.fd, reply, sizeof reply, MSG_DONTWAIT) > 0)
            answered = 0;
        else
            poll(NULL, 0, 20); /* a refusal wakes poll() at once */
    }
    close(wait.fd);
    return answered;
}

static int try_start(struct nsd *n, const struct nsd_zone *zones,
                     size_t n_zones)
{
    struct sockaddr_in at;
    const char *folder = getenv("TMPDIR");

    snprintf(n->dir, sizeof n->dir, "%s/nsd-XXXXXX", folder ? folder : "/tmp");
    n->port = free_port();
    if (n->port == 0 || !mkdtemp(n->dir) || write_config(n, zones, n_zones))
        return -1;
    for (size_t i = 0; i < n_zones; i++)
        if (write_zone(n, &zones[i]))
            return -1;
    at = loopback(n->port);
    memcpy(&n->addr, &at, sizeof at);
    n->pid = spawn(n);
    return n->pid < 0 ? -1 : wait_for_answer(n);
}

int nsd_start(struct nsd *n, const struct nsd_zone *zones, size_t n_zones)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        memset(n, 0, sizeof *n);
        if (try_start(n, zones, n_zones) == 0)
            return 0;
        fprintf(stderr, "nsd on port %u in %s: %s\n", n->port, n->dir,
                n->pid ? strerror(errno) : "it ended");
        nsd_stop(n);
    }
    return -1;
}

void nsd_stop(struct nsd *n)
{
    if (n->pid > 0) {
        kill(n->pid, SIGTERM);
        waitpid(n->pid, NULL, 0);
    }
    if (n->dir[0])
        folder_remove(n->dir);
    memset(n, 0, sizeof *n);
}
