/* What reports call channels: their names where these are unique, else their URLs. */
#include "player-sim/command/channel_name.h"
#include "support/cmocka_all.h"

#include <stdlib.h>

static void expect(const char *url, char *const *others, size_t count, const char *wanted)
{
    char *name = channel_name(url, others, count);
    assert_string_equal(name, wanted);
    free(name);
}

static void test_names(void **state)
{
    char *others[] = {"one", "two"};
    (void)state;
    expect("http://host:8080/three/manifest.json", others, 2, "three");
    expect("https://host/live/three/manifest.json", others, 2, "three");
    expect("http://host/two/manifest.json", others, 1, "two");
    expect("http://host/two/manifest.json", others, 2, "http://host/two/manifest.json");
    expect("http://host/manifest.json", others, 2, "http://host/manifest.json");
    expect("http://host", others, 2, "http://host");
    expect("http://host//manifest.json", others, 2, "http://host//manifest.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
