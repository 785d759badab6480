/* Digests and what is named by them: SHA-1, SHA-256, UUIDs made of names. For
 * naming and for telling whether octets are whole; nothing here is a secret.
 * Pure. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SHA1_LEN 20
#define DIGEST_SHA256_LEN 32
#define DIGEST_UUID_LEN 16
#define DIGEST_UUID_TEXT_MAX 37 /**< with the final NUL */

/** @source FIPS 180-4 §6.1; kept for UUIDs alone: it keeps no forger out */
void digest_sha1(unsigned char out[DIGEST_SHA1_LEN], const void *octets,
                 size_t len);

/** @source FIPS 180-4 §6.2 */
void digest_sha256(unsigned char out[DIGEST_SHA256_LEN], const void *octets,
                   size_t len);

/** Lower-case hexadecimal digits and a NUL: 2 * len + 1 octets. */
void digest_hex(char *out, const unsigned char *octets, size_t len);

/**
 * The UUID of a name: same namespace and name, same UUID, everywhere.
 *
 * @param space  the namespace, itself a UUID
 * @param len    of the name, at most 1024 octets; what is behind is ignored
 * @source       RFC 9562 §5.5 (version 5)
 */
void digest_uuid(char out[DIGEST_UUID_TEXT_MAX],
                 const unsigned char space[DIGEST_UUID_LEN], const void *name,
                 size_t len);

#endif
