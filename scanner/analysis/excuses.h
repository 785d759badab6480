/* Runs that explain themselves: what may tie them to others. A strip or a
 * campaign would sweep them along with what happens to lie beside them, or was
 * registered in the same months. Pure. */
#ifndef ANALYSIS_EXCUSES_H
#define ANALYSIS_EXCUSES_H

#include "analysis/ages.h"
#include "analysis/infra.h"
#include "analysis/mail_facts.h"
#include "analysis/web_facts.h"

/** What excuses are found in. All borrowed. */
struct excuses_input {
    const struct runs *runs;
    const struct ages *ages;
    struct mail_facts *mail;
    struct web_facts *web;
    const struct infra *infra; /**< settled */
};

/** Zeroed is ready. */
struct excuses {
    bool *is_apart; /**< [runs] tied to nobody: known to be old, the customer of
                         a large sender, or nothing to do with mail */
    bool *is_customer; /**< [runs] with the name servers of a host that hardly
                            anybody else has, and most of whose customers have
                            websites */
    bool *is_own;      /**< [runs] these, and those with a website, their own or
                            another's that they lead to, such customers, or with
                            deep names alone, as large senders give them: tied by
                          what      they share, not by registrar, date or place */
};

/** @return 0, SNOW_ENOMEM */
int analysis_excuses_find(struct excuses *out, const struct excuses_input *in);
void analysis_excuses_fini(struct excuses *e); /**< zeroed is fine */

#endif
