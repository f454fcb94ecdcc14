/* One access a line, which optimisation would like to move or to merge. */
struct shared {
    long loop, two, equal;
};
void lines(struct shared *s, int n);
void one_function(struct shared *s);
void equal_function(struct shared *s);

void lines(struct shared *s, int n)
{
    for (int i = 0; i < n; i++)
        s->loop++; /* read write */
    for (int i = 0; i < n; i++) {
        long old = s->two; /* read */
        s->two = old + i;  /* write */
    }
}

void one_function(struct shared *s)
{
    s->equal = 4; /* write */
}

void equal_function(struct shared *s)
{
    s->equal = 4; /* write */
}
