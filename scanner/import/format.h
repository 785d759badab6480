/* What the readers of other programs' files have in common. Pure. */
#ifndef IMPORT_FORMAT_H
#define IMPORT_FORMAT_H

#include "base/text.h"
#include "snowline/error.h"
#include "snowline/records.h"

#define IMPORT_LINE_MAX (1u << 20) /**< octets; a longer line is a bad one */

/** What one line says of one address. Of several names each comes alone. */
struct import_ptr {
    struct snow_addr addr;
    unsigned status;    /**< enum snow_ptr_status, never PENDING */
    int64_t seen_utc_s; /**< SNOW_TIME_UNKNOWN: it does not say */
    const char *name;   /**< as import_name() writes it; NULL: there is none */
};

/** Where it goes. All is borrowed for the call; each returns 0, or what the
 * reader is to end with. */
struct import_taker {
    int (*ptr)(void *arg, const struct import_ptr *p);
    int (*probe)(void *arg, const struct snow_probe *p);
    int (*evidence)(void *arg, const struct snow_evidence *e);
    void *arg;
};

#define IMPORT_COLUMNS 6
struct aliases;
struct zone;

/** One file being read. */
struct import_reader {
    const struct import_taker *to;
    int64_t default_utc_s; /**< the time of what has none of its own */
    struct buf text, more; /**< scratch; their memory is kept */
    bool has_failed;       /**< there was no memory for them once */
    uint64_t line;         /**< number of the line at hand, from 1 */
    /* of a table: the place of each column plus one */
    char separator; /**< 0: before the first line */
    size_t place[IMPORT_COLUMNS];
    /* of records in text */
    struct import_ptr asked; /**< the question whose records may follow */
    bool is_asked;           /**< none of them has come yet */
    const char *origin;      /**< what relative names are below; "": not told */
    struct zone *zone;
    struct aliases *aliases; /**< records that lead from one to another */
};

/** One way to write reverse names down. */
struct import_format {
    const char *name;
    const char *about;
    /** Does a file begin with such a line? */
    bool (*detect)(const char *line, size_t len);
    /** Take one line without its end; a NUL follows it. @return 0, also for
     * a line that says nothing; SNOW_ESYNTAX for a bad one; what the taker
     * returned; SNOW_ENOMEM */
    int (*take)(struct import_reader *r, char *line, size_t len);
    /** At the end of the file; NULL: nothing is left. */
    int (*finish)(struct import_reader *r);
};

/** The table, [*n]; what is told apart most surely comes first. */
const struct import_format *import_formats(size_t *n);

/** The format that a file begins with, or NULL. */
const struct import_format *import_detect(const char *line, size_t len);
const struct import_format *import_format_find(const char *name);

void import_reader_fini(struct import_reader *r);

/** Take one line, its end replaced by a NUL. @return as import_format.take */
int import_take(struct import_reader *r, const struct import_format *f,
                char *line, size_t len);

/** Empty a scratch buffer; that it had failed is not forgotten. */
void import_clear(struct import_reader *r, struct buf *scratch);

/** Hand on one answer: a name as text, of any length and form.
 * @param name  NULL: there is none, see @p p->status
 * @return      SNOW_ESYNTAX when it is no name; 0; what the taker returned */
int import_give(struct import_reader *r, struct import_ptr *p, const char *name,
                size_t len);

#endif
