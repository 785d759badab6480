#include "pipeline/kinds.h"

#include "pipeline/mail_setup.h"
#include "pipeline/website.h"

/** A kind, and who wants it. */
struct entry {
    const struct lookups_kind *kind;
    bool (*is_wanted)(const struct snow_config *cfg);
};

static bool wants_mail(const struct snow_config *cfg)
{
    return cfg->mail == LOOK_CHECK;
}

static bool wants_web(const struct snow_config *cfg)
{
    return cfg->web == LOOK_CHECK;
}

/* clang-format off */
static const struct entry entries[] = {
    { &mail_setup_kind, wants_mail },
    { &website_kind, wants_web },
    { NULL, NULL },
};
/* clang-format on */

void kinds_init(struct kinds *k, const struct snow_config *cfg,
                lookups_fn answer, void *arg)
{
    *k = (struct kinds){ 0 };
    for (const struct entry *e = entries; e->kind; e++)
        if (e->is_wanted(cfg))
            k->of[k->n++] = (struct lookups){ .kind = e->kind,
                                              .answer = answer,
                                              .arg = arg };
}

bool kinds_are_none(const struct snow_config *cfg)
{
    for (const struct entry *e = entries; e->kind; e++)
        if (e->is_wanted(cfg))
            return false;
    return true;
}

int kinds_learn(struct kinds *k, struct snow_store *s, int64_t scan,
                bool is_retry, struct snow_error *err)
{
    int code = 0;

    for (size_t i = 0; !code && i < k->n; i++)
        code = lookups_learn(&k->of[i], s, scan, is_retry, err);
    return code;
}

int kinds_add_domains(struct kinds *k, char *const *domains, size_t n)
{
    int code = 0;

    for (size_t i = 0; i < k->n; i++)
        for (size_t j = 0; !code && j < n; j++)
            code = lookups_add(&k->of[i], domains[j]);
    return code;
}

void kinds_count(const struct kinds *k, struct progress *p)
{
    for (size_t i = 0; i < k->n; i++)
        lookups_count(&k->of[i], p);
}

int kinds_start(struct kinds *k, struct run *run, struct reach *reach,
                struct snow_error *err)
{
    int code = 0;

    for (size_t i = 0; !code && i < k->n; i++)
        code = lookups_start(&k->of[i], run, reach, err);
    return code;
}

void kinds_stop(struct kinds *k)
{
    for (size_t i = 0; i < k->n; i++)
        lookups_stop(&k->of[i]);
}

void kinds_end(struct kinds *k)
{
    for (size_t i = 0; i < k->n; i++)
        lookups_end(&k->of[i]);
    *k = (struct kinds){ 0 };
}
