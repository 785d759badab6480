/* Whether an RDAP answer says that a name in it was taken out. Pure.
 * @source RFC 9537 (redacted[]), RFC 9083 §10.2.1 (types of remarks), and the
 *         words that stood there before it */
#ifndef REGISTRATION_REDACTION_H
#define REGISTRATION_REDACTION_H

#include "base/json.h"

/**
 * True when an entity's name was taken out, wholly or in part.
 *
 * @param object  the whole answer
 * @param at      which of its entities; the registrar
 */
bool registration_registrar_is_redacted(const struct doc *object, size_t at);

/** True when nothing in an entity's card names it on purpose: a word for what
 * was taken out stands there, or a remark says so. Whatever else is found in
 * the entity must not be shown as its name. */
bool registration_card_is_redacted(const struct doc *entity);

#endif
