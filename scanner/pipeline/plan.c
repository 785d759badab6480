#include "pipeline/plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

#define LARGE (UINT64_C(1) << 20) /* a /12 */
#define DNS_CEILING 100000.0      /* queries a second */
#define SMTP_CEILING 1000.0       /* connections a second */
#define LANE_SECONDS 10.0
#define LANES_FREE 256 /* with no limit at all: few blocks are half done */

/* The folder of reserved.txt and optout.txt: beside the source tree that the
 * program was built in, else where `make install` puts them: what people are
 * to add to lies with the machine's other settings. */
static int list_path(char *out, size_t cap, const char *name)
{
    static const char *const folders[] = { SNOW_CONFDIR,
                                           SNOW_DATADIR "/targets" };
    char exe[4096];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);

    for (int up = 0; len > 0 && up < 3; up++) { /* build/MODE/snowline */
        while (len > 0 && exe[len - 1] != '/')
            len--;
        len -= len > 0;
        exe[len] = '\0';
    }
    if (len > 0) {
        snprintf(out, cap, "%s/targets/%s", exe, name);
        if (access(out, R_OK) == 0)
            return 0;
    }
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(out, cap, "%s/%s", folders[i], name);
        if (access(out, R_OK) == 0)
            return 0;
    }
    return SNOW_EIO;
}

/* Without the lists of whom to leave alone nothing may be sent at all. */
int plan_read_list(struct snow_ranges *set, const char *name,
                   struct snow_error *err)
{
    char path[4200];

    if (list_path(path, sizeof path, name))
        return snow_fail(err, SNOW_EIO,
                         "%s: cannot be read: %s; install it again", path,
                         strerror(errno));
    return snow_ranges_read_list(set, path, err);
}

static int read_targets(struct plan *p, const struct snow_config *cfg,
                        struct snow_error *err)
{
    int code = 0;

    if (cfg->targets.n == 0)
        return snow_fail(err, SNOW_EINVAL, "no target; see --help");
    for (size_t i = 0; !code && i < cfg->targets.n; i++)
        code = snow_ranges_read_asns(p->targets, &p->asns, cfg->targets.at[i],
                                     err);
    return code;
}

int plan_read_forbidden(struct snow_ranges *out, struct snow_asns *asns,
                        const struct snow_config *cfg, struct snow_error *err)
{
    int code = 0;

    if (!cfg->include_reserved)
        code = plan_read_list(out, "reserved.txt", err);
    if (!code)
        code = plan_read_list(out, "optout.txt", err);
    for (size_t i = 0; !code && i < cfg->excludes.n; i++)
        code = snow_ranges_read_asns(out, asns, cfg->excludes.at[i], err);
    return code;
}

/* --- AS numbers --- */

static int look_up(struct plan *p, const struct snow_config *cfg, int *signal,
                   struct snow_error *err)
{
    struct plan way = { .forbidden = p->forbidden };
    struct snow_asns all = { 0 };
    int code = 0;

    for (size_t i = 0; !code && i < p->asns.n; i++)
        code = snow_asns_add(&all, p->asns.at[i]);
    for (size_t i = 0; !code && i < p->excluded_asns.n; i++)
        code = snow_asns_add(&all, p->excluded_asns.at[i]);
    if (code)
        snow_fail(err, code, "out of memory");
    if (!code && all.n > 0)
        code = plan_resolvers(&way, cfg, err);
    if (!code && all.n > 0)
        code = origins_find(&p->origins, &all, cfg, &way, signal, err);
    snow_asns_fini(&all);
    return code;
}

/* An AS that stands for nothing is more likely a slip than meant; of what is
 * to be left alone reserved addresses are enough. */
static int add_origins(struct snow_ranges *to, const struct plan *p,
                       const struct snow_asns *asns, struct snow_error *err)
{
    bool is_target = asns == &p->asns;
    int code = 0;

    for (size_t i = 0; !code && i < asns->n; i++) {
        const struct netblock_routes *r = origins_of(&p->origins, asns->at[i]);
        struct buf text = { 0 };

        code = snow_ranges_add_all(to, r->set);
        if (code)
            return snow_fail(err, code, "out of memory");
        if (!origins_has_none(&p->origins, asns->at[i], is_target))
            continue;
        origins_describe(&text, r);
        code = snow_fail(
            err, SNOW_EINVAL, "%s; nothing is announced that could be %s",
            text.data ? text.data : "", is_target ? "scanned" : "left alone");
        buf_fini(&text);
    }
    return code;
}

static int expand(struct plan *p, const struct snow_config *cfg, int *signal,
                  struct snow_error *err)
{
    int code = look_up(p, cfg, signal, err);

    if (!code && p->targets)
        code = add_origins(p->targets, p, &p->asns, err);
    return code ? code : add_origins(p->forbidden, p, &p->excluded_asns, err);
}

int plan_require_ipv4(const struct plan *p, struct snow_error *err)
{
    for (size_t i = 0; i < snow_ranges_n(p->targets); i++) {
        struct snow_range r = snow_ranges_at(p->targets, i);
        char text[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(r.first, text);
        if (!snow_addr_is_ipv4(r.first) || !snow_addr_is_ipv4(r.last))
            return snow_fail(err, SNOW_EINVAL,
                             "%s: IPv6 is not greeted yet; give IPv4 targets",
                             text);
    }
    return 0;
}

static int check_policy(const struct plan *p, const struct snow_config *cfg,
                        struct snow_error *err)
{
    uint64_t n = snow_ranges_count(p->ipv4);

    if (snow_ranges_n(p->targets) == 0)
        return snow_fail(err, SNOW_EPOLICY,
                         "all %llu addresses are reserved or excluded; "
                         "--include-reserved lifts the first",
                         (unsigned long long)p->n_given);
    if (n > LARGE && !(cfg->yes_large && cfg->contact[0]))
        return snow_fail(err, SNOW_EPOLICY,
                         "%llu addresses are more than a /12; add --yes-large "
                         "and --contact MAIL",
                         (unsigned long long)n);
    if (cfg->smtp_rate > SMTP_CEILING && !cfg->i_own_this_network)
        return snow_fail(err, SNOW_EPOLICY,
                         "--smtp-rate is over the ceiling of %.0f/s; only "
                         "--i-own-this-network lifts it",
                         SMTP_CEILING);
    return 0;
}

int plan_add_ipv4(struct snow_ranges *to, const struct snow_ranges *set)
{
    int code = 0;

    for (size_t i = 0; !code && i < snow_ranges_n(set); i++)
        if (snow_addr_is_ipv4(snow_ranges_at(set, i).first))
            code = snow_ranges_add(to, snow_ranges_at(set, i));
    return code;
}

/* How many of the targets are IPv4, which are also set aside. */
static int count_ipv4(struct plan *p, uint64_t *n)
{
    int code;

    snow_ranges_free(p->ipv4);
    p->ipv4 = NULL;
    code = snow_ranges_new(&p->ipv4);
    if (!code)
        code = plan_add_ipv4(p->ipv4, p->targets);
    if (!code)
        *n = snow_ranges_count(p->ipv4);
    return code;
}

/* The targets are read; what is forbidden is taken out of them. */
static int exclude(struct plan *p, const struct snow_config *cfg,
                   struct snow_error *err)
{
    uint64_t n_left;
    int code;

    if ((code = count_ipv4(p, &p->n_given)) ||
        (code = snow_ranges_subtract(p->targets, p->forbidden)) ||
        (code = count_ipv4(p, &n_left)))
        return snow_fail(err, code, "out of memory");
    p->n_excluded = p->n_given - n_left;
    return check_policy(p, cfg, err);
}

int plan_init(struct plan *p, const struct snow_config *cfg, int *signal,
              struct snow_error *err)
{
    int code;

    *p = (struct plan){ 0 };
    if (snow_ranges_new(&p->targets) || snow_ranges_new(&p->forbidden)) {
        code = snow_fail(err, SNOW_ENOMEM, "out of memory");
        goto fail;
    }
    if ((code = read_targets(p, cfg, err)) ||
        (code =
             plan_read_forbidden(p->forbidden, &p->excluded_asns, cfg, err)) ||
        (code = expand(p, cfg, signal, err)) || (code = exclude(p, cfg, err)))
        goto fail;
    return 0;

fail:
    plan_fini(p);
    return code;
}

static bool is_loopback(const struct sockaddr_storage *s)
{
    if (s->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)s)->sin_addr.s_addr) >> 24 ==
               127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)s)->sin6_addr);
}

/* Beyond the ceiling only for who owns the network, or stays on loopback. */
static int limit_rate(struct plan *p, const struct snow_config *cfg,
                      struct snow_error *err)
{
    bool is_free = cfg->i_own_this_network;
    bool all_loopback = true;

    for (size_t i = 0; i < p->n_servers; i++)
        all_loopback &= is_loopback(&p->servers[i]);
    is_free |= all_loopback;
    p->dns_rate = cfg->dns_rate;
    if (is_free || (cfg->dns_rate > 0 && cfg->dns_rate <= DNS_CEILING))
        return 0;
    p->dns_rate = DNS_CEILING;
    if (cfg->dns_rate == 0)
        return 0;
    return snow_fail(err, SNOW_EPOLICY,
                     "--dns-rate is over the ceiling of %.0f/s; only "
                     "--i-own-this-network lifts it",
                     DNS_CEILING);
}

/* One "--resolver": an address, or "@FILE" with one a line. */
static int add_servers(struct plan *p, const char *text, struct snow_error *err)
{
    char line[256];
    FILE *f;
    int code = 0;

    if (text[0] != '@') {
        if (p->n_servers == DNS_SERVERS_MAX)
            return snow_fail(err, SNOW_ELIMIT, "more than %d resolvers",
                             DNS_SERVERS_MAX);
        code = dns_server_parse(&p->servers[p->n_servers], text);
        if (code)
            return snow_fail(err, code,
                             "--resolver '%s' is no ADDR[:PORT]; names are "
                             "not looked up",
                             text);
        p->n_servers++;
        return 0;
    }
    f = fopen(text + 1, "r");
    if (!f)
        return snow_fail(err, SNOW_EIO, "%s: %s", text + 1, strerror(errno));
    while (!code && fgets(line, sizeof line, f)) {
        line[strcspn(line, "# \t\r\n")] = '\0';
        if (line[0] == '@')
            code = snow_fail(err, SNOW_ESYNTAX, "%s: '%s' is no resolver",
                             text + 1, line);
        else if (line[0])
            code = add_servers(p, line, err);
    }
    fclose(f);
    return code;
}

int plan_resolvers(struct plan *p, const struct snow_config *cfg,
                   struct snow_error *err)
{
    int code = 0;

    for (size_t i = 0; !code && i < cfg->resolvers.n; i++)
        code = add_servers(p, cfg->resolvers.at[i], err);
    if (!code && cfg->resolvers.n == 0)
        code = dns_system_servers(p->servers, &p->n_servers, err);
    if (!code && p->n_servers == 0)
        code = snow_fail(err, SNOW_EINVAL, "no resolver in --resolver's file");
    return code;
}

int plan_servers(struct plan *p, const struct snow_config *cfg,
                 struct snow_error *err)
{
    int code = plan_resolvers(p, cfg, err);

    return code ? code : limit_rate(p, cfg, err);
}

int plan_init_servers(struct plan *p, const struct snow_config *cfg,
                      int *signal, struct snow_error *err)
{
    int code;

    *p = (struct plan){ 0 };
    if (snow_ranges_new(&p->forbidden))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = plan_read_forbidden(p->forbidden, &p->excluded_asns, cfg, err);
    if (!code)
        code = expand(p, cfg, signal, err);
    if (!code)
        code = plan_servers(p, cfg, err);
    if (code)
        plan_fini(p);
    return code;
}

void plan_fini(struct plan *p)
{
    snow_ranges_free(p->targets);
    snow_ranges_free(p->forbidden);
    snow_ranges_free(p->ipv4);
    snow_asns_fini(&p->asns);
    snow_asns_fini(&p->excluded_asns);
    origins_fini(&p->origins);
    *p = (struct plan){ 0 };
}

unsigned plan_lanes(double rate, double block_rate)
{
    double lanes = rate * LANE_SECONDS / 256;

    if (rate == 0 && block_rate == 0)
        return LANES_FREE;
    if (rate == 0 || lanes > 4096)
        return 4096;
    return lanes < 1 ? 1 : (unsigned)lanes;
}

bool plan_has_ipv6(const struct plan *p)
{
    return p->targets && p->ipv4 &&
           snow_ranges_count(p->targets) != snow_ranges_count(p->ipv4);
}
