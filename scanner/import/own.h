/* Lines of our own: what `ptr`, `probe` and `domain` print, also mixed. Pure.
 */
#ifndef IMPORT_OWN_H
#define IMPORT_OWN_H

#include "import/format.h"
#include "import/members.h"

/** Take a record of `domain`: its registration, mail set-up and website become
 * evidence as far as the record holds them. @return as import_format.take */
int import_own_domain(struct import_reader *r,
                      const struct members_value *record);

/* --- for both files --- */

/** Copy a text, cut to fit, its end a NUL; what is no text gives "". */
void import_own_text(struct import_reader *r, char *to, size_t cap,
                     const struct members_value *v);

/** Append the texts of a list, with @p between in between; SNOW_ESYNTAX. */
int import_own_list(struct buf *to, const struct members_value *list,
                    char between);

/** Find a word by the function that makes words of numbers 0 … 15.
 * @return the number, or -1 */
int import_own_word(const struct members_value *v,
                    const char *(*word)(unsigned number));

#endif
