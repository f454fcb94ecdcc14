/* A piece of work for the tests of mpstress cc. */
#ifndef PART_H
#define PART_H

struct record {
    long count;
    char text[40], copy[40];
};

/* Fills the text and copies it; counts. Returns the new count. */
long part_fill(struct record *record, const char *text);

#endif
