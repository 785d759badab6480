#include "analysis/spf_json.h"

#include <string.h>

#include "snowline/error.h"

#define ENTRY_TEXT_MAX (SNOW_PREFIX_TEXT_MAX + 16)
#define END_MAX 16 /* octets that close the object */

static const char qualifiers[] = "+-~?!";

static void format_entry(const struct spf_entry *entry,
                         char out[ENTRY_TEXT_MAX])
{
    char what[SNOW_PREFIX_TEXT_MAX], next[8] = "";
    char qualifier[2] = { entry->qualifier, '\0' };

    if (entry->is_unknown)
        text_copy(what, sizeof what, "?");
    else if (entry->prefix.len > 0)
        snow_prefix_format(entry->prefix, what);
    else if (entry->families == (SPF_IPV4 | SPF_IPV6))
        text_copy(what, sizeof what, "all");
    else
        text_copy(what, sizeof what,
                  entry->families == SPF_IPV4 ? "ip4" : "ip6");
    if (entry->qualifier == 0)
        snprintf(next, sizeof next, ">%u", entry->next);
    snprintf(out, ENTRY_TEXT_MAX, "%s%s%s", qualifier, what, next);
}

static void format_list(struct buf *to, const struct analysis_spf *spf,
                        size_t end)
{
    char text[ENTRY_TEXT_MAX];
    bool is_cut = spf->is_cut;

    buf_add_text(to, ",\"list\":[");
    for (size_t i = 0; i < spf->n_entries; i++) {
        format_entry(&spf->entries[i], text);
        if (to->len + strlen(text) + 3 + END_MAX > end) {
            is_cut = true;
            break;
        }
        buf_printf(to, "%s\"%s\"", i > 0 ? "," : "", text);
    }
    buf_printf(to, "]%s}", is_cut ? ",\"cut\":true" : "");
}

void analysis_spf_format_json(struct buf *to, const struct analysis_spf *spf,
                              size_t room)
{
    size_t from = to->len;

    buf_printf(to, "{\"status\":\"%s\"", analysis_spf_status_word(spf->status));
    if (spf->all)
        buf_printf(to, ",\"all\":\"%c\"", spf->all);
    if (spf->problem[0]) {
        buf_add_text(to, ",\"problem\":");
        text_json(to, spf->problem, strlen(spf->problem));
    }
    buf_printf(to, ",\"lookups\":%u,\"questions\":%u,\"includes\":[",
               spf->n_lookups, spf->n_questions);
    for (unsigned i = 0; i < spf->n_includes; i++) {
        buf_add_text(to, i > 0 ? "," : "");
        text_json(to, spf->includes[i], strlen(spf->includes[i]));
    }
    buf_add_text(to, "]");
    format_list(to, spf, from + room);
}

static int parse_what(struct spf_entry *entry, const char *what)
{
    entry->families = SPF_IPV4 | SPF_IPV6;
    entry->is_unknown = strcmp(what, "?") == 0;
    if (entry->is_unknown || strcmp(what, "all") == 0)
        return 0;
    entry->families =
        strchr(what, ':') || strcmp(what, "ip6") == 0 ? SPF_IPV6 : SPF_IPV4;
    if (strcmp(what, "ip4") == 0 || strcmp(what, "ip6") == 0)
        return 0;
    return snow_prefix_parse(&entry->prefix, what) ? SNOW_ESYNTAX : 0;
}

/* Where it leads is behind itself, so that a check always comes to an end. */
static int parse_entry(struct spf_entry *out, const char *text, size_t place)
{
    struct spf_entry entry = { 0 };
    char what[ENTRY_TEXT_MAX], *next;
    uint64_t number;

    if (!text || strlen(text) >= sizeof what)
        return SNOW_ESYNTAX;
    if (*text && strchr(qualifiers, *text) && strcmp(text, "?") != 0 &&
        strncmp(text, "?>", 2) != 0)
        entry.qualifier = *text++;
    text_copy(what, sizeof what, text);
    next = strchr(what, '>');
    if (!next != (entry.qualifier != 0))
        return SNOW_ESYNTAX;
    if (next) {
        *next = '\0';
        if (text_parse_u64(&number, next + 1, SPF_ENTRIES_MAX) ||
            number <= place)
            return SNOW_ESYNTAX;
        entry.next = (uint16_t)number;
    }
    *out = entry;
    return parse_what(out, what);
}

static int parse_list(struct analysis_spf *spf, const struct doc *list)
{
    size_t n = doc_n(list);
    int code = n <= SPF_ENTRIES_MAX ? 0 : SNOW_ESYNTAX;

    for (size_t i = 0; !code && i < n; i++)
        code = parse_entry(&spf->entries[i], doc_text(doc_at(list, i)), i);
    spf->n_entries = code ? 0 : (uint16_t)n;
    return code;
}

static int parse_includes(struct analysis_spf *spf, const struct doc *list)
{
    size_t n = doc_n(list);

    if (n > SPF_LOOKUPS_MAX)
        return SNOW_ESYNTAX;
    for (size_t i = 0; i < n; i++) {
        const char *name = doc_text(doc_at(list, i));

        if (!name || strlen(name) >= SPF_NAME_MAX)
            return SNOW_ESYNTAX;
        text_copy(spf->includes[spf->n_includes++], SPF_NAME_MAX, name);
    }
    return 0;
}

static int parse_status(struct analysis_spf *spf, const char *word)
{
    for (unsigned i = 0; word && i <= SPF_STATUS_TOO_MANY; i++)
        if (strcmp(word, analysis_spf_status_word(i)) == 0) {
            spf->status = (uint8_t)i;
            return 0;
        }
    return SNOW_ESYNTAX;
}

static uint8_t small_number(const struct doc *v)
{
    int64_t n;

    return doc_integer(v, &n) && n > 0 && n <= UINT8_MAX ? (uint8_t)n : 0;
}

int analysis_spf_parse_json(struct analysis_spf *out, const struct doc *v)
{
    const char *all = doc_text(doc_get(v, "all"));
    const char *problem = doc_text(doc_get(v, "problem"));
    int code;

    *out = (struct analysis_spf){
        .n_lookups = small_number(doc_get(v, "lookups")),
        .n_questions = small_number(doc_get(v, "questions")),
        .is_cut = doc_is_true(doc_get(v, "cut")),
    };
    if (all && *all && strchr(qualifiers, *all))
        out->all = *all;
    text_copy(out->problem, sizeof out->problem, problem ? problem : "");
    code = parse_status(out, doc_text(doc_get(v, "status")));
    if (!code)
        code = parse_includes(out, doc_get(v, "includes"));
    return code ? code : parse_list(out, doc_get(v, "list"));
}
