/* The analysis itself, fed record by record: by a store, or by a test. Pure;
 * memory grows with domains and runs, not with addresses. */
#ifndef ANALYSIS_CORE_H
#define ANALYSIS_CORE_H

#include "analysis/ages.h"
#include "analysis/neighbours.h"
#include "analysis/strips.h"
#include "snowline/findings.h"

struct analysis_forward;
struct analysis_mail_setup;
struct analysis_website;

/** One analysis of one scan. */
struct analysis;

/**
 * Start with the first pass.
 *
 * @param cfg  copied
 * @param psl  borrowed until _free()
 * @return     0, SNOW_ENOMEM
 * @owner      the caller, with analysis_free()
 */
int analysis_new(struct analysis **out, const struct snow_analysis_config *cfg,
                 struct analysis_psl *psl);
void analysis_free(struct analysis *a); /**< NULL is fine */

/** Tell whoever wants to know how far it is. */
void analysis_tell(const struct analysis *a, const struct snow_progress *p);

/** Before the second pass: where a name leads. @return 0, SNOW_ENOMEM */
int analysis_add_forward(struct analysis *a, const char *name,
                         const struct analysis_forward *answer);

/** At the end of the first pass: who holds a network. The domain of its abuse
 * contact is the network's own, unless the network is smaller than a /24: those
 * are handed on to customers, who name themselves. */
void analysis_add_holder(struct analysis *a, const struct snow_network *n);

/** The same for facts that are no analysis' (yet). */
void analysis_mark_provider(struct facts *f, struct analysis_psl *psl,
                            const struct snow_network *n);

/**
 * The next address, in ascending order; every pass is given the same ones.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_see(struct analysis *a, const struct analysis_seen *seen);

/**
 * End a pass and begin the next: the first learns what is known only of the
 * whole, the second finds runs, a third (candidates need it) their addresses.
 *
 * @return 0, SNOW_ENOMEM
 */
int analysis_next_pass(struct analysis *a);

/* After the second pass: what else is known. @return 0, SNOW_ENOMEM */
int analysis_add_registration(struct analysis *a,
                              const struct snow_registration *r);

/**
 * The third pass of findings, between registrations and probes: every address
 * once more, for new domains that have one each (rows.h).
 *
 * @return false: there can be none, and the pass is spared
 */
bool analysis_rows_start(struct analysis *a);
/** The pass is over. @return 0, SNOW_ENOMEM */
int analysis_rows_end(struct analysis *a);

int analysis_add_mail(struct analysis *a, const char *domain,
                      const struct analysis_mail_setup *setup);
int analysis_add_website(struct analysis *a, const char *domain,
                         const struct analysis_website *site);
int analysis_add_probe(struct analysis *a, const struct snow_probe *p);
int analysis_add_netblock(struct analysis *a, const struct snow_network *n);

/** The findings of all that was added. Once. @return 0, SNOW_ENOMEM */
int analysis_findings(struct snow_findings *out, struct analysis *a);

/** Whom to ask; after the third pass. Once. @return 0, SNOW_ENOMEM */
int analysis_candidates(struct snow_candidates *out, struct analysis *a);

#endif
