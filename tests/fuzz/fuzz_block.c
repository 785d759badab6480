/* What is read of a blob is written so that it is read as the same block. */
#include <assert.h>

#include "store/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct block_codec *c = NULL;
    struct snow_block one, other;
    struct buf blob = { 0 };

    snow_block_init(&one, snow_addr_from_ipv4(0));
    snow_block_init(&other, snow_addr_from_ipv4(0));
    if (block_codec_new(&c))
        return 0;
    if (block_decode(c, &one, octets, len) == 0) {
        assert(block_encode(c, &blob, &one) == 0);
        assert(block_decode(c, &other, blob.data, blob.len) == 0);
        assert(memcmp(one.status, other.status, sizeof one.status) == 0);
        assert(memcmp(one.n_names, other.n_names, sizeof one.n_names) == 0);
    }
    snow_block_fini(&one);
    snow_block_fini(&other);
    buf_fini(&blob);
    block_codec_free(c);
    return 0;
}
