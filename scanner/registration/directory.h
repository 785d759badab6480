/* Whom to ask about a domain or an address: what the user says, else IANA's
 * bootstrap documents. Each is fetched when it is first needed, kept for a day
 * or as long as it says, then asked after by its ETag, while the old one
 * serves. When it cannot be had, a stale one serves, and where there is none
 * the snapshot that the program comes with; it is tried again every five
 * minutes. */
#ifndef REGISTRATION_DIRECTORY_H
#define REGISTRATION_DIRECTORY_H

#include "registration/bootstrap.h"
#include "registration/cache.h"
#include "registration/client.h"
#include "registration/snapshot.h"

struct directory_fetch;

enum directory_state {
    DIRECTORY_NONE,    /**< not configured */
    DIRECTORY_UNASKED, /**< nobody has needed it yet, or it is on its way */
    DIRECTORY_READY,
    DIRECTORY_MAKESHIFT, /**< stale, or the snapshot: asked again later */
};

/** One of IANA's documents. */
struct directory_document {
    enum directory_state state;
    char *url;
    struct registration_bootstrap table;
    struct registration_bootstrap *old; /**< [n_old] what it has replaced: their
                                             URLs may be in use */
    size_t n_old;
    uint64_t again_us;             /**< when it is asked after again */
    struct directory_fetch *fetch; /**< under way, or NULL */
    bool is_snapshot;              /**< the snapshot has been used */
};

/** Memory the owner zeroes, with these first members set. */
struct registration_directory {
    struct http *http;
    const struct clock *clock;
    struct registration_cache *cache; /**< NULL: none */
    void (*changed)(void *arg);       /**< what was fetched has come, or not */
    void *arg;

    struct registration_bootstrap overrides;
    struct directory_document documents[DOCUMENTS];
};

/**
 * @param cfg  its bootstrap is the URL or file of dns.json; ipv4.json and
 *             ipv6.json are beside it, of files only where they are there
 * @return     0, SNOW_ESYNTAX (an override), SNOW_EIO (a file), SNOW_ENOMEM;
 *             _fini() is due after a failure, too
 */
int registration_directory_init(struct registration_directory *d,
                                const struct registration_config *cfg,
                                struct snow_error *err);
void registration_directory_fini(struct registration_directory *d);

/**
 * Find the RDAP server of a domain.
 *
 * @param base  its URL, ending in a slash, good until _fini(); NULL when there
 *              is none, or when it cannot be learnt now
 * @return      0; SNOW_EAGAIN: the document is on its way, ask again when
 *              changed() is called
 */
int registration_directory_find(struct registration_directory *d,
                                const char *domain, const char **base);

/** The same for an address. */
int registration_directory_find_address(struct registration_directory *d,
                                        struct snow_addr a, const char **base);

/** The document for which the snapshot had to be used: its URL, or NULL. */
const char *
registration_directory_missed(const struct registration_directory *d);

#endif
