/* A block: the outcomes of one IPv4 /24, the unit of work and of storage. */
#ifndef SNOW_BLOCK_H
#define SNOW_BLOCK_H

#include "snowline/error.h"
#include "snowline/records.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SNOW_BLOCK_SIZE 256
#define SNOW_BLOCK_NAMES_MAX 16 /**< names kept of one address */

/** Outcomes of 256 neighbouring addresses, with the time of each. */
struct snow_block {
    struct snow_addr first;
    uint8_t status[SNOW_BLOCK_SIZE];    /**< enum snow_ptr_status */
    uint8_t n_names[SNOW_BLOCK_SIZE];   /**< > 0 just where status is NAME */
    uint32_t names_at[SNOW_BLOCK_SIZE]; /**< where in text they begin */
    uint32_t seen_utc_s[SNOW_BLOCK_SIZE];
    char *text; /**< names, each NUL-terminated, one behind the other */
    size_t text_len, text_cap;
};

/** An empty block: every address pending. fini() of zeroed memory is fine. */
void snow_block_init(struct snow_block *b, struct snow_addr first);
void snow_block_fini(struct snow_block *b);

/** Make it another empty block; it keeps the memory that it has for names. */
void snow_block_reset(struct snow_block *b, struct snow_addr first);

/**
 * Set the outcome of one address, replacing what stood there.
 *
 * @param i      0 … 255
 * @param names  @p n names, each NUL-terminated, one behind the other, in
 *               presentation form, lower case, no final dot; NULL for none
 * @param n      0 … SNOW_BLOCK_NAMES_MAX
 * @return       0, SNOW_ENOMEM
 */
int snow_block_set(struct snow_block *b, unsigned i, unsigned status,
                   int64_t seen_utc_s, const char *names, unsigned n);

/** The first name of address @p i, or NULL; the next follows its NUL. */
const char *snow_block_names(const struct snow_block *b, unsigned i);

/** Copy the outcomes of @p from that are not pending over those of @p to.
 * @return 0, SNOW_ENOMEM */
int snow_block_merge(struct snow_block *to, const struct snow_block *from);

/** True when no address is pending. */
bool snow_block_is_closed(const struct snow_block *b);

#ifdef __cplusplus
}
#endif
#endif
