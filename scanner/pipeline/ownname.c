#include "pipeline/ownname.h"

#include <netinet/in.h>
#include <unistd.h>

#include "addr/arpa.h"
#include "analysis/forward.h"
#include "base/text.h"
#include "dns/answer.h"

#define ADDRS_MAX                                                              \
    4 /* a name with more has one of ours among these, or bad                  \
         luck */

struct own_name {
    uv_timer_t timer; /* nothing is told from inside own_name_start() */
    struct dns_resolver *resolver;
    char name[OWN_NAME_MAX];
    struct snow_addr source;
    bool has_source, is_uncertain, is_closing;
    struct snow_addr addrs[ADDRS_MAX];
    size_t n, at;
    enum own_name_verdict good; /* what it is if an address leads back */
    own_name_fn done;
    void *arg;
};

void own_name_get(char out[OWN_NAME_MAX], const struct snow_config *cfg)
{
    text_copy(out, OWN_NAME_MAX, cfg->ehlo);
    if (!*out && gethostname(out, OWN_NAME_MAX))
        text_copy(out, OWN_NAME_MAX, "localhost");
    out[OWN_NAME_MAX - 1] = '\0';
}

/* --- which addresses are ours --- */

/* RFC 1918, RFC 6598, RFC 3927: what is translated on its way out. */
static const struct {
    uint32_t first;
    unsigned len;
} translated[] = {
    { 0x0a000000, 8 },  { 0xac100000, 12 }, { 0xc0a80000, 16 },
    { 0x64400000, 10 }, { 0xa9fe0000, 16 },
};

static bool is_private(struct snow_addr a)
{
    for (size_t i = 0; snow_addr_is_ipv4(a) && i < COUNT_OF(translated); i++)
        if ((snow_addr_ipv4(a) ^ translated[i].first) >>
                (32 - translated[i].len) ==
            0)
            return true;
    return false;
}

/* There are addresses to connect from, and all of them are private. */
static bool is_behind_translation(const struct own_name *o)
{
    uv_interface_address_t *all;
    int n, n_private = 0, n_public = 0;

    if (o->has_source)
        return is_private(o->source);
    if (uv_interface_addresses(&all, &n))
        return false;
    for (int i = 0; i < n; i++) {
        const struct sockaddr_in *in = &all[i].address.address4;
        struct snow_addr a;

        if (all[i].is_internal || in->sin_family != AF_INET)
            continue;
        a = snow_addr_from_ipv4(ntohl(in->sin_addr.s_addr));
        *(is_private(a) ? &n_private : &n_public) += 1;
    }
    uv_free_interface_addresses(all, n);
    return n_private > 0 && n_public == 0;
}

/* The kernel lets nobody bind to an address that is not the machine's. */
static bool is_local(struct snow_addr a)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(snow_addr_ipv4(a)) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_bound =
        fd >= 0 && bind(fd, (const struct sockaddr *)&in, sizeof in) == 0;

    if (fd >= 0)
        close(fd);
    return is_bound;
}

static bool is_ours(const struct own_name *o, struct snow_addr a)
{
    return o->has_source ? snow_addr_compare(o->source, a) == 0 : is_local(a);
}

/* --- there and back --- */

static void tell(struct own_name *o, enum own_name_verdict verdict)
{
    struct own_name_result r = { .verdict = verdict, .name = o->name };

    if (o->n > 0)
        r.addr = o->addrs[o->at < o->n ? o->at : o->n - 1];
    o->done(o->arg, &r);
}

static void on_names(void *arg, const struct dns_records *r);

static void ask_back(struct own_name *o)
{
    char name[ADDR_ARPA_TEXT_MAX];

    if (o->at == o->n) {
        tell(o, o->is_uncertain ? OWN_NAME_UNKNOWN : OWN_NAME_NO_WAY_BACK);
        return;
    }
    addr_arpa_format(o->addrs[o->at], name);
    if (dns_resolver_query(o->resolver, name, DNS_TYPE_PTR, on_names, o))
        tell(o, OWN_NAME_UNKNOWN);
}

static bool is_denied(uint8_t status)
{
    return status == SNOW_PTR_NXDOMAIN || status == SNOW_PTR_NODATA;
}

static void on_names(void *arg, const struct dns_records *r)
{
    struct own_name *o = arg;

    if (o->is_closing)
        return;
    for (size_t i = 0; i < r->n_names; i++)
        if (text_equal_fold(r->names[i], o->name)) {
            tell(o, o->good);
            return;
        }
    o->is_uncertain |= r->status != SNOW_PTR_NAME && !is_denied(r->status);
    o->at++;
    ask_back(o);
}

/* Keep the addresses that are worth asking about. */
static enum own_name_verdict choose(struct own_name *o,
                                    const struct dns_records *r)
{
    for (size_t i = 0; i < r->n_addrs && o->n < ADDRS_MAX; i++)
        if (is_ours(o, r->addrs[i]))
            o->addrs[o->n++] = r->addrs[i];
    if (o->n > 0)
        return OWN_NAME_OK;
    for (size_t i = 0; i < r->n_addrs && o->n < ADDRS_MAX; i++)
        o->addrs[o->n++] = r->addrs[i];
    return is_behind_translation(o) ? OWN_NAME_TRANSLATED : OWN_NAME_FOREIGN;
}

static void on_addrs(void *arg, const struct dns_records *r)
{
    struct own_name *o = arg;

    if (o->is_closing)
        return;
    if (r->n_addrs == 0) {
        tell(o, is_denied(r->status) || r->status == SNOW_PTR_NAME
                    ? OWN_NAME_NO_ADDRESS
                    : OWN_NAME_UNKNOWN);
        return;
    }
    o->good = choose(o, r);
    if (o->good == OWN_NAME_FOREIGN)
        tell(o, OWN_NAME_FOREIGN);
    else
        ask_back(o);
}

static void on_timer(uv_timer_t *t)
{
    struct own_name *o = t->data;

    if (!analysis_forward_is_fit(o->name))
        tell(o, OWN_NAME_UNFIT);
    else if (dns_resolver_query(o->resolver, o->name, DNS_TYPE_A, on_addrs, o))
        tell(o, OWN_NAME_UNKNOWN);
}

int own_name_start(struct own_name **out, struct run *run,
                   const struct plan *plan, own_name_fn done, void *arg)
{
    const struct snow_config *cfg = run->cfg;
    struct own_name *o = calloc(1, sizeof *o);
    int code;

    if (!o)
        return SNOW_ENOMEM;
    o->done = done;
    o->arg = arg;
    own_name_get(o->name, cfg);
    o->has_source =
        cfg->source_ip[0] && snow_addr_parse(&o->source, cfg->source_ip) == 0;
    code = dns_resolver_new(
        &o->resolver, &run->loop, plan->servers, plan->n_servers,
        (unsigned)(cfg->dns_timeout_s * 1000), (unsigned)cfg->dns_tries);
    if (code) {
        free(o);
        return code;
    }
    uv_timer_init(&run->loop, &o->timer);
    o->timer.data = o;
    uv_timer_start(&o->timer, on_timer, 0, 0);
    *out = o;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

void own_name_close(struct own_name *o)
{
    if (!o)
        return;
    o->is_closing = true;
    dns_resolver_close(o->resolver);
    uv_close((uv_handle_t *)&o->timer, on_closed);
}

/* --- in the background --- */

static void on_watched(void *arg, const struct own_name_result *r)
{
    struct run *run = arg;

    if (r->verdict >= OWN_NAME_UNFIT)
        text_copy(run->totals.odd_name, sizeof run->totals.odd_name, r->name);
}

struct own_name *own_name_watch(struct run *run, const struct plan *plan)
{
    struct own_name *o = NULL;

    if (plan->n_servers == 0 || own_name_start(&o, run, plan, on_watched, run))
        return NULL;
    return o;
}
