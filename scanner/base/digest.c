#include "base/digest.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_LEN 64 /* octets, of both */
#define NAME_MAX_LEN 1024

typedef void (*compress_fn)(uint32_t *h, const unsigned char *block);

static uint32_t rotate_left(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t rotate_right(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t load(const unsigned char *s)
{
    return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 |
           s[3];
}

static void store(unsigned char *to, uint64_t x, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        to[i] = (unsigned char)(x >> 8 * (len - 1 - i));
}

/* FIPS 180-4 §5.1.1: a 1 bit, zeros, the length in bits fill the last block. */
static void run(uint32_t *h, compress_fn compress, const unsigned char *s,
                size_t len)
{
    unsigned char tail[2 * BLOCK_LEN] = { 0 };
    size_t left = len % BLOCK_LEN, whole = len - left;
    size_t end = left + 9 <= BLOCK_LEN ? BLOCK_LEN : 2 * BLOCK_LEN;

    for (size_t i = 0; i < whole; i += BLOCK_LEN)
        compress(h, s + i);
    if (left > 0)
        memcpy(tail, s + whole, left);
    tail[left] = 0x80;
    store(tail + end - 8, 8 * (uint64_t)len, 8);
    for (size_t i = 0; i < end; i += BLOCK_LEN)
        compress(h, tail + i);
}

/* FIPS 180-4 §4.1.1, §4.2.1: what a round of 20 steps mixes in. */
static uint32_t sha1_round(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20)
        return ((b & c) | (~b & d)) + 0x5a827999;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ed9eba1;
    if (t < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

static void sha1_compress(uint32_t *h, const unsigned char *block)
{
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

    for (unsigned t = 0; t < 16; t++)
        w[t] = load(block + 4 * (size_t)t);
    for (unsigned t = 16; t < 80; t++)
        w[t] = rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (unsigned t = 0; t < 80; t++) {
        uint32_t next = rotate_left(a, 5) + sha1_round(t, b, c, d) + e + w[t];

        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

/* clang-format off */
/* FIPS 180-4 §4.2.2: of the cube roots of the first 64 primes the first 32
 * bits behind the point. */
static const uint32_t sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static void sha256_schedule(uint32_t w[64], const unsigned char *block)
{
    for (unsigned t = 0; t < 16; t++)
        w[t] = load(block + 4 * (size_t)t);
    for (unsigned t = 16; t < 64; t++) {
        uint32_t x = w[t - 15], y = w[t - 2];

        w[t] = w[t - 16] + w[t - 7] +
               (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) +
               (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10);
    }
}

/* The working variables a … h of FIPS 180-4 are v[0] … v[7]. */
static void sha256_compress(uint32_t *h, const unsigned char *block)
{
    uint32_t w[64], v[8];

    sha256_schedule(w, block);
    memcpy(v, h, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t e = v[4], a = v[0];
        uint32_t one =
            v[7] + sha256_k[t] + w[t] + ((e & v[5]) ^ (~e & v[6])) +
            (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25));
        uint32_t two =
            (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) +
            ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] += v[i];
}

void digest_sha1(unsigned char out[DIGEST_SHA1_LEN], const void *octets,
                 size_t len)
{
    uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                      0xc3d2e1f0 };

    run(h, sha1_compress, octets, len);
    for (size_t i = 0; i < 5; i++)
        store(out + 4 * i, h[i], 4);
}

void digest_sha256(unsigned char out[DIGEST_SHA256_LEN], const void *octets,
                   size_t len)
{
    uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    run(h, sha256_compress, octets, len);
    for (size_t i = 0; i < 8; i++)
        store(out + 4 * i, h[i], 4);
}

void digest_hex(char *out, const unsigned char *octets, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[octets[i] >> 4];
        *out++ = digits[octets[i] & 15];
    }
    *out = '\0';
}

/* RFC 9562 §4: 8-4-4-4-12 digits. */
static void format_uuid(char out[DIGEST_UUID_TEXT_MAX],
                        const unsigned char uuid[DIGEST_UUID_LEN])
{
    static const unsigned char lengths[] = { 4, 2, 2, 2, 6 };
    size_t at = 0;

    for (size_t i = 0; i < sizeof lengths; i++) {
        digest_hex(out, uuid + at, lengths[i]);
        out += 2 * lengths[i];
        at += lengths[i];
        *out++ = at < DIGEST_UUID_LEN ? '-' : '\0';
    }
}

void digest_uuid(char out[DIGEST_UUID_TEXT_MAX],
                 const unsigned char space[DIGEST_UUID_LEN], const void *name,
                 size_t len)
{
    unsigned char text[DIGEST_UUID_LEN + NAME_MAX_LEN];
    unsigned char hash[DIGEST_SHA1_LEN];

    len = len < NAME_MAX_LEN ? len : NAME_MAX_LEN;
    memcpy(text, space, DIGEST_UUID_LEN);
    memcpy(text + DIGEST_UUID_LEN, name, len);
    digest_sha1(hash, text, DIGEST_UUID_LEN + len);
    hash[6] = (hash[6] & 0x0f) | 0x50; /* version 5 */
    hash[8] = (hash[8] & 0x3f) | 0x80; /* variant of RFC 9562 §4.1 */
    format_uuid(out, hash);
}
