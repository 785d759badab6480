#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bar.h"
#include "cli/terminal.h"
#include "pipeline/lookups.h"
#include "snowline/records.h"

#define QUIET_S 1.0 /* what is shorter needs no bar */
#define JSON_S 0.9  /* an object a second */
#define WIDTH 80    /* of a terminal that does not tell */

/* When nobody's answer is worth a word: addresses of the run, and connections
 * tried. Fewer may well be one firewall. */
#define MANY 256
#define SOME 8

/* What is told of each stage, in their order. */
static const struct stage_shown {
    const char *(*word)(unsigned status);
    struct {
        const char *name;
        unsigned status;
    } hits[BAR_HITS];
} shown[PROGRESS_N_STAGES] = {
    { snow_ptr_status_word,
      { { "names", SNOW_PTR_NAME }, { "timeouts", SNOW_PTR_TIMEOUT } } },
    { snow_smtp_status_word,
      { { "open", SNOW_SMTP_OPEN }, { "timeouts", SNOW_SMTP_TIMEOUT } } },
    { snow_registration_status_word,
      { { "registered", SNOW_REGISTRATION_REGISTERED } } },
    { lookups_status_word, { { NULL, 0 }, { "failed", LOOKUPS_FAILED } } },
    { lookups_status_word, { { NULL, 0 }, { "failed", LOOKUPS_FAILED } } },
    { lookups_status_word, { { NULL, 0 }, { "failed", LOOKUPS_FAILED } } },
    { lookups_status_word, { { NULL, 0 }, { "failed", LOOKUPS_FAILED } } },
};

enum progress_how progress_how(const struct snow_config *cfg)
{
    static const enum progress_how how[] = { PROGRESS_QUIET, PROGRESS_BAR,
                                             PROGRESS_JSON, PROGRESS_NONE };
    const char *term = getenv("TERM");

    if (cfg->progress == 0 && isatty(STDERR_FILENO) &&
        !(term && strcmp(term, "dumb") == 0))
        return PROGRESS_BAR;
    return how[cfg->progress];
}

void progress_init(struct progress_shown *s, const struct snow_config *cfg)
{
    *s = (struct progress_shown){ .how = progress_how(cfg),
                                  .smtp_port = (unsigned)cfg->smtp_port };
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

/* "null" where nobody knows. */
static void seconds_json(struct buf *to, double s)
{
    if (s >= 0)
        buf_printf(to, "%.0f", s);
    else
        buf_add_text(to, "null");
}

static void stage_json(struct buf *to, const struct progress *p, size_t i)
{
    const struct progress_stage *s = progress_stage_of(p, i);

    buf_printf(to,
               "\"%s\":{\"targets\":%llu,\"excluded\":%llu,\"pending\":%llu",
               progress_stage_word(i), (unsigned long long)s->targets,
               (unsigned long long)s->excluded, (unsigned long long)s->pending);
    buf_add_text(to, ",\"answered\":");
    outcomes_json(to, s->by_status, shown[i].word);
    buf_printf(to, ",\"rate_per_s\":%.1f,\"left_s\":", s->rate_per_s);
    seconds_json(to, s->left_s);
    buf_add_text(to, "},");
}

/* What goes on while no stage runs. */
static void between_json(struct buf *to, const struct snow_progress *b)
{
    buf_printf(to, ",\"between\":{\"stage\":\"%s\",\"unit\":\"%s\",", b->stage,
               b->unit ? b->unit : "");
    buf_printf(to, "\"done\":%llu,\"total\":%llu}", (unsigned long long)b->done,
               (unsigned long long)b->of);
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

static void sent_json(struct buf *to, const struct progress *p)
{
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
    seconds_json(to, p->left_s);
}

void progress_json_open(struct buf *to, const struct progress *p)
{
    buf_add_char(to, '{');
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        if (progress_stage_of(p, i)->is_known)
            stage_json(to, p, i);
    sent_json(to, p);
    buf_add_text(to, ",\"servers\":[");
    for (size_t i = 0; i < p->n_servers; i++) {
        buf_add_text(to, i ? "," : "");
        server_json(to, &p->servers[i]);
    }
    buf_add_char(to, ']');
    if (p->rdap_snapshot[0])
        buf_printf(to, ",\"rdap_snapshot\":\"%s\"", p->rdap_snapshot);
    if (p->between.stage)
        between_json(to, &p->between);
    buf_printf(to, ",\"last\":%s", flag(p->is_last));
}

static void stage_text(struct buf *to, const struct progress *p, size_t i)
{
    const struct progress_stage *s = progress_stage_of(p, i);

    if (!s->is_known && s->targets == 0) {
        buf_printf(to, "%-13s not begun\n", progress_stage_word(i));
        return;
    }
    buf_printf(to, "%-13s %llu targets, %llu excluded, %llu pending",
               progress_stage_word(i), (unsigned long long)s->targets,
               (unsigned long long)s->excluded, (unsigned long long)s->pending);
    outcomes_text(to, s->by_status, shown[i].word);
    buf_add_char(to, '\n');
}

void progress_text(struct buf *to, const struct progress *p)
{
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        stage_text(to, p, i);
}

/* --- the bar --- */

static struct bar_part part_of(const struct progress *p, size_t i)
{
    const struct progress_stage *s = progress_stage_of(p, i);
    struct bar_part part = { .name = progress_stage_word(i),
                             .unit = "",
                             .done = progress_answered(s),
                             .of = s->targets - s->excluded,
                             .rate_per_s = s->rate_per_s };

    for (size_t h = 0; h < BAR_HITS; h++)
        if (shown[i].hits[h].name)
            part.hits[h] =
                (struct bar_hits){ shown[i].hits[h].name,
                                   s->by_status[shown[i].hits[h].status] };
    return part;
}

/* Stages that have something left to do. @return how many */
static size_t running(struct bar_part parts[PROGRESS_N_STAGES],
                      const struct progress *p)
{
    size_t n = 0;

    if (p->between.stage) {
        parts[0] = (struct bar_part){ .name = p->between.stage,
                                      .unit = p->between.unit,
                                      .done = p->between.done,
                                      .of = p->between.of };
        return 1;
    }
    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        if (progress_stage_of(p, i)->is_known &&
            progress_stage_of(p, i)->pending > 0)
            parts[n++] = part_of(p, i);
    return n;
}

/* The last column stays free: some terminals wrap there. */
void progress_bar(struct aside *to, const struct bar_part *parts, size_t n,
                  double left_s)
{
    unsigned width = terminal_width(STDERR_FILENO);
    struct buf line = { 0 };

    buf_add_text(&line, PROGRESS_CLEAR);
    bar_format(&line, parts, n, left_s, width > 1 ? width - 1 : WIDTH - 1);
    if (!line.failed)
        aside_say(to, line.data, line.len);
    buf_fini(&line);
}

static void show_bar(struct progress_shown *s, const struct progress *p)
{
    struct bar_part parts[PROGRESS_N_STAGES];
    size_t n = running(parts, p);

    if (n == 0 || p->elapsed_s < QUIET_S || !aside_is_free(&s->to))
        return;
    progress_bar(&s->to, parts, n, p->left_s);
    s->has_bar = true;
}

/* Not one more than can be read, but for the last, which is the truth. */
static void show_json(struct progress_shown *s, const struct progress *p)
{
    struct buf line = { 0 };

    if (!p->is_last &&
        (p->elapsed_s - s->told_s < JSON_S || !aside_is_free(&s->to)))
        return;
    s->told_s = p->elapsed_s;
    progress_json_open(&line, p);
    buf_add_text(&line, "}\n");
    if (!line.failed)
        aside_say(&s->to, line.data, line.len);
    buf_fini(&line);
}

static void clear(struct progress_shown *s)
{
    if (s->has_bar)
        aside_say(&s->to, PROGRESS_CLEAR, strlen(PROGRESS_CLEAR));
    s->has_bar = false;
}

/* --- what people should know --- */

__attribute__((format(printf, 2, 3))) static void tell(struct progress_shown *s,
                                                       const char *format, ...)
{
    char line[1024];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    clear(s);
    if (n > 0)
        aside_say(&s->to, line, strlen(line));
}

/* Once a server, however little else is shown. */
static void tell_doubts(struct progress_shown *s, const struct progress *p)
{
    for (size_t i = 0; i < p->n_servers; i++) {
        const struct progress_server *server = &p->servers[i];
        const char *end = server->is_dropped ? "it is not asked any more"
                                             : "there is no other to ask";

        if (!server->is_doubtful || s->told_of >> i & 1)
            continue;
        s->told_of |= UINT64_C(1) << i;
        if (server->is_inventing)
            tell(s,
                 "snowline: warning: %s answers wrongly (an address for a name "
                 "below .invalid): %s\n",
                 server->name, end);
        else
            tell(s,
                 "snowline: warning: %s answers wrongly (%u of %u checked): "
                 "%s\n",
                 server->name, server->wrong, server->checked, end);
    }
}

/* The same for prefixes that are not walked. */
static void tell_notes(struct progress_shown *s, const struct progress *p)
{
    for (; s->n_notes < p->n_notes && s->n_notes < PROGRESS_NOTES;
         s->n_notes++) {
        const struct progress_note *note = &p->notes[s->n_notes];
        char prefix[SNOW_PREFIX_TEXT_MAX];

        snow_prefix_format(note->prefix, prefix);
        tell(s, "snowline: note: %s: %s; not walked\n", prefix,
             note->status == SNOW_PTR_NAME
                 ? "every address has a name (a wildcard, or made up)"
                 : "every name exists and none has a PTR record");
    }
    if (p->is_last && p->n_notes > PROGRESS_NOTES)
        tell(s, "snowline: note: and %zu prefixes more like these\n",
             p->n_notes - PROGRESS_NOTES);
}

/* What mail servers will think of our name, once. */
static void tell_name(struct progress_shown *s, const struct progress *p)
{
    struct buf name = { 0 };

    if (s->has_told_name || !p->odd_name[0])
        return;
    s->has_told_name = true;
    text_escape(&name, p->odd_name, strlen(p->odd_name));
    if (!name.failed)
        tell(s,
             "snowline: warning: EHLO name '%s' does not resolve to us and "
             "back; some servers refuse such; see --ehlo\n",
             name.data);
    buf_fini(&name);
}

/* Once: whom we ask may have moved since. */
static void tell_snapshot(struct progress_shown *s, const struct progress *p)
{
    struct buf url = { 0 };

    if (s->has_told_snapshot || !p->rdap_snapshot[0])
        return;
    s->has_told_snapshot = true;
    text_escape(&url, p->rdap_missed, strlen(p->rdap_missed));
    if (!url.failed)
        tell(s,
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
    uint64_t n = progress_answered(&p->probe);

    return p->probe.is_known && all->targets - all->excluded >= MANY &&
           n >= SOME && p->probe.by_status[SNOW_SMTP_TIMEOUT] == n;
}

static void tell_shut_in(struct progress_shown *s, const struct progress *p)
{
    if (p->is_last && is_shut_in(p))
        tell(s,
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
    if (s->how == PROGRESS_JSON) {
        show_json(s, p);
        return;
    }
    tell_shut_in(s, p);
    tell_doubts(s, p);
    tell_notes(s, p);
    tell_name(s, p);
    tell_snapshot(s, p);
    if (s->how == PROGRESS_BAR && !p->is_last)
        show_bar(s, p);
}

void progress_end(struct progress_shown *s)
{
    clear(s);
    aside_end(&s->to);
}

/* --- the end --- */

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

    for (size_t i = 0; i < PROGRESS_N_STAGES; i++)
        if (progress_stage_of(p, i)->is_known)
            stage_text(&text, p, i);
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
