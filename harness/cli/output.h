/* Standard output, which may be full, closed, or a pipe that nobody reads any
 * more. */
#ifndef MPS_CLI_OUTPUT_H
#define MPS_CLI_OUTPUT_H

struct mps_diag;

/* Let descriptors 0 to 2 be taken, before anything is opened: a file that got
 * the number of a closed standard output would get what is printed there. */
void output_prepare(void);

/* Whether everything that was printed has arrived. Fails with -errno. A reader
 * who has had enough (`| head`) is no failure. */
int output_finish(struct mps_diag *diag);

#endif
