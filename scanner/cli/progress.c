#include "cli/progress.h"

#include <unistd.h>

#include "pipeline/lookups.h"
#include "snowline/records.h"

#define LINE_EVERY_S 30.0 /* where stderr is no terminal */

/* When nobody's answer is worth a word: addresses of the run, and connections
 * tried. Fewer may well be one firewall. */
#define MANY 256
#define SOME 8

static const struct stage_shown {
    const char *name;
    size_t at;
    const char *(*word)(unsigned status);
} stages[] = {
    { "sweep", offsetof(struct progress, sweep), snow_ptr_status_word },
    { "probe", offsetof(struct progress, probe), snow_smtp_status_word },
    { "registration", offsetof(struct progress, registration),
      snow_registration_status_word },
    { "forward", offsetof(struct progress, forward), lookups_status_word },
    { "mail", offsetof(struct progress, mail), lookups_status_word },
    { "web", offsetof(struct progress, web), lookups_status_word },
    { "netblock", offsetof(struct progress, netblock), lookups_status_word },
};

static const struct progress_stage *stage_at(const struct progress *p,
                                             const struct stage_shown *s)
{
    return (const void *)((const char *)p + s->at);
}

void progress_init(struct progress_shown *s, const struct snow_config *cfg)
{
    static const enum progress_how how[] = { PROGRESS_LINES, PROGRESS_BAR,
                                             PROGRESS_JSON, PROGRESS_NONE };

    *s = (struct progress_shown){ .smtp_port = (unsigned)cfg->smtp_port };
    s->how = how[cfg->progress];
    if (cfg->progress == 0 && isatty(STDERR_FILENO))
        s->how = PROGRESS_BAR;
}

/* How many of each outcome there were. */
static void outcomes_json(struct buf *to, const uint64_t by_status[16],
                          const char *(*word)(unsigned status))
{
    buf_add_char(to, '{');
    for (unsigned i = 1, n = 0; i < 16; i++)
        if (by_status[i])
            buf_printf(to, "%s\"%s\":%llu", n++ ? "," : "", word(i),
                       (unsigned long long)by_status[i]);
    buf_add_char(to, '}');
}

static void outcomes_text(struct buf *to, const uint64_t by_status[16],
                          const char *(*word)(unsigned status))
{
    for (unsigned i = 1, n = 0; i < 16; i++)
        if (by_status[i])
            buf_printf(to, "%s%llu %s", n++ ? ", " : ": ",
                       (unsigned long long)by_status[i], word(i));
}

static void stage_json(struct buf *to, const struct progress *p,
                       const struct stage_shown *shown)
{
    const struct progress_stage *s = stage_at(p, shown);

    buf_printf(to,
               "\"%s\":{\"targets\":%llu,\"excluded\":%llu,\"pending\":%llu",
               shown->name, (unsigned long long)s->targets,
               (unsigned long long)s->excluded, (unsigned long long)s->pending);
    buf_add_text(to, ",\"answered\":");
    outcomes_json(to, s->by_status, shown->word);
    buf_add_text(to, "},");
}

static const char *flag(bool value)
{
    return value ? "true" : "false";
}

static void server_json(struct buf *to, const struct progress_server *s)
{
    buf_printf(to,
               "{\"server\":\"%s\",\"alive\":%s,\"dropped\":%s,"
               "\"checked\":%u,\"wrong\":%u,\"window\":%u,"
               "\"in_flight\":%u,\"rate\":%.0f,",
               s->name, flag(s->is_alive), flag(s->is_dropped), s->checked,
               s->wrong, s->window, s->in_flight, s->rate_qps);
    buf_printf(to,
               "\"sent\":%llu,\"again\":%llu,\"answered\":%llu,"
               "\"timeouts\":%llu,\"outcomes\":",
               (unsigned long long)s->sent, (unsigned long long)s->again,
               (unsigned long long)s->answered,
               (unsigned long long)s->timeouts);
    outcomes_json(to, s->by_status, snow_ptr_status_word);
    buf_add_char(to, '}');
}

void progress_json(struct buf *to, const struct progress *p)
{
    buf_add_char(to, '{');
    for (size_t i = 0; i < COUNT_OF(stages); i++)
        if (stage_at(p, &stages[i])->is_known)
            stage_json(to, p, &stages[i]);
    buf_printf(
        to,
        "\"queries\":%llu,\"queries_again\":%llu,\"fallen_back\":%llu,"
        "\"connections\":%llu,"
        "\"http_requests\":%llu,\"whois_questions\":%llu,"
        "\"elapsed_s\":%.1f,"
        "\"rate_per_s\":%.0f,\"left_s\":",
        (unsigned long long)p->queries, (unsigned long long)p->queries_again,
        (unsigned long long)p->fallen_back, (unsigned long long)p->connections,
        (unsigned long long)p->http_requests,
        (unsigned long long)p->whois_questions, p->elapsed_s, p->rate_per_s);
    if (p->left_s >= 0)
        buf_printf(to, "%.0f", p->left_s);
    else
        buf_add_text(to, "null");
    buf_add_text(to, ",\"servers\":[");
    for (size_t i = 0; i < p->n_servers; i++) {
        buf_add_text(to, i ? "," : "");
        server_json(to, &p->servers[i]);
    }
    if (p->rdap_snapshot[0])
        buf_printf(to, "],\"rdap_snapshot\":\"%s\",\"last\":%s}",
                   p->rdap_snapshot, flag(p->is_last));
    else
        buf_printf(to, "],\"last\":%s}", flag(p->is_last));
}

static void stage_text(struct buf *to, const struct progress *p,
                       const struct stage_shown *shown)
{
    const struct progress_stage *s = stage_at(p, shown);

    if (!s->is_known && s->targets == 0) {
        buf_printf(to, "%-13s not begun\n", shown->name);
        return;
    }
    buf_printf(to, "%-13s %llu targets, %llu excluded, %llu pending",
               shown->name, (unsigned long long)s->targets,
               (unsigned long long)s->excluded, (unsigned long long)s->pending);
    outcomes_text(to, s->by_status, shown->word);
    buf_add_char(to, '\n');
}

void progress_text(struct buf *to, const struct progress *p)
{
    for (size_t i = 0; i < COUNT_OF(stages); i++)
        stage_text(to, p, &stages[i]);
}

static uint64_t answered(const struct progress_stage *s)
{
    return s->targets - s->excluded - s->pending;
}

static void bar(struct buf *to, const struct progress *p)
{
    const struct progress_stage *s = &p->sweep;
    uint64_t all = s->targets - s->excluded;

    buf_printf(to, "%5.1f %%  %.0f/s",
               all ? 100.0 * (double)answered(s) / (double)all : 100.0,
               p->rate_per_s);
    buf_printf(to, "  names %llu",
               (unsigned long long)s->by_status[SNOW_PTR_NAME]);
    if (s->by_status[SNOW_PTR_TIMEOUT])
        buf_printf(to, "  timeouts %llu",
                   (unsigned long long)s->by_status[SNOW_PTR_TIMEOUT]);
    if (p->probe.is_known)
        buf_printf(to, "  mail %llu/%llu open %llu",
                   (unsigned long long)answered(&p->probe),
                   (unsigned long long)p->probe.targets,
                   (unsigned long long)p->probe.by_status[SNOW_SMTP_OPEN]);
    if (p->registration.is_known)
        buf_printf(to, "  domains %llu/%llu",
                   (unsigned long long)answered(&p->registration),
                   (unsigned long long)p->registration.targets);
    if (p->left_s >= 0)
        buf_printf(to, "  left %.0f:%02.0f", (double)(int)(p->left_s / 60),
                   (double)((int)p->left_s % 60));
}

static void print_line(struct progress_shown *s, const struct progress *p)
{
    struct buf line = { 0 };

    if (s->how == PROGRESS_BAR)
        buf_add_text(&line, "\r\033[K");
    if (s->how == PROGRESS_JSON)
        progress_json(&line, p);
    else
        bar(&line, p);
    if (s->how != PROGRESS_BAR)
        buf_add_char(&line, '\n');
    s->has_bar = s->how == PROGRESS_BAR;
    if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0)
        s->how = PROGRESS_NONE; /* nobody reads it any more */
    buf_fini(&line);
}

/* Once a server, however little else is shown. */
static void tell_doubts(struct progress_shown *s, const struct progress *p)
{
    for (size_t i = 0; i < p->n_servers; i++) {
        const struct progress_server *server = &p->servers[i];

        if (!server->is_doubtful || s->told_of >> i & 1 ||
            s->how == PROGRESS_JSON)
            continue;
        s->told_of |= UINT64_C(1) << i;
        progress_end(s);
        fprintf(stderr, "snowline: warning: %s answers wrongly (",
                server->name);
        if (server->is_inventing)
            fputs("an address for a name below .invalid", stderr);
        else
            fprintf(stderr, "%u of %u checked", server->wrong, server->checked);
        fprintf(stderr, "): %s\n",
                server->is_dropped ? "it is not asked any more"
                                   : "there is no other to ask");
    }
}

/* The same for prefixes that are not walked. */
static void tell_notes(struct progress_shown *s, const struct progress *p)
{
    for (; s->n_notes < p->n_notes && s->n_notes < PROGRESS_NOTES &&
           s->how != PROGRESS_JSON;
         s->n_notes++) {
        const struct progress_note *note = &p->notes[s->n_notes];
        char prefix[SNOW_PREFIX_TEXT_MAX];

        snow_prefix_format(note->prefix, prefix);
        progress_end(s);
        fprintf(stderr, "snowline: note: %s: %s; not walked\n", prefix,
                note->status == SNOW_PTR_NAME
                    ? "every address has a name (a wildcard, or made up)"
                    : "every name exists and none has a PTR record");
    }
    if (p->is_last && p->n_notes > PROGRESS_NOTES && s->how != PROGRESS_JSON)
        fprintf(stderr, "snowline: note: and %zu prefixes more like these\n",
                p->n_notes - PROGRESS_NOTES);
}

/* What mail servers will think of our name, once. */
static void tell_name(struct progress_shown *s, const struct progress *p)
{
    struct buf name = { 0 };

    if (s->has_told_name || !p->odd_name[0] || s->how == PROGRESS_JSON)
        return;
    s->has_told_name = true;
    text_escape(&name, p->odd_name, strlen(p->odd_name));
    progress_end(s);
    if (!name.failed)
        fprintf(stderr,
                "snowline: warning: EHLO name '%s' does not resolve to us and "
                "back; some servers refuse such; see --ehlo\n",
                name.data);
    buf_fini(&name);
}

/* Once: whom we ask may have moved since. */
static void tell_snapshot(struct progress_shown *s, const struct progress *p)
{
    struct buf url = { 0 };

    if (s->has_told_snapshot || !p->rdap_snapshot[0] || s->how == PROGRESS_JSON)
        return;
    s->has_told_snapshot = true;
    text_escape(&url, p->rdap_missed, strlen(p->rdap_missed));
    progress_end(s);
    if (!url.failed)
        fprintf(stderr,
                "snowline: note: RDAP servers from the snapshot of %s: %s did "
                "not answer\n",
                p->rdap_snapshot, url.data);
    buf_fini(&url);
}

/* Of so many servers one would refuse us, at least. */
static bool is_shut_in(const struct progress *p)
{
    const struct progress_stage *all =
        p->sweep.is_known ? &p->sweep : &p->probe;
    uint64_t n = answered(&p->probe);

    return p->probe.is_known && all->targets - all->excluded >= MANY &&
           n >= SOME && p->probe.by_status[SNOW_SMTP_TIMEOUT] == n;
}

static void tell_shut_in(struct progress_shown *s, const struct progress *p)
{
    if (!p->is_last || !is_shut_in(p) || s->how == PROGRESS_JSON)
        return;
    progress_end(s);
    fprintf(stderr,
            "snowline: note: no address answered at port %u, not even with a "
            "refusal: outbound connections may be blocked; see snowline "
            "check\n",
            s->smtp_port);
}

void progress_show(void *arg, const struct progress *p)
{
    struct progress_shown *s = arg;

    if (p->is_last)
        s->last = *p;
    tell_shut_in(s, p);
    tell_doubts(s, p);
    tell_notes(s, p);
    tell_name(s, p);
    tell_snapshot(s, p);
    if (s->how == PROGRESS_NONE)
        return;
    if (s->how == PROGRESS_LINES && !p->is_last &&
        p->elapsed_s - s->told_s < LINE_EVERY_S)
        return;
    if (s->how == PROGRESS_LINES && p->is_last && s->told_s == 0)
        return; /* too short a run to speak of */
    s->told_s = p->elapsed_s;
    print_line(s, p);
}

static void server_text(struct buf *to, const struct progress_server *s)
{
    buf_printf(to, "%-13s %s: %llu sent, %llu asked again, %llu timeouts", "",
               s->name, (unsigned long long)s->sent,
               (unsigned long long)s->again, (unsigned long long)s->timeouts);
    if (s->is_dropped)
        buf_add_text(to, ", dropped");
    outcomes_text(to, s->by_status, snow_ptr_status_word);
    buf_add_char(to, '\n');
}

void progress_summary(const struct progress *p)
{
    struct buf text = { 0 };

    for (size_t i = 0; i < COUNT_OF(stages); i++)
        if (stage_at(p, &stages[i])->is_known)
            stage_text(&text, p, &stages[i]);
    buf_printf(&text, "%-13s %llu queries (%llu asked again)", "sent",
               (unsigned long long)p->queries,
               (unsigned long long)p->queries_again);
    if (p->connections > 0 || p->http_requests > 0)
        buf_printf(&text, ", %llu connections, %llu HTTP requests",
                   (unsigned long long)p->connections,
                   (unsigned long long)p->http_requests);
    if (p->whois_questions > 0)
        buf_printf(&text, ", %llu WHOIS questions",
                   (unsigned long long)p->whois_questions);
    buf_printf(&text, ", %.1f s\n", p->elapsed_s);
    for (size_t i = 0; i < p->n_servers; i++)
        server_text(&text, &p->servers[i]);
    if (p->fallen_back > 0)
        buf_printf(&text,
                   "%-13s %llu questions that zones' own servers did "
                   "not answer went to the resolvers\n",
                   "", (unsigned long long)p->fallen_back);
    if (!text.failed)
        fputs(text.data, stderr);
    buf_fini(&text);
}

bool progress_is_for_people(const struct progress_shown *s)
{
    return s->how != PROGRESS_JSON && s->how != PROGRESS_NONE;
}

void progress_end(struct progress_shown *s)
{
    if (s->has_bar && write(STDERR_FILENO, "\r\033[K", 4) < 0)
        s->how = PROGRESS_NONE;
    s->has_bar = false;
}
