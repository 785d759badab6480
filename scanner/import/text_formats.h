/* The readers of lines that are no JSON: see formats.c. */
#ifndef IMPORT_TEXT_FORMATS_H
#define IMPORT_TEXT_FORMATS_H

#include "import/format.h"

bool import_table_detect(const char *line, size_t len);
int import_table_take(struct import_reader *r, char *line, size_t len);

bool import_massdns_detect(const char *line, size_t len);
int import_massdns_take(struct import_reader *r, char *line, size_t len);
int import_massdns_finish(struct import_reader *r);

bool import_blanks_detect(const char *line, size_t len);
int import_blanks_take(struct import_reader *r, char *line, size_t len);

bool import_zone_detect(const char *line, size_t len);
int import_zone_take(struct import_reader *r, char *line, size_t len);
int import_zone_finish(struct import_reader *r);

#endif
