/*
 * WHOIS answers – one reader for all registries, driven by tables.
 *
 *   whois_lines.c    text to lines, lines to label and value
 *   whois_words.c    what labels, statuses and phrases mean; dialects
 *   whois_date.c     dates
 *   whois.c          whose the values are: the domain's, or someone else's
 *   whois_values.c   the domain's, into the record
 *   whois_servers.c  which host serves which domains
 *
 * Sections  A heading ("Registrar:", "[Holder]", "Technical Contact") or the
 *           first label of a paragraph ("person:", "nic-hdl:") tells what the
 *           lines below are about. Under one that is about people or hosts
 *           nothing is taken for the domain's own.
 * Start at  registration_whois_read(), at the end of this file.
 */
#include "registration/whois.h"

#include "registration/whois_reader.h"

/* --- whose object it is -------------------------------------------------- */

enum same { SAME, OTHER, NO_NAME };

/* A name in letters of its own cannot be compared with A-labels, and is let
 * pass for one of them. */
static enum same compare_name(const struct whois_reader *rd,
                              struct whois_text t)
{
    const char *asked = rd->r->domain;
    size_t len = strlen(asked);
    bool is_ascii = true, has_dot = false;

    t = whois_first_word(t);
    if (t.len > 0 && t.at[t.len - 1] == '.')
        t.len--;
    if (t.len == len && strncasecmp(t.at, asked, len) == 0)
        return SAME;
    for (size_t i = 0; i < t.len; i++) {
        is_ascii &= (unsigned char)t.at[i] < 0x80;
        has_dot |= t.at[i] == '.' && i > 0 && i + 1 < t.len;
        if ((unsigned char)t.at[i] < 0x80 && !text_is_alnum(t.at[i]) &&
            !strchr("-_.", t.at[i]))
            return NO_NAME;
    }
    if (!is_ascii)
        return strcasestr(asked, "xn--") ? SAME : NO_NAME;
    if (!has_dot && t.len > 0 && t.len < len && asked[t.len] == '.' &&
        strncasecmp(t.at, asked, t.len) == 0)
        return SAME; /* .be once left the top-level domain out */
    /* "domain: COM": the object of the top-level domain */
    if (!has_dot &&
        (t.len >= len || t.len == 0 || asked[len - t.len - 1] != '.' ||
         strncasecmp(t.at, asked + len - t.len, t.len) != 0))
        return NO_NAME;
    return OTHER;
}

static void set_about(struct whois_reader *rd, enum whois_about about,
                      unsigned indent, bool is_sticky)
{
    rd->about = (uint8_t)about;
    rd->indent = indent;
    rd->is_sticky = is_sticky;
    rd->is_object = rd->is_indented = false;
    rd->awaited = WHOIS_NOTHING;
}

static void take_domain(struct whois_reader *rd, struct whois_text value,
                        bool is_echo)
{
    enum same same = compare_name(rd, value);

    if (same == NO_NAME || (is_echo && same == OTHER))
        return;
    if (same == SAME) {
        rd->is_ours = true;
        rd->has_servers = rd->hosts.n > 0;
        set_about(rd, ABOUT_DOMAIN, 0, false);
        return;
    }
    rd->is_another = true;
    set_about(rd, ABOUT_OTHERS, 0, true);
}

/* --- sections ------------------------------------------------------------ */

static bool is_asked_name(const struct whois_reader *rd, struct whois_text t)
{
    if (t.len > 0 && t.at[t.len - 1] == ':')
        t.len--;
    return t.len == strlen(rd->r->domain) &&
           strncasecmp(t.at, rd->r->domain, t.len) == 0;
}

static bool is_date_meaning(uint8_t meaning)
{
    return meaning == WHOIS_CREATED || meaning == WHOIS_EXPIRES ||
           meaning == WHOIS_UPDATED;
}

/* A label without a value: a heading, or its value is on the next line. */
static void take_heading(struct whois_reader *rd, const struct whois_line *l,
                         const struct whois_word *w)
{
    uint8_t meaning = w ? w->meaning : WHOIS_NOTHING;

    if (is_asked_name(rd, l->text)) { /* "cheap-meds.cl:" */
        rd->is_ours = true;
        set_about(rd, ABOUT_DOMAIN, l->indent, false);
        return;
    }
    if (meaning == WHOIS_REGISTRAR || meaning == WHOIS_RESELLER ||
        meaning == WHOIS_REGISTRAR_SECTION) {
        set_about(rd, ABOUT_REGISTRAR, l->indent, l->is_bracketed);
        rd->awaited = meaning == WHOIS_RESELLER ? meaning : WHOIS_REGISTRAR;
    } else if (meaning == WHOIS_NAMESERVER) {
        set_about(rd, ABOUT_SERVERS, l->indent, l->is_bracketed);
    } else if (meaning == WHOIS_PARTY || meaning == WHOIS_OBJECT ||
               (!w && whois_is_about_people(l->label))) {
        set_about(rd, ABOUT_OTHERS, l->indent, l->is_bracketed);
    } else if (meaning == WHOIS_SECTION || meaning == WHOIS_DOMAIN) {
        set_about(rd, ABOUT_DOMAIN, l->indent, false);
        rd->awaited = meaning == WHOIS_DOMAIN ? meaning : WHOIS_NOTHING;
    } else if (meaning == WHOIS_STATUS || is_date_meaning(meaning)) {
        rd->awaited = meaning;
    }
}

/* Does a line end the section it is in? */
static bool ends_section(const struct whois_reader *rd,
                         const struct whois_line *l, const struct whois_word *w)
{
    bool is_clear = w && (w->flags & WHOIS_IS_CLEAR);

    if (rd->is_sticky)
        return l->is_bracketed && w;
    if (rd->is_object)
        return l->is_first;
    if (l->indent < rd->indent)
        return true;
    if (l->indent > rd->indent)
        return false;
    if (rd->about == ABOUT_SERVERS && w && w->meaning == WHOIS_NAMESERVER)
        return false;
    return l->is_first || is_clear || rd->is_indented;
}

/* A registrar's own object, behind the domain's: "registrar: HANDLE", and
 * below it the name. */
static void open_registrar(struct whois_reader *rd, const struct whois_line *l)
{
    char text[256], clean[256];

    whois_take_registrar(rd, l->value, RANK_NAME);
    set_about(rd, ABOUT_REGISTRAR, l->indent, false);
    rd->is_object = true;
    whois_copy_text(rd, text, sizeof text, l->value);
    fields_copy_clean(clean, sizeof clean, text);
    if (rd->rank == RANK_NAME && text_equal_fold(clean, rd->r->registrar) &&
        !strchr(clean, ' '))
        rd->rank = RANK_RESELLER; /* it was a handle if there is a name now */
}

/* An object of its own: a person, a host, a registrar. */
static bool opens_object(struct whois_reader *rd, const struct whois_line *l,
                         const struct whois_word *w)
{
    if (rd->is_sticky)
        return false;
    if (w->meaning == WHOIS_HOST_OBJECT ||
        (l->is_first && (w->flags & WHOIS_OPENS))) {
        set_about(rd,
                  w->meaning == WHOIS_SERVER_SET ? ABOUT_SERVERS : ABOUT_OTHERS,
                  l->indent, w->meaning == WHOIS_HOST_OBJECT);
        rd->is_object = true;
        return true;
    }
    if (w->meaning == WHOIS_PARTY && l->is_first && rd->is_ours) {
        /* "Domain registrant: HANDLE", and below it what is theirs */
        rd->shown |= HAS_PEOPLE;
        set_about(rd, ABOUT_OTHERS, l->indent, false);
        return true;
    }
    if (w->meaning != WHOIS_REGISTRAR || !l->is_first || !rd->is_ours ||
        (rd->rank < RANK_NAME && memchr(l->value.at, ' ', l->value.len)))
        return false;
    open_registrar(rd, l);
    return true;
}

static void take_in_registrar(struct whois_reader *rd,
                              const struct whois_line *l,
                              const struct whois_word *w)
{
    if (w->meaning == WHOIS_NAME)
        whois_take_registrar(rd, l->value,
                             rd->awaited == WHOIS_RESELLER ? RANK_RESELLER
                                                           : RANK_NAME);
    else if (w->meaning == WHOIS_ORG)
        whois_take_registrar(rd, l->value, RANK_ORGANISATION);
    else if (w->meaning == WHOIS_REGISTRAR || w->meaning == WHOIS_IANA_ID)
        whois_take_value(rd, w->meaning, l->value);
    rd->awaited = WHOIS_NOTHING;
}

static void take_field(struct whois_reader *rd, const struct whois_line *l,
                       const struct whois_word *w)
{
    if (w->meaning == WHOIS_DOMAIN || w->meaning == WHOIS_QUERY) {
        take_domain(rd, l->value, w->meaning == WHOIS_QUERY);
        return;
    }
    if (opens_object(rd, l, w) || rd->about == ABOUT_OTHERS ||
        (rd->about == ABOUT_SERVERS && w->meaning != WHOIS_NAMESERVER &&
         w->meaning != WHOIS_NAME))
        return;
    if (rd->about == ABOUT_REGISTRAR) {
        take_in_registrar(rd, l, w);
        return;
    }
    if (rd->about == ABOUT_SERVERS) {
        whois_take_server(rd, l->value);
        return;
    }
    if (w->meaning == WHOIS_PARTY)
        rd->shown |= HAS_PEOPLE;
    if (w->meaning == WHOIS_NAMESERVER && strcmp(w->label, "dns") == 0 &&
        is_asked_name(rd, l->value))
        return; /* .dk: how the name is written in the DNS */
    whois_take_value(rd, w->meaning, l->value);
    if (w->meaning == WHOIS_NAMESERVER)
        rd->awaited = w->meaning; /* more may stand below without a label */
}

static void take_known(struct whois_reader *rd, const struct whois_line *l,
                       const struct whois_word *w)
{
    if (w->meaning == WHOIS_NAME && rd->awaited == WHOIS_DOMAIN) /* .ee */
        take_domain(rd, l->value, false);
    if (rd->about != ABOUT_REGISTRAR)
        rd->awaited = WHOIS_NOTHING;
    take_field(rd, l, w);
}

/* --- lines without a label that is known --------------------------------- */

/* Is the gap between a label and its value wide enough to be one? A sentence
 * of the terms of use ends in a full stop and two blanks. */
static bool is_column(struct whois_text gap)
{
    return gap.len > 2 || memchr(gap.at, '\t', gap.len);
}

/* May a label and its value stand side by side without a mark? */
static bool is_sentence(const struct whois_reader *rd,
                        const struct whois_word *w, struct whois_text gap,
                        struct whois_text rest)
{
    int64_t utc_s;
    bool is_date_only;

    if (!w)
        return false;
    if (is_column(gap) && (w->flags & WHOIS_IS_CLEAR))
        return true;
    /* "Last updated on …" is said of the whole database */
    if (is_date_meaning(w->meaning))
        return (w->meaning != WHOIS_UPDATED || is_column(gap) ||
                strncmp(w->label, "record", 6) == 0) &&
               whois_read_date(rd, rest, &utc_s, &is_date_only);
    if (w->meaning != WHOIS_DOMAIN || compare_name(rd, rest) != SAME)
        return false;
    return whois_before(rest, " (").len == whois_first_word(rest).len;
}

/* "Record created on 2017-11-03", "Domain cheap-meds.com", and columns:
 * "Domain-name         cheap-meds.com". */
static void take_sentence(struct whois_reader *rd, const struct whois_line *l)
{
    char label[WHOIS_LABEL_MAX];
    struct whois_text t = l->text;
    size_t end = 0;

    for (int words = 0; words < 4; words++) {
        struct whois_text rest, gap;
        struct whois_line as_field = *l;
        const struct whois_word *w;

        while (end < t.len && (unsigned char)t.at[end] > ' ')
            end++;
        rest = whois_trim(t.at + end, t.len - end);
        if (rest.len == 0)
            return;
        w = whois_word(
            label, whois_label_clean(label, (struct whois_text){ t.at, end }));
        gap = (struct whois_text){ t.at + end, (size_t)(rest.at - t.at) - end };
        as_field.value = rest;
        if (is_sentence(rd, w, gap, rest)) {
            take_field(rd, &as_field, w);
            return;
        }
        end = (size_t)(rest.at - t.at);
    }
}

/* @return false when the line is no such value */
static bool take_awaited(struct whois_reader *rd, const struct whois_line *l)
{
    uint8_t meaning = rd->awaited;
    int64_t utc_s;
    bool is_date_only;

    if (rd->about == ABOUT_REGISTRAR && l->kind == WHOIS_FIELD)
        return true; /* its number, its address: the name may still come */
    rd->awaited = WHOIS_NOTHING;
    if (meaning == WHOIS_NAMESERVER) {
        if (l->kind == WHOIS_FIELD || !whois_take_server(rd, l->text))
            return false;
        rd->awaited = meaning;
        return true;
    }
    if (meaning == WHOIS_DOMAIN)
        take_domain(rd, l->text, false);
    /* the whole line, or it is another field with a date of its own */
    else if (!is_date_meaning(meaning) ||
             whois_read_date(rd, l->text, &utc_s, &is_date_only))
        whois_take_value(rd, meaning, l->text);
    return true;
}

static void take_unknown(struct whois_reader *rd, const struct whois_line *l)
{
    if (rd->awaited && take_awaited(rd, l))
        return;
    if (rd->about == ABOUT_SERVERS && whois_take_server(rd, l->text))
        return;
    if (is_asked_name(rd, l->text)) {
        take_domain(rd, whois_first_word(l->text), false);
        rd->is_ours = true;
        return;
    }
    if (l->kind == WHOIS_FIELD && l->value.len > 0 &&
        (l->is_first || !(rd->shown & HAS_PEOPLE)) &&
        whois_is_about_people(l->label)) {
        rd->shown |= HAS_PEOPLE;
        if (l->is_first && rd->is_ours)
            set_about(rd, ABOUT_OTHERS, l->indent, false);
    }
    if (rd->about != ABOUT_OTHERS)
        take_sentence(rd, l);
}

/* A heading without a colon: "Registrant", "[Tech-C]", "Name Servers". */
static bool is_plain_heading(const struct whois_line *l,
                             const struct whois_word *w)
{
    return l->kind == WHOIS_PLAIN && l->text.len < WHOIS_LABEL_MAX &&
           (w ? w->meaning >= WHOIS_NAMESERVER || w->meaning == WHOIS_REGISTRAR
              : whois_is_about_people(l->label) &&
                    !strchr(".,;", l->text.at[l->text.len - 1]) &&
                    !memmem(l->text.at, l->text.len, "  ", 2));
}

/* --- the whole ----------------------------------------------------------- */

/* "%% complete date format : DD/MM/YYYY", "Expiry Date (mm/dd/yyyy)". */
static void note_order(struct whois_reader *rd, struct whois_text t)
{
    for (size_t i = 0; i + 10 <= t.len && i < 96; i++) {
        if (t.at[i + 2] != '/' || t.at[i + 5] != '/')
            continue;
        if (strncasecmp(t.at + i, "dd/mm/yyyy", 10) == 0)
            rd->dates.order = WHOIS_DAY_FIRST;
        else if (strncasecmp(t.at + i, "mm/dd/yyyy", 10) == 0)
            rd->dates.order = WHOIS_MONTH_FIRST;
    }
}

static void read_line(struct whois_reader *rd, struct whois_line *l)
{
    const struct whois_word *w;

    note_order(rd, l->text);
    if (l->kind < WHOIS_FIELD)
        return;
    if (l->kind == WHOIS_PLAIN && l->text.len < WHOIS_LABEL_MAX)
        l->label_len = whois_label_clean(l->label, l->text);
    w = whois_word(l->label, l->label_len);
    if (rd->about == ABOUT_SERVERS && l->kind == WHOIS_PLAIN && !w &&
        whois_take_server(rd, l->text))
        return; /* blank lines between them and their heading end nothing */
    if (rd->about != ABOUT_DOMAIN && ends_section(rd, l, w))
        set_about(rd, ABOUT_DOMAIN, 0, false);
    rd->is_indented |= l->indent > rd->indent;
    rd->is_dated &= !l->is_first;
    if (is_plain_heading(l, w) ||
        (l->kind == WHOIS_FIELD && l->value.len == 0 && (w || !rd->awaited)))
        take_heading(rd, l, w);
    else if (w && l->kind == WHOIS_FIELD)
        take_known(rd, l, w);
    else
        take_unknown(rd, l);
}

static bool is_utf8(const char *octets, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 1;

        if ((unsigned char)octets[i] >= 0x80)
            n = text_utf8((const unsigned char *)octets + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

/* Registered: an object of the domain, and in it what only a registered domain
 * has. Some registries leave the name out of the object. */
static bool is_registered(const struct whois_reader *rd)
{
    const unsigned facts = HAS_DATE | HAS_REGISTRAR | HAS_SERVERS;
    bool is_refused = rd->says != 0 &&
                      rd->r->created_utc_s == SNOW_TIME_UNKNOWN &&
                      rd->r->expires_utc_s == SNOW_TIME_UNKNOWN;

    if (rd->is_another && !rd->is_ours)
        return false;
    if (!rd->is_ours)
        return (rd->shown & HAS_DATE) && (rd->shown & facts) != HAS_DATE;
    return (rd->shown & ~(unsigned)HAS_EXPIRY) != 0 && !is_refused;
}

static enum snow_registration_status status_of(const struct whois_reader *rd,
                                               const char *octets, size_t len)
{
    if (is_registered(rd))
        return SNOW_REGISTRATION_REGISTERED;
    if (rd->is_another && !rd->is_ours)
        return SNOW_REGISTRATION_UNKNOWN;
    if (rd->says != 0)
        return (enum snow_registration_status)rd->says;
    if (whois_trim(octets, len).len == 0)
        return SNOW_REGISTRATION_LIMITED;
    return whois_phrases_mean(octets, len, rd->r->domain);
}

/* Nothing but the status is known of what is not registered. */
static void forget(struct snow_registration *r)
{
    char domain[SNOW_DOMAIN_MAX], source[sizeof r->source];
    int64_t seen_utc_s = r->seen_utc_s;

    memcpy(domain, r->domain, sizeof domain);
    memcpy(source, r->source, sizeof source);
    registration_record_init(r, domain);
    memcpy(r->source, source, sizeof source);
    r->seen_utc_s = seen_utc_s;
}

void registration_whois_read(struct snow_registration *r, const char *server,
                             const char *octets, size_t len)
{
    struct whois_reader rd = { .r = r,
                               .dates = *whois_dates_of(server, r->domain) };
    struct whois_lines lines;
    struct whois_line line;
    enum snow_registration_status status;

    if (len > WHOIS_ANSWER_MAX)
        len = WHOIS_ANSWER_MAX;
    rd.is_utf8 = is_utf8(octets, len);
    whois_lines_init(&lines, octets, len);
    while (whois_lines_next(&lines, &line))
        read_line(&rd, &line);
    status = status_of(&rd, octets, len);
    if (status == SNOW_REGISTRATION_REGISTERED)
        fields_keep_hosts(r, &rd.hosts);
    else
        forget(r);
    r->status = (uint8_t)status;
}

bool registration_whois_referral(char out[SNOW_DOMAIN_MAX], const char *octets,
                                 size_t len)
{
    struct whois_lines lines;
    struct whois_line line;

    whois_lines_init(&lines, octets, len);
    while (whois_lines_next(&lines, &line)) {
        struct whois_text value = line.value;
        char host[SNOW_DOMAIN_MAX];

        if (line.kind != WHOIS_FIELD || value.len >= sizeof host ||
            (strcmp(line.label, "refer") != 0 &&
             strcmp(line.label, "whois") != 0))
            continue;
        memcpy(host, value.at, value.len);
        host[value.len] = '\0';
        if (fields_read_host(host, host)) {
            memcpy(out, host, sizeof host);
            return true;
        }
    }
    return false;
}
