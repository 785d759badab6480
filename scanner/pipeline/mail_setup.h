/* The mail set-up of domains, a kind of look-up: the domain's own records, then
 * what its SPF record leads to, then where its MX hosts are. */
#ifndef PIPELINE_MAIL_SETUP_H
#define PIPELINE_MAIL_SETUP_H

#include "pipeline/lookups.h"

#define MAIL_SETUP_KIND "mail" /**< of its evidence; subject: the domain */

extern const struct lookups_kind mail_setup_kind;

#endif
