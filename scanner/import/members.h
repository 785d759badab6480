/* A reader of JSON lines that looks at what is wanted and passes over the
 * rest: no tree is built. Lenient where other tools are careless (escapes that
 * JSON does not know), bounded in depth. Pure. */
#ifndef IMPORT_MEMBERS_H
#define IMPORT_MEMBERS_H

#include "base/text.h"

#define MEMBERS_DEPTH_MAX 32

enum members_kind {
    MEMBERS_NONE, /**< a member that is not there */
    MEMBERS_TEXT,
    MEMBERS_PLAIN, /**< a number, true, false or null */
    MEMBERS_OBJECT,
    MEMBERS_ARRAY,
};

/** A value where it stands in the line, borrowed from it. */
struct members_value {
    enum members_kind kind;
    const char *at; /**< [len]; of a text what is between its quotes */
    size_t len;
};

/** A walk over the members of an object, or the elements of an array. */
struct members {
    const char *at, *end;
    char close; /**< what ends it */
    bool has_begun;
};

/**
 * Begin with a whole line.
 *
 * @return 0; SNOW_ESYNTAX when it is not one object, and nothing behind it
 */
int members_line(struct members_value *object, const char *line, size_t len);

/** Begin with the inside of a value; one that is no object or array has
 * none. */
void members_begin(struct members *m, const struct members_value *v);

/**
 * The next member.
 *
 * @param key  its name as it stands there; of an element empty. May be NULL
 * @return     1; 0 behind the last; SNOW_ESYNTAX
 */
int members_next(struct members *m, struct members_value *key,
                 struct members_value *value);

/** A member that is wanted. Of two with one name the last counts. */
struct members_want {
    const char *key;
    struct members_value *to; /**< kind NONE when it is not there */
};

/** Find members of an object. @return 0, SNOW_ESYNTAX */
int members_get(const struct members_value *object,
                const struct members_want *wants, size_t n);

/** How `\u0080` … `\u00ff` are read: as characters, or as the octets that our
 * own outputs write so when they are no text. */
enum members_reading { MEMBERS_CHARACTERS, MEMBERS_OCTETS };

/** Append a text without its escapes; a value of another kind adds nothing.
 * @return 0, SNOW_ESYNTAX for an escape that nobody writes */
int members_text(struct buf *to, const struct members_value *v,
                 enum members_reading how);

/** Is it this text? One with escapes is not. */
bool members_is(const struct members_value *v, const char *text);

bool members_is_true(const struct members_value *v);

/** Read a whole number from 0 to @p max, also when it stands in quotes.
 * @return false for anything else */
bool members_number(const struct members_value *v, uint64_t max, uint64_t *out);

/** Read a time: RFC 3339, or seconds since 1970 with or without their
 * fraction, in quotes or not. SNOW_TIME_UNKNOWN for anything else. */
int64_t members_time(const struct members_value *v);

#endif
