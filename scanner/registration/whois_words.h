/* What words mean in WHOIS answers: labels, statuses, phrases, and how each
 * registry writes dates. Tables, and look-ups in them. Pure. */
#ifndef REGISTRATION_WHOIS_WORDS_H
#define REGISTRATION_WHOIS_WORDS_H

#include "registration/whois_date.h"
#include "registration/whois_lines.h"
#include "snowline/records.h"

enum whois_meaning {
    WHOIS_NOTHING,
    WHOIS_DOMAIN,
    WHOIS_QUERY, /**< what was asked: an echo, no more */
    WHOIS_CREATED,
    WHOIS_EXPIRES,
    WHOIS_UPDATED,
    WHOIS_REGISTRAR,
    WHOIS_RESELLER,     /**< may be the registrar where none is named */
    WHOIS_REGISTRAR_ID, /**< a handle: better than no name */
    WHOIS_IANA_ID,
    WHOIS_STATUS,
    WHOIS_NAMESERVER,
    WHOIS_NAME, /**< of whatever the section is about */
    WHOIS_ORG,
    WHOIS_OBJECT,      /**< a contact, a set of servers: not the domain */
    WHOIS_SERVER_SET,  /**< an object of name servers that the domain uses */
    WHOIS_HOST_OBJECT, /**< a server that bears a domain's name */
    WHOIS_PARTY,       /**< a person's part: a heading, or a reference */
    WHOIS_SECTION,     /**< a heading above more about the domain */
    WHOIS_REGISTRAR_SECTION,
};

enum {
    WHOIS_IS_CLEAR = 1, /**< never said of a contact */
    WHOIS_OPENS = 2,    /**< begins another object, first in a paragraph */
};

struct whois_word {
    const char *label;
    uint8_t meaning, flags;
};

/** @p label as whois_label_clean() leaves it. @return NULL: not known */
const struct whois_word *whois_word(const char *label, size_t len);

/** True for a heading of which a part speaks of people. */
bool whois_is_about_people(const char *label);

/** What the value of a status says of the domain: REGISTERED, NOT_FOUND,
 * LIMITED, UNKNOWN (it cannot be registered), or PENDING: it says nothing. */
enum snow_registration_status whois_status_means(struct whois_text value);

/**
 * What an answer without a record says, by its phrases: NOT_FOUND, LIMITED, or
 * UNKNOWN. A phrase counts where it opens a short line or names the domain; in
 * the terms of use it does not.
 *
 * @param domain  that was asked about
 */
enum snow_registration_status whois_phrases_mean(const char *octets, size_t len,
                                                 const char *domain);

/** How a server, or else whoever registers domains like this one, writes
 * dates. @param server  "" if not known */
const struct whois_dates *whois_dates_of(const char *server,
                                         const char *domain);

#endif
