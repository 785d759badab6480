/* An octet in decimal, as addresses and reverse names write it. Pure. */
#ifndef ADDR_OCTET_H
#define ADDR_OCTET_H

/** Write 0 … 255 without leading zeros and without a NUL. @return its end */
static inline char *addr_put_octet(char *to, unsigned octet)
{
    if (octet >= 100)
        *to++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *to++ = (char)('0' + octet / 10 % 10);
    *to++ = (char)('0' + octet % 10);
    return to;
}

#endif
