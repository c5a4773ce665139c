#include "player-sim/stats/json.h"

#include <math.h>

static json_t *trims_json(const struct trim *trims, size_t count, const double *values)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < count; i++) {
        json_t *value = isnan(values[i]) ? json_null() : json_real(values[i]);
        if (json_object_set_new(object, trims[i].text, value)) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *stats_json(const struct stats *s, const struct trim *trims, size_t trim_count,
                   const double *trim_values)
{
    if (!s->n)
        return json_pack("{s:i}", "n", 0);
    json_t *trim = trims_json(trims, trim_count, trim_values);
    if (!trim)
        return NULL;
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:[f, f], s:o}", "n",
                     (json_int_t)s->n, "tc", s->tc, "mean", s->mean, "tm90", s->tm90, "tm99",
                     s->tm99, "iqm", s->iqm, "p50", s->p50, "p90", s->p90, "p99", s->p99, "max",
                     s->max, "ci95", s->ci95[0], s->ci95[1], "trim", trim);
}
