/* Complaints of a stored scan are written, and remembered. */
#include "cli/commands.h"
#include "cli/letters.h"
#include "cli/reading.h"

/* They are written about; what nobody answers for is not passed over in
 * silence. */
static void tell(const struct letters *l, bool is_kept)
{
    const struct report_letters *r = &l->report;

    fprintf(stderr,
            "snowline: %llu message%s about %llu address%s%s; sending is up to "
            "you\n",
            (unsigned long long)r->n, r->n == 1 ? "" : "s",
            (unsigned long long)r->n_addresses, r->n_addresses == 1 ? "" : "es",
            is_kept && r->n > 0 ? ", remembered for diff --complaints" : "");
    if (r->unaddressed > 0)
        fprintf(stderr,
                "snowline: no abuse contact is known for %llu address%s of "
                "%llu finding%s: nobody was written to about them\n",
                (unsigned long long)r->unaddressed,
                r->unaddressed == 1 ? "" : "es",
                (unsigned long long)r->unaddressed_findings,
                r->unaddressed_findings == 1 ? "" : "s");
}

/* First all is in its place, then it is remembered: what a crash leaves may be
 * written again, and is never taken for sent. */
static int finish(struct reading *r, struct letters *l, bool is_kept,
                  struct snow_error *err)
{
    int code = letters_publish(l, err);

    if (!code && is_kept)
        code = letters_record(l, r->store, r->scan.id, err);
    return code;
}

int cmd_complain(struct snow_config *cfg, struct snow_error *err)
{
    struct letters l;
    struct reading r = { 0 };
    bool is_kept = !cfg->no_record, is_read;
    int code = reading_open(&r, cfg,
                            is_kept ? SNOW_STORE_WRITE : SNOW_STORE_READ, err);

    if (code)
        return code;
    reading_warn(&r);
    code = letters_open(&l, cfg->output, err);
    if (!code && !l.folder)
        code = output_open(&r.to, cfg, err);
    r.to.letters = &l.report;
    task_begin(&r.task, "export", cfg);
    r.to.task = &r.task;
    task_watch(&r.task, r.store);
    if (!code)
        code = lists_find(cfg, err);
    if (!code)
        code = print_findings(r.store, &r.scan, cfg, "complaint", &r.to, err);
    task_end(&r.task);
    if (code && l.why.code) /* where it failed, not what for */
        *err = l.why;
    is_read = !r.to.fd.reader_is_gone; /* else not all was told */
    code = output_close(&r.to, code, err);
    if (!code && is_read)
        code = finish(&r, &l, is_kept, err);
    if (!code && is_read)
        tell(&l, is_kept);
    letters_fini(&l);
    snow_store_close(r.store);
    return code;
}
