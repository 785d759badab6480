/* Values that come from the user's own lists: getters of columns. Without such
 * a list nothing was asked; what a list does not name is absent. */
#ifndef REPORT_OWN_COLUMNS_H
#define REPORT_OWN_COLUMNS_H

#include "report/columns.h"

/* Of a finding; @p at: offset of the value, or 0. */
void report_own_count(struct report_cell *to, const void *record, size_t at);
void report_own_number(struct report_cell *to, const void *record, size_t at);
void report_own_customers(struct report_cell *to, const void *record,
                          size_t at);
void report_own_allowed(struct report_cell *to, const void *record, size_t at);

/* Of an address of the evidence. */
void report_own_addr_reporters(struct report_cell *to, const void *record,
                               size_t at);
void report_own_addr_customer(struct report_cell *to, const void *record,
                              size_t at);

#endif
