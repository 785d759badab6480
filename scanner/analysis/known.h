/* Names that are known to the whole trade: who sends for many, and who
 * registers for brands. Built-in knowledge, each entry with its reason; it only
 * ever speaks for somebody, never against. Pure. */
#ifndef ANALYSIS_KNOWN_H
#define ANALYSIS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What a domain is known for, "mail of customers", or NULL.
 *
 * @param domain  registrable, in normal form; children of an entry count, as
 *                PRIVATE suffixes make some of them registrable
 */
const char *analysis_known_sender(const char *domain);

/**
 * Does a text (a netblock's organisation) name a large sender? Whole words
 * count, in whatever case.
 */
bool analysis_known_sender_org(const char *organisation);

/**
 * Does a registrar serve companies and their brands alone?
 *
 * @param iana_id  in IANA's list of registrars, 0 unknown
 * @param name     asked when the number is unknown; may be ""
 */
bool analysis_known_corporate_registrar(uint32_t iana_id, const char *name);

#endif
