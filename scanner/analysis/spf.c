/*
 * An SPF record becomes a list of who may send.
 *
 * RFC 7208 judges one address; a scan asks about many, so that all terms are
 * evaluated once, in their order, to a list which is then held against each.
 * An include that does not pass for an address counts as no match: its entries
 * of that kind do not end the check but lead behind the include.
 *
 * Life      a question, its answer, terms until the next question … over.
 * Always    one question at a time; a record is checked whole before a term of
 *           it counts; at most SPF_LOOKUPS_MAX terms ask.
 * Never     follows exists, ptr or a macro: these need the very mail.
 * Start at  go_on().
 */
#include "analysis/spf.h"

#include <string.h>

#include "analysis/forward.h"

#define ADDRS_MAX 64 /* of one name */

const char *analysis_spf_status_word(enum spf_status status)
{
#define X(name, word) word,
    static const char *const words[] = { SPF_STATUSES(X) };
#undef X

    return status < COUNT_OF(words) ? words[status] : "?";
}

/* --- ways to end --- */

/* Includes that are still open end here, and with them the list. */
static void end(struct spf_eval *e, enum spf_status status, const char *problem)
{
    struct analysis_spf *r = &e->result;

    for (uint16_t i = 0; i < r->n_entries; i++)
        if (r->entries[i].leaves > 0) {
            r->entries[i].leaves = 0;
            r->entries[i].next = r->n_entries;
        }
    r->status = (uint8_t)status;
    text_copy(r->problem, sizeof r->problem, problem);
    e->depth = 0;
    e->is_asking = false;
}

static void cut(struct spf_eval *e)
{
    e->result.is_cut = true;
    end(e, SPF_STATUS_OK, "");
}

/* --- entries --- */

static struct spf_frame *top(struct spf_eval *e)
{
    return &e->frames[e->depth - 1];
}

/* What a match of a term leads to: a pass within an include is a match of that
 * include, anything else ends it (RFC 7208 §5.2). */
static void set_outcome(const struct spf_eval *e, struct spf_entry *entry,
                        char qualifier)
{
    unsigned d = e->depth - 1;

    while (d > 0 && qualifier == '+')
        qualifier = e->frames[d--].qualifier;
    if (d > 0)
        entry->leaves = (uint8_t)d;
    else
        entry->qualifier = qualifier;
}

static void add_entry(struct spf_eval *e, struct spf_entry entry,
                      char qualifier)
{
    struct analysis_spf *r = &e->result;

    if (r->n_entries == SPF_ENTRIES_MAX) {
        cut(e);
        return;
    }
    set_outcome(e, &entry, qualifier);
    r->entries[r->n_entries++] = entry;
}

static void add_unknown(struct spf_eval *e, char qualifier)
{
    struct spf_entry entry = { .families = SPF_IPV4 | SPF_IPV6,
                               .is_unknown = true };

    add_entry(e, entry, qualifier);
}

static uint64_t mask64(unsigned bits)
{
    return bits == 0 ? 0 : bits >= 64 ? UINT64_MAX : ~(UINT64_MAX >> bits);
}

/* An address of the family with a prefix length of that family. What looks
 * like IPv4 within IPv6 is no client's address. */
static void add_prefix(struct spf_eval *e, struct snow_addr a, unsigned family,
                       const struct spf_term *t)
{
    unsigned len = family == SPF_IPV4 ? 96 + t->cidr4 : t->cidr6;
    struct spf_entry entry = { .families = (uint8_t)family };

    if (snow_addr_is_ipv4(a) != (family == SPF_IPV4))
        return;
    entry.prefix = (struct snow_prefix){
        { a.hi & mask64(len), a.lo & mask64(len > 64 ? len - 64 : 0) }, len
    };
    add_entry(e, entry, t->qualifier);
}

/* The entries of an include are complete: those which end it now know where
 * that is; at its very end there is nothing to pass over. */
static void close_group(struct spf_eval *e)
{
    struct analysis_spf *r = &e->result;
    const struct spf_frame *f = top(e);
    unsigned group = e->depth - 1;

    while (group > 0 && r->n_entries > f->from &&
           r->entries[r->n_entries - 1].leaves == group)
        r->n_entries--;
    for (uint16_t i = f->from; i < r->n_entries; i++) {
        struct spf_entry *entry = &r->entries[i];

        if (group > 0 && entry->leaves == group) {
            entry->leaves = 0;
            entry->next = r->n_entries;
        }
        if (entry->next > r->n_entries)
            entry->next = r->n_entries;
    }
}

/* --- questions --- */

static void ask(struct spf_eval *e, enum spf_type type, const char *name)
{
    if (e->result.n_questions == SPF_QUESTIONS_MAX) {
        cut(e);
        return;
    }
    e->result.n_questions++;
    e->question.type = type;
    text_copy(e->question.name, sizeof e->question.name, name);
    e->is_asking = true;
}

/* The domain that a term names, or the record's own, in lower case and without
 * the final dot; false when nobody can be asked about it. */
static bool target_of(struct spf_eval *e, const struct spf_term *t,
                      char out[SPF_NAME_MAX])
{
    size_t len = t->value_len;

    if (len > 0 && t->value[len - 1] == '.')
        len--;
    if (len >= SPF_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        out[i] = text_lower(t->value[i]);
    out[len] = '\0';
    if (len == 0)
        text_copy(out, SPF_NAME_MAX, top(e)->domain);
    return analysis_forward_is_fit(out);
}

/* A term that asks. False when it is one too many. */
static bool count_lookup(struct spf_eval *e)
{
    if (e->result.n_lookups == SPF_LOOKUPS_MAX) {
        end(e, SPF_STATUS_TOO_MANY, "more than 10 look-ups");
        return false;
    }
    e->result.n_lookups++;
    return true;
}

static void note_include(struct analysis_spf *r, const char *name)
{
    for (unsigned i = 0; i < r->n_includes; i++)
        if (strcmp(r->includes[i], name) == 0)
            return;
    text_copy(r->includes[r->n_includes++], SPF_NAME_MAX, name);
}

static unsigned family_of(enum spf_type type)
{
    return type == SPF_ASK_A      ? SPF_IPV4
           : type == SPF_ASK_AAAA ? SPF_IPV6
                                  : SPF_IPV4 | SPF_IPV6;
}

/* Ask for addresses of the families that still count. */
static void ask_addrs(struct spf_eval *e, const char *name)
{
    bool wants_ip4 = e->families & ~e->ended & SPF_IPV4;

    ask(e, wants_ip4 ? SPF_ASK_A : SPF_ASK_AAAA, name);
}

/* --- terms --- */

static void do_include(struct spf_eval *e, const struct spf_term *t)
{
    char name[SPF_NAME_MAX];

    e->is_redirect = t->kind == SPF_REDIRECT;
    if (!target_of(e, t, name)) {
        end(e, SPF_STATUS_PERMERROR, "a target without a record");
        return;
    }
    note_include(&e->result, name);
    ask(e, SPF_ASK_TXT, name);
}

static void do_a(struct spf_eval *e, const struct spf_term *t)
{
    char name[SPF_NAME_MAX];

    e->n_hosts = 0;
    if (target_of(e, t, name))
        ask_addrs(e, name);
}

static void do_mx(struct spf_eval *e, const struct spf_term *t)
{
    char name[SPF_NAME_MAX];

    e->n_hosts = 0;
    if (target_of(e, t, name))
        ask(e, SPF_ASK_MX, name);
}

static void do_all(struct spf_eval *e, const struct spf_term *t)
{
    struct spf_entry entry = { .families = SPF_IPV4 | SPF_IPV6 };

    if (e->depth == 1)
        e->result.all = t->qualifier;
    top(e)->at = top(e)->text_len; /* what follows is ignored, §5.1 */
    add_entry(e, entry, t->qualifier);
}

static void do_ip4(struct spf_eval *e, const struct spf_term *t)
{
    add_prefix(e, t->addr, SPF_IPV4, t);
}

static void do_ip6(struct spf_eval *e, const struct spf_term *t)
{
    add_prefix(e, t->addr, SPF_IPV6, t);
}

static void do_unknown(struct spf_eval *e, const struct spf_term *t)
{
    add_unknown(e, t->qualifier);
}

static const struct {
    bool asks;
    void (*run)(struct spf_eval *e, const struct spf_term *t);
} actions[] = {
    [SPF_ALL] = { false, do_all },
    [SPF_INCLUDE] = { true, do_include },
    [SPF_A] = { true, do_a },
    [SPF_MX] = { true, do_mx },
    [SPF_PTR] = { true, do_unknown },
    [SPF_IP4] = { false, do_ip4 },
    [SPF_IP6] = { false, do_ip6 },
    [SPF_EXISTS] = { true, do_unknown },
    [SPF_REDIRECT] = { true, do_include },
};

static void do_term(struct spf_eval *e, const struct spf_term *t)
{
    e->term = *t;
    if (actions[t->kind].asks && !count_lookup(e))
        return;
    if (t->has_macro)
        add_unknown(e, t->qualifier ? t->qualifier : '+');
    else
        actions[t->kind].run(e, t);
}

/* The redirect of a record without `all` (RFC 7208 §6.1). */
static bool find_redirect(struct spf_eval *e, struct spf_term *out)
{
    const struct spf_frame *f = top(e);
    const char *record = e->text + f->text_at, *token;
    bool is_found = false;
    struct spf_term t;
    size_t at = 0, n;

    while (analysis_spf_next(record, f->text_len, &at, &token, &n)) {
        if (analysis_spf_term_parse(&t, token, n))
            continue;
        if (t.kind == SPF_ALL)
            return false;
        if (t.kind == SPF_REDIRECT) {
            is_found = true;
            *out = t;
        }
    }
    return is_found;
}

static void close_record(struct spf_eval *e)
{
    close_group(e);
    e->text_len = top(e)->text_at;
    e->depth--;
    if (e->depth == 0)
        end(e, SPF_STATUS_OK, "");
}

static void end_record(struct spf_eval *e)
{
    struct spf_term t;

    if (!find_redirect(e, &t)) {
        close_record(e);
        return;
    }
    do_term(e, &t);
    if (e->depth > 0 && !e->is_asking)
        close_record(e); /* one with a macro, which is not followed */
}

static void go_on(struct spf_eval *e)
{
    while (e->depth > 0 && !e->is_asking) {
        struct spf_frame *f = top(e);
        const char *token;
        struct spf_term t;
        size_t n;

        if (!analysis_spf_next(e->text + f->text_at, f->text_len, &f->at,
                               &token, &n))
            end_record(e);
        else if (!analysis_spf_term_parse(&t, token, n) &&
                 t.kind < SPF_REDIRECT)
            do_term(e, &t);
    }
}

/* --- answers --- */

/* A family that met too many empty answers ends in an error there; what is
 * found later counts for the other one alone. */
static void count_void(struct spf_eval *e, unsigned families)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned family = 1u << i;
        struct spf_entry entry = { .families = (uint8_t)family,
                                   .qualifier = '!' };

        if (!(families & e->families & ~e->ended & family) ||
            ++e->n_voids[i] <= SPF_VOIDS_MAX)
            continue;
        e->ended |= family;
        if (e->result.n_entries < SPF_ENTRIES_MAX)
            e->result.entries[e->result.n_entries++] = entry;
    }
    if (e->ended == e->families)
        end(e, SPF_STATUS_TOO_MANY, "more than 2 look-ups found nothing");
}

/* The one SPF record among texts (RFC 7208 §4.5): 1, 0, or more. */
static unsigned choose(const struct analysis_answer *a, size_t *at)
{
    unsigned n = 0;

    for (size_t i = 0; i < a->n_names; i++)
        if (analysis_spf_is_record(a->names[i], a->lens[i])) {
            *at = i;
            n++;
        }
    return n;
}

static void open_record(struct spf_eval *e, const char *text, size_t len)
{
    enum spf_problem problem = analysis_spf_check(text, len);
    struct spf_frame *f;

    if (problem) {
        end(e, SPF_STATUS_PERMERROR, analysis_spf_problem_words(problem));
        return;
    }
    if (e->is_redirect)
        e->text_len = top(e)->text_at;
    if (len > sizeof e->text - e->text_len) {
        cut(e);
        return;
    }
    if (!e->is_redirect) {
        f = &e->frames[e->depth++];
        f->from = e->result.n_entries;
        f->qualifier = e->term.qualifier;
    }
    f = top(e);
    memcpy(e->text + e->text_len, text, len);
    f->text_at = e->text_len;
    f->text_len = len;
    f->at = 0;
    text_copy(f->domain, sizeof f->domain, e->question.name);
    e->text_len += len;
}

static void take_texts(struct spf_eval *e, const struct analysis_answer *a)
{
    size_t at = 0;
    unsigned n = choose(a, &at);

    if (n == 1)
        open_record(e, a->names[at], a->lens[at]);
    else if (n > 1)
        end(e, SPF_STATUS_PERMERROR, "more than one record");
    else if (e->depth > 0)
        end(e, SPF_STATUS_PERMERROR, "a target without a record");
    else
        end(e, SPF_STATUS_NONE, "");
}

static void ask_next_host(struct spf_eval *e)
{
    while (!e->is_asking && e->host < e->n_hosts) {
        const char *host = e->hosts[e->host++];

        if (analysis_forward_is_fit(host))
            ask_addrs(e, host);
    }
}

static int compare_hosts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* In an order of their own: a server may shuffle them, and all of a term lead
 * to the same. */
static void take_hosts(struct spf_eval *e, const struct analysis_answer *a)
{
    if (a->n_names > SPF_HOSTS_MAX) {
        end(e, SPF_STATUS_TOO_MANY, "more than 10 hosts of an mx");
        return;
    }
    for (size_t i = 0; i < a->n_names; i++)
        text_copy(e->hosts[i], SPF_NAME_MAX, a->names[i]);
    e->n_hosts = a->n_names;
    qsort(e->hosts, e->n_hosts, sizeof *e->hosts, compare_hosts);
    e->host = 0;
    ask_next_host(e);
}

static int compare_addrs(const void *a, const void *b)
{
    return snow_addr_compare(*(const struct snow_addr *)a,
                             *(const struct snow_addr *)b);
}

static void take_addrs(struct spf_eval *e, const struct analysis_answer *a)
{
    enum spf_type type = e->question.type;
    struct snow_addr addrs[ADDRS_MAX];
    size_t n = a->n_addrs < ADDRS_MAX ? a->n_addrs : ADDRS_MAX;

    if (n > 0)
        memcpy(addrs, a->addrs, n * sizeof *addrs);
    qsort(addrs, n, sizeof *addrs, compare_addrs);
    for (size_t i = 0; i < n && e->depth > 0; i++)
        add_prefix(e, addrs[i], family_of(type), &e->term);
    if (e->depth == 0)
        return;
    if (type == SPF_ASK_A && e->families & ~e->ended & SPF_IPV6)
        ask(e, SPF_ASK_AAAA, e->question.name);
    else
        ask_next_host(e);
}

static bool is_empty(uint8_t status)
{
    return status == SNOW_PTR_NXDOMAIN || status == SNOW_PTR_NODATA;
}

/* A term points into the record, which may move away: only its numbers and its
 * qualifier are looked at from here on. */
void analysis_spf_answer(struct spf_eval *e, const struct analysis_answer *a)
{
    e->is_asking = false;
    if (a->status != SNOW_PTR_NAME && !is_empty(a->status)) {
        end(e, SPF_STATUS_TEMPERROR, "a look-up was not answered");
        return;
    }
    if (is_empty(a->status) && e->depth > 0)
        count_void(e, family_of(e->question.type));
    if (e->question.type == SPF_ASK_TXT && e->result.status == 0)
        take_texts(e, a);
    else if (e->depth > 0 && e->question.type == SPF_ASK_MX)
        take_hosts(e, a);
    else if (e->depth > 0)
        take_addrs(e, a);
    go_on(e);
}

void analysis_spf_start(struct spf_eval *e, const char *domain,
                        unsigned families)
{
    memset(e, 0, sizeof *e);
    e->families = families;
    if (analysis_forward_is_fit(domain))
        ask(e, SPF_ASK_TXT, domain);
    else
        end(e, SPF_STATUS_NONE, "");
}

const struct spf_question *analysis_spf_question(const struct spf_eval *e)
{
    return e->is_asking ? &e->question : NULL;
}

/* --- the list held against an address --- */

static bool holds(const struct spf_entry *entry, struct snow_addr a)
{
    unsigned len = entry->prefix.len;
    unsigned family = snow_addr_is_ipv4(a) ? SPF_IPV4 : SPF_IPV6;

    return entry->families & family &&
           (a.hi & mask64(len)) == entry->prefix.first.hi &&
           (a.lo & mask64(len > 64 ? len - 64 : 0)) == entry->prefix.first.lo;
}

static enum spf_cover cover_of(char qualifier)
{
    return qualifier == '+' ? SPF_COVER_PASS : SPF_COVER_NO;
}

enum spf_cover analysis_spf_covers(const struct analysis_spf *spf,
                                   struct snow_addr a)
{
    bool may_pass = false, may_not = false;
    enum spf_cover found = spf->is_cut || spf->status == SPF_STATUS_TEMPERROR ||
                                   spf->status == SPF_STATUS_NOT_ASKED
                               ? SPF_COVER_UNKNOWN
                               : SPF_COVER_NO;

    for (size_t i = 0; i < spf->n_entries;) {
        const struct spf_entry *entry = &spf->entries[i++];

        if (!holds(entry, a))
            continue;
        if (entry->is_unknown) {
            may_pass |= entry->qualifier == '+' || entry->qualifier == 0;
            may_not |= entry->qualifier != '+';
        } else if (entry->qualifier == 0) {
            i = entry->next;
        } else {
            found = cover_of(entry->qualifier);
            break;
        }
    }
    if ((may_pass && found == SPF_COVER_NO) ||
        (may_not && found == SPF_COVER_PASS))
        return SPF_COVER_UNKNOWN;
    return found;
}
