/* A zone's master file (RFC 1035 §5), as far as its records say something of
 * addresses. Pure. */
#ifndef IMPORT_ZONE_H
#define IMPORT_ZONE_H

#include "import/aliases.h"

#define ZONE_PARTS_MAX 512      /**< of one record; longer ones are cut */
#define ZONE_RECORD_MAX 262144u /**< octets of one record in brackets */
#define ZONE_GENERATE_MAX 65536u

struct zone {
    char origin[SNOW_NAME_MAX]; /**< "": not told */
    char owner[SNOW_NAME_MAX];  /**< of the record before, absolute; "" */
    unsigned depth;             /**< brackets that are open */
    uint64_t open_line;         /**< where the first of them was opened */
    bool begins_blank;          /**< the record has its predecessor's owner */
    struct buf parts;           /**< of the record at hand, each with a NUL */
    size_t n;
};

/** A record of a master file, relative names as they stand there. */
struct zone_record {
    const char *owner, *type, *target;
};

/** Take a record whose names are completed with the origin. */
int zone_take_record(struct import_reader *r, const struct zone_record *rec);

/** $GENERATE (BIND 9 ARM): its parts behind the word itself, each behind the
 * other's NUL. @return as import_format.take */
int zone_generate(struct import_reader *r, const char *parts, size_t n);

#endif
