/* Reading JSON that others wrote: bounded in size and depth, never trusted.
 * The library behind it is spoken to in json.c alone. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json; /**< a value; borrowed from its document */

#define JSON_DEPTH_MAX 32

/**
 * Read one document.
 *
 * @param root  the value; release the whole with json_free()
 * @return      0, SNOW_ESYNTAX (also for what nests deeper than 32), SNOW_ENOMEM
 */
int json_parse(struct json **root, const char *octets, size_t len);
void json_free(struct json *root); /**< NULL is fine */

/* All of these take NULL, and answer NULL, 0 or false for a value of another
 * kind, so that a path can be followed without a check at each step. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t i);
size_t json_n(const struct json *array); /**< elements; 0 for no array */
bool json_is_object(const struct json *v);
bool json_is_array(const struct json *v);
const char *json_text(const struct json *v); /**< NULL for no string; a string
                                                  holding NUL is none */
bool json_integer(const struct json *v, int64_t *out);
bool json_is_true(const struct json *v);

/** Walk an object's members: start with *at = NULL; false at the end. */
bool json_next(const struct json *object, void **at, const char **key,
               const struct json **value);

#endif
