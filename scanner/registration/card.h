/* What RDAP objects of all kinds are made of, read leniently: lists, roles,
 * cards. Pure.
 * @source RFC 9083 §4–5, RFC 7095 (jCard), and what registries send */
#ifndef REGISTRATION_CARD_H
#define REGISTRATION_CARD_H

#include "base/json.h"

#define CARD_LIST_MAX 64 /**< elements of a list that are looked at */

/**
 * Read an answer, also one in another character set: what is no UTF-8 in it
 * becomes U+FFFD, so that one name does not void all the rest (RFC 8259 §8.1
 * would have it so).
 *
 * @return as of doc_parse()
 */
int registration_doc_parse(struct doc **root, const char *octets, size_t len);

/** How many elements to look at; one for a bare value where a list belongs. */
size_t registration_list_n(const struct doc *v);
const struct doc *registration_list_at(const struct doc *v, size_t i);

/** True when this is one of the entity's roles. */
bool registration_has_role(const struct doc *entity, const char *role);

/**
 * Walk the properties of a kind in an entity's card.
 *
 * A property is [name, parameters, type, value, …]; some leave one of the
 * middle two out. Of a value in parts the first is taken.
 *
 * @param at      0 at first; where to go on
 * @param params  its parameters; may be NULL
 * @return        the value as it was sent; NULL at the end
 */
const char *registration_card_next(const struct doc *entity, const char *name,
                                   size_t *at, const struct doc **params);

/**
 * The first such property that says something.
 *
 * @param to  clean; "" when there is none, or it was taken out
 * @return    true when there is one
 */
bool registration_card_text(char *to, size_t cap, const struct doc *entity,
                            const char *name);

#endif
