/* Characters of a page: entities and character sets to code points, and these
 * folded for comparing words. Pure. */
#ifndef WEB_GLYPH_H
#define WEB_GLYPH_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "web/html.h"

/** Text being read. */
struct glyphs {
    const unsigned char *at, *end;
    size_t odd; /**< octets so far that were no UTF-8, read as Latin-1 */
};

void glyphs_init(struct glyphs *g, struct html_span text);

/** The next character, 0 at the end; NUL reads as a space. */
uint32_t glyphs_next(struct glyphs *g);

#define GLYPH_FOLD_MAX 4

/**
 * A character the way words are compared: lower case, Latin letters without
 * their accents, any space as ' '.
 *
 * @return octets, never more than the character took in the page; 0 for what
 *         is not seen
 */
size_t glyph_fold(char out[GLYPH_FOLD_MAX], uint32_t c);

/** A character as UTF-8. @return octets, 1 … 4 */
size_t glyph_encode(char out[4], uint32_t c);

/** UTF-16 to UTF-8; lone surrogates become U+FFFD. */
void glyph_from_utf16(struct buf *to, const char *octets, size_t len,
                      bool is_big_endian);

#endif
