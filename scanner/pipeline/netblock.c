#include "pipeline/netblock.h"

#include "base/clock.h"
#include "base/records.h"
#include "base/text.h"
#include "pipeline/lookups.h"

static bool is_failure(unsigned status)
{
    return status != SNOW_REGISTRATION_REGISTERED &&
           status != SNOW_REGISTRATION_NOT_FOUND;
}

bool netblock_is_wanted(const struct snow_config *cfg)
{
    return cfg->registration == REGISTRATION_AUTO ||
           cfg->registration == REGISTRATION_RDAP;
}

/* --- what to ask --------------------------------------------------------- */

static int take_out(struct snow_ranges *set, struct snow_range r)
{
    struct snow_ranges *one;
    int code = snow_ranges_new(&one);

    if (!code)
        code = snow_ranges_add(one, r);
    if (!code)
        code = snow_ranges_subtract(set, one);
    snow_ranges_free(one);
    return code;
}

static int add_failed(struct netblock *n, struct snow_range r)
{
    if (n->n_failed == n->failed_cap) {
        size_t cap = n->failed_cap ? 2 * n->failed_cap : 16;
        struct snow_range *more = realloc(n->failed, cap * sizeof *more);

        if (!more)
            return SNOW_ENOMEM;
        n->failed = more;
        n->failed_cap = cap;
    }
    n->failed[n->n_failed++] = r;
    return 0;
}

struct learning {
    struct netblock *netblock;
    bool is_retry;
};

static int take_known(void *arg, const struct snow_evidence *e)
{
    struct learning *l = arg;
    struct netblock *n = l->netblock;
    struct snow_network net;
    struct snow_range r;
    int code = record_network_parse_json(&net, e->data, e->data_len);

    if (code)
        return code == SNOW_ESYNTAX ? 0 : code; /* then it is asked again */
    r = (struct snow_range){ net.first, net.last };
    if (l->is_retry && is_failure(net.status))
        return add_failed(n, r);
    n->by_status[is_failure(net.status) ? LOOKUPS_FAILED : LOOKUPS_DONE]++;
    return take_out(n->todo, r);
}

int netblock_choose(struct netblock *n, const struct snow_ranges *candidates,
                    struct snow_store *s, int64_t scan, bool is_retry,
                    struct snow_error *err)
{
    struct learning l = { n, is_retry };

    if (snow_ranges_new(&n->todo) || snow_ranges_add_all(n->todo, candidates))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return snow_store_each_evidence(s, scan, NETBLOCK_KIND, take_known, &l,
                                    err);
}

bool netblock_is_due(const struct netblock *n)
{
    return n->todo && snow_ranges_n(n->todo) > 0;
}

/* --- asking -------------------------------------------------------------- */

static void pump(struct netblock *n);

static void end(struct netblock *n, int code)
{
    if (!n->stage.is_done)
        run_stage_done(n->run, &n->stage, code);
}

static int keep(struct netblock *n, const struct snow_network *net,
                struct snow_range subject)
{
    char first[SNOW_ADDR_TEXT_MAX], last[SNOW_ADDR_TEXT_MAX];
    char text[2 * SNOW_ADDR_TEXT_MAX];
    struct buf json = { 0 };
    struct snow_evidence e = { .subject = text,
                               .kind = NETBLOCK_KIND,
                               .source = net->source,
                               .observed_utc_s = net->seen_utc_s };
    int code = SNOW_ENOMEM;

    snow_addr_format(subject.first, first);
    snow_addr_format(subject.last, last);
    snprintf(text, sizeof text, "%s-%s", first, last);
    record_network_format_json(&json, net);
    e.data = json.data;
    e.data_len = json.len;
    if (!json.failed)
        code = n->answer(n->arg, &e);
    buf_fini(&json);
    return code;
}

/* The /24 or /64 around an address. */
static struct snow_range around(struct snow_addr a)
{
    struct snow_range r = { snow_addr_block(a), { 0, 0 } };

    if (!snow_addr_is_ipv4(a))
        r.first.lo = 0;
    r.last = snow_addr_is_ipv4(a) ? snow_addr_add(r.first, 255)
                                  : (struct snow_addr){ a.hi, UINT64_MAX };
    return r;
}

static bool is_within(struct snow_range r, const struct snow_network *net)
{
    return snow_addr_compare(net->first, r.first) <= 0 &&
           snow_addr_compare(net->last, r.last) >= 0;
}

/* What earlier runs did not learn is replaced by what is known now. */
static int mend(struct netblock *n, const struct snow_network *net)
{
    int code = 0;

    for (size_t i = 0; !code && i < n->n_failed; i++)
        if (is_within(n->failed[i], net))
            code = keep(n, net, n->failed[i]);
    return code;
}

static int take(struct netblock *n, const struct snow_network *from)
{
    struct snow_network net = *from;
    struct snow_addr asked = snow_ranges_at(n->todo, 0).first;
    struct snow_range r = { asked, asked };
    int code;

    n->by_status[is_failure(net.status) ? LOOKUPS_FAILED : LOOKUPS_DONE]++;
    if (net.status != SNOW_REGISTRATION_REGISTERED || !is_within(r, &net)) {
        r = around(asked);
        net.first = r.first;
        net.last = r.last;
    }
    r = (struct snow_range){ net.first, net.last };
    code = keep(n, &net, r);
    if (!code)
        code = mend(n, &net);
    return code ? code : take_out(n->todo, r);
}

static void on_network(void *arg, const struct snow_network *net)
{
    struct netblock *n = arg;
    int code;

    if (n->stage.is_done)
        return;
    n->is_asking = false;
    code = take(n, net);
    if (code)
        end(n, code);
    pump(n);
}

static void pump(struct netblock *n)
{
    if (n->stage.is_done || n->is_asking)
        return;
    if (!netblock_is_due(n)) {
        end(n, 0);
        return;
    }
    if (run_must_wait(n->run))
        return;
    n->is_asking = true;
    if (registration_client_ask_network(
            n->client, snow_ranges_at(n->todo, 0).first, on_network, n))
        end(n, SNOW_ENOMEM);
}

/* What is under way may take long at one question a second: a drain does not
 * wait for it, it is asked again by resume. */
static void on_stop(struct stage *s)
{
    end((struct netblock *)s, SNOW_ECANCELED);
}

static void on_kick(struct stage *s)
{
    pump((struct netblock *)s);
}

void netblock_count(const struct netblock *n, struct progress_stage *to)
{
    memcpy(to->by_status, n->by_status, sizeof to->by_status);
    to->pending = netblock_is_due(n);
    to->targets =
        n->by_status[LOOKUPS_DONE] + n->by_status[LOOKUPS_FAILED] + to->pending;
    to->is_known = true;
}

static void add_stats(struct stage *s, struct progress *p)
{
    netblock_count((struct netblock *)s, &p->netblock);
}

void netblock_start(struct netblock *n, struct run *run,
                    struct registration_client *client)
{
    n->run = run;
    n->client = client;
    n->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_stop,
                [STAGE_STOP] = on_stop,
                [STAGE_KICK] = on_kick },
        .stats = add_stats,
        .is_done = !netblock_is_due(n),
    };
    run_add(run, &n->stage);
    pump(n);
}

void netblock_end(struct netblock *n)
{
    n->stage.is_done = true; /* what closing tells is no answer */
    snow_ranges_free(n->todo);
    free(n->failed);
    n->todo = NULL;
    n->failed = NULL;
}
