/* Whatever comes in whatever order, a survey ends, asks nothing twice, and
 * takes for empty just what is wanted and was said not to exist. */
#include <assert.h>

#include "dns/prune.h"
#include "snowline/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    enum { NO, ASKED, DENIED } is[PRUNE_OVER][256] = { 0 };
    struct prune_question open[256] = { 0 }, q;
    struct prune_zones zones = { 0 };
    struct prune_survey s;
    uint64_t wanted[4];

    for (int i = 0; i < 4; i++)
        wanted[i] = len > 5 ? octets[i] * UINT64_C(0x0101010101010101) : 0;
    zones.by_octet[1] = len > 5 ? octets[4] % 3 : 0;
    prune_survey_init(&s, 1, wanted, &zones);
    for (unsigned n = 0, at = 0; !prune_survey_is_over(&s); at++) {
        unsigned c = octets[5 + at % (len - 5)], i;
        struct prune_answer a = { SNOW_PTR_NAME + (c & 3), c >> 3 & 3, c >> 7 };

        for (; prune_survey_next(&s, &q); open[n++] = q) {
            prune_survey_take(&s);
            assert(n < 256 && is[q.stage][q.block] == NO);
            is[q.stage][q.block] = ASKED;
        }
        assert(n > 0 && at < 1 + 2 * 256);
        i = c * at % n;
        q = open[i];
        open[i] = open[--n];
        if (a.status == SNOW_PTR_NXDOMAIN && !a.is_alias)
            is[q.stage][q.block] = DENIED;
        prune_survey_answer(&s, &q, &a);
    }
    for (unsigned i = 0; i < 256; i++)
        assert(!prune_survey_is_empty(&s, i) ||
               ((wanted[i >> 6] >> (i & 63) & 1) && is[2][i] != ASKED &&
                (is[0][0] == DENIED || is[1][i] == DENIED)));
    return 0;
}
