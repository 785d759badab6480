#include "pipeline/progress.h"

static const struct {
    size_t at;
    const char *word;
} stages[] = {
#define X(name) { offsetof(struct progress, name), #name },
    PROGRESS_STAGES(X)
#undef X
};

struct progress_stage *progress_stage_at(struct progress *p, size_t i)
{
    return (void *)((char *)p + stages[i].at);
}

const struct progress_stage *progress_stage_of(const struct progress *p,
                                               size_t i)
{
    return (const void *)((const char *)p + stages[i].at);
}

const char *progress_stage_word(size_t i)
{
    return stages[i].word;
}

uint64_t progress_answered(const struct progress_stage *s)
{
    return s->targets - s->excluded - s->pending;
}
