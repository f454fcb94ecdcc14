/* Grey and colour images in files of the PNM family: PGM and PPM.
 *
 * Reads the plain and the raw kind (P2, P3, P5, P6) with at most 255 levels, as
 * described in the netpbm manual, pgm(5) and ppm(5); writes the raw kind. */
#ifndef TARGETS_IMAGE_PNM_H
#define TARGETS_IMAGE_PNM_H

#include <stddef.h>

enum { PNM_SIDE_MAX = 65535 }; /* longest side of an image, in pixels */

struct pnm {
    size_t width;
    size_t height;
    size_t channels;       /* 1: grey, 3: red, green and blue */
    unsigned char *pixels; /* rows from the top, CHANNELS bytes a pixel */
};

/* Bytes of one row. */
static inline size_t pnm_row_size(const struct pnm *image)
{
    return image->width * image->channels;
}

/* Make a black image. 0, -EINVAL for a size that cannot be, -ENOMEM. Release
 * with pnm_fini(). */
int pnm_init(struct pnm *image, size_t width, size_t height, size_t channels);
void pnm_fini(struct pnm *image);

/* Read PATH into *IMAGE, which is not initialised. 0; -EPROTO when it is not
 * such a file, or a damaged one; -EOVERFLOW when it is too large; -errno. On
 * failure there is nothing to release. */
int pnm_read(struct pnm *image, const char *path);

/* Write IMAGE to PATH: as PGM when it is grey, as PPM when not. 0 or -errno,
 * with an unknown part written. */
int pnm_write(const struct pnm *image, const char *path);

#endif
