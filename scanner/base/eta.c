#include "base/eta.h"

#include <math.h>

#define FADE_S 15.0  /* what is three times as old counts for a twentieth */
#define FADE_MIN_S 3 /* while it is young, half of its age */
#define DRIFT_S 5.0  /* of the time left, to what the rate says */
#define FIRST_S 2.0  /* of a rate before it is believed */
#define LONG_S 3.6e6 /* a thousand hours: that is no estimate any more */

/* How much of what was is replaced by what is, after a while. */
static double weight(double dt_s, double fade_s)
{
    return 1 - exp(-dt_s / fade_s);
}

static void see(struct eta *e, double dt_s, double age_s, double rate)
{
    double w = weight(dt_s, fmin(fmax(age_s / 2, FADE_MIN_S), FADE_S));

    e->steps += w * (rate - e->steps);
    e->share += w * (1 - e->share);
}

static double drift(struct eta *e, double dt_s, double raw_s)
{
    double expected = e->left_s - dt_s;

    if (!e->has_left)
        expected = raw_s;
    else
        expected += weight(dt_s, DRIFT_S) * (raw_s - expected);
    return fmax(expected, 1); /* it is not over yet */
}

struct eta_told eta_update(struct eta *e, double now_s, uint64_t done,
                           uint64_t of)
{
    double dt_s = now_s - e->at_s;
    struct eta_told told = { 0, -1 };

    if (!e->is_begun)
        *e = (struct eta){ .is_begun = true, .begun_s = now_s };
    else if (dt_s > 0)
        see(e, dt_s, now_s - e->begun_s,
            done > e->done ? (double)(done - e->done) / dt_s : 0);
    e->at_s = now_s;
    e->done = done;
    told.rate_per_s = e->share > 0 ? e->steps / e->share : 0;
    if (of > 0 && done >= of) {
        e->has_left = false; /* more may come: that is a new estimate */
        told.left_s = 0;
        return told;
    }
    if (of == 0 || now_s - e->begun_s < FIRST_S ||
        told.rate_per_s * LONG_S < (double)(of - done)) {
        e->has_left = false;
        return told;
    }
    told.left_s = drift(e, dt_s, (double)(of - done) / told.rate_per_s);
    e->left_s = told.left_s;
    e->has_left = true;
    return told;
}
