/* Whom to ask about a domain: what the user says, else IANA's bootstrap
 * document, fetched when it is first needed and kept for a day. */
#ifndef REGISTRATION_DIRECTORY_H
#define REGISTRATION_DIRECTORY_H

#include "registration/bootstrap.h"
#include "registration/cache.h"
#include "registration/client.h"

struct directory_fetch;

enum directory_state {
    DIRECTORY_NONE,    /**< no document is configured */
    DIRECTORY_UNASKED, /**< nobody has needed it yet */
    DIRECTORY_FETCHING,
    DIRECTORY_READY,
    DIRECTORY_FAILED, /**< asked again later */
};

/** Memory the owner zeroes, with these first members set. */
struct registration_directory {
    struct http *http;
    const struct clock *clock;
    struct registration_cache *cache; /**< NULL: none */
    void (*changed)(void *arg);       /**< what was fetched has come, or not */
    void *arg;

    struct registration_bootstrap overrides, table;
    enum directory_state state;
    char *url;
    uint64_t again_us;
    struct directory_fetch *fetch; /**< under way, or NULL */
};

/** @return 0, SNOW_ESYNTAX (an override), SNOW_EIO (a file), SNOW_ENOMEM;
 *          _fini() is due after a failure, too */
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

#endif
