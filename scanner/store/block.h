/*
 * The blob of a block: a zstd frame around
 *
 *   u8      1, the version of this format
 *   u8      flags; bit 0: every address has the same status
 *   u8[1]   the status, if bit 0 is set; else
 *   u8[128] statuses, two a byte, the lower address in the low nibble
 *   varint  the earliest time, UTC seconds; 0 if nothing was answered
 *   for each address whose status is neither pending nor outside:
 *     varint  seconds after the earliest time
 *     if its status is name:
 *       varint  number of names, at least 1
 *       for each: varint length in octets, the octets (no NUL)
 *
 * A varint is little-endian base 128 with the high bit for "more follows".
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "base/text.h"
#include "snowline/block.h"

struct block_codec; /**< what compression needs, made once */

int block_codec_new(struct block_codec **out);
void block_codec_free(struct block_codec *c); /**< NULL is fine */

/** Append the blob of @p b. @return 0, SNOW_ENOMEM */
int block_encode(struct block_codec *c, struct buf *to,
                 const struct snow_block *b);

/**
 * Read a blob over what @p b holds; pending addresses of the blob change
 * nothing there.
 *
 * @return 0; SNOW_ESTORE for what is no blob of ours; SNOW_ENOMEM
 */
int block_decode(struct block_codec *c, struct snow_block *b, const void *blob,
                 size_t len);

#endif
