/* What an RDAP server answered, read into a record. Pure.
 * @source RFC 9083 (JSON), RFC 7480 (HTTP), RFC 8056 (status words), RFC 7095
 *         (jCard), and what registries send in spite of them. */
#ifndef REGISTRATION_RDAP_H
#define REGISTRATION_RDAP_H

#include "registration/fields.h"

#define RDAP_BODY_MAX (1u << 20)

/** An HTTP answer of the server that is responsible for the domain. */
struct registration_reply {
    long status;
    const char *retry_after; /**< "" if none */
    const char *body;
    size_t body_len;
};

/**
 * Read a domain object.
 *
 * Only what stands at the top level is the domain's own: a contact's or the
 * registrar's events are not. One odd member never voids the others.
 *
 * @param r       its registration is filled in, status and source are not;
 *                initialised with the domain that was asked for
 * @return        0; SNOW_ESYNTAX when the body is no domain object, or one of
 *                another domain; SNOW_ENOMEM
 */
int registration_rdap_parse(struct snow_registration *r, const char *body,
                            size_t len);

/**
 * What an answer means: REGISTERED says that it is worth parsing.
 *
 * NOT_FOUND takes a 404 that an RDAP server has spoken: its JSON error or
 * nothing at all. A page of HTML comes from something else in between, or from
 * a wrong path. LIMITED: 429, a 503 that says when to return, and any 403 or
 * 503 whose text speaks of a limit.
 *
 * @return REGISTERED, NOT_FOUND, LIMITED or UNKNOWN
 */
enum snow_registration_status
registration_rdap_classify(const struct registration_reply *reply);

/** Both: the status and, of a registered domain, all that was published. */
void registration_rdap_read(struct snow_registration *r,
                            const struct registration_reply *reply);

#endif
