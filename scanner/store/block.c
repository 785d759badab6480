#include "store/block.h"

#include <zstd.h>

#define VERSION 1
#define UNIFORM 1
#define LEVEL 3 /* as cheap as 1 on such data, and smaller */

/* Every address with the most names, each as long as can be. */
#define RAW_MAX                                                                \
    (256 + SNOW_BLOCK_SIZE * (16 + SNOW_BLOCK_NAMES_MAX * (SNOW_NAME_MAX + 4)))

/* --- the block in memory --- */

void snow_block_init(struct snow_block *b, struct snow_addr first)
{
    memset(b, 0, sizeof *b);
    b->first = first;
}

void snow_block_reset(struct snow_block *b, struct snow_addr first)
{
    char *text = b->text;
    size_t cap = b->text_cap;

    snow_block_init(b, first);
    b->text = text;
    b->text_cap = cap;
}

void snow_block_fini(struct snow_block *b)
{
    free(b->text);
    memset(b, 0, sizeof *b);
}

static int reserve_text(struct snow_block *b, size_t more)
{
    size_t cap = b->text_cap ? b->text_cap : 1024;
    char *text;

    while (cap - b->text_len < more)
        cap += cap / 2;
    if (cap == b->text_cap)
        return 0;
    text = realloc(b->text, cap);
    if (!text)
        return SNOW_ENOMEM;
    b->text = text;
    b->text_cap = cap;
    return 0;
}

static size_t names_len(const char *names, unsigned n)
{
    size_t len = 0;

    for (unsigned i = 0; i < n; i++)
        len += strlen(names + len) + 1;
    return len;
}

int snow_block_set(struct snow_block *b, unsigned i, unsigned status,
                   int64_t seen_utc_s, const char *names, unsigned n)
{
    size_t len = names_len(names, n);

    if (len > 0 && reserve_text(b, len))
        return SNOW_ENOMEM;
    b->status[i] = (uint8_t)status;
    b->n_names[i] = (uint8_t)n;
    b->seen_utc_s[i] = (uint32_t)seen_utc_s;
    b->names_at[i] = (uint32_t)b->text_len;
    if (len > 0)
        memcpy(b->text + b->text_len, names, len);
    b->text_len += len;
    return 0;
}

const char *snow_block_names(const struct snow_block *b, unsigned i)
{
    return b->n_names[i] > 0 ? b->text + b->names_at[i] : NULL;
}

int snow_block_merge(struct snow_block *to, const struct snow_block *from)
{
    int code = 0;

    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++)
        if (from->status[i] != SNOW_PTR_PENDING)
            code = snow_block_set(to, i, from->status[i], from->seen_utc_s[i],
                                  snow_block_names(from, i), from->n_names[i]);
    return code;
}

bool snow_block_is_closed(const struct snow_block *b)
{
    return !memchr(b->status, SNOW_PTR_PENDING, sizeof b->status);
}

/* --- the blob --- */

struct block_codec {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress;
    struct buf raw;
};

int block_codec_new(struct block_codec **out)
{
    struct block_codec *c = calloc(1, sizeof *c);

    if (!c)
        return SNOW_ENOMEM;
    c->compress = ZSTD_createCCtx();
    c->decompress = ZSTD_createDCtx();
    if (!c->compress || !c->decompress) {
        block_codec_free(c);
        return SNOW_ENOMEM;
    }
    *out = c;
    return 0;
}

void block_codec_free(struct block_codec *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->compress);
    ZSTD_freeDCtx(c->decompress);
    buf_fini(&c->raw);
    free(c);
}

static bool is_answered(unsigned status)
{
    return status != SNOW_PTR_PENDING && status != SNOW_PTR_OUTSIDE;
}

static void put_varint(struct buf *to, uint64_t x)
{
    for (; x >= 128; x >>= 7)
        buf_add_char(to, (char)(x | 128));
    buf_add_char(to, (char)x);
}

static void put_statuses(struct buf *to, const struct snow_block *b)
{
    bool is_uniform = true;

    for (unsigned i = 1; i < SNOW_BLOCK_SIZE; i++)
        is_uniform &= b->status[i] == b->status[0];
    buf_add_char(to, is_uniform ? UNIFORM : 0);
    if (is_uniform)
        buf_add_char(to, (char)b->status[0]);
    for (unsigned i = 0; !is_uniform && i < SNOW_BLOCK_SIZE; i += 2)
        buf_add_char(to, (char)(b->status[i] | b->status[i + 1] << 4));
}

static void put_names(struct buf *to, const struct snow_block *b, unsigned i)
{
    const char *name = snow_block_names(b, i);

    put_varint(to, b->n_names[i]);
    for (unsigned k = 0; k < b->n_names[i]; k++) {
        size_t len = strlen(name);

        put_varint(to, len);
        buf_add(to, name, len);
        name += len + 1;
    }
}

static void put_raw(struct buf *to, const struct snow_block *b)
{
    uint32_t earliest = UINT32_MAX;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (is_answered(b->status[i]) && b->seen_utc_s[i] < earliest)
            earliest = b->seen_utc_s[i];
    buf_add_char(to, VERSION);
    put_statuses(to, b);
    put_varint(to, earliest == UINT32_MAX ? 0 : earliest);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        if (!is_answered(b->status[i]))
            continue;
        put_varint(to, b->seen_utc_s[i] - earliest);
        if (b->status[i] == SNOW_PTR_NAME)
            put_names(to, b, i);
    }
}

int block_encode(struct block_codec *c, struct buf *to,
                 const struct snow_block *b)
{
    size_t bound, len;

    buf_clear(&c->raw);
    put_raw(&c->raw, b);
    if (c->raw.failed)
        return SNOW_ENOMEM;
    bound = ZSTD_compressBound(c->raw.len);
    if (buf_reserve(to, bound))
        return SNOW_ENOMEM;
    len = ZSTD_compressCCtx(c->compress, to->data + to->len, bound, c->raw.data,
                            c->raw.len, LEVEL);
    if (ZSTD_isError(len))
        return SNOW_ENOMEM;
    to->len += len;
    to->data[to->len] = '\0';
    return 0;
}

/** What is left of a blob that is being read. */
struct rest {
    const unsigned char *at, *end;
};

static bool take_varint(struct rest *r, uint64_t most, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 63 && r->at < r->end; shift += 7) {
        unsigned char c = *r->at++;

        *out |= (uint64_t)(c & 127) << shift;
        if (c < 128)
            return *out <= most;
    }
    return false;
}

static bool is_status(unsigned status)
{
    return strcmp(snow_ptr_status_word(status), "?") != 0;
}

static bool take_statuses(struct rest *r, uint8_t status[SNOW_BLOCK_SIZE])
{
    size_t left = (size_t)(r->end - r->at);
    unsigned flags = left > 1 ? *r->at++ : 0;
    bool is_fine = true;

    if (left < 2 || flags > UNIFORM || (!(flags & UNIFORM) && left < 129))
        return false;
    if (flags & UNIFORM)
        memset(status, *r->at++, SNOW_BLOCK_SIZE);
    for (unsigned i = 0; !(flags & UNIFORM) && i < SNOW_BLOCK_SIZE; i += 2) {
        status[i] = *r->at & 15;
        status[i + 1] = *r->at++ >> 4;
    }
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        is_fine &= is_status(status[i]);
    return is_fine;
}

/* The names of one address as the block keeps them. */
static int take_names(struct rest *r, struct buf *names, unsigned *n)
{
    uint64_t count, len;

    buf_clear(names);
    if (!take_varint(r, SNOW_BLOCK_NAMES_MAX, &count) || count == 0)
        return SNOW_ESTORE;
    for (uint64_t k = 0; k < count; k++) {
        if (!take_varint(r, SNOW_NAME_MAX - 1, &len) ||
            len > (size_t)(r->end - r->at) || memchr(r->at, '\0', len))
            return SNOW_ESTORE;
        buf_add(names, r->at, len);
        buf_add_char(names, '\0');
        r->at += len;
    }
    *n = (unsigned)count;
    return names->failed ? SNOW_ENOMEM : 0;
}

static int take_outcomes(struct rest *r, struct snow_block *b,
                         const uint8_t status[SNOW_BLOCK_SIZE])
{
    struct buf names = { 0 };
    uint64_t earliest, after;
    int code = take_varint(r, UINT32_MAX, &earliest) ? 0 : SNOW_ESTORE;

    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++) {
        unsigned n = 0;

        if (status[i] == SNOW_PTR_PENDING)
            continue;
        after = 0;
        if (is_answered(status[i]) &&
            !take_varint(r, UINT32_MAX - earliest, &after))
            code = SNOW_ESTORE;
        if (!code && status[i] == SNOW_PTR_NAME)
            code = take_names(r, &names, &n);
        if (!code)
            code = snow_block_set(
                b, i, status[i],
                is_answered(status[i]) ? (int64_t)(earliest + after) : 0,
                n ? names.data : NULL, n);
    }
    buf_fini(&names);
    return code || r->at == r->end ? code : SNOW_ESTORE;
}

static int take_raw(struct rest *r, struct snow_block *b)
{
    uint8_t status[SNOW_BLOCK_SIZE];

    if (r->at == r->end || *r->at++ != VERSION || !take_statuses(r, status))
        return SNOW_ESTORE;
    return take_outcomes(r, b, status);
}

int block_decode(struct block_codec *c, struct snow_block *b, const void *blob,
                 size_t len)
{
    unsigned long long raw_len = ZSTD_getFrameContentSize(blob, len);
    struct rest r;
    size_t got;

    if (raw_len == ZSTD_CONTENTSIZE_ERROR ||
        raw_len == ZSTD_CONTENTSIZE_UNKNOWN || raw_len > RAW_MAX)
        return SNOW_ESTORE;
    buf_clear(&c->raw);
    if (buf_reserve(&c->raw, (size_t)raw_len))
        return SNOW_ENOMEM;
    got = ZSTD_decompressDCtx(c->decompress, c->raw.data, (size_t)raw_len, blob,
                              len);
    if (ZSTD_isError(got) || got != raw_len)
        return SNOW_ESTORE;
    r.at = (const unsigned char *)c->raw.data;
    r.end = r.at + got;
    return take_raw(&r, b);
}
