#include "base/text.h"

#include <math.h>

#include "snowline/error.h"

void buf_init_in(struct buf *b, char *memory, size_t cap)
{
    *b = (struct buf){ .data = memory, .cap = cap, .is_borrowed = true };
    memory[0] = '\0';
}

void buf_fini(struct buf *b)
{
    if (!b->is_borrowed)
        free(b->data);
    *b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

static char *move_to_heap(const struct buf *b, size_t cap)
{
    char *data = malloc(cap);

    if (data)
        memcpy(data, b->data, b->len + 1);
    return data;
}

static bool grow(struct buf *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 64;
    char *data;

    while (cap - b->len <= more)
        cap *= 2;
    data = b->is_borrowed ? move_to_heap(b, cap) : realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    b->is_borrowed = false;
    return true;
}

/* Room for more octets and the NUL; false when there is no memory. */
static inline bool reserve(struct buf *b, size_t more)
{
    if (b->failed)
        return false;
    return more < b->cap - b->len || grow(b, more);
}

int buf_reserve(struct buf *b, size_t more)
{
    return reserve(b, more) ? 0 : SNOW_ENOMEM;
}

void buf_add(struct buf *b, const void *octets, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->data + b->len, octets, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_drop_front(struct buf *b, size_t len)
{
    if (len == 0)
        return;
    b->len -= len;
    memmove(b->data, b->data + len, b->len + 1);
}

void buf_add_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_add_char(struct buf *b, char c)
{
    if (!reserve(b, 1))
        return;
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void buf_add_u64(struct buf *b, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    buf_add(b, digits + at, sizeof digits - at);
}

/* A number with decimals as one whole number; false where only printf() knows
 * which way to round. */
static bool scale(uint64_t *out, double number, uint64_t unit)
{
    double scaled = number * (double)unit, rest;

    if (!(number >= 0) || scaled >= 1e12)
        return false;
    *out = (uint64_t)scaled;
    rest = scaled - (double)*out;
    *out += rest > .5;
    return rest < .499 || rest > .501;
}

void buf_add_fixed(struct buf *b, double number, int decimals)
{
    char digits[10];
    uint64_t unit = 1, scaled;

    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (signbit(number) || !scale(&scaled, number, unit)) {
        buf_printf(b, "%.*f", decimals, number);
        return;
    }
    buf_add_u64(b, scaled / unit);
    if (decimals == 0)
        return;
    scaled %= unit;
    for (int i = decimals; i > 0; i--) {
        digits[i] = (char)('0' + scaled % 10);
        scaled /= 10;
    }
    digits[0] = '.';
    buf_add(b, digits, (size_t)decimals + 1);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    int len;

    if (!reserve(b, 1))
        return;
    /* into the room that is there: mostly it is enough */
    va_start(args, format);
    len = vsnprintf(b->data + b->len, b->cap - b->len, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < b->cap - b->len) {
        b->len += (size_t)len;
        return;
    }
    b->data[b->len] = '\0';
    if (len < 0 || !reserve(b, (size_t)len))
        return;
    va_start(args, format);
    vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
    va_end(args);
    b->len += (size_t)len;
}
