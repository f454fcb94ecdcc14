/* The files of mpstress beside the running executable. */
#ifndef MPS_BASE_INSTALLED_H
#define MPS_BASE_INSTALLED_H

/* Where the runtime libraries, and where the programs are, for
 * installed_find(). */
extern const char *const installed_libraries[], *const installed_programs[];

/* The real path of NAME in the first of PLACES that has it; these are relative
 * to the folder of the executable, end in '/' and in NULL. The caller frees.
 * NULL when it is nowhere, or /proc cannot be read. */
char *installed_find(const char *const *places, const char *name);

#endif
