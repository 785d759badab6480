#include "registration/card.h"

#include "base/text.h"
#include "registration/fields.h"
#include "snowline/error.h"

int registration_doc_parse(struct doc **root, const char *octets, size_t len)
{
    const unsigned char *s = (const unsigned char *)octets;
    struct buf mended = { 0 };
    size_t n_odd = 0;
    int code = doc_parse(root, octets, len);

    for (size_t i = 0; code == SNOW_ESYNTAX && i < len;) {
        size_t n = text_utf8(s + i, len - i);

        if (n > 0)
            buf_add(&mended, s + i, n);
        else
            buf_add_text(&mended, "\xef\xbf\xbd");
        n_odd += n == 0;
        i += n > 0 ? n : 1;
    }
    if (n_odd > 0)
        code = mended.failed ? SNOW_ENOMEM
                             : doc_parse(root, mended.data, mended.len);
    buf_fini(&mended);
    return code;
}

size_t registration_list_n(const struct doc *v)
{
    size_t n = doc_is_array(v) ? doc_n(v) : v != NULL;

    return n < CARD_LIST_MAX ? n : CARD_LIST_MAX;
}

const struct doc *registration_list_at(const struct doc *v, size_t i)
{
    return doc_is_array(v) ? doc_at(v, i) : v;
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
        fields_copy_clean(to, cap, text);
        if (*to && !fields_is_redacted(to))
            return true;
    }
    *to = '\0';
    return false;
}
