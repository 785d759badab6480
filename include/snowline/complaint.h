/* What was written to others, as a store remembers it. */
#ifndef SNOW_COMPLAINT_H
#define SNOW_COMPLAINT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What was written about one finding to one contact. */
struct snow_complaint {
    int64_t scan;           /**< that the finding is of */
    const char *message_id; /**< without its angle brackets */
    const char *recipient;  /**< a mail address */
    const char *finding_id; /**< as it was called then */
    int64_t made_utc_s;
    const char *data; /**< JSON text: its addresses and their names */
    size_t data_len;
};

#ifdef __cplusplus
}
#endif
#endif
