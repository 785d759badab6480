#include "analysis/names.h"
#include "report/html.h"

/*
 * Every address of every block, folded: a letter and how many follow each
 * other, as "n12g3" for twelve without a name and three with their provider's.
 * A capital letter is an address that takes mail.
 */

#define NAMES_MAX (1 << 20) /* octets of names that belong to no finding */
#define LETTERS_MAX (2 * SNOW_BLOCK_SIZE + 1)

struct picture {
    struct html *h;
    size_t n_blocks;
    uint64_t names_len;
    bool is_cut; /* there were more names */
};

/* Is any of its names one that a host can have? */
static bool has_host(const struct snow_block *b, unsigned i)
{
    const char *name = snow_block_names(b, i);
    char normal[ANALYSIS_NAME_MAX];

    for (unsigned n = 0; name && n < b->n_names[i]; n++) {
        if (analysis_name_normalise(normal, name))
            return true;
        name += strlen(name) + 1;
    }
    return false;
}

static char letter_of(const struct picture *p, const struct snow_block *b,
                      unsigned i)
{
    struct snow_addr a = snow_addr_add(b->first, i);

    switch (b->status[i]) {
    case SNOW_PTR_NAME:
        if (snow_ranges_contains(p->h->sweep.own, a))
            return 'd';
        return has_host(b, i) ? 'g' : 'u';
    case SNOW_PTR_NXDOMAIN:
    case SNOW_PTR_NODATA:
    case SNOW_PTR_PRUNED:
        return 'n';
    case SNOW_PTR_PENDING:
        return 'p';
    case SNOW_PTR_OUTSIDE:
        return 'o';
    default:
        return 'f';
    }
}

/* Most blocks hold no mail server: sets are asked once a block. */
static void mark_mail(const struct picture *p, const struct snow_block *b,
                      char letters[SNOW_BLOCK_SIZE])
{
    uint64_t mask[4];

    snow_ranges_block_mask(p->h->sweep.mail, b->first, mask);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (mask[i >> 6] >> (i & 63) & 1)
            letters[i] = (char)(letters[i] - 'a' + 'A');
}

/* A pending address of a block is a target, or it is not. */
static void mark_targets(const struct picture *p, const struct snow_block *b,
                         char letters[SNOW_BLOCK_SIZE])
{
    uint64_t mask[4];

    snow_ranges_block_mask(p->h->sweep.ipv4, b->first, mask);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (letters[i] == 'p' &&
            (p->h->sweep.is_imported || !(mask[i >> 6] >> (i & 63) & 1)))
            letters[i] = 'o';
}

static void add_letters(struct buf *to, const char letters[SNOW_BLOCK_SIZE])
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE;) {
        unsigned n = 1;

        while (i + n < SNOW_BLOCK_SIZE && letters[i + n] == letters[i])
            n++;
        buf_add_char(to, letters[i]);
        if (n > 1)
            buf_printf(to, "%u", n);
        i += n;
    }
}

/* Of the names that a provider made one stands for all of a block. */
static void add_example(struct buf *to, const struct snow_block *b,
                        const char letters[SNOW_BLOCK_SIZE])
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const char *name = snow_block_names(b, i);

        if (text_lower(letters[i]) != 'g' || !name)
            continue;
        text_json(to, name, strlen(name));
        return;
    }
    buf_add_text(to, "\"\"");
}

static bool is_in_finding(const struct html *h, struct snow_addr a)
{
    return snow_ranges_contains(h->found, a);
}

static void add_names(struct picture *p, const struct snow_block *b,
                      const char letters[SNOW_BLOCK_SIZE])
{
    struct buf *to = &p->h->out;
    bool is_first = true;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const char *name = snow_block_names(b, i);
        size_t len = name ? strlen(name) : 0;
        char letter = text_lower(letters[i]);

        if ((letter != 'd' && letter != 'u') || !name ||
            is_in_finding(p->h, snow_addr_add(b->first, i)))
            continue;
        if (p->names_len + len > NAMES_MAX) {
            p->is_cut = true;
            return;
        }
        p->names_len += len;
        buf_printf(to, "%s\"%u\":", is_first ? "" : ",", i);
        text_json(to, name, len);
        is_first = false;
    }
}

static int put_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct picture *p = arg;
    struct buf *to = &p->h->out;
    char letters[SNOW_BLOCK_SIZE];

    (void)is_closed;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        letters[i] = letter_of(p, b, i);
    mark_targets(p, b, letters);
    mark_mail(p, b, letters);
    buf_printf(to, "%s[%lu,\"", p->n_blocks++ > 0 ? ",\n" : "",
               (unsigned long)(snow_addr_ipv4(b->first) >> 8));
    add_letters(to, letters);
    buf_add_text(to, "\",");
    add_example(to, b, letters);
    buf_add_text(to, ",{");
    add_names(p, b, letters);
    buf_add_text(to, "}]");
    return html_flush_full(p->h);
}

/* The /24s of the targets, neighbours together. */
static void add_targets(struct html *h)
{
    const struct snow_ranges *set = h->sweep.ipv4;
    size_t n = snow_ranges_n(set);

    buf_add_text(&h->out, "\"targets\":[");
    for (size_t i = 0; i < n;) {
        uint32_t first = snow_addr_ipv4(snow_ranges_at(set, i).first) >> 8;
        uint32_t last = snow_addr_ipv4(snow_ranges_at(set, i).last) >> 8;

        buf_add_text(&h->out, i > 0 ? ",[" : "[");
        for (i++; i < n; i++) {
            struct snow_range r = snow_ranges_at(set, i);

            if (snow_addr_ipv4(r.first) >> 8 > last + 1)
                break;
            last = snow_addr_ipv4(r.last) >> 8;
        }
        buf_printf(&h->out, "%lu,%lu]", (unsigned long)first,
                   (unsigned long)last);
    }
    buf_add_text(&h->out, "],\n");
}

int html_map(struct html *h)
{
    struct picture p = { .h = h };
    int code;

    buf_printf(&h->out, "\"imported\":%s,\n",
               h->sweep.is_imported ? "true" : "false");
    add_targets(h);
    buf_add_text(&h->out, "\"blocks\":[");
    code =
        snow_store_each_block(h->q->store, h->q->scan, put_block, &p, h->err);
    buf_printf(&h->out, "],\n\"namesLeftOut\":%s", p.is_cut ? "true" : "false");
    return code;
}
