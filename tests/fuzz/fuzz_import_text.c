/* Lines of text and tables of other programs: the first octet chooses the
 * format; the same lines say the same again. */
#include "fuzz/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static const char *const names[] = { "massdns", "csv", "pairs" };
    const struct import_format *f;

    if (len == 0)
        return 0;
    f = import_format_find(names[octets[0] % COUNT_OF(names)]);
    assert(f && import_all_lines(f, octets + 1, len - 1) ==
                    import_all_lines(f, octets + 1, len - 1));
    return 0;
}
