#include "support/json_expect.h"

#include "support/cmocka_all.h"

json_t *json_expect(json_t *object, const char *name, json_type type)
{
    json_t *value = json_object_get(object, name);
    if (!value || json_typeof(value) != type)
        fail_msg("attribute %s is missing or of another type", name);
    return value;
}

int64_t json_expect_integer(json_t *object, const char *name)
{
    return json_integer_value(json_expect(object, name, JSON_INTEGER));
}

const char *json_expect_text(json_t *object, const char *name)
{
    return json_string_value(json_expect(object, name, JSON_STRING));
}

struct rational json_expect_scaled(json_t *object, const char *name)
{
    json_t *value = json_expect(object, name, JSON_OBJECT);
    int64_t scale = json_object_get(value, "scale") ? json_expect_integer(value, "scale") : 1;
    assert_true(scale > 0);
    return timebase_reduce((struct rational){json_expect_integer(value, "value"), scale});
}
