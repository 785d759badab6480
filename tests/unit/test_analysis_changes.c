/* Names that are the same, neighbours that move in, domains that are left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/changes.h"
#include "base/text.h"

/* clang-format off */
static const struct {
    const char *why, *a, *b; /* names joined by a space */
    bool is_same;
} names[] = {
    { "none and none", "", "", true },
    { "one and none", "a.com", "", false },
    { "one and itself", "a.com", "a.com", true },
    { "one and another", "a.com", "b.com", false },
    { "the order says nothing", "a.com b.com c.com", "c.com a.com b.com", true },
    { "one more", "a.com b.com", "a.com", false },
    { "as many, not the same", "a.com b.com", "a.com c.com", false },
    { "twice one is not one each", "a.com a.com", "a.com b.com", false },
};
/* clang-format on */

static unsigned split(char out[64], const char *names_text)
{
    unsigned n = *names_text != '\0';

    memset(out, 0, 64);
    text_copy(out, 63, names_text);
    for (char *c = out; *c; c++)
        if (*c == ' ') {
            *c = '\0';
            n++;
        }
    return n;
}

static void order_of_names_says_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char a[64], b[64];
        unsigned n_a = split(a, names[i].a), n_b = split(b, names[i].b);

        if (analysis_names_are_same(a, n_a, b, n_b) != names[i].is_same)
            fail_msg("%s", names[i].why);
    }
}

/* One letter an address: * not known, - nobody's, a … z a domain; _ an address
 * that was not asked about. Moves as "first-last changed/answered old>new". */
/* clang-format off */
static const struct {
    const char *why, *older, *newer, *moves;
} moves[] = {
    { "nothing", "----", "----", "" },
    { "four where nobody was", "-----", "-aaaa", "1-4 4/4 >a;" },
    { "three are too few", "-----", "-aaa-", "" },
    { "from one domain to another", "aaaa", "bbbb", "0-3 4/4 a>b;" },
    { "the same ones stay", "aaaaaa", "aaaaaa", "" },
    { "several domains side by side", "------", "aabbcc", "0-5 6/6 >abc;" },
    { "from several", "aab--", "ccccc", "0-4 5/5 ab>c;" },
    { "one address without a name between", "-----", "aa-aa",
      "0-4 4/5 >a;" },
    { "two are too many", "------", "aa--aa", "" },
    { "not after the last one", "------", "aaaa--", "0-3 4/4 >a;" },
    { "somebody who was there before", "--b--", "aabaa", "" },
    { "what is not known is bridged", "--*--", "aaxaa", "0-4 4/4 >a;" },
    { "either way", "-----", "aa*aa", "0-4 4/4 >a;" },
    { "but not five of them", "--*****--", "aaxxxxxaa", "" },
    { "nor does it count", "---*", "aaaa", "" },
    { "what was not asked ends it", "--_--", "aa_aa", "" },
    { "two moves", "----b----", "aaaabcccc", "0-3 4/4 >a;5-8 4/4 >c;" },
    { "all left", "aaaa", "----", "" },
    { "a domain comes back to it", "-----", "abaab", "0-4 5/5 >ab;" },
};
/* clang-format on */

static struct holder holder_of(char letter)
{
    static const char *const domains[] = { "a", "b", "c" };
    static const char *const other = "x";

    if (letter >= 'a' && letter <= 'c')
        return (struct holder){ true, domains[letter - 'a'] };
    return (struct holder){ letter != '*', letter == 'x' ? other : NULL };
}

static void add_domains(struct buf *to, const char **domains, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_text(to, domains[i]);
}

static void write_moves(struct buf *to, const struct moves *m)
{
    buf_add_text(to, "");
    for (size_t i = 0; i < m->n; i++) {
        const struct move *v = &m->all[i];

        buf_printf(to, "%u-%u %llu/%llu ", snow_addr_ipv4(v->first) & 255,
                   snow_addr_ipv4(v->last) & 255,
                   (unsigned long long)v->n_changed,
                   (unsigned long long)v->n_answered);
        add_domains(to, v->older, v->n_older);
        buf_add_char(to, '>');
        add_domains(to, v->newer, v->n_newer);
        buf_add_char(to, ';');
    }
}

static void neighbours_move_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        struct moves m = { 0 };
        struct buf got = { 0 };

        for (uint32_t k = 0; moves[i].older[k]; k++) {
            struct holder older = holder_of(moves[i].older[k]);
            struct holder newer = holder_of(moves[i].newer[k]);

            if (moves[i].older[k] != '_')
                assert_int_equal(
                    analysis_moves_add(&m, snow_addr_from_ipv4(0xcb007100 + k),
                                       &older, &newer),
                    0);
        }
        assert_int_equal(analysis_moves_finish(&m), 0);
        write_moves(&got, &m);
        if (strcmp(got.data, moves[i].moves) != 0)
            fail_msg("%s: '%s'", moves[i].why, got.data);
        analysis_moves_fini(&m);
        buf_fini(&got);
    }
}

static const struct {
    const char *name, *domain;
    bool is_in;
} hosts[] = {
    { "a.com", "a.com", true },
    { "x.a.com", "a.com", true },
    { "X.A.COM.", "a.com", true },
    { "ba.com", "a.com", false },
    { "a.com.b.net", "a.com", false },
    { "com", "a.com", false },
    { "", "a.com", false },
    { ".", "a.com", false },
};

static void a_census_counts_answers(void **state)
{
    struct census all[] = {
        { .range = { { 0, 0xffffcb007100 }, { 0, 0xffffcb007103 } },
          .domain = "a.com" },
        { .range = { { 0, 0xffffcb007102 }, { 0, 0xffffcb007105 } } },
        { .range = { { 0, 0xffffcb0071fe }, { 0, 0xffffcb007201 } },
          .domain = "b.com" },
    };
    struct snow_block b;
    size_t from = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (analysis_is_in_domain(hosts[i].name, hosts[i].domain) !=
            hosts[i].is_in)
            fail_msg("'%s' in %s", hosts[i].name, hosts[i].domain);
    snow_block_init(&b, (struct snow_addr){ 0, 0xffffcb007100 });
    snow_block_set(&b, 0, SNOW_PTR_NAME, 1, "x.com\0mx.a.com", 2);
    snow_block_set(&b, 1, SNOW_PTR_NXDOMAIN, 1, NULL, 0);
    snow_block_set(&b, 2, SNOW_PTR_TIMEOUT, 1, NULL, 0);
    snow_block_set(&b, 3, SNOW_PTR_NAME, 1, "b.com", 1);
    snow_block_set(&b, 4, SNOW_PTR_PRUNED, 1, NULL, 0);
    snow_block_set(&b, 255, SNOW_PTR_NAME, 1, "b.com", 1);
    analysis_census_take(all, COUNT_OF(all), &from, &b);
    assert_int_equal(all[0].here, 1);
    assert_int_equal(all[0].elsewhere, 2);
    assert_int_equal(all[1].here, 2); /* .3 and .4 */
    assert_int_equal(all[1].elsewhere, 0);
    snow_block_reset(&b, (struct snow_addr){ 0, 0xffffcb007200 });
    snow_block_set(&b, 0, SNOW_PTR_NAME, 1, "c.com", 1);
    analysis_census_take(all, COUNT_OF(all), &from, &b);
    assert_int_equal(from, 2);
    assert_int_equal(all[2].here, 1);
    assert_int_equal(all[2].elsewhere, 1);
    snow_block_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_names_says_nothing),
        cmocka_unit_test(neighbours_move_in),
        cmocka_unit_test(a_census_counts_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
