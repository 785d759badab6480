#include <unistd.h>

#include "cli/commands.h"
#include "pipeline/check.h"

static const char *const verdicts[] = {
    [CHECK_OK] = "ok", [CHECK_WARN] = "warn", [CHECK_FAIL] = "fail"
};

struct printing {
    struct buf text;
    bool is_json;
    size_t n, n_failed;
};

static void text_item(struct buf *to, const struct check_item *item)
{
    struct buf line = { 0 };

    buf_printf(&line, "%-4s  %s%s%s: %s", verdicts[item->verdict], item->name,
               item->subject[0] ? " " : "", item->subject, item->found);
    if (item->advice)
        buf_printf(&line, "; %s", item->advice);
    text_escape(to, line.data, line.len);
    buf_add_char(to, '\n');
    to->failed |= line.failed;
    buf_fini(&line);
}

static void json_member(struct buf *to, const char *name, const char *value)
{
    buf_printf(to, ",\"%s\":", name);
    if (value)
        text_json(to, value, strlen(value));
    else
        buf_add_text(to, "null");
}

static void json_item(struct buf *to, const struct check_item *item)
{
    buf_printf(to, "{\"verdict\":\"%s\"", verdicts[item->verdict]);
    json_member(to, "item", item->name);
    json_member(to, "subject", item->subject);
    json_member(to, "found", item->found);
    json_member(to, "advice", item->advice);
    buf_add_char(to, '}');
}

static void on_item(void *arg, const struct check_item *item)
{
    struct printing *p = arg;

    p->n_failed += item->verdict == CHECK_FAIL;
    if (p->is_json) {
        buf_add_text(&p->text, p->n > 0 ? "," : "");
        json_item(&p->text, item);
    } else {
        text_item(&p->text, item);
    }
    p->n++;
}

static int print(struct printing *p, struct snow_error *err)
{
    struct report_fd fd = { .fd = STDOUT_FILENO };
    struct report_out out = report_to_fd(&fd);
    int code;

    if (p->is_json)
        buf_printf(&p->text, "],\"failed\":%zu}\n", p->n_failed);
    code = p->text.failed ? SNOW_ENOMEM
                          : out.write(out.arg, p->text.data, p->text.len);
    if (fd.reader_is_gone)
        code = 0;
    if (!code && p->n_failed > 0)
        return snow_fail(err, SNOW_EIO, "%zu of %zu checks failed", p->n_failed,
                         p->n);
    return code;
}

int cmd_check(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err)
{
    struct printing p = { .is_json = strcmp(cfg->format, "json") == 0 };
    int code;

    if (cfg->targets.n > 0)
        return snow_fail(err, SNOW_EINVAL,
                         "check takes options alone; see --help");
    if (p.is_json)
        buf_add_text(&p.text, "{\"items\":[");
    code = check_run(cfg, on_item, &p, &o->signal, err);
    if (!code)
        code = print(&p, err);
    buf_fini(&p.text);
    return code;
}
