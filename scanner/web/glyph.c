#include "web/glyph.h"

#include <string.h>

#define ENTITY_MAX 10 /* letters of a name that is known */
#define REPLACEMENT 0xfffd

/* Named characters that pages use in words; sorted, for bsearch.
 * Source: HTML Living Standard §13.5. */
/* clang-format off */
static const struct entity {
    const char *name;
    uint32_t c;
} entities[] = {
    { "AElig", 0xc6 },  { "Aacute", 0xc1 }, { "Acirc", 0xc2 },
    { "Agrave", 0xc0 }, { "Aring", 0xc5 },  { "Atilde", 0xc3 },
    { "Auml", 0xc4 },   { "Ccedil", 0xc7 }, { "ETH", 0xd0 },
    { "Eacute", 0xc9 }, { "Ecirc", 0xca },  { "Egrave", 0xc8 },
    { "Euml", 0xcb },   { "Iacute", 0xcd }, { "Icirc", 0xce },
    { "Igrave", 0xcc }, { "Iuml", 0xcf },   { "Ntilde", 0xd1 },
    { "Oacute", 0xd3 }, { "Ocirc", 0xd4 },  { "Ograve", 0xd2 },
    { "Oslash", 0xd8 }, { "Otilde", 0xd5 }, { "Ouml", 0xd6 },
    { "THORN", 0xde },  { "Uacute", 0xda }, { "Ucirc", 0xdb },
    { "Ugrave", 0xd9 }, { "Uuml", 0xdc },   { "Yacute", 0xdd },
    { "aacute", 0xe1 }, { "acirc", 0xe2 },  { "aelig", 0xe6 },
    { "agrave", 0xe0 }, { "amp", '&' },     { "apos", '\'' },
    { "aring", 0xe5 },  { "atilde", 0xe3 }, { "auml", 0xe4 },
    { "bull", 0x2022 }, { "ccedil", 0xe7 }, { "colon", ':' },
    { "commat", '@' },  { "copy", 0xa9 },   { "deg", 0xb0 },
    { "eacute", 0xe9 }, { "ecirc", 0xea },  { "egrave", 0xe8 },
    { "eth", 0xf0 },    { "euml", 0xeb },   { "euro", 0x20ac },
    { "gt", '>' },      { "hellip", 0x2026 }, { "iacute", 0xed },
    { "icirc", 0xee },  { "igrave", 0xec }, { "iuml", 0xef },
    { "laquo", 0xab },  { "ldquo", 0x201c }, { "lsquo", 0x2018 },
    { "lt", '<' },      { "mdash", 0x2014 }, { "middot", 0xb7 },
    { "nbsp", 0xa0 },   { "ndash", 0x2013 }, { "ntilde", 0xf1 },
    { "num", '#' },     { "oacute", 0xf3 }, { "ocirc", 0xf4 },
    { "ograve", 0xf2 }, { "ordm", 0xba },   { "oslash", 0xf8 },
    { "otilde", 0xf5 }, { "ouml", 0xf6 },   { "period", '.' },
    { "plus", '+' },    { "quot", '"' },    { "raquo", 0xbb },
    { "rdquo", 0x201d }, { "reg", 0xae },   { "rsquo", 0x2019 },
    { "sect", 0xa7 },   { "shy", 0xad },    { "szlig", 0xdf },
    { "thorn", 0xfe },  { "trade", 0x2122 }, { "uacute", 0xfa },
    { "ucirc", 0xfb },  { "ugrave", 0xf9 }, { "uuml", 0xfc },
    { "yacute", 0xfd }, { "yuml", 0xff },
};

/* Base letters of U+00C0 … U+017F, in order. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuypsaaaaaaaceeeeiiiidnooooo.ouuuuypy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllll"
    "llnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/* clang-format on */

void glyphs_init(struct glyphs *g, struct html_span text)
{
    const unsigned char *at = (const unsigned char *)text.at;

    *g = (struct glyphs){ .at = at, .end = at + text.len };
}

static int compare_entities(const void *key, const void *entry)
{
    return strcmp(key, ((const struct entity *)entry)->name);
}

/* @return the character, 0 for no name that is known */
static uint32_t named(const char *name)
{
    const struct entity *e = bsearch(name, entities, COUNT_OF(entities),
                                     sizeof *entities, compare_entities);

    return e ? e->c : 0;
}

/* Digits of a character reference; what is no character is U+FFFD. */
static uint32_t numbered(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *p = *at;
    bool is_hex = p < end && (*p == 'x' || *p == 'X');
    uint32_t c = 0, base = is_hex ? 16 : 10;
    size_t n = 0;

    for (p += is_hex; p < end; p++, n++) {
        int digit = text_hex((char)*p);

        if (digit < 0 || (uint32_t)digit >= base)
            break;
        c = c > 0x10ffff ? c : c * base + (uint32_t)digit;
    }
    if (n == 0)
        return 0;
    *at = p;
    return c == 0 || c > 0x10ffff || c >> 11 == 0x1b ? REPLACEMENT : c;
}

/* Behind an '&'. @return 0 when it is no reference: the '&' stands for itself
 */
static uint32_t reference(struct glyphs *g)
{
    const unsigned char *p = g->at;
    char name[ENTITY_MAX + 1];
    size_t n = 0;
    uint32_t c;

    if (p < g->end && *p == '#') {
        p++;
        c = numbered(&p, g->end);
    } else {
        while (p < g->end && n < ENTITY_MAX && text_is_alpha((char)*p))
            name[n++] = (char)*p++;
        name[n] = '\0';
        c = named(name);
    }
    if (c == 0)
        return 0;
    g->at = p < g->end && *p == ';' ? p + 1 : p;
    return c;
}

uint32_t glyphs_next(struct glyphs *g)
{
    uint32_t c;
    size_t n;

    if (g->at == g->end)
        return 0;
    c = *g->at;
    if (c < 0x80) {
        g->at++;
        if (c == '&') {
            uint32_t meant = reference(g);

            return meant ? meant : c;
        }
        return c ? c : ' ';
    }
    n = text_utf8(g->at, (size_t)(g->end - g->at));
    if (n == 0) {
        g->at++;
        g->odd++;
        return c;
    }
    c = text_point(g->at, n);
    g->at += n;
    return c;
}

static bool is_space(uint32_t c)
{
    return c <= ' ' || c == 0x7f || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x3000;
}

/* Marks of direction and joining, and what only suggests a break. */
static bool is_unseen(uint32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0xfeff ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x300 && c <= 0x36f);
}

/* Cyrillic and Greek capitals lie one block before their small letters. */
static uint32_t lower(uint32_t c)
{
    if ((c >= 0x410 && c <= 0x42f) || (c >= 0x391 && c <= 0x3a9))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40f)
        return c == 0x401 ? 0x435 : c + 0x50;
    return c == 0x451 ? 0x435 : c; /* io is often written as ie */
}

size_t glyph_encode(char out[4], uint32_t c)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(first[n] | c);
    return n;
}

size_t glyph_fold(char out[GLYPH_FOLD_MAX], uint32_t c)
{
    if (c > ' ' && c < 0x7f) {
        out[0] = text_lower((char)c);
        return 1;
    }
    if (is_unseen(c))
        return 0;
    if (is_space(c))
        out[0] = ' ';
    else if (c < 0xc0)
        out[0] = '.'; /* signs; one octet of Latin-1 stays one */
    else if (c < 0x180)
        out[0] = latin[c - 0xc0];
    else
        return glyph_encode(out, lower(c));
    return 1;
}

/* --- UTF-16 --- */

static uint32_t unit(const char *s, bool is_big_endian)
{
    unsigned char a = (unsigned char)s[0], b = (unsigned char)s[1];

    return is_big_endian ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

/* The character at *i, which moves on: one unit, or a pair (RFC 2781 §2.2). */
static uint32_t next_pair(const char *octets, size_t len, size_t *i,
                          bool is_big_endian)
{
    uint32_t c = unit(octets + *i, is_big_endian), low;

    *i += 2;
    if (c >> 11 != 0x1b)
        return c;
    if (c >> 10 != 0x36 || *i + 1 >= len)
        return REPLACEMENT;
    low = unit(octets + *i, is_big_endian);
    if (low >> 10 != 0x37)
        return REPLACEMENT;
    *i += 2;
    return 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
}

void glyph_from_utf16(struct buf *to, const char *octets, size_t len,
                      bool is_big_endian)
{
    size_t i = 0;

    if (buf_reserve(to, len / 2 * 3)) /* RFC 3629 §3: at most 3 a unit */
        return;
    while (i + 1 < len) {
        uint32_t c = next_pair(octets, len, &i, is_big_endian);

        to->len += glyph_encode(to->data + to->len, c);
    }
    to->data[to->len] = '\0';
}
