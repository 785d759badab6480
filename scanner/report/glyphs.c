#include "report/glyphs.h"

#include <stdint.h>

#include "base/text.h"

/* clang-format off */
static const struct { uint32_t first, last; unsigned columns; } glyphs[] = {
    { 0x0300, 0x036f, 0 },   /* combining marks */
    { 0x0483, 0x0489, 0 },   { 0x0591, 0x05bd, 0 },   { 0x064b, 0x065f, 0 },
    { 0x1100, 0x115f, 2 },   /* Hangul, that which leads a syllable */
    { 0x1160, 0x11ff, 0 },   /* and that which follows it */
    { 0x1ab0, 0x1aff, 0 },   { 0x1dc0, 0x1dff, 0 },
    { 0x200b, 0x200f, 0 },   /* no space at all, joiners, marks of direction */
    { 0x2060, 0x2064, 0 },   { 0x20d0, 0x20ff, 0 },
    { 0x2e80, 0x303e, 2 },   /* radicals, CJK punctuation */
    { 0x3041, 0x4dbf, 2 },   /* kana, bopomofo, ideographs */
    { 0x4e00, 0xa4cf, 2 },   { 0xa960, 0xa97f, 2 },   { 0xac00, 0xd7a3, 2 },
    { 0xf900, 0xfaff, 2 },   { 0xfe00, 0xfe0f, 0 },   { 0xfe20, 0xfe2f, 0 },
    { 0xfe30, 0xfe6f, 2 },   { 0xfeff, 0xfeff, 0 },   { 0xff00, 0xff60, 2 },
    { 0xffe0, 0xffe6, 2 },   { 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
    { 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 }, { 0xe0100, 0xe01ef, 0 },
};
/* clang-format on */

unsigned glyph_columns(const char *utf8, size_t n)
{
    uint32_t c = text_point((const unsigned char *)utf8, n);

    for (size_t i = 0; i < COUNT_OF(glyphs) && c >= glyphs[i].first; i++)
        if (c <= glyphs[i].last)
            return glyphs[i].columns;
    return 1;
}
