/* The fork server: the target, stopped before main(), which forks once for
 * every iteration that the runner asks for. */
#ifndef MPS_RUNTIME_SERVER_H
#define MPS_RUNTIME_SERVER_H

/* Serve. Returns only in the children, which are the root task of their
 * iteration, with the arguments of main() for it. */
void server_run(int *argc, char ***argv);

#endif
