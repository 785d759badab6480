#include "base/room.h"

#include <stdlib.h>

#define FIRST 64 /* elements */

void *room_for_one(void *array, size_t n, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : FIRST;

    if (n < *cap)
        return array;
    array = realloc(array, more * size);
    if (array)
        *cap = more;
    return array;
}
