#include "analysis/complaints.h"

#include "analysis/names.h"
#include "analysis/psl.h"
#include "base/json.h"
#include "base/room.h"

const char *analysis_complaint_word(enum analysis_complaint_state state)
{
    static const struct {
        const char *word;
    } words[] = {
#define X(id, word) { word },
        ANALYSIS_COMPLAINT_STATES(X)
#undef X
    };

    return (size_t)state < COUNT_OF(words) ? words[state].word : "?";
}

/* --- what is remembered --- */

static size_t add_text(struct buf *to, const char *text)
{
    size_t at = to->len;

    if (!text)
        text = "";
    buf_add(to, text, strlen(text) + 1);
    return at;
}

static bool has_claim(const struct analysis_complaints *c, size_t from,
                      uint32_t domain)
{
    for (size_t i = from; i < c->n_claims; i++)
        if (c->claims[i].domain == domain)
            return true;
    return false;
}

/* One element of "addresses". What is no address or has no domain is passed
 * over. */
static int take_claim(struct analysis_complaints *c, const struct doc *d,
                      size_t from)
{
    struct analysis_complaint *told = &c->all[c->n - 1];
    const char *ip = doc_text(doc_get(d, "ip"));
    const char *domain = doc_text(doc_get(d, "domain"));
    struct analysis_claim claim = { .complaint = (uint32_t)(c->n - 1) };
    struct analysis_claim *claims;
    uint64_t *number;

    if (!ip || !domain || !*domain || snow_addr_parse(&claim.addr, ip))
        return 0;
    number = map_put(&c->domains, domain, strlen(domain));
    if (!number)
        return SNOW_ENOMEM;
    claims =
        room_for_one(c->claims, c->n_claims, &c->cap_claims, sizeof *claims);
    if (!claims)
        return SNOW_ENOMEM;
    c->claims = claims;
    if (*number == 0)
        *number = c->domains.n;
    claim.domain = (uint32_t)*number;
    if (!has_claim(c, from, claim.domain)) {
        add_text(&c->text, domain);
        told->n_domains++;
    }
    if (told->n++ == 0 || snow_addr_compare(claim.addr, told->first) < 0)
        told->first = claim.addr;
    claims[c->n_claims++] = claim;
    return 0;
}

static int take_data(struct analysis_complaints *c, const struct doc *d)
{
    struct analysis_complaint *told = &c->all[c->n - 1];
    const struct doc *addresses = doc_get(d, "addresses");
    size_t from = c->n_claims;
    int code = 0;

    told->kind = add_text(&c->text, doc_text(doc_get(d, "kind")));
    told->range = add_text(&c->text, doc_text(doc_get(d, "range")));
    told->domains = c->text.len;
    for (size_t i = 0; i < doc_n(addresses) && !code; i++)
        code = take_claim(c, doc_at(addresses, i), from);
    return c->text.failed ? SNOW_ENOMEM : code;
}

static int take_complaint(void *arg, const struct snow_complaint *told)
{
    struct analysis_complaints *c = arg;
    struct analysis_complaint *all =
        room_for_one(c->all, c->n, &c->cap, sizeof *all);
    struct doc *d = NULL;
    int code;

    if (!all)
        return SNOW_ENOMEM;
    c->all = all;
    all[c->n] = (struct analysis_complaint){
        .number = (uint32_t)c->n,
        .scan = told->scan,
        .made_utc_s = told->made_utc_s,
        .message_id = add_text(&c->text, told->message_id),
        .recipient = add_text(&c->text, told->recipient),
        .finding_id = add_text(&c->text, told->finding_id),
        .state = ANALYSIS_COMPLAINT_NOT_ASKED,
        .seen_utc_s = SNOW_TIME_UNKNOWN,
    };
    c->n++;
    code = doc_parse(&d, told->data, told->data_len);
    if (code == SNOW_ENOMEM)
        return code;
    code = take_data(c, d);
    doc_free(d);
    return code;
}

static int by_address(const void *a, const void *b)
{
    const struct analysis_claim *x = a, *y = b;
    int order = snow_addr_compare(x->addr, y->addr);

    return order
               ? order
               : (x->complaint > y->complaint) - (x->complaint < y->complaint);
}

static int by_age(const void *a, const void *b)
{
    const struct analysis_complaint *x = a, *y = b;
    int order = snow_addr_compare(x->first, y->first);

    if (x->made_utc_s != y->made_utc_s)
        return x->made_utc_s < y->made_utc_s ? -1 : 1;
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Complaints by age and address, their claims by address. */
static int bring_into_order(struct analysis_complaints *c)
{
    uint32_t *places = calloc(c->n + 1, sizeof *places);

    if (!places)
        return SNOW_ENOMEM;
    if (c->n > 0)
        qsort(c->all, c->n, sizeof *c->all, by_age);
    for (size_t i = 0; i < c->n; i++)
        places[c->all[i].number] = (uint32_t)i;
    for (size_t i = 0; i < c->n_claims; i++)
        c->claims[i].complaint = places[c->claims[i].complaint];
    if (c->n_claims > 0)
        qsort(c->claims, c->n_claims, sizeof *c->claims, by_address);
    free(places);
    return 0;
}

int analysis_complaints_load(struct analysis_complaints *out,
                             struct snow_store *s, struct snow_error *err)
{
    struct analysis_complaints c = { .n = 0 };
    int code = snow_store_each_complaint(s, take_complaint, &c, err);

    if (!code)
        code = bring_into_order(&c);
    if (code) {
        analysis_complaints_fini(&c);
        return code;
    }
    *out = c;
    return 0;
}

void analysis_complaints_fini(struct analysis_complaints *c)
{
    map_fini(&c->domains);
    buf_fini(&c->text);
    free(c->claims);
    free(c->all);
    *c = (struct analysis_complaints){ .n = 0 };
}

/* --- what a later scan says --- */

#define DOMAINS_MAX 8 /* of one address that are told apart */

struct asking {
    struct analysis_complaints *c;
    struct analysis_psl *psl;
    uint64_t *elsewhere; /* [domains.n + 1], addresses by number */
    size_t at;           /* claims before it lie below the address at hand */
};

/* What an address carries. */
struct carried {
    uint32_t domains[DOMAINS_MAX]; /* of those complained of */
    unsigned n;
    bool has_own; /* a name that no provider made up */
};

static bool carries(const struct carried *now, uint32_t domain)
{
    for (unsigned i = 0; i < now->n; i++)
        if (now->domains[i] == domain)
            return true;
    return false;
}

static void take_name(struct carried *now, const struct asking *q,
                      const char *raw, struct snow_addr a)
{
    char name[ANALYSIS_NAME_MAX];
    struct analysis_split split;
    const uint64_t *number;
    size_t host_len;

    if (!analysis_name_normalise(name, raw) ||
        !analysis_psl_split(&split, q->psl, name, ANALYSIS_SUFFIX_MAX) ||
        !split.domain)
        return;
    host_len = (size_t)(split.domain - name);
    host_len -= host_len > 0;
    now->has_own |= !analysis_name_is_generic(name, host_len, a);
    number = map_get(&q->c->domains, split.domain, strlen(split.domain));
    if (number && !carries(now, (uint32_t)*number) && now->n < DOMAINS_MAX)
        now->domains[now->n++] = (uint32_t)*number;
}

static void take_names(struct carried *now, const struct asking *q,
                       const struct snow_block *b, unsigned i)
{
    const char *name = snow_block_names(b, i);

    *now = (struct carried){ .n = 0 };
    for (unsigned n = 0; name && n < b->n_names[i]; n++) {
        take_name(now, q, name, snow_addr_add(b->first, i));
        name += strlen(name) + 1;
    }
}

/* Domains that stand where nobody complained of them. */
static void count_elsewhere(struct asking *q, const struct carried *now,
                            size_t from, size_t until)
{
    for (unsigned i = 0; i < now->n; i++) {
        bool is_claimed = false;

        for (size_t k = from; k < until; k++)
            is_claimed |= q->c->claims[k].domain == now->domains[i];
        q->elsewhere[now->domains[i]] += !is_claimed;
    }
}

static void judge(struct analysis_complaints *c, const struct carried *now,
                  const struct analysis_claim *claim)
{
    struct analysis_complaint *told = &c->all[claim->complaint];
    bool is_same = carries(now, claim->domain);

    told->answered++;
    told->same += is_same;
    told->renamed += !is_same && now->has_own;
    told->gone += !is_same && !now->has_own;
}

static void see_address(struct asking *q, const struct snow_block *b,
                        unsigned i)
{
    const struct analysis_complaints *c = q->c;
    struct snow_addr a = snow_addr_add(b->first, i);
    struct carried now;
    size_t until;

    while (q->at < c->n_claims &&
           snow_addr_compare(c->claims[q->at].addr, a) < 0)
        q->at++;
    if (!snow_ptr_status_is_answer(b->status[i]))
        return;
    for (until = q->at; until < c->n_claims &&
                        snow_addr_compare(c->claims[until].addr, a) == 0;)
        until++;
    if (until == q->at && b->n_names[i] == 0)
        return;
    take_names(&now, q, b, i);
    count_elsewhere(q, &now, q->at, until);
    for (size_t k = q->at; k < until; k++)
        judge(q->c, &now, &c->claims[k]);
}

static int see_block(void *arg, const struct snow_block *b, bool is_closed)
{
    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        see_address(arg, b, i);
    return 0;
}

/* Of those without any of their domains left: unless every address has
 * answered, it may be there still. */
static enum analysis_complaint_state
state_of(const struct analysis_complaint *told)
{
    if (told->same > 0)
        return told->same == told->answered ? ANALYSIS_COMPLAINT_STILL
                                            : ANALYSIS_COMPLAINT_PARTLY;
    if (told->answered < told->n || told->n == 0)
        return ANALYSIS_COMPLAINT_UNANSWERED;
    if (told->elsewhere > 0)
        return ANALYSIS_COMPLAINT_MOVED;
    return told->renamed > 0 ? ANALYSIS_COMPLAINT_RENAMED
                             : ANALYSIS_COMPLAINT_GONE;
}

static void settle(struct asking *q, const struct snow_scan *scan,
                   int64_t after_s)
{
    struct analysis_complaints *c = q->c;

    for (size_t i = 0; i < c->n; i++) {
        struct analysis_complaint *told = &c->all[i];
        const char *domain = c->text.data + told->domains;

        for (uint32_t k = 0; k < told->n_domains; k++) {
            const uint64_t *number =
                map_get(&c->domains, domain, strlen(domain));

            told->elsewhere += number ? q->elsewhere[*number] : 0;
            domain += strlen(domain) + 1;
        }
        if (scan->now_utc_s - told->made_utc_s < after_s ||
            scan->now_utc_s <= told->made_utc_s) {
            told->answered = told->same = told->renamed = told->gone = 0;
            told->elsewhere = 0;
            continue;
        }
        told->state = state_of(told);
        told->seen_scan = scan->id;
        told->seen_utc_s = scan->now_utc_s;
    }
}

int analysis_complaints_ask(struct analysis_complaints *c, struct snow_store *s,
                            const struct snow_scan *scan, int64_t after_s,
                            const char *psl_path, struct snow_error *err)
{
    struct asking q = { .c = c };
    int code = analysis_psl_open(&q.psl, psl_path, err);

    if (code)
        return code;
    q.elsewhere = calloc(c->domains.n + 1, sizeof *q.elsewhere);
    if (!q.elsewhere)
        code = SNOW_ENOMEM;
    if (!code)
        code = snow_store_each_block(s, scan->id, see_block, &q, err);
    if (!code)
        settle(&q, scan, after_s);
    free(q.elsewhere);
    analysis_psl_close(q.psl);
    return code;
}
