#include "snowline/error.h"

#include <stdarg.h>

#include "base/text.h"

static const struct {
    int code;
    const char *sentence;
} errors[] = { { SNOW_OK, "success" },
#define X(name, number, sentence) { name, sentence },
               SNOW_ERRORS(X)
#undef X
};

const char *snow_strerror(int code)
{
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            return errors[i].sentence;
    return "unknown error";
}

int snow_fail(struct snow_error *err, int code, const char *format, ...)
{
    struct buf safe = { 0 };
    char text[sizeof err->text];
    va_list args;

    if (!err)
        return code;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_escape(&safe, text, strlen(text));
    err->code = code;
    text_copy(err->text, sizeof err->text,
              safe.failed ? snow_strerror(code) : safe.data);
    buf_fini(&safe);
    return code;
}
