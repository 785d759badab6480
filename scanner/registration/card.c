#include "registration/card.h"

#include "base/text.h"

size_t registration_list_n(const struct doc *v)
{
    size_t n = doc_is_array(v) ? doc_n(v) : v != NULL;

    return n < CARD_LIST_MAX ? n : CARD_LIST_MAX;
}

const struct doc *registration_list_at(const struct doc *v, size_t i)
{
    return doc_is_array(v) ? doc_at(v, i) : v;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

void registration_clean(char *to, size_t cap, const char *from)
{
    size_t len = strlen(from), n = 0;

    for (size_t i = 0; i < len;) {
        size_t step = text_utf8((const unsigned char *)from + i, len - i);
        bool is_space = is_blank(from[i]);
        size_t room = step > 0 ? step : 1;

        if (is_space && (n == 0 || to[n - 1] == ' ')) {
            i++;
            continue;
        }
        if (n + room >= cap)
            break;
        memcpy(to + n, is_space ? " " : from + i, room);
        n += room;
        i += room;
    }
    if (n > 0 && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

/* RFC 9537 §3, and what was usual before it. */
bool registration_is_redacted(const char *text)
{
    static const char *const words[] = { "redacted for privacy", "redacted",
                                         "data redacted", "not disclosed" };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_equal_fold(text, words[i]))
            return true;
    return false;
}

bool registration_has_role(const struct doc *entity, const char *role)
{
    const struct doc *roles = doc_get(entity, "roles");

    for (size_t i = 0; i < registration_list_n(roles); i++) {
        const char *is = doc_text(registration_list_at(roles, i));

        if (is && text_equal_fold(is, role))
            return true;
    }
    return false;
}

const char *registration_card_next(const struct doc *entity, const char *name,
                                   size_t *at, const struct doc **params)
{
    const struct doc *card = doc_at(doc_get(entity, "vcardArray"), 1);

    while (*at < doc_n(card) && *at < CARD_LIST_MAX) {
        const struct doc *property = doc_at(card, (*at)++);
        const char *is = doc_text(doc_at(property, 0));
        const struct doc *value =
            doc_at(property, doc_n(property) == 3 ? 2 : 3);
        const char *text = doc_text(registration_list_at(value, 0));

        if (!is || !text || !text_equal_fold(is, name))
            continue;
        if (params)
            *params = doc_at(property, 1);
        return text;
    }
    return NULL;
}

bool registration_card_text(char *to, size_t cap, const struct doc *entity,
                            const char *name)
{
    const char *text;
    size_t at = 0;

    while ((text = registration_card_next(entity, name, &at, NULL))) {
        registration_clean(to, cap, text);
        if (*to && !registration_is_redacted(to))
            return true;
    }
    *to = '\0';
    return false;
}
