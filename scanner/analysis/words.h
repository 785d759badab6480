/* The words of a finding: room for them while it is made, and little memory for
 * those that are kept. Pure. */
#ifndef ANALYSIS_WORDS_H
#define ANALYSIS_WORDS_H

#include "snowline/findings.h"

#define WORDS_REASON_MAX 160
#define WORDS_LIST_MAX 512
#define WORDS_REGISTRAR_MAX 256

/** Room for the words of one finding. */
struct words {
    char part[SNOW_N_SCORE_PARTS][WORDS_REASON_MAX];
    char reasons[WORDS_LIST_MAX], caveats[WORDS_LIST_MAX];
    char registrar[WORDS_REGISTRAR_MAX];
};

/** Let the words of @p f be written to @p w, which is emptied. A finding
 * without is scored all the same, and nothing is written. */
void analysis_words_attach(struct snow_finding *f, struct words *w);

/** Move them to a piece of memory of the finding's own, text.
 * @return 0, SNOW_ENOMEM */
int analysis_words_keep(struct snow_finding *f);

#endif
