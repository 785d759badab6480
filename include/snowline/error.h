/* Errors: our own inability to carry on. What the network answered is never
 * an error; it is a status in a record. */
#ifndef SNOW_ERROR_H
#define SNOW_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define SNOW_OK 0

/** Every error code with its number and its sentence. */
/* clang-format off */
#define SNOW_ERRORS(X)                                                  \
    X(SNOW_EINVAL,       -1, "invalid argument")                        \
    X(SNOW_ESYNTAX,      -2, "malformed input")                         \
    X(SNOW_ERANGE,       -3, "value out of range")                      \
    X(SNOW_ENOMEM,       -4, "out of memory")                           \
    X(SNOW_EIO,          -5, "input/output error")                      \
    X(SNOW_EFULL,        -6, "no space left")                           \
    X(SNOW_EBUSY,        -7, "in use by another process")               \
    X(SNOW_ESTORE,       -8, "the store cannot be used")                \
    X(SNOW_ENOTFOUND,    -9, "not found")                               \
    X(SNOW_EPOLICY,     -10, "refused by policy")                       \
    X(SNOW_EINCOMPLETE, -11, "work is still pending")                   \
    X(SNOW_ECANCELED,   -12, "canceled")                                \
    X(SNOW_EAGAIN,      -13, "nothing to hand out right now")           \
    X(SNOW_EDONE,       -14, "nothing left")                            \
    X(SNOW_ETIMEOUT,    -15, "no answer in time")                       \
    X(SNOW_EREFUSED,    -16, "refused by the other side")               \
    X(SNOW_ELIMIT,      -17, "larger than the bound that is set for it")    \
    X(SNOW_EAWAY,       -18, "the server cannot do it just now")
/* clang-format on */

enum snow_code {
#define X(name, number, sentence) name = number,
    SNOW_ERRORS(X)
#undef X
};

/** One sentence for a person: what, where, what to do. */
struct snow_error {
    int code;       /**< a SNOW_E…, 0 when nothing failed */
    char text[480]; /**< one line, NUL-terminated, printable ASCII or UTF-8 */
};

/**
 * Record a failure where most is known of it.
 *
 * Octets of @p format's arguments that would steer a terminal are replaced.
 *
 * @param err   receives the sentence; may be NULL
 * @param code  a SNOW_E…
 * @return      @p code, so that a caller can return it at once
 */
int snow_fail(struct snow_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The sentence that belongs to @p code; "unknown error" for any other. */
const char *snow_strerror(int code);

#ifdef __cplusplus
}
#endif
#endif
