/* The readers of JSON lines: see formats.c. */
#ifndef IMPORT_JSON_FORMATS_H
#define IMPORT_JSON_FORMATS_H

#include "import/format.h"

bool import_own_detect(const char *line, size_t len);
int import_own_take(struct import_reader *r, char *line, size_t len);

bool import_massdns_json_detect(const char *line, size_t len);
bool import_zdns1_detect(const char *line, size_t len);
int import_reply_take(struct import_reader *r, char *line, size_t len);

bool import_zdns_detect(const char *line, size_t len);
int import_zdns_take(struct import_reader *r, char *line, size_t len);

bool import_dnsx_detect(const char *line, size_t len);
bool import_sonar_detect(const char *line, size_t len);
bool import_cof_detect(const char *line, size_t len);
int import_dnsx_take(struct import_reader *r, char *line, size_t len);
int import_sonar_take(struct import_reader *r, char *line, size_t len);
int import_cof_take(struct import_reader *r, char *line, size_t len);

#endif
