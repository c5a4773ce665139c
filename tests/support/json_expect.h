/* Attributes of a JSON object that have to be there and of a type: otherwise the test fails, saying
 * which. What is returned is the object's. Thread-safety: as cmocka's assertions. */
#ifndef TESTS_SUPPORT_JSON_EXPECT_H
#define TESTS_SUPPORT_JSON_EXPECT_H

#include "media/core/timebase.h"

#include <jansson.h>
#include <stdint.h>

json_t *json_expect(json_t *object, const char *name, json_type type);
int64_t json_expect_integer(json_t *object, const char *name);
const char *json_expect_text(json_t *object, const char *name);

/* {value, scale}, in lowest terms; scale is 1 where it isn't given (HESP 3.2.4). */
struct rational json_expect_scaled(json_t *object, const char *name);

#endif
