/* Where the prefixes of an AS come from: the value of --as-source. Pure. */
#ifndef NETBLOCK_SOURCE_H
#define NETBLOCK_SOURCE_H

#include "base/text.h"
#include "snowline/error.h"

enum netblock_how {
    NETBLOCK_RIPESTAT, /**< what RIS sees announced */
    NETBLOCK_IRR,      /**< what somebody registered to announce */
    NETBLOCK_PFX2AS,   /**< what RouteViews saw on one day, in a file */
};

#define NETBLOCK_HOST_MAX 256
#define NETBLOCK_IRR_PORT 43

struct netblock_source {
    enum netblock_how how;
    char host[NETBLOCK_HOST_MAX]; /**< IRR */
    unsigned port;
    char where[1024]; /**< base URL, ending in '/', or file */
};

/**
 * Read "ripestat", "ripestat:URL", "irr:HOST[:PORT]" or "pfx2as:FILE".
 *
 * URL stands for https://stat.ripe.net/data/. An IPv6 address with a port is
 * put in brackets.
 *
 * @return 0, SNOW_EINVAL
 */
int netblock_source_parse(struct netblock_source *out, const char *text,
                          struct snow_error *err);

/** Where to ask about an AS: a URL; "irr:HOST:PORT", "pfx2as:FILE". */
void netblock_source_format(struct buf *to, const struct netblock_source *s,
                            uint32_t asn);

#endif
