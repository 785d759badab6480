#include "base/json.h"

#include <jansson.h>

#include "snowline/error.h"

/* The library recurses at each level: measured before it is let loose. */
static bool is_too_deep(const char *octets, size_t len)
{
    bool in_text = false;
    int depth = 0;

    for (size_t i = 0; i < len; i++) {
        char c = octets[i];

        if (in_text) {
            i += c == '\\';
            in_text = c != '"';
            continue;
        }
        in_text = c == '"';
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (depth > JSON_DEPTH_MAX)
            return true;
    }
    return false;
}

/* A value of theirs under our name: struct doc is never defined. */
static const struct doc *wrap(const json_t *v)
{
    return (const struct doc *)v;
}

static const json_t *unwrap(const struct doc *v)
{
    return (const json_t *)v;
}

int doc_parse(struct doc **root, const char *octets, size_t len)
{
    json_error_t error;
    json_t *v;

    if (is_too_deep(octets, len))
        return SNOW_ESYNTAX;
    v = json_loadb(octets, len, JSON_ALLOW_NUL, &error);
    if (!v)
        return json_error_code(&error) == json_error_out_of_memory
                   ? SNOW_ENOMEM
                   : SNOW_ESYNTAX;
    *root = (struct doc *)v;
    return 0;
}

void doc_free(struct doc *root)
{
    json_decref((json_t *)root);
}

const struct doc *doc_get(const struct doc *object, const char *key)
{
    return object ? wrap(json_object_get(unwrap(object), key)) : NULL;
}

const struct doc *doc_at(const struct doc *array, size_t i)
{
    return array ? wrap(json_array_get(unwrap(array), i)) : NULL;
}

size_t doc_n(const struct doc *array)
{
    return array ? json_array_size(unwrap(array)) : 0;
}

bool doc_is_object(const struct doc *v)
{
    return v && json_typeof(unwrap(v)) == JSON_OBJECT;
}

bool doc_is_array(const struct doc *v)
{
    return v && json_typeof(unwrap(v)) == JSON_ARRAY;
}

const char *doc_text(const struct doc *v)
{
    const char *text = v ? json_string_value(unwrap(v)) : NULL;

    return text && strlen(text) == json_string_length(unwrap(v)) ? text : NULL;
}

bool doc_integer(const struct doc *v, int64_t *out)
{
    if (!v || json_typeof(unwrap(v)) != JSON_INTEGER)
        return false;
    *out = json_integer_value(unwrap(v));
    return true;
}

bool doc_is_true(const struct doc *v)
{
    return v && json_typeof(unwrap(v)) == JSON_TRUE;
}

bool doc_next(const struct doc *object, void **at, const char **key,
              const struct doc **value)
{
    json_t *o;

    if (!doc_is_object(object))
        return false;
    memcpy(&o, &object, sizeof o); /* the iterators want it writable */
    *at = *at ? json_object_iter_next(o, *at) : json_object_iter(o);
    if (!*at)
        return false;
    *key = json_object_iter_key(*at);
    *value = wrap(json_object_iter_value(*at));
    return true;
}
