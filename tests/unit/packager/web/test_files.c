/* The table that the build makes of web/: sorted, so that each file is found; nothing is empty;
 * what differs has another tag. */
#include "packager/web/files.h"
#include "packager/origin/files.h"
#include "support/cmocka_all.h"

#include <string.h>

static void every_file_is_found(void **state)
{
    (void)state;
    assert_true(web_file_count > 3);
    for (size_t i = 0; i < web_file_count; i++) {
        const struct origin_file *f = &web_files[i];
        assert_ptr_equal(origin_files_find(web_files, web_file_count, f->path), f);
        assert_true(f->size > 0);
        assert_int_equal(f->etag[0], '"');
        assert_true(strlen(f->etag) > 8);
        assert_non_null(strchr(f->content_type, '/'));
    }
    assert_non_null(origin_files_find(web_files, web_file_count, "/"));
    assert_non_null(origin_files_find(web_files, web_file_count, "/web/page/page.js"));
    assert_null(origin_files_find(web_files, web_file_count, "/web/page/index.html"));
}

static void only_the_page_has_a_policy(void **state)
{
    (void)state;
    for (size_t i = 0; i < web_file_count; i++)
        assert_int_equal(web_files[i].policy != NULL, strcmp(web_files[i].path, "/") == 0);
}

static void different_bytes_have_different_tags(void **state)
{
    (void)state;
    for (size_t i = 0; i < web_file_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(web_files[i].etag, web_files[k].etag) == 0) {
                assert_int_equal(web_files[i].size, web_files[k].size);
                assert_memory_equal(web_files[i].bytes, web_files[k].bytes, web_files[i].size);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_found),
        cmocka_unit_test(only_the_page_has_a_policy),
        cmocka_unit_test(different_bytes_have_different_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
