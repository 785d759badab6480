/* Addresses, prefixes and ranges. All keys are 128 bits wide; an IPv4 address
 * a.b.c.d is the key ::ffff:a.b.c.d, so that one order holds for both. */
#ifndef SNOW_ADDR_H
#define SNOW_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An address as a number: hi is the more significant half. */
struct snow_addr {
    uint64_t hi, lo;
};

/** A prefix; len counts bits of the 128-bit key (an IPv4 /24 has 120). */
struct snow_prefix {
    struct snow_addr first; /**< host bits are zero */
    unsigned len;           /**< 0 … 128 */
};

/** All addresses from first to last, both included; first <= last. */
struct snow_range {
    struct snow_addr first, last;
};

#define SNOW_ADDR_TEXT_MAX 46   /**< with the final NUL */
#define SNOW_PREFIX_TEXT_MAX 50 /**< with the final NUL */

/** The key of an IPv4 address given in host order. */
struct snow_addr snow_addr_from_ipv4(uint32_t ipv4);

/** The IPv4 address in host order; only meaningful if snow_addr_is_ipv4(). */
uint32_t snow_addr_ipv4(struct snow_addr a);

bool snow_addr_is_ipv4(struct snow_addr a);

/** Negative, zero or positive, as memcmp() would order the keys. */
int snow_addr_compare(struct snow_addr a, struct snow_addr b);

/** @p a plus @p n; wraps at the end of the key space. */
struct snow_addr snow_addr_add(struct snow_addr a, uint64_t n);

/** @p b minus @p a for a <= b; UINT64_MAX where it does not fit. */
uint64_t snow_addr_distance(struct snow_addr a, struct snow_addr b);

/** First address of the block (the IPv4 /24) that @p a lies in. */
struct snow_addr snow_addr_block(struct snow_addr a);

/**
 * Read one address. IPv4 takes four decimal octets without leading zeros.
 *
 * @return  0, SNOW_ESYNTAX; @p out is written on success only
 */
int snow_addr_parse(struct snow_addr *out, const char *text);

/** Write @p a the way it is usually read: dotted quad, or RFC 5952 text. */
void snow_addr_format(struct snow_addr a, char out[SNOW_ADDR_TEXT_MAX]);

/**
 * Read "ADDR" or "ADDR/LEN".
 *
 * @return  0, SNOW_ESYNTAX, SNOW_ERANGE for a length past the family's end;
 *          SNOW_EINVAL when host bits are set
 */
int snow_prefix_parse(struct snow_prefix *out, const char *text);
void snow_prefix_format(struct snow_prefix p, char out[SNOW_PREFIX_TEXT_MAX]);

/** All addresses of @p p. */
struct snow_range snow_prefix_range(struct snow_prefix p);

/**
 * Take the next prefix of the smallest exact cover off the front of a range.
 *
 * @param left  in: what is still to cover; out: what remains
 * @return      true while @p left still holds addresses
 */
bool snow_range_next_prefix(struct snow_range *left, struct snow_prefix *out);

#ifdef __cplusplus
}
#endif
#endif
