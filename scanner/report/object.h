/* JSON objects written member by member, and the UUIDs that name them. Pure. */
#ifndef REPORT_OBJECT_H
#define REPORT_OBJECT_H

#include "base/digest.h"
#include "base/text.h"

/* Each appends to @p to, with a comma before what needs one: before all but
 * the first behind '{', '[' or ':' and the first of a line or buffer. */
void report_object_open(struct buf *to, char bracket); /**< '{' or '[' */
void report_object_key(struct buf *to, const char *key);
void report_object_octets(struct buf *to, const char *key, const void *octets,
                          size_t len);
void report_object_text(struct buf *to, const char *key, const char *text);
void report_object_count(struct buf *to, const char *key, uint64_t count);
void report_object_time(struct buf *to, const char *key, int64_t utc_s);

/** An element of an array: a string. */
void report_object_element(struct buf *to, const char *text);

/** The UUID of a name, under a namespace of this program's own: same name,
 * same UUID, in every store and on every machine. */
void report_object_uuid(char out[DIGEST_UUID_TEXT_MAX], const struct buf *name);

#endif
