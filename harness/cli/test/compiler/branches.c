/* One access a line, in branches that optimisation would like to merge. */
struct shared {
    long branch, same, flag;
};
void branches(struct shared *s, int n);

void branches(struct shared *s, int n)
{
    if (n == 3)
        s->branch = 1; /* write */
    else
        s->branch = 2; /* write */
    if (s->flag)       /* read */
        s->same += n;  /* read write */
    else
        s->same -= n; /* read write */
}
