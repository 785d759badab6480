/* CAIDA's prefix-to-AS lists (RouteViews pfx2as), plain or gzip. */
#ifndef NETBLOCK_PFX2AS_H
#define NETBLOCK_PFX2AS_H

#include <stddef.h>

#include "netblock/routes.h"

#define NETBLOCK_LINE_MAX 4096 /**< octets; sets of origins are long */

/** Prefixes wanted from a list. */
struct netblock_wanted {
    struct netblock_routes *at; /**< [n] by ascending asn, each once */
    size_t n;
    uint64_t n_lines; /**< with a prefix and its origins */
    uint64_t n_bad;   /**< passed over */
};

/**
 * Read one line: "PREFIX TAB LENGTH TAB ORIGINS". Origins are joined by '_'
 * where several announce the prefix, by ',' in a set; each of them has it.
 * Empty lines and comments ("#") are nothing. Pure.
 *
 * @param line  NUL-terminated as well, without its end
 * @return      0, SNOW_ELIMIT, SNOW_ENOMEM
 */
int netblock_pfx2as_line(struct netblock_wanted *w, const char *line,
                         size_t len);

/**
 * Read a file line by line. After a failure what was taken is no good.
 *
 * @return 0; SNOW_ENOTFOUND, SNOW_EIO for what is not there, cannot be read or
 *         is cut off; SNOW_ESYNTAX for a file with no line of that kind;
 *         SNOW_ELIMIT, SNOW_ENOMEM
 */
int netblock_pfx2as_read(struct netblock_wanted *w, const char *path,
                         struct snow_error *err);

#endif
