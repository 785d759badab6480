#include "smtp_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "smtp_fixture_tls.h"
#include "smtp_listen.h"

#define STARTS 16 /* another may hold the port on one of the addresses */
#define NEVER UINT64_MAX
#define EVENTS 512     /* of one turn */
#define WHEEL_MS 4096u /* one round of the timing wheel */
#define EHLO                                                                   \
    "250-%s\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"                        \
    "250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"
#define OFFERS_TLS "250-%s\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
#define HELO "250 %s\r\n"
#define UNKNOWN "502 5.5.2 Error: command not recognized\r\n"
#define POSTFIX "220 %s ESMTP Postfix\r\n"
#define NO_SERVICE "503 5.5.1 Error: no mail service here\r\n"

enum manner {
    TALK,
    MUTE,  /* says the greeting's first part, never the rest */
    CLOSE, /* after the greeting */
    RESET, /* the same with a RST */
    DRIP,  /* the greeting octet by octet, each after the delay, for ever */
    FLOOD, /* the greeting a thousand times */
    CROWD, /* greets nobody until so many wait at once, then everybody */
};

struct behaviour {
    const char *word;
    enum manner manner;
    unsigned delay_ms;    /* between the first part and the rest; CROWD: how
                             many */
    const char *first;    /* of the greeting; %s is the host's name */
    const char *greeting; /* its rest */
    const char *ehlo;     /* answers; "" says nothing, NULL hangs up */
    const char *helo;
};

/* clang-format off */
static const struct behaviour behaviours[] = {
    { "open",   TALK,  0,    "", POSTFIX, EHLO, HELO },
    { "delay",  TALK,  5000, "", POSTFIX, EHLO, HELO },
    { "teaser", TALK,  3000, "220-%s ESMTP Postfix\r\n", POSTFIX, EHLO, HELO },
    { "helo-only", TALK, 0,  "", "220 %s SMTP\r\n", UNKNOWN, HELO },
    { "refuses", TALK, 0,    "", POSTFIX, UNKNOWN, UNKNOWN },
    { "554",    TALK,  0,    "", "554 %s No SMTP service here\r\n",
      NO_SERVICE, NO_SERVICE },
    { "blocked", TALK, 0,    "", "554 5.7.1 %s: your address is listed at "
      "zen.spamhaus.example\r\n", NO_SERVICE, NO_SERVICE },
    { "421",    CLOSE, 0,    "", "421 %s Too many connections\r\n", "", "" },
    { "silent", MUTE,  0,    "", "", "", "" },
    { "partial", MUTE, 0,    "220 %s ESM", "", "", "" },
    { "close",  CLOSE, 0,    "", "", "", "" },
    { "reset",  RESET, 0,    "", "", "", "" },
    { "hangup", TALK,  0,    "", POSTFIX, NULL, NULL },
    { "deaf",   TALK,  0,    "", POSTFIX, "", "" },
    { "ssh",    TALK,  0,    "", "SSH-2.0-OpenSSH_9.2p1 %s\r\n", "", "" },
    { "http",   CLOSE, 0,    "", "HTTP/1.0 400 Bad Request\r\n\r\n", "", "" },
    { "tarpit", DRIP,  1000, "", "220-%s please hold the line\r\n", "", "" },
    { "flood",  FLOOD, 0,    "", "220-%s and another line of it\r\n", "", "" },
    { "crowd",  CROWD, 1000, "", POSTFIX, EHLO, HELO },
    /* and those of smtp_fixture_tls.c: */
    { "tls",    TALK,  0,    "", POSTFIX, OFFERS_TLS, HELO },
};
/* clang-format on */

#define N_BEHAVIOURS (sizeof behaviours / sizeof *behaviours)

/* One connection, always on one of the lists below. */
struct peer {
    LIST_ENTRY(peer) link;
    int fd;
    size_t host;
    const struct behaviour *b;
    unsigned delay_ms;
    uint64_t due_ms; /* when the greeting goes on */
    size_t dripped;
    bool is_greeted;
    const struct fixture_tls *how;
    SSL *ssl;                     /* what is said goes through it */
    bool awaits_hello;            /* of a handshake that is not to succeed */
    char local[INET6_ADDRSTRLEN]; /* whom the client has called */
    char in[1024];
    size_t n_in;
};

LIST_HEAD(peers, peer);

/* Ten thousand connections cost what ten do: nobody walks through all. */
struct smtp_peers {
    struct peers due[WHEEL_MS]; /* by the millisecond they go on at */
    struct peers idle;          /* that wait for the client */
    struct peers crowd;         /* that wait for each other */
    struct peers gone;          /* freed at the end of the turn */
    uint64_t at_ms;             /* the wheel has been turned so far */
    size_t n_due, n_crowd;
    bool is_crowded; /* it has been: nobody waits any more */
};

static uint64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t now_ms(void)
{
    return now_us() / 1000;
}

static const struct behaviour *find(const char *text, unsigned *delay_ms)
{
    size_t len = strcspn(text, "=");

    if (fixture_tls_find(text)) {
        *delay_ms = 0;
        return &behaviours[N_BEHAVIOURS - 1];
    }
    for (size_t i = 0; i < N_BEHAVIOURS; i++) {
        const struct behaviour *b = &behaviours[i];

        if (strlen(b->word) != len || strncmp(b->word, text, len) != 0)
            continue;
        *delay_ms = text[len] == '='
                        ? (unsigned)strtoul(text + len + 1, NULL, 10)
                        : b->delay_ms;
        return b;
    }
    return NULL;
}

/* --- listening ------------------------------------------------------------ */

static bool is_range(const struct smtp_host *h)
{
    return strchr(h->ip, '/') != NULL;
}

static void close_listeners(struct smtp_fixture *f)
{
    for (size_t i = 0; f->listeners && i < f->n; i++) {
        if (f->listeners[i] >= 0)
            close(f->listeners[i]);
        f->listeners[i] = -1;
    }
}

static bool bind_all(struct smtp_fixture *f, unsigned port)
{
    for (size_t i = 0; i < (f->has_ranges ? 1 : f->n); i++) {
        f->listeners[i] = f->has_ranges ? smtp_listen_on_all(port)
                                        : smtp_listen_on(f->hosts[i].ip, port);
        if (f->listeners[i] < 0) {
            close_listeners(f);
            return false;
        }
        if (port == 0)
            port = smtp_port_of(f->listeners[i]);
    }
    f->port = port;
    return true;
}

static bool take_memory(struct smtp_fixture *f, size_t n)
{
    void *shared =
        mmap(NULL, (n + 1) * sizeof *f->counts, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared != MAP_FAILED)
        f->counts = shared;
    f->n = n;
    f->hosts = calloc(n + 1, sizeof *f->hosts);
    f->listeners = calloc(n + 1, sizeof *f->listeners);
    for (size_t i = 0; f->listeners && i < n; i++)
        f->listeners[i] = -1;
    f->poll = epoll_create1(EPOLL_CLOEXEC);
    f->peers = calloc(1, sizeof *f->peers); /* lists that are empty */
    return f->hosts && f->listeners && f->counts && f->peers && f->poll >= 0;
}

const char *smtp_fixture_bind(struct smtp_fixture *f,
                              const struct smtp_host *hosts, size_t n,
                              unsigned port)
{
    unsigned delay_ms;
    bool is_bound = false;

    *f = (struct smtp_fixture){ .poll = -1 };
    if (!take_memory(f, n))
        return "no memory";
    memcpy(f->hosts, hosts, n * sizeof *hosts);
    for (size_t i = 0; i < n; i++)
        if (!find(hosts[i].behaviour, &delay_ms))
            return hosts[i].behaviour;
    for (size_t i = 0; i < n; i++)
        f->has_ranges |= is_range(&hosts[i]);
    for (int i = 0; !is_bound && i < (port ? 1 : STARTS); i++)
        is_bound = bind_all(f, port);
    return is_bound ? NULL : "an address cannot be listened on";
}

/* --- talking -------------------------------------------------------------- */

static void complain(const struct smtp_fixture *f, const struct peer *p,
                     const char *what)
{
    if (f->is_loud)
        fprintf(stderr, "%s %s: %.*s\n", p->local, what,
                (int)strcspn(p->in, "\r\n"), p->in);
}

static void note(struct smtp_fixture *f, const struct peer *p, char what,
                 uint64_t at_us)
{
    if (f->log)
        fprintf(f->log, "%llu %c %s\n", (unsigned long long)at_us, what,
                p->local);
}

/* Onto another list. */
static void move(struct smtp_fixture *f, struct peer *p, struct peers *to)
{
    f->peers->n_due -= p->due_ms != NEVER;
    p->due_ms = NEVER;
    LIST_REMOVE(p, link);
    LIST_INSERT_HEAD(to, p, link);
}

static void wait_until(struct smtp_fixture *f, struct peer *p, uint64_t due_ms)
{
    struct smtp_peers *all = f->peers;
    uint64_t at = due_ms > all->at_ms ? due_ms : all->at_ms;

    move(f, p, &all->due[at % WHEEL_MS]);
    p->due_ms = due_ms;
    all->n_due++;
}

static void hang_up(struct smtp_fixture *f, struct peer *p, bool is_reset)
{
    const struct linger none = { .l_onoff = 1 };

    SSL_free(p->ssl);
    p->ssl = NULL;
    if (p->fd < 0)
        return;
    if (is_reset)
        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    note(f, p, '-', now_us());
    close(p->fd);
    p->fd = -1;
    f->peers->n_crowd -= p->b->manner == CROWD;
    move(f, p, &f->peers->gone);
}

/* The replies are short: what does not fit into the socket is not missed. */
static void say(const struct smtp_fixture *f, const struct peer *p,
                const char *text)
{
    const char *name = f->hosts[p->host].name;
    const char *at = strstr(text, "%s");
    char out[1024];
    int len = at ? snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text,
                            name, at + 2)
                 : snprintf(out, sizeof out, "%s", text);

    if (len <= 0 || len >= (int)sizeof out)
        return;
    if (p->ssl)
        SSL_write(p->ssl, out, len);
    else
        (void)!send(p->fd, out, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void drip(struct smtp_fixture *f, struct peer *p)
{
    const char *text = p->b->greeting;
    char c = text[p->dripped % strlen(text)];

    p->dripped++;
    (void)!send(p->fd, c == '%' ? "x" : &c, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    wait_until(f, p, now_ms() + (p->delay_ms ? p->delay_ms : 1));
}

static void start_tls(struct smtp_fixture *f, struct peer *p)
{
    struct smtp_count *count = &f->counts[p->host];

    count->starttls++;
    if (p->how->act == TLS_REFUSES) {
        say(f, p, "454 4.7.0 TLS not available\r\n");
        return;
    }
    say(f, p,
        p->how->act == TLS_INJECTS ? "220 go\r\n250-%s.evil\r\n250 X\r\n"
                                   : "220 2.0.0 Ready to start TLS\r\n");
    p->awaits_hello = p->how->act != TLS_SHAKES;
    if (p->how->act == TLS_SHAKES)
        p->ssl =
            fixture_tls_new(p->how, f->hosts[p->host].name, p->fd, count->spki);
}

static const char *answer_to_ehlo(const struct peer *p)
{
    if (!p->ssl)
        return p->b->ehlo;
    return p->how->is_deaf ? "" : EHLO;
}

static void on_line(struct smtp_fixture *f, struct peer *p, char *line)
{
    struct smtp_count *count = &f->counts[p->host];
    const char *answer = UNKNOWN;
    bool is_ehlo = strncasecmp(line, "EHLO", 4) == 0;

    if (is_ehlo || strncasecmp(line, "HELO", 4) == 0) {
        (*(is_ehlo ? &count->ehlo : &count->helo))++;
        snprintf(count->argument, sizeof count->argument, "%s",
                 line[4] ? line + 5 : "");
        answer = is_ehlo ? answer_to_ehlo(p) : p->b->helo;
    } else if (strcasecmp(line, "QUIT") == 0) {
        count->quit++;
        say(f, p, "221 2.0.0 Bye\r\n");
        answer = p->ssl ? "" : NULL; /* inside TLS they say goodbye first */
    } else if (strcasecmp(line, "STARTTLS") == 0 && p->how && !p->ssl) {
        start_tls(f, p);
        answer = "";
    } else {
        count->forbidden++;
        complain(f, p, "heard what no probe says");
    }
    if (answer)
        say(f, p, answer);
    else
        hang_up(f, p, false);
}

static void on_octets(struct smtp_fixture *f, struct peer *p)
{
    char *end;

    if (!p->is_greeted) {
        f->counts[p->host].early++;
        complain(f, p, "heard before the greeting ended");
        p->n_in = 0;
        return;
    }
    end = memchr(p->in, '\n', p->n_in);
    if (!end) {
        p->n_in %= sizeof p->in - 1; /* an endless line is forgotten */
        return;
    }
    if (end + 1 != p->in + p->n_in) {
        f->counts[p->host].pipelined++;
        complain(f, p, "heard more than one command");
    }
    end[end > p->in && end[-1] == '\r' ? -1 : 0] = '\0';
    p->n_in = 0;
    on_line(f, p, p->in);
}

/* They should have begun a handshake, and get what they do not expect. */
static void disappoint(struct smtp_fixture *f, struct peer *p)
{
    struct smtp_count *count = &f->counts[p->host];

    (*(p->in[0] == 0x16 ? &count->hellos : &count->forbidden))++;
    p->n_in = 0;
    if (p->how->act == TLS_BABBLES)
        say(f, p, "500 5.5.2 what?\r\n");
    if (p->how->act == TLS_CLOSES || p->how->act == TLS_RESETS)
        hang_up(f, p, p->how->act == TLS_RESETS);
}

static void on_secured(struct smtp_fixture *f, struct peer *p)
{
    f->counts[p->host].secured++;
    if (p->how->is_first)
        wait_until(f, p, now_ms());
    for (int i = 0; p->how->is_rude && i < 10000; i++)
        say(f, p, "250-%s and another line, and yet another one\r\n");
}

static void shake_hands(struct smtp_fixture *f, struct peer *p)
{
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };
    int n = SSL_accept(p->ssl), why = SSL_get_error(p->ssl, n);

    f->counts[p->host].hellos += n == 1;
    if (why == SSL_ERROR_WANT_WRITE)
        ev.events |= EPOLLOUT; /* a long certificate */
    epoll_ctl(f->poll, EPOLL_CTL_MOD, p->fd, &ev);
    if (n == 1)
        on_secured(f, p);
    else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        hang_up(f, p, false);
}

static void read_inside(struct smtp_fixture *f, struct peer *p)
{
    int n = 1;

    ERR_clear_error(); /* another peer's */
    if (!SSL_is_init_finished(p->ssl))
        shake_hands(f, p);
    while (p->ssl && SSL_is_init_finished(p->ssl) && n > 0) {
        n = SSL_read(p->ssl, p->in + p->n_in,
                     (int)(sizeof p->in - 1 - p->n_in));
        if (n > 0) {
            p->n_in += (size_t)n;
            p->in[p->n_in] = '\0';
            on_octets(f, p);
        }
    }
    if (!p->ssl || n > 0 || SSL_get_error(p->ssl, n) == SSL_ERROR_WANT_READ)
        return;
    f->counts[p->host].farewells +=
        SSL_get_error(p->ssl, n) == SSL_ERROR_ZERO_RETURN;
    hang_up(f, p, false);
}

static void on_readable(struct smtp_fixture *f, struct peer *p)
{
    ssize_t n;

    if (p->ssl) {
        read_inside(f, p);
        return;
    }
    n = recv(p->fd, p->in + p->n_in, sizeof p->in - 1 - p->n_in, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        (*(n == 0 ? &f->counts[p->host].fin : &f->counts[p->host].rst))++;
        hang_up(f, p, false);
        return;
    }
    p->n_in += (size_t)n;
    p->in[p->n_in] = '\0';
    if (p->awaits_hello)
        disappoint(f, p);
    else
        on_octets(f, p);
}

/* The delay is over: the rest of the greeting. Who has spoken until now has
 * spoken too early. */
static void go_on(struct smtp_fixture *f, struct peer *p)
{
    move(f, p, &f->peers->idle);
    on_readable(f, p);
    if (p->fd < 0)
        return;
    if (p->b->manner == DRIP) {
        drip(f, p);
        return;
    }
    for (int i = 0; i < (p->b->manner == FLOOD ? 1000 : 1); i++)
        say(f, p, p->b->greeting);
    p->is_greeted = p->b->manner == TALK || p->b->manner == CROWD;
    f->counts[p->host].greeted += p->is_greeted;
    if (p->b->manner == CLOSE || p->b->manner == RESET)
        hang_up(f, p, p->b->manner == RESET);
}

static void join_crowd(struct smtp_fixture *f, struct peer *p)
{
    struct smtp_peers *all = f->peers;

    all->is_crowded |= ++all->n_crowd >= p->delay_ms;
    if (!all->is_crowded) {
        move(f, p, &all->crowd);
        return;
    }
    wait_until(f, p, all->at_ms);
    while ((p = LIST_FIRST(&all->crowd)))
        wait_until(f, p, all->at_ms);
}

/* --- serving -------------------------------------------------------------- */

static void note_client(struct smtp_count *count, int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;

    count->connections++;
    if (getpeername(fd, (struct sockaddr *)&a, &len) == 0)
        getnameinfo((struct sockaddr *)&a, len, count->from, sizeof count->from,
                    NULL, 0, NI_NUMERICHOST);
}

/* When the handshake ended, as the kernel saw it: a fixture that had to wait
 * for a processor must not move connections closer together. */
static uint64_t connected_us(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t len = sizeof info;

    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
    return now_us() - (uint64_t)info.tcpi_last_ack_recv * 1000;
}

/* Whom of the hosts a client has called: the first that fits. */
static bool is_called(struct smtp_fixture *f, struct peer *p)
{
    struct sockaddr_in a = { 0 };
    socklen_t len = sizeof a;

    if (!f->has_ranges) {
        snprintf(p->local, sizeof p->local, "%s", f->hosts[p->host].ip);
        return true;
    }
    if (getsockname(p->fd, (struct sockaddr *)&a, &len) ||
        ntohl(a.sin_addr.s_addr) >> 24 != 127)
        return false;
    inet_ntop(AF_INET, &a.sin_addr, p->local, sizeof p->local);
    for (p->host = 0; p->host < f->n; p->host++)
        if (smtp_is_within(ntohl(a.sin_addr.s_addr), f->hosts[p->host].ip))
            return true;
    return false;
}

static bool begin(struct smtp_fixture *f, struct peer *p)
{
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };

    if (!is_called(f, p) || epoll_ctl(f->poll, EPOLL_CTL_ADD, p->fd, &ev))
        return false;
    p->b = find(f->hosts[p->host].behaviour, &p->delay_ms);
    p->due_ms = NEVER;
    LIST_INSERT_HEAD(&f->peers->idle, p, link);
    if (f->log)
        note(f, p, '+', connected_us(p->fd));
    note_client(&f->counts[p->host], p->fd);
    p->how = fixture_tls_find(f->hosts[p->host].behaviour);
    if (p->how && p->how->is_first)
        p->ssl = fixture_tls_new(p->how, f->hosts[p->host].name, p->fd,
                                 f->counts[p->host].spki);
    if (*p->b->first)
        say(f, p, p->b->first);
    if (p->b->manner == CROWD)
        join_crowd(f, p);
    else if (p->b->manner != MUTE && !p->ssl)
        wait_until(f, p, now_ms() + p->delay_ms);
    return true;
}

/* @return whether another may be waiting */
static bool welcome(struct smtp_fixture *f, size_t host)
{
    int fd =
        accept4(f->listeners[host], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct peer *p = fd < 0 ? NULL : calloc(1, sizeof *p);

    if (!p) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    p->fd = fd;
    p->host = host;
    if (!begin(f, p)) {
        close(fd);
        free(p);
    }
    return true;
}

/* Whose time has come goes on.
 * @return milliseconds until it is worth looking again, -1 for never */
static int turn(struct smtp_fixture *f)
{
    struct smtp_peers *all = f->peers;
    uint64_t now = now_ms(), at = all->at_ms;

    if (now - at >= WHEEL_MS)
        at = now - WHEEL_MS + 1;
    for (; at <= now; at++) {
        struct peer *next, *p = LIST_FIRST(&all->due[at % WHEEL_MS]);

        for (; p; p = next) {
            next = LIST_NEXT(p, link);
            if (p->due_ms <= now)
                go_on(f, p);
        }
    }
    all->at_ms = now;
    for (unsigned i = 0; all->n_due > 0 && i < WHEEL_MS; i++)
        if (!LIST_EMPTY(&all->due[(now + i) % WHEEL_MS]))
            return (int)i;
    return -1;
}

static void bury(struct smtp_fixture *f)
{
    struct peer *p;

    while ((p = LIST_FIRST(&f->peers->gone))) {
        LIST_REMOVE(p, link);
        free(p);
    }
}

static void watch_listeners(struct smtp_fixture *f)
{
    for (size_t i = 0; i < f->n && f->listeners[i] >= 0; i++) {
        /* a pointer into the array tells a listener from a peer */
        struct epoll_event ev = { .events = EPOLLIN,
                                  .data.ptr = &f->listeners[i] };

        if (epoll_ctl(f->poll, EPOLL_CTL_ADD, f->listeners[i], &ev))
            _exit(1);
    }
}

static void on_event(struct smtp_fixture *f, void *ptr)
{
    int *listener = ptr;
    struct peer *p = ptr;

    if (listener < f->listeners || listener >= f->listeners + f->n) {
        if (p->fd >= 0)
            on_readable(f, p);
        return;
    }
    while (welcome(f, (size_t)(listener - f->listeners)))
        ;
}

void smtp_fixture_serve(struct smtp_fixture *f)
{
    struct epoll_event events[EVENTS];
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes like a file */
    f->peers->at_ms = now_ms();
    watch_listeners(f);
    for (;;) {
        int wait_ms = turn(f);
        int n;

        bury(f);
        if (f->log)
            fflush(f->log);
        n = epoll_wait(f->poll, events, EVENTS, wait_ms);
        for (int i = 0; i < n; i++)
            on_event(f, events[i].data.ptr);
    }
}

const char *smtp_fixture_start(struct smtp_fixture *f,
                               const struct smtp_host *hosts, size_t n)
{
    const char *wrong = smtp_fixture_bind(f, hosts, n, 0);

    if (wrong)
        return wrong;
    f->pid = fork();
    if (f->pid < 0)
        return "no child";
    if (f->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves none */
        smtp_fixture_serve(f);
    }
    close_listeners(f);
    return NULL;
}

void smtp_fixture_stop(struct smtp_fixture *f)
{
    if (f->pid > 0) {
        kill(f->pid, SIGKILL);
        waitpid(f->pid, NULL, 0);
    }
    close_listeners(f);
    if (f->hosts && f->poll >= 0)
        close(f->poll);
    if (f->counts)
        munmap(f->counts, (f->n + 1) * sizeof *f->counts);
    free(f->hosts);
    free(f->listeners);
    free(f->peers);
    *f = (struct smtp_fixture){ 0 };
}
