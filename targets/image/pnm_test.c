#include "pnm.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/pnm-test-XXXXXX";

static void make_file(void)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(pnm, .init = make_file, .fini = remove_file);

static void put_file(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "we");
    cr_assert(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

#define PUT(text) put_file(text, sizeof(text) - 1)

Test(pnm, reads_back_what_it_writes)
{
    for (size_t channels = 1; channels <= 3; channels += 2) {
        struct pnm image;
        struct pnm back;
        cr_assert_eq(pnm_init(&image, 5, 7, channels), 0);
        size_t size = pnm_row_size(&image) * image.height;
        for (size_t i = 0; i < size; i++)
            image.pixels[i] = (unsigned char)(i * 37);
        cr_expect_eq(pnm_write(&image, path), 0);
        cr_assert_eq(pnm_read(&back, path), 0);
        cr_expect_eq(back.width, 5);
        cr_expect_eq(back.height, 7);
        cr_expect_eq(back.channels, channels);
        cr_expect_arr_eq(back.pixels, image.pixels, size);
        pnm_fini(&image);
        pnm_fini(&back);
    }
}

Test(pnm, reads_plain_files_with_comments)
{
    struct pnm image;
    PUT("P2 # plain\n# 3 by 2\n3 2\n255\n0 1 2\n253 254 255");
    cr_assert_eq(pnm_read(&image, path), 0);
    static const unsigned char grey[] = {0, 1, 2, 253, 254, 255};
    cr_expect_arr_eq(image.pixels, grey, 6);
    pnm_fini(&image);
    PUT("P3\n1 1\n255\n10 20 30\n");
    cr_assert_eq(pnm_read(&image, path), 0);
    static const unsigned char colour[] = {10, 20, 30};
    cr_expect_arr_eq(image.pixels, colour, 3);
    pnm_fini(&image);
}

Test(pnm, stretches_fewer_levels)
{
    struct pnm image;
    PUT("P5 3 1 15\n\x00\x05\x0f");
    cr_assert_eq(pnm_read(&image, path), 0);
    static const unsigned char want[] = {0, 85, 255};
    cr_expect_arr_eq(image.pixels, want, 3);
    pnm_fini(&image);
}

Test(pnm, refuses_damaged_files)
{
    struct pnm image;
    PUT("");
    cr_expect_eq(pnm_read(&image, path), -EPROTO);
    PUT("P7\n1 1\n255\n0");
    cr_expect_eq(pnm_read(&image, path), -EPROTO);
    PUT("P5\n2 2\n255\nabc");
    cr_expect_eq(pnm_read(&image, path), -EPROTO, "one byte short");
    PUT("P5\n2 -2\n255\nabcd");
    cr_expect_eq(pnm_read(&image, path), -EPROTO);
    PUT("P5\n0 2\n255\n");
    cr_expect_eq(pnm_read(&image, path), -EPROTO);
    PUT("P5\n1 1\n0\na");
    cr_expect_eq(pnm_read(&image, path), -EPROTO);
    PUT("P5\n1 1\n15\na");
    cr_expect_eq(pnm_read(&image, path), -EPROTO, "above the maximum");
    PUT("P5\n99999999999999999999 1\n255\na");
    cr_expect_eq(pnm_read(&image, path), -EOVERFLOW);
    PUT("P5\n1 1\n65535\nab");
    cr_expect_eq(pnm_read(&image, path), -EOVERFLOW);
    cr_expect_eq(pnm_read(&image, "/nowhere.pgm"), -ENOENT);
}

Test(pnm, refuses_sizes_that_cannot_be)
{
    struct pnm image;
    cr_expect_eq(pnm_init(&image, 0, 1, 1), -EINVAL);
    cr_expect_eq(pnm_init(&image, 1, 0, 1), -EINVAL);
    cr_expect_eq(pnm_init(&image, 1, 1, 2), -EINVAL);
    cr_expect_eq(pnm_init(&image, PNM_SIDE_MAX + 1, 1, 1), -EINVAL);
    cr_expect_null(image.pixels);
}

Test(pnm, says_that_a_file_could_not_be_written)
{
    struct pnm image;
    cr_assert_eq(pnm_init(&image, 8, 8, 1), 0);
    cr_expect_eq(pnm_write(&image, "/dev/full"), -ENOSPC);
    pnm_fini(&image);
}
