#include "registration/redaction.h"

#include "base/text.h"
#include "registration/card.h"
#include "registration/fields.h"
#include "snowline/records.h"

/* --- paths of RFC 9537 --------------------------------------------------- */

/* What follows the bracket that begins here; NULL when it has no end. */
static const char *after_bracket(const char *open)
{
    int depth = 0;

    for (const char *c = open; *c; c++) {
        depth += (*c == '[') - (*c == ']');
        if (depth == 0)
            return c + 1;
    }
    return NULL;
}

static bool holds(const char *from, const char *to, const char *word)
{
    size_t n = strlen(word);

    for (; from + n <= to; from++)
        if (memcmp(from, word, n) == 0)
            return true;
    return false;
}

/* Is this word between quotes, of either kind, in the text? */
static bool holds_quoted(const char *from, const char *to, const char *word)
{
    char one[32], other[32];

    snprintf(one, sizeof one, "'%s'", word);
    snprintf(other, sizeof other, "\"%s\"", word);
    return holds(from, to, one) || holds(from, to, other);
}

/* "[12" and more: its number, or -1. */
static int64_t index_of(const char *open)
{
    int64_t n = 0;
    const char *c = open + 1;

    for (; text_is_digit(*c) && n < 100000; c++)
        n = n * 10 + (*c - '0');
    return c > open + 1 && *c == ']' ? n : -1;
}

static bool is_name_property(const struct doc *property)
{
    const char *is = doc_text(doc_at(property, 0));

    return is && (text_equal_fold(is, "fn") || text_equal_fold(is, "org"));
}

/* What is below an entity, "" for all of it: does it take its name along? */
static bool covers_name(const char *below, const struct doc *entity,
                        bool has_indexes)
{
    static const char card[] = ".vcardArray", list[] = "[1]";
    const char *end = below + strlen(below);
    int64_t at;

    if (*below == '\0')
        return true;
    if (strncmp(below, card, sizeof card - 1) != 0)
        return false;
    below += sizeof card - 1;
    if (strncmp(below, list, sizeof list - 1) == 0)
        below += sizeof list - 1;
    if (*below == '\0')
        return true;
    at = *below == '[' && has_indexes ? index_of(below) : -1;
    if (at >= 0)
        return is_name_property(
            doc_at(doc_at(doc_get(entity, "vcardArray"), 1), (size_t)at));
    return holds_quoted(below, end, "fn") || holds_quoted(below, end, "org");
}

/* $.entities[…] of the answer: the one at this place, or any that is chosen by
 * its role. Indexes of a path into what was before the redaction mean nothing.
 */
static bool path_covers(const char *path, const struct doc *entity, size_t at,
                        bool has_indexes)
{
    static const char entities[] = "$.entities";
    const char *open, *below;
    int64_t is;

    if (!path || strncmp(path, entities, sizeof entities - 1) != 0)
        return false;
    open = path + sizeof entities - 1;
    below = *open == '[' ? after_bracket(open) : NULL;
    if (!below)
        return false;
    is = index_of(open);
    if (is >= 0 ? !has_indexes || (uint64_t)is != at
                : !holds_quoted(open, below, "registrar"))
        return false;
    return covers_name(below, entity, has_indexes);
}

/* --- what it is called --------------------------------------------------- */

static bool is_called_registrar(const struct doc *name)
{
    static const char *const keys[] = { "type", "description" };
    static const char *const words[] = { "registrar name", "registrar",
                                         "registrar organization" };

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *is = doc_text(doc_get(name, keys[i]));

        for (size_t j = 0; is && j < COUNT_OF(words); j++)
            if (text_equal_fold(is, words[j]))
                return true;
    }
    return false;
}

static bool is_listed(const struct doc *list, const struct doc *entity,
                      size_t at)
{
    for (size_t i = 0; i < registration_list_n(list); i++) {
        const struct doc *r = registration_list_at(list, i);

        if (is_called_registrar(doc_get(r, "name")) ||
            path_covers(doc_text(doc_get(r, "postPath")), entity, at, true) ||
            path_covers(doc_text(doc_get(r, "prePath")), entity, at, false))
            return true;
    }
    return false;
}

/* --- before RFC 9537 ----------------------------------------------------- */

/* A word stands where the name belongs. */
static bool has_word(const struct doc *entity)
{
    static const char *const names[] = { "fn", "org" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *text;
        size_t at = 0;

        while ((text = registration_card_next(entity, names[i], &at, NULL))) {
            char clean[64];

            fields_copy_clean(clean, sizeof clean, text);
            if (fields_is_redacted(clean))
                return true;
        }
    }
    return false;
}

/* A remark says why there is no name. */
static bool has_remark(const struct doc *entity)
{
    const struct doc *remarks = doc_get(entity, "remarks");

    for (size_t i = 0; i < registration_list_n(remarks); i++) {
        const struct doc *r = registration_list_at(remarks, i);
        const char *title = doc_text(doc_get(r, "title"));
        const char *type = doc_text(doc_get(r, "type"));

        if ((title && fields_is_redacted(title)) ||
            (type &&
             text_equal_fold(type, "object redacted due to authorization")))
            return true;
    }
    return false;
}

bool registration_card_is_redacted(const struct doc *entity)
{
    return has_word(entity) || has_remark(entity);
}

/* --- the registrar ------------------------------------------------------- */

bool registration_registrar_is_redacted(const struct doc *object, size_t at)
{
    return is_listed(doc_get(object, "redacted"),
                     registration_list_at(doc_get(object, "entities"), at), at);
}
