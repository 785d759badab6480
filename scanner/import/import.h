/* Reading what other programs found out into a scan of a store. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "import/aliases.h"
#include "snowline/store.h"

#define IMPORT_BAD_SHOWN 5

/** What came of one file. */
struct import_file {
    const struct import_format *format; /**< NULL: nothing was in it */
    uint64_t n_lines;                   /**< that say something */
    uint64_t n_bad;
    uint64_t bad[IMPORT_BAD_SHOWN]; /**< numbers of the first of them */
};

/** What is in the scan at the end. */
struct import_total {
    uint64_t by_status[16]; /**< addresses */
    uint64_t n_names, n_probes, n_evidence;
    int64_t latest_utc_s; /**< of all that has a time, or UNKNOWN */
    struct buf targets;   /**< the ranges as text; @owner whoever asked */
};

struct import;

/**
 * Begin. The caller has begun a transaction of @p store, in which all of it
 * is written.
 *
 * @param scan  borrowed from the store; what it holds already is kept
 * @return      0, SNOW_ENOMEM @owner the caller, with import_free()
 */
int import_new(struct import **out, struct snow_store *store, int64_t scan,
               struct snow_error *err);
void import_free(struct import *m); /**< NULL is fine */

/** How to read a file. */
struct import_how {
    const struct import_format *format; /**< NULL: as its first line says */
    const char *origin; /**< of a zone's relative names, or "" */
    int64_t now_utc_s;  /**< the time of what tells none, nor does its file */
};

/** Have @p fn told of what is read and written, stages "reading" (octets of
 * the file, names found) and "keeping" (addresses). */
void import_watch(struct import *m, snow_progress_fn fn, void *arg);

/**
 * Read one file.
 *
 * @param path  "-" is standard input; gzip or plain
 * @param told  what came of it; written also on failure
 * @return      0, also when there were bad lines; SNOW_ESYNTAX when it is in no
 *              format that is known, or no line of it says anything;
 *              SNOW_ENOTFOUND, SNOW_EIO, SNOW_EFULL, SNOW_ENOMEM, SNOW_ESTORE
 */
int import_read(struct import *m, const char *path,
                const struct import_how *how, struct import_file *told,
                struct snow_error *err);

/** The records of a zone that has come some other way than as a file. */
struct import_zone;

/** @param seen_utc_s  when they came
 *  @return 0, SNOW_ENOMEM @owner the caller, with import_zone_free() */
int import_zone_new(struct import_zone **out, struct import *m,
                    int64_t seen_utc_s, struct snow_error *err);
void import_zone_free(struct import_zone *z); /**< NULL is fine */

/** Take one. @return 0; SNOW_ELIMIT when more waits for what leads to it than
 * is kept; SNOW_ENOMEM, SNOW_EFULL, SNOW_EIO */
int import_zone_add(struct import_zone *z, const struct import_record *rec);

/** After the last: what leads to what. @return as import_read() */
int import_zone_end(struct import_zone *z, const char *source,
                    struct snow_error *err);

/** Where whoever has records of another origin hands them in. */
const struct import_taker *import_taker(struct import *m);

/** Write what was read. Once. @return 0, or as import_read() */
int import_finish(struct import *m, struct import_total *out,
                  struct snow_error *err);

#endif
