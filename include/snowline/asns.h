/* AS numbers as targets: whose netblocks are to be looked up. */
#ifndef SNOW_ASNS_H
#define SNOW_ASNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snowline/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** AS numbers, ascending, each once. Zeroed memory is an empty list. */
struct snow_asns {
    uint32_t *at; /**< [n], owned */
    size_t n, cap;
};

/** @return 0, SNOW_ENOMEM */
int snow_asns_add(struct snow_asns *list, uint32_t asn);
void snow_asns_fini(struct snow_asns *list); /**< zeroed is fine */

/** Where @p asn is in the list, or SIZE_MAX. */
size_t snow_asns_find(const struct snow_asns *list, uint32_t asn);

/** True for "AS" and a digit, in any case: meant to be an AS number. */
bool snow_asn_is_meant(const char *text);

/**
 * Read "AS64500". Numbers that no network announces from are refused: 0, what
 * is private or reserved. Those of documentation (RFC 5398) are taken.
 *
 * @param why  set on failure: what is wrong, to stand behind the text
 * @return     0, SNOW_ESYNTAX, SNOW_ERANGE past 2^32 - 1, SNOW_EINVAL for a
 *             number that is reserved
 * @source     RFC 5396 §2 (asplain), RFC 6996, RFC 7300, RFC 7607
 */
int snow_asn_parse(uint32_t *out, const char *text, const char **why);

#ifdef __cplusplus
}
#endif
#endif
