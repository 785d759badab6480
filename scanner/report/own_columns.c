#include "report/own_columns.h"

#include <math.h>

#include "analysis/own.h"

static const struct report_finding_row *finding_row(const void *record)
{
    return record;
}

static bool has_reporters(const void *record)
{
    const struct own *own = finding_row(record)->own;

    return own && own->has_reporters;
}

static const void *member(const void *record, size_t at)
{
    return (const char *)finding_row(record)->finding + at;
}

void report_own_count(struct report_cell *to, const void *record, size_t at)
{
    uint64_t count;

    memcpy(&count, member(record, at), sizeof count);
    if (finding_row(record)->finding->reporters_known > 0)
        report_cell_count(to, count);
    else if (has_reporters(record))
        report_cell_absent(to);
}

void report_own_number(struct report_cell *to, const void *record, size_t at)
{
    double number;

    memcpy(&number, member(record, at), sizeof number);
    if (finding_row(record)->finding->reporters_known > 0 && !isnan(number))
        report_cell_number(to, number, 2);
    else if (has_reporters(record))
        report_cell_absent(to);
}

void report_own_customers(struct report_cell *to, const void *record, size_t at)
{
    const struct own *own = finding_row(record)->own;
    const struct snow_finding *f = finding_row(record)->finding;

    (void)at;
    if (own && own->has_allocations)
        report_cell_absent(to);
    for (size_t i = 0; i < f->n_customers; i++)
        report_cell_element(to, f->customers[i], strlen(f->customers[i]));
}

void report_own_allowed(struct report_cell *to, const void *record, size_t at)
{
    const struct own *own = finding_row(record)->own;
    const char *why = finding_row(record)->finding->allowed;

    (void)at;
    if (why)
        report_cell_text(to, why, strlen(why));
    else if (own && own->has_allow)
        report_cell_absent(to);
}

void report_own_addr_reporters(struct report_cell *to, const void *record,
                               size_t at)
{
    const struct report_evidence_row *row = record;
    const struct reporters *r = row->own ? &row->own->reporters : NULL;
    size_t i;

    (void)at;
    if (!r || !row->own->has_reporters)
        return;
    i = reporters_from(r, row->addr);
    if (i < r->n && snow_addr_compare(r->all[i].addr, row->addr) == 0)
        report_cell_count(to, r->all[i].n);
    else
        report_cell_absent(to);
}

void report_own_addr_customer(struct report_cell *to, const void *record,
                              size_t at)
{
    const struct report_evidence_row *row = record;
    struct snow_addr until;
    const char *customer;

    (void)at;
    if (!row->own || !row->own->has_allocations)
        return;
    customer = allocations_at(&row->own->allocations, row->addr, &until);
    if (customer)
        report_cell_text(to, customer, strlen(customer));
    else
        report_cell_absent(to);
}
