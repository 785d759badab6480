/* Whatever an address is called and says, its report is one line of JSON. */
#include <assert.h>

#include "base/json.h"
#include "report/xarf.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    const char *us = "a@b.example";
    const struct report_identity id = { us, us, us, us, us, us, us, 0, us };
    char name[300] = "";
    struct snow_finding f = { .id = "r0", .reasons = name, .caveats = name };
    struct snow_probe p = { .banner = (const char *)octets, .banner_len = len };
    struct report_evidence_row row = { .finding = &f, .n_names = 1 };
    struct buf line = { 0 };
    struct doc *root;

    row.names = row.name = row.domain = name;
    row.probe = &p;
    memcpy(name, octets, len < sizeof name ? len : sizeof name - 1);
    report_xarf_object(&line, &id, &row);
    assert(!memchr(line.data, '\n', line.len));
    assert(!doc_parse(&root, line.data, line.len));
    assert(strlen(doc_text(doc_get(root, "description"))) <= 1000);
    doc_free(root);
    buf_fini(&line);
    return 0;
}
