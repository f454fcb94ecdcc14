/* What the fuzzing harnesses share. Each is one file, NAME.c, and becomes one
 * libFuzzer program, build/fuzz/bin/fuzz-NAME; ci/fuzz/run runs them.
 *
 * The sanitizers say whether memory was misused; must() states what else has
 * to hold whatever the bytes are. */
#ifndef MPS_FUZZ_FUZZ_H
#define MPS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* TEXT, which goes to a terminal, must hold no control characters but line
 * feeds: neither those of ASCII nor, in UTF-8, U+0080 to U+009F. */
static inline void must_be_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned char next = i + 1 < size ? (unsigned char)text[i + 1] : 0;
        must(c == '\n' || (c >= ' ' && c != 0x7f));
        must(c != 0xc2 || next < 0x80 || next > 0x9f);
    }
}

/* The same for what a diagnostic says, which is something, in one line. */
static inline void must_be_a_reason(const char *text)
{
    must(*text && !strchr(text, '\n'));
    must_be_printable(text, strlen(text));
}

/* The bytes that are left of an input which is read as a list of numbers: past
 * its end there are only zeros. */
struct input {
    const uint8_t *at;
    size_t left;
};

/* The next COUNT bytes (at most 8), little-endian. */
static inline uint64_t input_number(struct input *in, unsigned count)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < count && in->left; i++, in->left--)
        number |= (uint64_t)*in->at++ << 8 * i;
    return number;
}

/* As many of the next COUNT bytes as there are; sets *COUNT to that. */
static inline const uint8_t *input_bytes(struct input *in, size_t *count)
{
    const uint8_t *bytes = in->at;
    if (*count > in->left)
        *count = in->left;
    in->at += *count;
    in->left -= *count;
    return bytes;
}

#endif
