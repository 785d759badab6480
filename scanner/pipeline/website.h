/* The website of a domain: one look at its first page. */
#ifndef PIPELINE_WEBSITE_H
#define PIPELINE_WEBSITE_H

#include "pipeline/lookups.h"

#define WEBSITE_KIND "web" /**< of its evidence; subject: the domain */

/**
 * One GET of http://DOMAIN/ for each subject; where that has no address, of
 * http://www.DOMAIN/, and where nobody listens at port 80, of https://DOMAIN/.
 *
 * At most three redirects are followed, to ports 80, 443 and --http-port. Each
 * server address has one connection at a time and one a second, however many
 * domains it serves. Certificates are not judged: a site with a bad one is a
 * site, and nothing is believed that it says.
 */
extern const struct lookups_kind website_kind;

#endif
