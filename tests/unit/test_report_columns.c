#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/golden.h"
#include "report/columns.h"

static const char path[] = "results/README.md";
static const char begin[] = "<!-- columns: begin -->\n";
static const char end[] = "<!-- columns: end -->\n";

/* What stands between the marks is made from the columns themselves. */
static void readme_names_every_column(void **state)
{
    struct buf file = { 0 }, want = { 0 };
    const char *from, *until;

    (void)state;
    golden_read(&file, path);
    from = strstr(file.data, begin);
    until = strstr(file.data, end);
    assert_true(from && until && from < until);
    buf_add(&want, file.data, (size_t)(from - file.data) + strlen(begin));
    report_columns_markdown(&want);
    buf_add_text(&want, until);
    golden_check(path, &want);
    buf_fini(&file);
    buf_fini(&want);
}

static const struct report_kind *const kinds[] = {
    &report_kind_finding, &report_kind_evidence,  &report_kind_name,
    &report_kind_change,  &report_kind_complaint, &report_kind_ptr,
    &report_kind_probe,   &report_kind_domain,
};

static void columns_are_well_formed(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t i = 0; i < kinds[k]->n; i++) {
            const struct report_column *c = &kinds[k]->columns[i];
            size_t len = strlen(c->meaning);

            if (len == 0 || c->meaning[len - 1] != '.' ||
                strchr(c->meaning, '|'))
                fail_msg("%s: its meaning is no sentence", c->name);
            for (size_t other = 0; other < i; other++)
                if (strcmp(c->name, kinds[k]->columns[other].name) == 0)
                    fail_msg("%s twice in %s", c->name, kinds[k]->name);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readme_names_every_column),
        cmocka_unit_test(columns_are_well_formed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
