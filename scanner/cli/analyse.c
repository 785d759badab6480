/* A stored scan is analysed and written out. */
#include <unistd.h>

#include "analysis/given.h"
#include "analysis/own.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/task.h"
#include "cli/terminal.h"
#include "pipeline/scan.h"

#define DAY_S 86400

/* What is not set is asked for by name: nothing of it is made up. */
static int check_needs(const struct report_format *f,
                       const struct snow_config *cfg, struct snow_error *err)
{
    const struct {
        unsigned need;
        const char *name, *value;
    } needs[] = {
        { REPORT_NEEDS_REPORTER, "reporter-org", cfg->reporter_org },
        { REPORT_NEEDS_REPORTER, "reporter-contact", cfg->reporter_contact },
        { REPORT_NEEDS_REPORTER, "reporter-domain", cfg->reporter_domain },
        { REPORT_NEEDS_ZONE, "list-zone", cfg->list_zone },
    };

    for (size_t i = 0; i < COUNT_OF(needs); i++)
        if ((f->needs & needs[i].need) && *needs[i].value == '\0')
            return snow_fail(err, SNOW_EINVAL,
                             "--format %s needs --%s, or %s in a config file",
                             f->name, needs[i].name, needs[i].name);
    return 0;
}

/* Who sends: all of it is told, or the reporter does. */
static int choose_sender(struct report_identity *id,
                         const struct snow_config *cfg, struct snow_error *err)
{
    int n = (*cfg->sender_org != '\0') + (*cfg->sender_contact != '\0') +
            (*cfg->sender_domain != '\0');

    if (n != 0 && n != 3)
        return snow_fail(err, SNOW_EINVAL,
                         "sender-org, sender-contact and sender-domain belong "
                         "together");
    id->sender_org = n ? cfg->sender_org : cfg->reporter_org;
    id->sender_contact = n ? cfg->sender_contact : cfg->reporter_contact;
    id->sender_domain = n ? cfg->sender_domain : cfg->reporter_domain;
    return 0;
}

static int who_we_are(struct report_identity *id, const struct report_format *f,
                      const struct snow_config *cfg, struct snow_error *err)
{
    int code = check_needs(f, cfg, err);

    *id = (struct report_identity){
        .reporter_org = cfg->reporter_org,
        .reporter_contact = cfg->reporter_contact,
        .reporter_domain = cfg->reporter_domain,
        .list_zone = cfg->list_zone,
        .list_expiry_s = (int64_t)cfg->list_expiry_days * DAY_S,
        .scan_contact = cfg->contact,
    };
    return code ? code : choose_sender(id, cfg, err);
}

/* What machines act upon is what the tool is surest of. */
static enum snow_tier least_tier(const struct report_format *f,
                                 const struct snow_config *cfg)
{
    return f->is_for_machines && !cli_is_given(cfg, "tier")
               ? SNOW_TIER_HIGH
               : (enum snow_tier)cfg->tier;
}

static int choose_format(const struct report_format **f, const char *name,
                         const struct snow_config *cfg, struct snow_error *err)
{
    *f = report_format_find(name);
    if (!*f)
        return snow_fail(err, SNOW_EINVAL,
                         "--format %s is not for this command", name);
    if (cfg->fdr > 0 && cfg->decoys == 0)
        return snow_fail(err, SNOW_EINVAL,
                         "--fdr is told by decoys: add --decoys 200");
    return 0;
}

/* What scrolls by on a terminal tells by itself how far it is. */
static void begin_writing(struct output *to)
{
    const struct snow_progress p = { .stage = "writing" };

    if (isatty(to->fd.fd))
        task_end(to->task);
    else
        task_show(to->task, &p);
}

/* A scan that is judged. */
struct judged {
    struct given given;
    struct own own;
    struct snow_analysis_config how;
    struct snow_findings findings;
};

/* What is known of it beside the store, and how it is judged. */
static int know(struct judged *j, const struct snow_scan *scan,
                const struct snow_config *cfg, struct snow_error *err)
{
    const struct own_paths paths = lists_paths(cfg);
    int code = scan_given(&j->given, cfg, err);

    if (!code)
        code = own_read(&j->own, &paths, err);
    scan_analysis_config(&j->how, cfg, scan);
    j->how.given = &j->given;
    j->how.own = &j->own;
    return code;
}

static void judged_fini(struct judged *j)
{
    snow_findings_fini(&j->findings);
    own_fini(&j->own);
    given_fini(&j->given);
}

static int write_findings(const struct report_format *f,
                          const struct report_request *q,
                          const struct snow_config *cfg, struct output *to,
                          struct snow_error *err)
{
    struct report_out out = report_to_fd(&to->fd);

    if (to->task)
        begin_writing(to);
    return cfg->explain[0] ? report_explain(&out, q, cfg->explain, err)
                           : report_write(&out, f, q, err);
}

int print_findings(struct snow_store *s, const struct snow_scan *scan,
                   const struct snow_config *cfg, const char *format,
                   struct output *to, struct snow_error *err)
{
    const struct report_format *f;
    struct report_identity identity;
    struct judged j = { .findings = { 0 } };
    struct report_request q = { .findings = &j.findings,
                                .store = s,
                                .scan = scan->id,
                                .identity = &identity,
                                .made_utc_s = clock_utc_s(&clock_system),
                                .given = &j.given,
                                .own = &j.own,
                                .by_customer = cfg->by == 1,
                                .letters = to->letters,
                                .width = terminal_width(to->fd.fd),
                                .colour = terminal_has_colour(to->fd.fd) };
    int code = choose_format(&f, format, cfg, err);

    if (!code)
        code = who_we_are(&identity, f, cfg, err);
    if (code)
        return code;
    q.least = least_tier(f, cfg);
    code = know(&j, scan, cfg, err);
    q.psl_path = j.how.psl_path;
    if (to->task) {
        j.how.on_progress = task_show;
        j.how.on_progress_arg = to->task;
    }
    if (!code && (f->needs_findings || cfg->explain[0]))
        code = snow_findings_analyse(&j.findings, s, scan->id, &j.how, err);
    if (!code)
        code = write_findings(f, &q, cfg, to, err);
    judged_fini(&j);
    return code;
}
