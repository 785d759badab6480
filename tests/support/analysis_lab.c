#include "analysis_lab.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

#include "base/text.h"

/* Written for the tests: the rules they need, in the list's own syntax. */
static const char rules[] = "// ===BEGIN ICANN DOMAINS===\n"
                            "com\nnet\norg\nde\nuk\nco.uk\njp\n"
                            "*.kobe.jp\n!city.kobe.jp\n*.ck\n!www.ck\n"
                            "xn--p1ai\narpa\nin-addr.arpa\n"
                            "// ===END ICANN DOMAINS===\n"
                            "// ===BEGIN PRIVATE DOMAINS===\n"
                            "us.com\neu.org\nip.linodeusercontent.com\n"
                            "members.linode.com\n"
                            "*.compute.amazonaws.com\n"
                            "*.compute-1.amazonaws.com\n"
                            "// ===END PRIVATE DOMAINS===\n";

struct analysis_psl *lab_open_psl(char path[64])
{
    struct analysis_psl *psl;
    struct snow_error err;
    int fd;

    text_copy(path, 64, "/tmp/snowline-psl-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, rules, sizeof rules - 1), sizeof rules - 1);
    close(fd);
    if (analysis_psl_open(&psl, path, &err))
        fail_msg("%s", err.text);
    return psl;
}

int64_t lab_time(const char *text)
{
    int64_t utc_s = 0;

    assert_int_equal(text_parse_time(&utc_s, NULL, text), 0);
    return utc_s;
}

void lab_init(struct lab *l, const char *now)
{
    *l = (struct lab){ .cfg = { .now_utc_s = lab_time(now),
                                .gap_max = 1,
                                .background = 300,
                                .candidates_max = 10000,
                                .seed = 7 } };
    l->psl = lab_open_psl(l->psl_path);
    l->cfg.psl_path = l->psl_path;
}

void lab_fini(struct lab *l)
{
    analysis_psl_close(l->psl);
    unlink(l->psl_path);
    free(l->places);
    free(l->registrations);
}

static void *room(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return array;
    *cap = *cap ? *cap * 2 : 256;
    array = realloc(array, *cap * size);
    assert_non_null(array);
    return array;
}

static struct lab_place *place_at(struct lab *l, struct snow_addr addr)
{
    for (size_t i = l->n; i-- > 0;)
        if (snow_addr_compare(l->places[i].addr, addr) == 0)
            return &l->places[i];
    l->places = room(l->places, l->n, &l->cap, sizeof *l->places);
    l->places[l->n] = (struct lab_place){ .addr = addr, .order = l->n };
    return &l->places[l->n++];
}

void lab_name_at(struct lab *l, struct snow_addr addr, const char *name)
{
    struct lab_place *p = place_at(l, addr);
    size_t len = strlen(name) + 1;

    assert_true(p->names_len + len <= sizeof p->names);
    memcpy(p->names + p->names_len, name, len);
    p->names_len += len;
    p->n_names++;
    p->status = SNOW_PTR_NAME;
}

static struct snow_addr parse(const char *text)
{
    struct snow_addr addr = { 0, 0 };

    if (snow_addr_parse(&addr, text))
        fail_msg("'%s' is no address", text);
    return addr;
}

void lab_name(struct lab *l, const char *addr, const char *name)
{
    lab_name_at(l, parse(addr), name);
}

void lab_outcome(struct lab *l, const char *addr, unsigned status)
{
    struct lab_place *p = place_at(l, parse(addr));

    p->status = status;
    p->n_names = 0;
}

void lab_register(struct lab *l, const char *domain, int64_t created_utc_s,
                  unsigned iana_id)
{
    struct snow_registration *r;

    l->registrations = room(l->registrations, l->n_registrations,
                            &l->registrations_cap, sizeof *r);
    r = &l->registrations[l->n_registrations++];
    *r = (struct snow_registration){ .status = SNOW_REGISTRATION_REGISTERED,
                                     .registrar_iana_id = iana_id,
                                     .created_utc_s = created_utc_s,
                                     .expires_utc_s = SNOW_TIME_UNKNOWN,
                                     .updated_utc_s = SNOW_TIME_UNKNOWN };
    text_copy(r->domain, sizeof r->domain, domain);
    if (iana_id)
        snprintf(r->registrar, sizeof r->registrar, "Registrar %u", iana_id);
}

struct snow_registration *lab_registration(struct lab *l, size_t i)
{
    return &l->registrations[i];
}

static int compare_places(const void *a, const void *b)
{
    const struct lab_place *x = a, *y = b;

    return snow_addr_compare(x->addr, y->addr);
}

static void pass(struct lab *l, struct analysis *a)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct lab_place *p = &l->places[i];
        struct analysis_seen seen = { .addr = p->addr,
                                      .status = p->status,
                                      .n_names = p->n_names,
                                      .names = p->names,
                                      .seen_utc_s = l->cfg.now_utc_s };

        assert_int_equal(analysis_see(a, &seen), 0);
    }
}

static void greet(struct lab *l, struct analysis *a)
{
    for (size_t i = 0; l->mail_is_open && i < l->n; i++) {
        char banner[600];
        struct snow_probe p = { .addr = l->places[i].addr,
                                .port = 25,
                                .status = SNOW_SMTP_OPEN,
                                .code = 220,
                                .banner = banner };

        if (l->places[i].n_names == 0)
            continue;
        snprintf(banner, sizeof banner, "220 %s ESMTP Postfix",
                 l->places[i].names);
        p.banner_len = strlen(banner);
        analysis_add_probe(a, &p);
    }
}

static struct analysis *analyse(struct lab *l, bool seeks_rows)
{
    struct analysis *a;

    if (l->n > 0)
        qsort(l->places, l->n, sizeof *l->places, compare_places);
    assert_int_equal(analysis_new(&a, &l->cfg, l->psl), 0);
    pass(l, a);
    if (l->holder)
        analysis_add_holder(a, l->holder);
    assert_int_equal(analysis_next_pass(a), 0);
    pass(l, a);
    assert_int_equal(analysis_next_pass(a), 0);
    for (size_t i = 0; i < l->n_registrations; i++)
        assert_int_equal(analysis_add_registration(a, &l->registrations[i]), 0);
    if (seeks_rows && analysis_rows_start(a)) {
        pass(l, a);
        assert_int_equal(analysis_rows_end(a), 0);
    }
    greet(l, a);
    return a;
}

struct analysis *lab_analyse(struct lab *l)
{
    return analyse(l, false);
}

void lab_findings(struct lab *l, struct snow_findings *out)
{
    struct analysis *a = analyse(l, true);

    assert_int_equal(analysis_findings(out, a), 0);
    analysis_free(a);
}

void lab_candidates(struct lab *l, struct snow_candidates *out)
{
    struct analysis *a = analyse(l, false);

    pass(l, a);
    assert_int_equal(analysis_candidates(out, a), 0);
    analysis_free(a);
}
