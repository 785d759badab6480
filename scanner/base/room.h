/* Room for one more element in an array that grows. */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include <stddef.h>

/**
 * The array, with room for one more behind the @p n that it holds; doubled when
 * it is full.
 *
 * @param array  [*cap] elements of @p size octets; NULL while *cap is 0
 * @return       the array, which may have moved; NULL: no memory, and the old
 *               one stays as it is
 */
void *room_for_one(void *array, size_t n, size_t *cap, size_t size);

#endif
