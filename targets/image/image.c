/* image: an artistic filter over the rows of an image. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mp/memory.h"
#include "mp/pool.h"
#include "pnm.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t width;
    uint64_t height;
    uint64_t channels;
    uint64_t rounds;
    uint64_t chunk;
    const char *input;
    const char *output;
};

struct job {
    const struct settings *settings;
    struct pnm *image;
    /* volatile: "so that every worker sees the others' progress". */
    volatile uint64_t *progress; /* rows done, in shared memory; or NULL */
    unsigned char *canvas;       /* pixels in shared memory; or NULL */
};

static unsigned char filter_value(unsigned char value, uint64_t rounds)
{
    unsigned x = value;
    for (uint64_t i = 0; i < rounds; i++)
        x = (x * x + 7) % 255;
    return (unsigned char)x;
}

static void filter_row(const unsigned char *from, unsigned char *to,
                       size_t size, uint64_t rounds)
{
    for (size_t i = 0; i < size; i++)
        to[i] = filter_value(from[i], rounds);
}

/* -- Rows as work units over a pool ---------------------------------------- */

static int filter_item(void *context, size_t index, void *result)
{
    const struct job *job = context;
    size_t size = pnm_row_size(job->image);
    filter_row(job->image->pixels + index * size, result, size,
               job->settings->rounds);
    if (job->progress) {
        /* `*progress += 1`, as the processor does it; the point tells
         * mpstress, which sees no accesses to memory, of the moment in
         * between. */
        uint64_t before = *job->progress;
        mps_point("between read and write");
        *job->progress = before + 1;
    }
    return 0;
}

static int filter_over_pool(struct job *job)
{
    const struct settings *settings = job->settings;
    const struct mp_pool pool = {.backend = settings->common.backend,
                                 .workers = settings->common.workers,
                                 .chunk = settings->chunk,
                                 .attempts = 2};
    struct mp_pool_report report;
    int err =
        mp_pool_map(&pool, filter_item, job, job->image->height,
                    pnm_row_size(job->image), job->image->pixels, &report);
    if (!err && report.missing)
        err = -ECHILD;
    return err ? program_fail("map", err) : 0;
}

static int filter_with_progress(struct job *job)
{
    job->progress = mp_memory_new(sizeof(*job->progress));
    if (!job->progress)
        return program_fail("shared memory", -ENOMEM);
    int status = filter_over_pool(job);
    uint64_t progress = *job->progress;
    mps_observe("progress", (int64_t)progress);
    printf("image: %" PRIu64 " of %zu rows reported done\n", progress,
           job->image->height);
    mp_memory_free((void *)(uintptr_t)job->progress, sizeof(*job->progress));
    return status;
}

/* -- Bands of rows, in place ------------------------------------------------
 */

/* From its first row to its last one. */
static int filter_band(void *context, unsigned index)
{
    const struct job *job = context;
    size_t size = pnm_row_size(job->image);
    size_t height = job->image->height;
    size_t workers = job->settings->common.workers;
    size_t first = height * index / workers;
    size_t last = height * (index + 1) / workers;
    for (size_t row = first; row <= last && row < height; row++)
        filter_row(job->canvas + row * size, job->canvas + row * size, size,
                   job->settings->rounds);
    return 0;
}

static int filter_in_bands(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    size_t size = pnm_row_size(job->image) * job->image->height;
    job->canvas = mp_memory_new(size);
    if (!job->canvas)
        return program_fail("shared memory", -ENOMEM);
    memcpy(job->canvas, job->image->pixels, size);
    struct mp_team *team;
    int status = EXIT_FAILURE;
    int err = mp_team_start(&team, common->backend, common->workers,
                            filter_band, job, "worker");
    if (err)
        program_fail("starting the workers", err);
    else
        status = program_wait(team);
    memcpy(job->image->pixels, job->canvas, size);
    mp_memory_free(job->canvas, size);
    return status;
}

/* -------------------------------------------------------------------------- */

/* Something to look at: diagonal waves, another one in each channel. */
static int generate(struct pnm *image, const struct settings *settings)
{
    int err =
        pnm_init(image, settings->width, settings->height, settings->channels);
    if (err)
        return program_fail("image", err);
    size_t row_size = pnm_row_size(image);
    for (size_t y = 0; y < image->height; y++) {
        for (size_t i = 0; i < row_size; i++) {
            size_t x = i / image->channels;
            size_t channel = i % image->channels;
            image->pixels[y * row_size + i] =
                (unsigned char)(x * x + 3 * y * (channel + 1) + 5 * x * y);
        }
    }
    return 0;
}

static int load(struct pnm *image, const struct settings *settings)
{
    if (!settings->input)
        return generate(image, settings);
    int err = pnm_read(image, settings->input);
    return err ? program_fail(settings->input, err) : 0;
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits: to compare images at a glance. */
static uint64_t checksum(const struct pnm *image)
{
    uint64_t hash = 0xcbf29ce484222325u;
    size_t size = pnm_row_size(image) * image->height;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ image->pixels[i]) * 0x100000001b3u;
    return hash;
}

static int report(const struct pnm *image, const struct settings *settings)
{
    int err = settings->output ? pnm_write(image, settings->output) : 0;
    if (err)
        return program_fail(settings->output, err);
    printf("image: %zu x %zu, %zu channels, checksum %016" PRIx64 "\n",
           image->width, image->height, image->channels, checksum(image));
    return 0;
}

static int run(const struct settings *settings, int (*filter)(struct job *))
{
    struct pnm image;
    if (load(&image, settings))
        return EXIT_FAILURE;
    struct job job = {.settings = settings, .image = &image};
    int status = filter(&job);
    if (!status)
        status = report(&image, settings);
    pnm_fini(&image);
    return status;
}

static int run_rows(const void *settings)
{
    return run(settings, filter_over_pool);
}

static int run_progress(const void *settings)
{
    return run(settings, filter_with_progress);
}

static int run_bands(const void *settings)
{
    return run(settings, filter_in_bands);
}

static const struct program_variant variants[] = {
    {"rows", "right: rows are the work units of a pool.", run_rows},
    {"bands",
     "wrong: every worker filters a band of rows in place; a band's last row "
     "is also the first of the next, and is filtered twice.",
     run_bands},
    {"progress",
     "wrong: rows over a pool, and a shared counter of finished rows that "
     "is increased without a lock.",
     run_progress},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"width", "N", "Width of the generated image (default 120)", 1,
     PNM_SIDE_MAX, offsetof(struct settings, width)},
    {"height", "N", "Height of the generated image (default 80)", 1,
     PNM_SIDE_MAX, offsetof(struct settings, height)},
    {"channels", "1|3", "Grey or colour for the generated image (default 1)", 1,
     3, offsetof(struct settings, channels)},
    {"rounds", "N", "Rounds of the filter for each value (default 2000)", 0,
     1000000, offsetof(struct settings, rounds)},
    {"chunk", "N", "Rows a worker takes at once (default 1)", 1, PNM_SIDE_MAX,
     offsetof(struct settings, chunk)},
    {NULL, NULL, NULL, 0, 0, 0},
};

static const struct program_text texts[] = {
    {"input", "FILE", "Read the image from FILE (PGM or PPM)",
     offsetof(struct settings, input)},
    {"output", "FILE", "Write the result to FILE (PGM or PPM)",
     offsetof(struct settings, output)},
    {NULL, NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Artistic filter: x = (x * x + 7) % 255, many times a pixel.",
        .variants = variants,
        .numbers = numbers,
        .texts = texts,
    };
    struct settings settings = {
        .width = 120, .height = 80, .channels = 1, .rounds = 2000, .chunk = 1};
    return program_main(&program, &settings, argc, argv);
}
