#include "analysis/names.h"
#include "report/html.h"

/*
 * Every address of every block, folded: a letter and how many follow each
 * other, as "n12g3" for twelve without a name and three with their provider's.
 * A capital letter is an address that takes mail.
 */

#define BLOCKS_MAX 16384 /* a /10: of larger scans findings alone are drawn */
#define NAMES_MAX (1 << 20) /* octets of names that belong to no finding */
#define LETTERS_MAX (2 * SNOW_BLOCK_SIZE + 1)

struct picture {
    struct html *h;
    size_t n_blocks;
    bool is_large;
    uint64_t names_len;
    struct snow_block *unknown; /* one that nobody has answered about */
    struct snow_addr from;      /* blocks before it are drawn */
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
        if (p->names_len + len > NAMES_MAX)
            return;
        p->names_len += len;
        buf_printf(to, "%s\"%u\":", is_first ? "" : ",", i);
        text_json(to, name, len);
        is_first = false;
    }
}

static bool holds_finding(const struct html *h, struct snow_addr first)
{
    struct snow_addr block;

    return snow_ranges_next_block(h->found, first, &block) &&
           snow_addr_compare(block, first) == 0;
}

static int draw_block(struct picture *p, const struct snow_block *b)
{
    struct buf *to = &p->h->out;
    char letters[SNOW_BLOCK_SIZE];

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

/* Blocks of the targets before an address that the store knows nothing of:
 * nobody has been asked there. */
static int draw_unknown(struct picture *p, struct snow_addr until)
{
    struct snow_block *b = p->unknown;
    int code = 0;

    while (!code && !p->is_large &&
           snow_ranges_next_block(p->h->sweep.ipv4, p->from, &b->first) &&
           snow_addr_compare(b->first, until) < 0) {
        code = draw_block(p, b);
        p->from = snow_addr_add(b->first, SNOW_BLOCK_SIZE);
    }
    return code;
}

static int put_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct picture *p = arg;
    int code;

    (void)is_closed;
    if (p->is_large && !holds_finding(p->h, b->first))
        return 0;
    code = draw_unknown(p, b->first);
    p->from = snow_addr_add(b->first, SNOW_BLOCK_SIZE);
    return code ? code : draw_block(p, b);
}

int html_map(struct html *h)
{
    uint64_t n = snow_ranges_blocks(h->sweep.ipv4);
    struct snow_block *unknown = calloc(1, sizeof *unknown); /* all pending */
    struct picture p = { .h = h,
                         .is_large = n > BLOCKS_MAX,
                         .unknown = unknown };
    int code = unknown ? 0 : SNOW_ENOMEM;

    buf_add_text(&h->out, "\"blocks\":[");
    if (!code)
        code = snow_store_each_block(h->q->store, h->q->scan, put_block, &p,
                                     h->err);
    if (!code)
        code = draw_unknown(&p, (struct snow_addr){ UINT64_MAX, UINT64_MAX });
    buf_printf(&h->out, "],\n\"blocksLeftOut\":%llu",
               (unsigned long long)(p.is_large ? n - p.n_blocks : 0));
    free(unknown);
    return code;
}
