/* One stage alone: ptr, probe, domain. */
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "pipeline/scan.h"
#include "report/columns.h"

struct printing {
    struct output to;
    struct report_out out;
    struct buf line;
    struct progress_shown shown;
    const struct report_kind *kind;
    size_t whole;    /**< octets of line that are whole records */
    bool is_batched; /**< it is no regular file */
    bool is_csv, has_header;
};

/* What is printed parses after any interruption: into a file each record is
 * one write. A pipe takes up to PIPE_BUF octets whole, so there as many records
 * as fit go together. */
static int write_out(struct printing *p, size_t len)
{
    int code = p->line.failed ? SNOW_ENOMEM : 0;

    if (!code && len > 0)
        code = p->out.write(p->out.arg, p->line.data, len);
    if (!code)
        buf_drop_front(&p->line, len);
    else
        buf_clear(&p->line);
    p->whole = p->line.len;
    return code;
}

static int print_line(struct printing *p)
{
    int code = 0;

    if (p->line.failed || !p->is_batched)
        return write_out(p, p->line.len);
    if (p->line.len > PIPE_BUF)
        code = write_out(p, p->whole);
    if (!code && p->line.len > PIPE_BUF)
        code = write_out(p, p->line.len);
    p->whole = p->line.len;
    return code;
}

static int rest(void *arg)
{
    struct printing *p = arg;

    return write_out(p, p->line.len);
}

static int print_header(struct printing *p)
{
    if (!p->is_csv || p->has_header)
        return 0;
    p->has_header = true;
    report_csv_header(&p->line, p->kind);
    return print_line(p);
}

static int print_record(struct printing *p, const void *record)
{
    int code = print_header(p);

    if (code)
        return code;
    if (p->is_csv)
        report_csv_row(&p->line, p->kind, record);
    else
        report_ndjson_row(&p->line, p->kind, record);
    return print_line(p);
}

static int take_ptr(void *arg, struct snow_addr addr,
                    const struct dns_answer *a, const char *resolver)
{
    struct report_ptr r = { .addr = addr,
                            .status = a->status,
                            .n_names = a->n_names,
                            .ttl = a->ttl,
                            .names = a->names,
                            .resolver = resolver,
                            .seen_utc_s = clock_utc_s(&clock_system) };

    return print_record(arg, &r);
}

static int take_probe(void *arg, const struct snow_probe *probe)
{
    return print_record(arg, probe);
}

static int take_domain(void *arg, const struct report_domain *d)
{
    return print_record(arg, d);
}

static void take_plan(void *arg, const struct plan *plan)
{
    struct printing *p = arg;

    if (progress_is_for_people(&p->shown))
        tell_origins(plan);
}

typedef int (*stage_fn)(const struct snow_config *cfg,
                        const struct stage_taker *taker, int *signal,
                        struct snow_error *err);

static const struct stage_command {
    stage_fn run;
    const struct report_kind *kind;
} ptr = { scan_ptr, &report_kind_ptr },
  probe = { scan_probe, &report_kind_probe },
  domain = { scan_domain, &report_kind_domain };

static bool is_file(int fd)
{
    struct stat st;

    return fstat(fd, &st) != 0 || S_ISREG(st.st_mode);
}

/* What is still to be written; a table has its header, empty or not. */
static int print_end(struct printing *p, bool has_run)
{
    int code = has_run ? print_header(p) : 0;

    if (!code && !p->line.failed && p->line.len > 0 && !p->to.fd.reader_is_gone)
        code = rest(p);
    return code;
}

static int run_stage(const struct stage_command *stage, struct snow_config *cfg,
                     struct outcome *o, struct snow_error *err)
{
    struct printing p = { .is_csv = strcmp(cfg->format, "csv") == 0 };
    struct stage_taker taker = { .ptr = take_ptr,
                                 .rest = rest,
                                 .probe = take_probe,
                                 .domain = take_domain,
                                 .planned = take_plan,
                                 .arg = &p,
                                 .progress = progress_show,
                                 .progress_arg = &p.shown };
    int code = output_open(&p.to, cfg, err), late;

    if (code)
        return code;
    p.kind = stage->kind;
    p.out = report_to_fd(&p.to.fd);
    p.is_batched = stage->run == scan_ptr && !is_file(p.to.fd.fd);
    progress_init(&p.shown, cfg);
    if (cfg->progress == 0 && p.shown.how == PROGRESS_BAR &&
        isatty(p.to.fd.fd)) /* records scroll by where it would stand */
        p.shown.how = PROGRESS_QUIET;
    code = stage->run(cfg, &taker, &o->signal, err);
    late = print_end(&p, !code || o->signal || code == SNOW_EINCOMPLETE);
    code = code ? code : late;
    progress_end(&p.shown);
    if ((!code || o->signal) && progress_is_for_people(&p.shown))
        progress_summary(&p.shown.last);
    buf_fini(&p.line);
    return output_close(&p.to, code, err);
}

int cmd_ptr(struct snow_config *cfg, struct outcome *o, struct snow_error *err)
{
    return run_stage(&ptr, cfg, o, err);
}

int cmd_probe(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err)
{
    return run_stage(&probe, cfg, o, err);
}

/* Names come from the command line: bounded and lower-cased here, so that the
 * client meets only what may stand in a URL. */
static int check_domain(char *name, struct snow_error *err)
{
    size_t len = strlen(name);

    if (len > 1 && name[len - 1] == '.')
        name[--len] = '\0';
    for (size_t i = 0; i < len; i++) {
        name[i] = text_lower(name[i]);
        if (!text_is_alnum(name[i]) && !strchr(".-_", name[i]))
            len = 0;
    }
    if (len == 0 || len > 253 || !strchr(name, '.') || name[0] == '.')
        return snow_fail(err, SNOW_ESYNTAX,
                         "'%s' is no domain name (IDNs as xn--…)", name);
    return 0;
}

int cmd_domain(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    int code = cfg->targets.n
                   ? 0
                   : snow_fail(err, SNOW_EINVAL, "no domain; see --help");

    for (size_t i = 0; !code && i < cfg->targets.n; i++)
        code = check_domain(cfg->targets.at[i], err);
    return code ? code : run_stage(&domain, cfg, o, err);
}
