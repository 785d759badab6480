/* How much room a character takes on a terminal. Pure. */
#ifndef REPORT_GLYPHS_H
#define REPORT_GLYPHS_H

#include <stddef.h>

/**
 * Columns that the character at the beginning of valid UTF-8 takes: 0 for marks
 * that stand on the one before, 2 for the scripts of East Asia and for emoji,
 * else 1.
 *
 * wcwidth() would ask the locale, and give no answer in "C".
 *
 * @param n  octets of the character, 1 … 4
 * @source   Unicode Standard Annex #11, by whole blocks
 */
unsigned glyph_columns(const char *utf8, size_t n);

#endif
