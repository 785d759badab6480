#include "cli/options.h"

#include <errno.h>
#include <math.h>

#include "cli/suggest.h"
#include "snowline/records.h"

#define TO(member) offsetof(struct snow_config, member)

#define GOES_ON (CLI_RESUME | CLI_WORK)
#define STAGE_DNS (CLI_SCAN | GOES_ON | CLI_PTR)
#define STAGE_SMTP (CLI_SCAN | GOES_ON | CLI_PROBE)
#define STAGE_REG (CLI_SCAN | GOES_ON | CLI_DOMAIN)
#define SENDS (STAGE_DNS | STAGE_SMTP | STAGE_REG)
#define WALKS (CLI_SCAN | CLI_PTR | CLI_PROBE | CLI_TARGETS)
#define FETCHES (STAGE_REG | WALKS) /* AS numbers are looked up over HTTP */
#define STAGES (CLI_PTR | CLI_PROBE | CLI_DOMAIN)
#define READS (CLI_STATUS | CLI_FINDINGS | CLI_EXPORT | CLI_REPORT)
#define NAMES_US (CLI_EXPORT | CLI_REPORT)
#define JUDGES (CLI_SCAN | CLI_RESUME | READS)
#define SHOWS (CLI_SCAN | CLI_RESUME | CLI_FINDINGS | CLI_EXPORT | CLI_REPORT)
#define LISTS (SHOWS | CLI_DIFF | CLI_IMPORT) /* which remembers where */
#define TELLS (SENDS | READS | CLI_DIFF | CLI_IMPORT)

#define IANA_BOOTSTRAP "https://data.iana.org/rdap/dns.json"

/* clang-format off */
static const struct cli_option options[] = {
    { 0, "exclude", CLI_LIST, TO(excludes), NULL, "TARGET", NULL, 0, 0,
      WALKS | CLI_DOMAIN, true, "Targets",
      "leave these alone; repeatable, @FILE too" },
    { 0, "as-source", CLI_TEXT, TO(as_source), "ripestat", "SOURCE", NULL, 0,
      0, WALKS | CLI_DOMAIN, true, "Targets",
      "prefixes of AS64500: ripestat[:URL], irr:HOST[:PORT], pfx2as:FILE" },
    { 0, "include-reserved", CLI_FLAG, TO(include_reserved), NULL, NULL, NULL,
      0, 0, WALKS | CLI_DOMAIN | CLI_CHECK, true, "Targets",
      "also ask reserved, private, loopback and one's own addresses" },
    { 0, "yes-large", CLI_FLAG, TO(yes_large), NULL, NULL, NULL, 0, 0,
      WALKS, true, "Targets",
      "more than a /12 is meant; needs --contact" },
    { 0, "contact", CLI_TEXT, TO(contact), NULL, "MAIL", NULL, 0, 0,
      WALKS | GOES_ON | CLI_DOMAIN, true, "Targets",
      "whom to ask about this scan; shown in the User-Agent" },
    { 0, "i-own-this-network", CLI_FLAG, TO(i_own_this_network), NULL, NULL,
      NULL, 0, 0, WALKS | GOES_ON, true, "Targets",
      "lift the ceilings of 100000 queries/s and 1000 connections/s" },

    { 0, "resolver", CLI_LIST, TO(resolvers), NULL, "ADDR[:PORT]", NULL, 0, 0,
      SENDS | CLI_CHECK | CLI_TARGETS, true, "DNS",
      "name server to ask; repeatable, @FILE too; the system's if not given" },
    { 0, "authoritative", CLI_FLAG, TO(authoritative), NULL, NULL, NULL, 0, 0,
      STAGE_DNS, true, "DNS",
      "ask each reverse zone's own name servers, without recursion" },
    { 0, "dns-rate", CLI_RATE, TO(dns_rate), "2000", "N", NULL, 0, 1e9,
      STAGE_DNS, true, "DNS",
      "questions a second, all servers together; 0: as fast as they keep up" },
    { 0, "dns-window", CLI_COUNT, TO(dns_window), "0", "N", NULL, 0, 65000,
      STAGE_DNS, true, "DNS",
      "questions in flight per server at most; 0: adaptive" },
    { 0, "dns-block-rate", CLI_RATE, TO(dns_block_rate), "50", "N", NULL, 0,
      1e6, STAGE_DNS, true, "DNS",
      "questions a second about one /24; 0: no limit" },
    { 0, "dns-timeout", CLI_SECONDS, TO(dns_timeout_s), "2", "S", NULL, 0.01,
      60, SENDS | CLI_CHECK | CLI_TARGETS | CLI_IMPORT, true, "DNS",
      "how long one try waits" },
    { 0, "dns-tries", CLI_COUNT, TO(dns_tries), "4", "N", NULL, 1, 16,
      SENDS | CLI_CHECK | CLI_TARGETS | CLI_IMPORT, true, "DNS",
      "tries in all before an address is given up" },
    { 0, "gso", CLI_WORD, TO(gso), "auto", "HOW", "auto|on|off", 0, 0,
      STAGE_DNS, true, "DNS",
      "one system call for many questions of equal length (UDP_SEGMENT)" },
    { 0, "no-prune", CLI_FLAG, TO(no_prune), NULL, NULL, NULL, 0, 0,
      STAGE_DNS, true, "DNS",
      "ask every address, even below a name that does not exist" },

    { 0, "smtp", CLI_WORD, TO(smtp), "candidates", "WHOM",
      "candidates|named|all|none", 0, 0, CLI_SCAN | CLI_RESUME | CLI_STATUS,
      true, "SMTP", "whom to greet: candidates, named, all or none" },
    { 0, "candidates-max", CLI_COUNT, TO(candidates_max), "10000", "N", NULL,
      0, 1e9, JUDGES, true, "SMTP",
      "addresses greeted at most where neighbours have a domain each" },
    { 0, "smtp-port", CLI_COUNT, TO(smtp_port), "25", "N", NULL, 1, 65535,
      STAGE_SMTP | CLI_CHECK | CLI_STATUS, true, "SMTP",
      "port of the mail servers; 465 speaks TLS at once" },
    { 0, "smtp-rate", CLI_RATE, TO(smtp_rate), "200", "N", NULL, 0, 1e6,
      STAGE_SMTP, true, "SMTP", "new connections a second; 0: no limit" },
    { 0, "smtp-concurrency", CLI_COUNT, TO(smtp_concurrency), "2000", "N",
      NULL, 0, 65000, STAGE_SMTP | CLI_CHECK, true, "SMTP",
      "open connections at most; 0: no limit" },
    { 0, "smtp-per-block", CLI_COUNT, TO(smtp_per_block), "4", "N", NULL, 0,
      256, STAGE_SMTP, true, "SMTP",
      "open connections to one /24; 0: no limit" },
    { 0, "smtp-block-rate", CLI_RATE, TO(smtp_block_rate), "2", "N", NULL, 0,
      1e6, STAGE_SMTP, true, "SMTP",
      "new connections a second to one /24; 0: no limit" },
    { 0, "connect-timeout", CLI_SECONDS, TO(connect_timeout_s), "10", "S",
      NULL, 0.01, 300, STAGE_SMTP | CLI_CHECK, true, "SMTP",
      "how long to wait for a connection" },
    { 0, "banner-timeout", CLI_SECONDS, TO(banner_timeout_s), "30", "S", NULL,
      0.01, 300, STAGE_SMTP | CLI_CHECK, true, "SMTP",
      "how long to wait for the greeting, within --smtp-timeout (RFC 5321 asks "
      "for 300)" },
    { 0, "smtp-timeout", CLI_SECONDS, TO(smtp_timeout_s), "60", "S", NULL,
      0.01, 900, STAGE_SMTP | CLI_CHECK, true, "SMTP",
      "how long the whole conversation may take" },
    { 0, "ehlo", CLI_TEXT, TO(ehlo), NULL, "NAME", NULL, 0, 0,
      STAGE_SMTP | CLI_CHECK, true, "SMTP",
      "our own name; should resolve to us and back; the host's if not given" },
    { 0, "no-starttls", CLI_FLAG, TO(no_starttls), NULL, NULL, NULL, 0, 0,
      STAGE_SMTP, true, "SMTP",
      "stay in the clear, also where STARTTLS is offered" },
    { 0, "source-ip", CLI_TEXT, TO(source_ip), NULL, "ADDR", NULL, 0, 0,
      STAGE_SMTP | CLI_CHECK, true, "SMTP", "connect from this address" },
    { 0, "smtp-control", CLI_LIST, TO(smtp_controls), NULL, "HOST[:PORT]",
      NULL, 0, 0, CLI_CHECK, false, "SMTP",
      "mail server of yours that greets: greeted once; repeatable" },

    { 0, "registration", CLI_WORD, TO(registration), "auto", "HOW",
      "auto|rdap|whois|none", 0, 0, STAGE_REG | CLI_STATUS, true,
      "Registration",
      "auto (RDAP, WHOIS where there is none), rdap, whois or none" },
    { 0, "rdap-bootstrap", CLI_TEXT, TO(rdap_bootstrap), IANA_BOOTSTRAP,
      "URL|FILE", NULL, 0, 0, STAGE_REG, true, "Registration",
      "list of RDAP servers by top-level domain" },
    { 0, "rdap-server", CLI_LIST, TO(rdap_servers), NULL, "TLD=URL", NULL, 0,
      0, STAGE_REG, true, "Registration",
      "RDAP server of a top-level domain (* for all) or of a prefix; "
      "repeatable" },
    { 0, "whois-server", CLI_LIST, TO(whois_servers), NULL,
      "TLD=HOST[:PORT]", NULL, 0, 0, STAGE_REG, true, "Registration",
      "WHOIS server of a top-level domain, * for all, . for that which knows "
      "the others; repeatable" },
    { 0, "registration-rate", CLI_RATE, TO(registration_rate), "1", "N", NULL,
      0, 1e6, STAGE_REG, true, "Registration",
      "questions a second per RDAP or WHOIS host; 0: no limit" },
    { 0, "http-timeout", CLI_SECONDS, TO(http_timeout_s), "8", "S", NULL,
      0.01, 300, FETCHES, true, "Registration",
      "one exchange over RDAP, WHOIS or with a website, redirects included" },
    { 0, "registration-cache", CLI_TEXT, TO(registration_cache), NULL,
      "PATH", NULL, 0, 0, STAGE_REG, true, "Registration",
      "answers kept for all scans; ~/.cache/snowline/registration.db if not "
      "given" },
    { 0, "background", CLI_COUNT, TO(background), "300", "N", NULL, 0, 1e6,
      JUDGES, true, "Registration",
      "other domains looked up for comparison" },
    { 0, "ca-file", CLI_TEXT, TO(ca_file), NULL, "FILE", NULL, 0, 0,
      FETCHES, true, "Registration",
      "certificates that https is checked against; the system's if not given"},

    { 0, "domains", CLI_TEXT, TO(domains), NULL, "FILE", NULL, 0, 0,
      STAGE_REG | READS | CLI_IMPORT | CLI_DIFF, true, "Registration",
      "CSV domain,created,registrar,iana_id of one's own; asked nobody" },
    { 0, "mail", CLI_WORD, TO(mail), "check", "HOW", "check|none", 0, 0,
      STAGE_REG | CLI_STATUS, true, "Domains",
      "look at MX, SPF and the like of domains, and where names lead: check or "
      "none" },
    { 0, "web", CLI_WORD, TO(web), "check", "HOW", "check|none", 0, 0,
      STAGE_REG | CLI_STATUS, true, "Domains",
      "one GET of a domain's front page: check or none" },
    { 0, "http-port", CLI_COUNT, TO(http_port), "80", "N", NULL, 1, 65535,
      STAGE_REG, true, "Domains", "port of the front pages" },

    { 0, "psl", CLI_TEXT, TO(psl), NULL, "FILE", NULL, 0, 0,
      JUDGES | CLI_DIFF | CLI_PURGE, true, "Analysis",
      "public suffix list; the system's if not given" },
    { 0, "now", CLI_TIME, TO(now_utc_s), NULL, "TIME", NULL, 0, 0,
      JUDGES | CLI_IMPORT, true, "Analysis",
      "what \"new\" is measured against; else the scan's start, of an import "
      "the latest time in it" },
    { 0, "reports", CLI_TEXT, TO(reports), NULL, "FILE", NULL, 0, 0,
      LISTS, true, "Analysis",
      "CSV ip,reporters: how many parties reported an address" },
    { 0, "allow", CLI_TEXT, TO(allow), NULL, "FILE", NULL, 0, 0,
      LISTS, true, "Analysis",
      "CSV cidr_or_domain,reason: whom to let pass; told with the reason" },
    { 0, "allocations", CLI_TEXT, TO(allocations), NULL, "FILE", NULL, 0, 0,
      LISTS, true, "Analysis",
      "CSV cidr,customer: whose addresses are; the longest prefix counts" },
    { 0, "by", CLI_WORD, TO(by), "score", "WHAT", "score|customer", 0, 0,
      CLI_SCAN | CLI_RESUME | CLI_FINDINGS, false, "Analysis",
      "what the table is grouped by: score or customer (--allocations)" },
    { 0, "tier", CLI_WORD, TO(tier), "review", "TIER", "high|review|context",
      0, 0, SHOWS | CLI_DIFF, false,
      "Analysis", "findings of this tier and above: high, review, context; lists and "
      "reports for others: high alone, unless this is given"
      },
    { 0, "decoys", CLI_COUNT, TO(decoys), "0", "N", NULL, 0, 1e5,
      CLI_FINDINGS | NAMES_US, false, "Analysis",
      "score N shuffles of the scan as well: what would chance score?" },
    { 0, "fdr", CLI_SHARE, TO(fdr), "0", "P", NULL, 0, 1,
      CLI_FINDINGS | NAMES_US, false, "Analysis",
      "begin the high tier where no more than P of it is chance, by decoys" },
    { 0, "explain", CLI_TEXT, TO(explain), NULL, "ID", NULL, 0, 0,
      CLI_FINDINGS, false, "Analysis", "how this finding came by its score" },

    { 0, "imported", CLI_LIST, TO(imported), NULL, "FILE", NULL, 0, 0, 0, true,
      "Store", "what an import has read; no command takes it" },
    { 0, "scan", CLI_COUNT, TO(scan), "0", "N", NULL, 0, 1e15,
      READS | GOES_ON | CLI_IMPORT, false, "Store",
      "number of the scan; 0: the last, to import into: a new one" },
    { 0, "retry", CLI_WORD, TO(retry), "nothing", "WHAT", "nothing|failed", 0,
      0, CLI_RESUME, false, "Store",
      "failed: ask again what ended in timeout, SERVFAIL, REFUSED, unknown" },
    { 0, "older-than", CLI_COUNT, TO(older_than_days), NULL, "DAYS", NULL, 0,
      36500, CLI_PURGE, false, "Store",
      "forget what is older; 0: all but what is kept in any case" },
    { 0, "unfinished", CLI_FLAG, TO(unfinished), NULL, NULL, NULL, 0, 0,
      CLI_PURGE, false, "Store",
      "also scans that were begun before and never ended" },
    { 0, "format", CLI_TEXT, TO(format), NULL, "FORMAT", NULL, 0, 0,
      CLI_STATUS | CLI_FINDINGS | CLI_EXPORT | STAGES | CLI_CHECK | CLI_DIFF |
          CLI_IMPORT,
      false, "Output",
      "how to print it; import: what the files are; each command has its own"
      },
    { 0, "origin", CLI_TEXT, TO(origin), NULL, "ZONE", NULL, 0, 0, CLI_IMPORT,
      false, "Import",
      "zone of a master file that has no $ORIGIN" },
    { 'o', "output", CLI_TEXT, TO(output), NULL, "PATH", NULL, 0, 0,
      CLI_SCAN | STAGES | CLI_EXPORT | CLI_FINDINGS | CLI_DIFF | CLI_REPORT,
      false, "Output",
      "scan: the store (results/TARGET.db); others: a file for the result, of "
      "complaints a folder as well" },
    { 0, "progress", CLI_WORD, TO(progress), "auto", "HOW",
      "auto|bar|json|none", 0, 0, TELLS, false, "Output",
      "on stderr: auto (a bar, in a terminal), bar, json (an object a second), "
      "none" },

    { 0, "reporter-org", CLI_TEXT, TO(reporter_org), NULL, "NAME", NULL, 0, 0,
      NAMES_US, false, "Identity",
      "who reports: named in reports and complaints, never made up" },
    { 0, "reporter-contact", CLI_TEXT, TO(reporter_contact), NULL, "MAIL",
      NULL, 0, 0, NAMES_US, false, "Identity",
      "where an answer to a report goes" },
    { 0, "reporter-domain", CLI_TEXT, TO(reporter_domain), NULL, "DOMAIN",
      NULL, 0, 0, NAMES_US, false, "Identity", "the reporter's domain" },
    { 0, "sender-org", CLI_TEXT, TO(sender_org), NULL, "NAME", NULL, 0, 0,
      CLI_EXPORT, false, "Identity",
      "who sends for the reporter; the reporter if none of the three is given"
      },
    { 0, "sender-contact", CLI_TEXT, TO(sender_contact), NULL, "MAIL", NULL, 0,
      0, CLI_EXPORT, false, "Identity", "the sender's address" },
    { 0, "sender-domain", CLI_TEXT, TO(sender_domain), NULL, "DOMAIN", NULL, 0,
      0, CLI_EXPORT, false, "Identity", "the sender's domain" },
    { 0, "list-zone", CLI_TEXT, TO(list_zone), NULL, "DOMAIN", NULL, 0, 0,
      CLI_EXPORT, false, "Lists",
      "zone that a list is served as (rbldnsd, rpz)" },
    { 0, "list-expiry", CLI_COUNT, TO(list_expiry_days), "14", "DAYS", NULL, 1,
      3650, CLI_EXPORT, false, "Lists",
      "after so many days a list counts no more, where its format can say so" },

    { 0, "complaints", CLI_FLAG, TO(complaints), NULL, NULL, NULL, 0, 0,
      CLI_DIFF, false, "Complaints",
      "what the newest finished scan says of what was complained of" },
    { 0, "after", CLI_COUNT, TO(after_days), "0", "DAYS", NULL, 0, 36500,
      CLI_DIFF, false, "Complaints",
      "--complaints: only those at least so old, by a scan at least so late" },
    { 0, "no-record", CLI_FLAG, TO(no_record), NULL, NULL, NULL, 0, 0,
      CLI_EXPORT, false, "Complaints",
      "complaint: write the messages, but do not remember them in the store" },

    { 0, "seed", CLI_COUNT, TO(seed), "0", "N", NULL, 0, 9e18,
      SENDS | CLI_TARGETS, false, "Run",
      "order of the walk and choice of the sample; 0 picks one" },
    { 0, "max-time", CLI_SECONDS, TO(max_time_s), "0", "S", NULL, 0, 1e9,
      SENDS, false, "Run", "stop after this long, to be resumed; 0: never" },
    { 0, "max-queries", CLI_COUNT, TO(max_queries), "0", "N", NULL, 0, 1e18,
      STAGE_DNS, false, "Run",
      "stop after so many questions, to be resumed; 0: never" },
    { 0, "lease", CLI_COUNT, TO(lease_s), "60", "S", NULL, 2, 3600,
      CLI_SCAN | GOES_ON, false, "Run",
      "how long a worker of a shared store may be silent" },
    { 0, "dry-run", CLI_FLAG, TO(dry_run), NULL, NULL, NULL, 0, 0,
      CLI_SCAN | CLI_PURGE, false, "Run",
      "say what would be sent, or forgotten; do nothing of it" },
};
/* clang-format on */

_Static_assert(COUNT_OF(options) <= SNOW_OPTIONS_MAX,
               "is_given has room for each");

const struct cli_option *cli_options(size_t *n)
{
    *n = COUNT_OF(options);
    return options;
}

const struct cli_option *cli_option_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

/* A number with an optional unit of one octet or "/s" behind it. */
static int read_number(double *out, const char *text, const char *unit)
{
    char *end;

    if (!text_is_digit(*text) && *text != '.')
        return SNOW_ESYNTAX; /* no sign, no "inf", no white space */
    errno = 0;
    *out = strtod(text, &end);
    if (errno || !isfinite(*out))
        return SNOW_ERANGE;
    return *end == '\0' || strcmp(end, unit) == 0 ? 0 : SNOW_ESYNTAX;
}

static int set_text(char **to, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return SNOW_ENOMEM;
    free(*to);
    *to = copy;
    return 0;
}

static int add_text(struct text_list *list, const char *value)
{
    char **more = realloc(list->at, (list->n + 1) * sizeof *more);

    if (!more)
        return SNOW_ENOMEM;
    list->at = more;
    more[list->n] = NULL;
    if (set_text(&more[list->n], value))
        return SNOW_ENOMEM;
    list->n++;
    return 0;
}

int cli_find_word(uint64_t *out, const char *words, const char *value)
{
    size_t len = strlen(value);

    *out = 0;
    for (;;) {
        size_t n = strcspn(words, "|");

        if (n == len && strncmp(words, value, n) == 0)
            return 0;
        if (words[n] == '\0')
            return SNOW_EINVAL;
        words += n + 1;
        ++*out;
    }
}

static int set_flag(bool *to, const char *value)
{
    uint64_t i;
    int code = cli_find_word(&i, "no|yes|off|on|false|true|0|1", value);

    if (!code)
        *to = i % 2 != 0;
    return code;
}

static int set_double(double *to, const struct cli_option *o, const char *value)
{
    double number;
    const char *unit = o->kind == CLI_RATE    ? "/s"
                       : o->kind == CLI_SHARE ? ""
                                              : "s";
    int code = read_number(&number, value, unit);

    if (!code && (number < o->least || number > o->most))
        code = SNOW_ERANGE;
    if (!code)
        *to = number;
    return code;
}

static int set_count(uint64_t *to, const struct cli_option *o,
                     const char *value)
{
    uint64_t number;
    int code = text_parse_u64(&number, value, (uint64_t)o->most);

    if (!code && (double)number < o->least)
        code = SNOW_ERANGE;
    if (!code)
        *to = number;
    return code;
}

static int set(struct snow_config *cfg, const struct cli_option *o,
               const char *value)
{
    void *to = (char *)cfg + o->at;

    switch (o->kind) {
    case CLI_FLAG:
        return set_flag(to, value);
    case CLI_COUNT:
        return set_count(to, o, value);
    case CLI_RATE:
    case CLI_SHARE:
    case CLI_SECONDS:
        return set_double(to, o, value);
    case CLI_TEXT:
        return set_text(to, value);
    case CLI_LIST:
        return add_text(to, value);
    case CLI_WORD:
        return cli_find_word(to, o->words, value);
    case CLI_TIME:
        return text_parse_time(to, NULL, value);
    }
    return SNOW_EINVAL;
}

static int bad_word(const struct cli_option *o, const char *value,
                    const char *where, struct snow_error *err)
{
    char memory[SUGGEST_LEN_MAX + 1];
    struct suggestion near = { .word = value };

    suggest_offer_words(&near, o->words, memory);
    return snow_fail(err, SNOW_EINVAL, "%s%s takes %s, not '%s'%s%s%s", where,
                     o->name, o->words, value,
                     near.nearest ? "; did you mean " : "",
                     near.nearest ? near.nearest : "", near.nearest ? "?" : "");
}

int cli_option_set(struct snow_config *cfg, const struct cli_option *o,
                   const char *value, const char *where, struct snow_error *err)
{
    static const char *const is_no[] = {
        [CLI_FLAG] = "not yes or no",
        [CLI_COUNT] = "no whole number",
        [CLI_RATE] = "no number",
        [CLI_SHARE] = "no number",
        [CLI_SECONDS] = "no number",
        [CLI_TEXT] = "no text",
        [CLI_LIST] = "no text",
        [CLI_WORD] = "no word",
        [CLI_TIME] = "no time such as 2018-05-20T11:02:33Z",
    };
    int code = set(cfg, o, value);

    if (code == 0 || code == SNOW_ENOMEM)
        return code;
    if (o->kind == CLI_WORD)
        return bad_word(o, value, where, err);
    if (code == SNOW_ERANGE && o->kind != CLI_TIME)
        return snow_fail(err, code, "%s%s takes %.10g to %.10g, not '%s'",
                         where, o->name, o->least, o->most, value);
    return snow_fail(err, code, "%s%s: '%s' is %s", where, o->name, value,
                     is_no[o->kind]);
}

int cli_config_init(struct snow_config *cfg)
{
    *cfg = (struct snow_config){ .now_utc_s = SNOW_TIME_UNKNOWN };
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const struct cli_option *o = &options[i];
        const char *value = o->fallback;

        if (!value && o->kind == CLI_TEXT)
            value = "";
        if (value && set(cfg, o, value))
            return SNOW_ENOMEM;
    }
    return 0;
}

static void free_list(struct text_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->at[i]);
    free(list->at);
    *list = (struct text_list){ 0 };
}

void cli_forget_targets(struct snow_config *cfg)
{
    free_list(&cfg->targets);
}

void cli_config_fini(struct snow_config *cfg)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        char *at = (char *)cfg + options[i].at;

        if (options[i].kind == CLI_TEXT)
            free(*(char **)(void *)at);
        if (options[i].kind == CLI_LIST)
            free_list((struct text_list *)(void *)at);
    }
    cli_forget_targets(cfg);
    free_list(&cfg->known_origins);
    *cfg = (struct snow_config){ 0 };
}
