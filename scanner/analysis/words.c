#include "analysis/words.h"

#include "base/text.h"

void analysis_words_attach(struct snow_finding *f, struct words *w)
{
    for (size_t i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        w->part[i][0] = '\0';
        f->parts[i].reason = w->part[i];
    }
    w->reasons[0] = w->caveats[0] = w->registrar[0] = '\0';
    f->reasons = w->reasons;
    f->caveats = w->caveats;
    f->registrar = w->registrar;
}

/* All places that point to words: the n-th one, or NULL. */
static char **place(struct snow_finding *f, size_t n)
{
    char **lists[] = { &f->reasons, &f->caveats, &f->registrar };

    if (n < SNOW_N_SCORE_PARTS)
        return &f->parts[n].reason;
    n -= SNOW_N_SCORE_PARTS;
    return n < COUNT_OF(lists) ? lists[n] : NULL;
}

int analysis_words_keep(struct snow_finding *f)
{
    struct buf all = { 0 };
    char **at;
    size_t from = 0;

    for (size_t n = 0; (at = place(f, n)); n++)
        buf_add(&all, *at, strlen(*at) + 1);
    if (!all.failed)
        f->text = malloc(all.len);
    if (!f->text) {
        buf_fini(&all);
        return SNOW_ENOMEM;
    }
    memcpy(f->text, all.data, all.len);
    buf_fini(&all);
    for (size_t n = 0; (at = place(f, n)); n++) {
        *at = f->text + from;
        from += strlen(*at) + 1;
    }
    return 0;
}
