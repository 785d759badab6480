/* The settings that a scan is known by, as its store remembers them. */
#include "base/json.h"
#include "cli/options.h"

static void format_word(struct buf *to, const char *words, uint64_t i)
{
    for (; i > 0; i--)
        words += strcspn(words, "|") + 1;
    text_json(to, words, strcspn(words, "|"));
}

static void format_list(struct buf *to, const struct text_list *list)
{
    buf_add_char(to, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_add_char(to, ',');
        text_json(to, list->at[i], strlen(list->at[i]));
    }
    buf_add_char(to, ']');
}

static void format_value(struct buf *to, const struct cli_option *o,
                         const void *at)
{
    char time[TEXT_TIME_MAX];

    switch (o->kind) {
    case CLI_FLAG:
        buf_printf(to, "\"%s\"", *(const bool *)at ? "yes" : "no");
        break;
    case CLI_COUNT:
        buf_printf(to, "\"%llu\"", *(const unsigned long long *)at);
        break;
    case CLI_RATE:
    case CLI_SHARE:
    case CLI_SECONDS:
        buf_printf(to, "\"%.10g\"", *(const double *)at);
        break;
    case CLI_TEXT:
        text_json(to, *(char *const *)at, strlen(*(char *const *)at));
        break;
    case CLI_LIST:
        format_list(to, at);
        break;
    case CLI_WORD:
        format_word(to, o->words, *(const uint64_t *)at);
        break;
    case CLI_TIME:
        text_format_time(*(const int64_t *)at, time);
        buf_printf(to, "\"%s\"", time);
        break;
    }
}

void cli_settings_format(struct buf *to, const struct snow_config *cfg)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    const char *between = "{";

    for (size_t i = 0; i < n; i++) {
        if (!table[i].is_recorded)
            continue;
        buf_printf(to, "%s\"%s\":", between, table[i].name);
        format_value(to, &table[i], (const char *)cfg + table[i].at);
        between = ",";
    }
    buf_add_char(to, '}');
}

static int parse_setting(struct snow_config *cfg, const struct cli_option *o,
                         const struct doc *value, struct snow_error *err)
{
    const char *text = doc_text(value);
    int code = 0;

    if (o->kind == CLI_LIST)
        cli_forget_list(cfg, o);
    for (size_t i = 0; !code && i < doc_n(value); i++)
        code = doc_text(doc_at(value, i))
                   ? cli_option_set(cfg, o, doc_text(doc_at(value, i)),
                                    "stored setting ", err)
                   : SNOW_ESTORE;
    if (!code && text && (*text || o->kind != CLI_TIME))
        code = cli_option_set(cfg, o, text, "stored setting ", err);
    return code;
}

int cli_settings_restore(struct snow_config *cfg, const char *json,
                         struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    struct doc *root;
    const struct doc *value;
    const char *name;
    void *at = NULL;
    int code = 0;

    if (doc_parse(&root, json, strlen(json)))
        return snow_fail(err, SNOW_ESTORE, "the scan's settings are damaged");
    while (!code && doc_next(root, &at, &name, &value)) {
        const struct cli_option *o = cli_option_find(name);

        if (o && o->is_recorded && !cfg->is_given[o - table])
            code = parse_setting(cfg, o, value, err);
    }
    doc_free(root);
    return code;
}
