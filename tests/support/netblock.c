#include "support/netblock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"

void routes_init(struct netblock_routes *r)
{
    *r = (struct netblock_routes){ .asn = 64500 };
    assert_int_equal(snow_ranges_new(&r->set), 0);
}

void routes_fini(struct netblock_routes *r)
{
    snow_ranges_free(r->set);
}

static void add_prefixes(struct buf *to, const struct snow_ranges *set)
{
    for (size_t i = 0; i < snow_ranges_n(set); i++) {
        struct snow_range left = snow_ranges_at(set, i);
        bool is_more = true;

        while (is_more) {
            struct snow_prefix p;
            char text[SNOW_PREFIX_TEXT_MAX];

            is_more = snow_range_next_prefix(&left, &p);
            snow_prefix_format(p, text);
            buf_printf(to, "%s%s", to->len ? " " : "", text);
        }
    }
}

const char *routes_text(const struct netblock_routes *r)
{
    static char memory[4096];
    const struct {
        uint64_t n;
        const char *word;
    } counts[] = { { r->n_taken, "taken" },
                   { r->n_bogons, "bogons" },
                   { r->n_short, "short" },
                   { r->n_withdrawn, "withdrawn" },
                   { r->n_bad, "bad" } };
    struct buf text = { 0 };
    const char *between = "; ";

    add_prefixes(&text, r->set);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        if (counts[i].n == 0)
            continue;
        buf_printf(&text, "%s%llu %s", between, (unsigned long long)counts[i].n,
                   counts[i].word);
        between = ", ";
    }
    text_copy(memory, sizeof memory, text.data ? text.data : "");
    buf_fini(&text);
    return memory;
}
