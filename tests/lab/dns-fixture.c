/* The name servers that no real one plays: faster than any scanner asks, far
 * away, overloaded, lossy, wrong about what exists.
 *
 *   dns-fixture.c   options, chance, the socket
 *   dns_reply.c     question to answer (pure)
 *   dns_zone.c      reverse names from a file
 *   dns_wheel.c     answers that leave later
 *   dns_seen.c      how many names were asked
 *
 * usage: dns-fixture PORT short|long [OPTION...]     (usage() lists them)
 *
 * 1.2.20.127.in-addr.arpa is answered with 1.2.20.127.pool.lab-provider.net
 * (short), or with that, filled up to the 255 octets that a name may have on
 * the wire (long). Any other question has no answer: NOERROR, no records.
 *
 * With --zone it has the names of a file instead, and authority over all of
 * in-addr.arpa and ip6.arpa. SIGINT and SIGTERM end it; it then says on stdout
 * what it was asked. "dropped" is all that was asked and not answered. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "lab/dns_reply.h"
#include "lab/dns_seen.h"
#include "lab/dns_wheel.h"

#define BATCH 64
#define QUESTION_MAX 600
#define BUFFER_DEFAULT (1 << 22)
#define DELAY_MAX_MS 10000
#define LOOK_UP_MS 100 /* for the end, at least so often */
#define BURST_PART 50  /* of a second's questions are served at once */

struct options {
    uint64_t port, buffer, rate, delay_min_ms, delay_max_ms;
    double loss, refuse; /* percent */
    bool counts;
    struct dns_reply_plan reply;
    struct dns_zone_config zone_cfg;
};

struct inbox {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_in peers[BATCH];
    uint8_t asked[BATCH][QUESTION_MAX];
};

struct outbox {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct dns_item *items[BATCH];
    unsigned n;
};

struct fixture {
    struct options options;
    int fd;
    uint64_t now_us, filled_us;
    double tokens;
    uint64_t chance; /* a seed */
    uint64_t queries, answered;
    struct dns_seen seen;
    struct inbox in;
    struct outbox out;
    struct dns_wheel wheel;
};

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
    (void)number;
    is_over = 1;
}

/* --------------------------------------------------------------- behaviour */

static bool happens(struct fixture *f, double percent)
{
    /* 53 bits are what a double holds */
    return percent > 0 &&
           (double)(random_next(&f->chance) >> 11) * 0x1p-53 < percent / 100;
}

/* A question more than the bucket holds is not served. */
static bool has_token(struct fixture *f)
{
    double rate = (double)f->options.rate, burst = rate / BURST_PART;

    if (f->options.rate == 0)
        return true;
    f->tokens += rate * (double)(f->now_us - f->filled_us) / 1e6;
    f->filled_us = f->now_us;
    burst = burst < 1 ? 1 : burst;
    f->tokens = f->tokens > burst ? burst : f->tokens;
    if (f->tokens < 1)
        return false;
    f->tokens--;
    return true;
}

static uint64_t due_ms(struct fixture *f)
{
    uint64_t from_us = f->options.delay_min_ms * 1000;
    uint64_t span_us = f->options.delay_max_ms * 1000 - from_us + 1;
    uint64_t delay_us = from_us + random_next(&f->chance) % span_us;

    return (f->now_us + delay_us + 999) / 1000;
}

/* ------------------------------------------------------------------ socket */

static void flush(struct fixture *f)
{
    struct outbox *o = &f->out;
    unsigned at = 0;

    while (at < o->n) {
        int sent = sendmmsg(f->fd, o->messages + at, o->n - at, 0);

        f->answered += sent > 0 ? (unsigned)sent : 0;
        /* one that cannot be sent is lost, as any may be */
        at += sent > 0 ? (unsigned)sent : 1;
    }
    for (unsigned i = 0; i < o->n; i++)
        dns_wheel_put(&f->wheel, o->items[i]);
    o->n = 0;
}

static void send_item(struct fixture *f, struct dns_item *item)
{
    struct outbox *o = &f->out;

    o->items[o->n] = item;
    o->parts[o->n] = (struct iovec){ item->said, item->len };
    o->messages[o->n].msg_hdr = (struct msghdr){
        .msg_name = &item->peer,
        .msg_namelen = sizeof item->peer,
        .msg_iov = &o->parts[o->n],
        .msg_iovlen = 1,
    };
    if (++o->n == BATCH)
        flush(f);
}

static void hear(struct fixture *f, const uint8_t *q, size_t len,
                 const struct sockaddr_in *peer)
{
    const struct options *o = &f->options;
    size_t name_len = dns_question_name(q, len);
    struct dns_item *item;

    if (name_len == 0)
        return;
    f->queries++;
    if (o->counts && dns_seen_add(&f->seen, q + DNS_HEADER, name_len))
        abort(); /* a wrong count is worse than none */
    if (happens(f, o->loss) || !has_token(f))
        return;
    item = dns_wheel_get(&f->wheel);
    if (!item)
        return;
    item->peer = *peer;
    item->len = (uint32_t)(happens(f, o->refuse)
                               ? dns_refuse(item->said, q, name_len)
                               : dns_reply(item->said, q, name_len, &o->reply));
    if (o->delay_max_ms > 0)
        dns_wheel_add(&f->wheel, item, due_ms(f));
    else
        send_item(f, item);
}

static int receive(struct fixture *f)
{
    struct inbox *in = &f->in;
    int n;

    for (int i = 0; i < BATCH; i++) {
        in->parts[i] = (struct iovec){ in->asked[i], QUESTION_MAX };
        in->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &in->peers[i],
            .msg_namelen = sizeof in->peers[i],
            .msg_iov = &in->parts[i],
            .msg_iovlen = 1,
        };
    }
    n = recvmmsg(f->fd, in->messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
        hear(f, in->asked[i], in->messages[i].msg_len, &in->peers[i]);
    flush(f);
    return n < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

/* Until a question comes or, while answers wait, until the next slot. */
static void wait_for_work(struct fixture *f)
{
    struct pollfd p = { .fd = f->fd, .events = POLLIN };
    uint64_t slot_us = (f->wheel.at_ms + 1) * 1000;
    uint64_t now_us = clock_mono_us(&clock_system);
    struct timespec t = { .tv_nsec = LOOK_UP_MS * 1000000L };

    if (f->wheel.n > 0)
        t.tv_nsec = slot_us > now_us ? (long)(slot_us - now_us) * 1000 : 0;
    ppoll(&p, 1, &t, NULL);
}

static int serve(struct fixture *f)
{
    struct dns_item *item;

    wait_for_work(f);
    f->now_us = clock_mono_us(&clock_system);
    while ((item = dns_wheel_due(&f->wheel, f->now_us / 1000)))
        send_item(f, item);
    return receive(f);
}

static int listen_on(const struct options *o)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)o->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int in = (int)o->buffer, out = BUFFER_DEFAULT;

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a))
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &in, sizeof in);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &out, sizeof out);
    return fd;
}

/* ----------------------------------------------------------------- options */

static void usage(void)
{
    fprintf(stderr,
            "usage: dns-fixture PORT short|long [OPTION...]\n"
            "  --delay MIN-MAX       ms until an answer leaves\n"
            "  --rate N              questions served a second\n"
            "  --loss PERCENT        questions lost\n"
            "  --refuse PERCENT      questions answered with REFUSED\n"
            "  --buffer BYTES        asked for as SO_RCVBUF (4194304)\n"
            "  --zone FILE           lines \"ADDRESS NAME\"\n"
            "  --apex NAME           owner of the SOA of negative answers\n"
            "  --hide-nonterminals   deny names that have names beneath\n"
            "  --count               count the different names asked\n");
}

static int parse_delay(struct options *o, char *text)
{
    char *dash = strchr(text, '-');

    if (!dash)
        return -1;
    *dash = 0;
    return text_parse_u64(&o->delay_min_ms, text, DELAY_MAX_MS) ||
                   text_parse_u64(&o->delay_max_ms, dash + 1, DELAY_MAX_MS) ||
                   o->delay_min_ms > o->delay_max_ms
               ? -1
               : 0;
}

static int parse_percent(double *out, const char *text)
{
    char *end;

    *out = strtod(text, &end);
    return *text && *end == 0 && *out >= 0 && *out <= 100 ? 0 : -1;
}

static int parse_option(struct options *o, int letter, char *value)
{
    switch (letter) {
    case 'd':
        return parse_delay(o, value);
    case 'r':
        return text_parse_u64(&o->rate, value, 100000000);
    case 'l':
        return parse_percent(&o->loss, value);
    case 'f':
        return parse_percent(&o->refuse, value);
    case 'b':
        return text_parse_u64(&o->buffer, value, INT32_MAX);
    case 'z':
        o->zone_cfg.path = value;
        return 0;
    case 'a':
        o->zone_cfg.apex = value;
        return 0;
    case 'n':
        o->zone_cfg.hides_nonterminals = true;
        return 0;
    case 'c':
        o->counts = true;
        return 0;
    default:
        return -1;
    }
}

static int parse(struct options *o, int argc, char **argv)
{
    /* clang-format off */
    static const struct option known[] = {
        { "delay",             required_argument, NULL, 'd' },
        { "rate",              required_argument, NULL, 'r' },
        { "loss",              required_argument, NULL, 'l' },
        { "refuse",            required_argument, NULL, 'f' },
        { "buffer",            required_argument, NULL, 'b' },
        { "zone",              required_argument, NULL, 'z' },
        { "apex",              required_argument, NULL, 'a' },
        { "hide-nonterminals", no_argument,       NULL, 'n' },
        { "count",             no_argument,       NULL, 'c' },
        { NULL, 0, NULL, 0 }
    };
    /* clang-format on */
    int letter;

    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (parse_option(o, letter, optarg))
            return -1;
    if (argc - optind != 2 || text_parse_u64(&o->port, argv[optind], 65535))
        return -1;
    o->reply.is_long = strcmp(argv[optind + 1], "long") == 0;
    return o->reply.is_long || strcmp(argv[optind + 1], "short") == 0 ? 0 : -1;
}

/* -------------------------------------------------------------------- main */

static void watch_signals(void)
{
    const struct sigaction act = { .sa_handler = on_signal };

    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static void print_counts(const struct fixture *f)
{
    printf("{\"queries\":%" PRIu64 ",\"answered\":%" PRIu64
           ",\"dropped\":%" PRIu64,
           f->queries, f->answered, f->queries - f->answered);
    if (f->options.counts)
        printf(",\"distinct\":%zu", f->seen.n);
    printf("}\n");
}

/* Until a signal. @return what the program exits with */
static int run(struct fixture *f)
{
    int code = 0;

    f->fd = listen_on(&f->options);
    watch_signals();
    while (f->fd >= 0 && code == 0 && !is_over)
        code = serve(f);
    if (f->fd < 0 || code) {
        perror("dns-fixture");
        return 1;
    }
    print_counts(f);
    return 0;
}

int main(int argc, char **argv)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct dns_zone *zone = NULL;
    int code = 2;

    if (!f || dns_wheel_init(&f->wheel))
        return 1;
    f->options.buffer = BUFFER_DEFAULT;
    f->chance = random_u64();
    if (parse(&f->options, argc, argv))
        usage();
    else if (!f->options.zone_cfg.path ||
             dns_zone_open(&zone, &f->options.zone_cfg) == 0) {
        f->options.reply.zone = zone;
        code = run(f);
    }
    dns_zone_close(zone);
    dns_seen_fini(&f->seen);
    dns_wheel_fini(&f->wheel);
    free(f);
    return code;
}
