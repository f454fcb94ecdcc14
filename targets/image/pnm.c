#include "pnm.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const struct kind {
    char digit; /* of the magic number: "P5" */
    size_t channels;
    bool plain; /* numbers in decimal, else bytes */
} kinds[] = {
    {'2', 1, true},
    {'3', 3, true},
    {'5', 1, false},
    {'6', 3, false},
};

int pnm_init(struct pnm *image, size_t width, size_t height, size_t channels)
{
    *image = (struct pnm){0};
    if (!width || !height || width > PNM_SIDE_MAX || height > PNM_SIDE_MAX ||
        (channels != 1 && channels != 3))
        return -EINVAL;
    unsigned char *pixels = calloc(width * height, channels);
    if (!pixels)
        return -ENOMEM;
    *image = (struct pnm){width, height, channels, pixels};
    return 0;
}

void pnm_fini(struct pnm *image)
{
    free(image->pixels);
    image->pixels = NULL;
}

/* The first character after white space and comments. */
static int skip(FILE *file)
{
    for (;;) {
        int c = getc(file);
        if (c == '#') {
            while (c != '\n' && c != EOF)
                c = getc(file);
        } else if (!isspace(c)) {
            return c;
        }
    }
}

/* Read a decimal number of at most LIMIT and the one character behind it. */
static int read_number(FILE *file, size_t limit, size_t *out)
{
    int c = skip(file);
    if (!isdigit(c))
        return -EPROTO;
    size_t number = 0;
    for (; isdigit(c); c = getc(file)) {
        number = 10 * number + (size_t)(c - '0');
        if (number > limit)
            return -EOVERFLOW;
    }
    if (c != EOF && !isspace(c))
        return -EPROTO;
    *out = number;
    return 0;
}

static const struct kind *read_kind(FILE *file)
{
    if (getc(file) != 'P')
        return NULL;
    int digit = getc(file);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].digit == digit)
            return &kinds[i];
    }
    return NULL;
}

static int read_sample(FILE *file, bool plain, size_t levels, size_t *out)
{
    if (plain)
        return read_number(file, levels, out);
    int c = getc(file);
    *out = (size_t)c;
    return c == EOF || (size_t)c > levels ? -EPROTO : 0;
}

/* Samples are stretched to 0 .. 255. */
static int read_pixels(struct pnm *image, FILE *file, bool plain, size_t levels)
{
    size_t size = pnm_row_size(image) * image->height;
    for (size_t i = 0; i < size; i++) {
        size_t sample;
        int err = read_sample(file, plain, levels, &sample);
        if (err)
            return err;
        image->pixels[i] = (unsigned char)(sample * 255 / levels);
    }
    return 0;
}

static int read_image(struct pnm *image, FILE *file)
{
    size_t width = 0;
    size_t height = 0;
    size_t levels = 0;
    const struct kind *kind = read_kind(file);
    int err = kind ? read_number(file, PNM_SIDE_MAX, &width) : -EPROTO;
    if (!err)
        err = read_number(file, PNM_SIDE_MAX, &height);
    if (!err)
        err = read_number(file, 255, &levels);
    if (err)
        return err;
    if (!levels || !width || !height)
        return -EPROTO;
    err = pnm_init(image, width, height, kind->channels);
    if (err)
        return err;
    err = read_pixels(image, file, kind->plain, levels);
    if (err)
        pnm_fini(image);
    return err;
}

int pnm_read(struct pnm *image, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    int err = read_image(image, file);
    if (err && ferror(file))
        err = -EIO;
    fclose(file);
    return err;
}

int pnm_write(const struct pnm *image, const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -errno;
    fprintf(file, "P%c\n%zu %zu\n255\n", image->channels == 1 ? '5' : '6',
            image->width, image->height);
    size_t size = pnm_row_size(image) * image->height;
    int err = fwrite(image->pixels, 1, size, file) == size ? 0 : -errno;
    if (fclose(file) && !err)
        err = -errno;
    return err;
}
