/* The RDAP servers that the program comes with, for when nothing newer can be
 * had. Pure. */
#ifndef REGISTRATION_SNAPSHOT_H
#define REGISTRATION_SNAPSHOT_H

#include "registration/bootstrap.h"

/** IANA's bootstrap documents that are used (RFC 9224 §4–5). Those of AS
 * numbers and of object tags are not: nothing is asked by either. */
enum registration_document {
    DOCUMENT_DNS,
    DOCUMENT_IPV4,
    DOCUMENT_IPV6,
    DOCUMENTS
};

/** Add the services of a document. @return 0, SNOW_ENOMEM,
 * SNOW_ESYNTAX for a row that is wrong, which a test would have found */
int registration_snapshot_fill(struct registration_bootstrap *b,
                               enum registration_document document);

/** The day it was taken, YYYY-MM-DD. */
const char *registration_snapshot_date(void);

#endif
