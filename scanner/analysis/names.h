/* What a reverse name says by itself: is it usable at all, was it made from
 * the address or a counter, which template does it follow. Pure. */
#ifndef ANALYSIS_NAMES_H
#define ANALYSIS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snowline/addr.h"

#define ANALYSIS_NAME_MAX 254 /**< a name without final dot, and its NUL */

/**
 * Bring a reverse name into the form in which names are compared: without its
 * one final dot, in lower case.
 *
 * @param out  receives the name; written on success only
 * @return     false for what names no host in the public DNS: fewer than two
 *             labels, an empty or overlong one, octets beyond [a-z0-9_-], an
 *             all-numeric last label, anything under arpa
 * @source     RFC 1035 §2.3.4 (sizes)
 */
bool analysis_name_normalise(char out[ANALYSIS_NAME_MAX], const char *raw);

/**
 * Was the name made by the provider, from the address or as a slot of a pool?
 *
 * @param name      normal form
 * @param host_len  octets of it before the registrable domain, the dot
 *                  between them not counted; 0 for the bare domain
 */
bool analysis_name_is_generic(const char *name, size_t host_len,
                              struct snow_addr a);

/** The part of the above that looks for the address: decimal, hexadecimal, as
 * one number, reversed, three of its octets; its last two where they stand
 * alone, or beside a word of infrastructure or a single letter. */
bool analysis_name_embeds(const char *name, size_t host_len,
                          struct snow_addr a);

/** A host part with every run of digits taken out. */
struct analysis_template {
    uint32_t skeleton; /**< hash of the host part, runs of digits as '#' */
    bool is_numbered;  /**< there is at least one run of digits */
    bool is_mail;      /**< the first label is a word for a mail server: such
                            numbers are what is looked for, no pool */
    uint64_t number;   /**< its runs of digits, in an order that counts up */
};

void analysis_name_template(struct analysis_template *out, const char *host,
                            size_t host_len);

/** The address of a large sender's customer, oN.ptrN.<domain>.
 * @source SendGrid's documentation of reverse DNS */
bool analysis_name_is_esp(const char *host, size_t host_len);

/** A first label that half the Internet uses (mail, www, ns1, …): sharing it
 * ties nobody to anybody. */
bool analysis_label_is_common(const char *label, size_t len);

#endif
