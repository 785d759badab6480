#include <errno.h>
#include <unistd.h>

#include "cli/commands.h"
#include "pipeline/plan.h"

void tell_origins(const struct plan *p)
{
    struct buf text = { 0 };

    origins_tell(&text, p, "snowline: ");
    if (!text.failed && text.len > 0)
        fputs(text.data, stderr);
    buf_fini(&text);
}

int cmd_targets(struct snow_config *cfg, struct outcome *o,
                struct snow_error *err)
{
    struct report_fd fd = { .fd = STDOUT_FILENO };
    struct report_out out = report_to_fd(&fd);
    struct buf text = { 0 };
    struct plan p;
    int code = plan_init(&p, cfg, &o->signal, err);

    if (code)
        return code;
    for (size_t i = 0; i < snow_ranges_n(p.targets); i++) {
        struct snow_range left = snow_ranges_at(p.targets, i);
        bool is_more = true;

        while (is_more) {
            struct snow_prefix prefix;
            char name[SNOW_PREFIX_TEXT_MAX];

            is_more = snow_range_next_prefix(&left, &prefix);
            snow_prefix_format(prefix, name);
            buf_printf(&text, "%s\n", name);
        }
    }
    origins_tell(&text, &p, "# ");
    buf_printf(&text, "# %llu addresses in %llu blocks; %llu excluded",
               (unsigned long long)snow_ranges_count(p.ipv4),
               (unsigned long long)snow_ranges_blocks(p.ipv4),
               (unsigned long long)p.n_excluded);
    if (snow_ranges_n(p.targets) > snow_ranges_n(p.ipv4))
        buf_add_text(&text, "; IPv6 is walked where names exist");
    buf_add_char(&text, '\n');
    code = text.failed ? SNOW_ENOMEM : out.write(out.arg, text.data, text.len);
    buf_fini(&text);
    plan_fini(&p);
    return fd.reader_is_gone ? 0 : code;
}
