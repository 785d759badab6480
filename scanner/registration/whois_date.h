/* Dates as WHOIS servers write them. Pure.
 * @source  RFC 3912 prescribes no form; these are the ones registries use. */
#ifndef REGISTRATION_WHOIS_DATE_H
#define REGISTRATION_WHOIS_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What 11/03/2017 is. A year in front needs no telling. */
enum whois_order {
    WHOIS_ORDER_UNKNOWN, /**< only what cannot be read two ways is a date */
    WHOIS_DAY_FIRST,
    WHOIS_MONTH_FIRST,
};

/** How one registry writes. Zeroed: nothing is known, times are UTC. */
struct whois_dates {
    uint8_t order;         /**< enum whois_order */
    bool is_short;         /**< 03-Nov-17 is 2017, 03-Nov-97 is 1997 */
    bool has_summer;       /**< the zone has the European Union's summer time */
    int16_t east_of_utc_m; /**< of times without a zone, minutes */
};

/**
 * Read a date, with or without a time of day.
 *
 * A form that can be read two ways is no date unless @p how tells which it is;
 * neither is a day that does not exist, a month without its day, or a year
 * before 1985 (RFC 920: no domain is older) or from 2100 on. A time of day
 * whose zone is a name that means several zones, or none known, is left out;
 * so is midnight that is not said to be UTC: it stands for no time at all.
 *
 * @param utc_s         set on success only; of a date alone, its first second
 *                      in UTC
 * @param is_date_only  set on success only
 * @param text          [len], no NUL needed
 */
bool whois_date_read(int64_t *utc_s, bool *is_date_only, const char *text,
                     size_t len, const struct whois_dates *how);

#endif
