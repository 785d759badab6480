/* Reading JSON that others wrote: bounded in size and depth, never trusted.
 * The library behind it (whose own names begin with json_) is spoken to in
 * json.c alone. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct doc; /**< a value; borrowed from its document */

#define JSON_DEPTH_MAX 32

/**
 * Read one document.
 *
 * @param root  the value; release the whole with doc_free()
 * @return      0, SNOW_ESYNTAX (also for what nests deeper than 32),
 * SNOW_ENOMEM
 */
int doc_parse(struct doc **root, const char *octets, size_t len);
void doc_free(struct doc *root); /**< NULL is fine */

/* All of these take NULL, and answer NULL, 0 or false for a value of another
 * kind, so that a path can be followed without a check at each step. */
const struct doc *doc_get(const struct doc *object, const char *key);
const struct doc *doc_at(const struct doc *array, size_t i);
size_t doc_n(const struct doc *array); /**< elements; 0 for no array */
bool doc_is_object(const struct doc *v);
bool doc_is_array(const struct doc *v);
const char *doc_text(const struct doc *v); /**< NULL for no string; a string
                                                  holding NUL is none */
bool doc_integer(const struct doc *v, int64_t *out);
bool doc_is_true(const struct doc *v);

/** Walk an object's members: start with *at = NULL; false at the end. */
bool doc_next(const struct doc *object, void **at, const char **key,
              const struct doc **value);

#endif
