#include "analysis/own.h"

#include "analysis/psl.h"

int own_read(struct own *o, const struct own_paths *paths,
             struct snow_error *err)
{
    int code = 0;

    *o = (struct own){ .has_reporters = *paths->reporters != '\0',
                       .has_allow = *paths->allow != '\0',
                       .has_allocations = *paths->allocations != '\0' };
    if (o->has_reporters)
        code = reporters_read(&o->reporters, paths->reporters, err);
    if (!code && o->has_allow)
        code = allow_read(&o->allow, paths->allow, err);
    if (!code && o->has_allocations)
        code = allocations_read(&o->allocations, paths->allocations, err);
    if (code)
        own_fini(o);
    return code;
}

void own_fini(struct own *o)
{
    reporters_fini(&o->reporters);
    allow_fini(&o->allow);
    allocations_fini(&o->allocations);
    *o = (struct own){ 0 };
}

int own_check(const struct own_paths *paths, const char *psl_path,
              struct snow_error *err)
{
    struct analysis_psl *psl;
    struct own own;
    int code = own_read(&own, paths, err);

    if (code)
        return code;
    code = analysis_psl_open(&psl, psl_path, err);
    if (!code) {
        code = allow_check(&own.allow, psl, err);
        analysis_psl_close(psl);
    }
    own_fini(&own);
    return code;
}
