/* The part of the segment that says who touched which shared memory when: the
 * vector clocks of tasks and objects, the shadow of watched memory, the call
 * stacks of accesses, and the races found.
 *
 * Lies behind struct segment in the same memfd, sparse: only pages that were
 * touched exist, and the runner throws them away between iterations. Zero is
 * the valid beginning of everything here.
 *
 * Used under control only, and written by the holder of the turn alone, which
 * is why nothing here is atomic; turn hand-over orders it. */
#ifndef MPS_SEGMENT_MEMORY_H
#define MPS_SEGMENT_MEMORY_H

#include <assert.h>
#include <stdint.h>

#include "lockorder.h"
#include "segment.h"

enum {
    MEMORY_TASKS = 1024, /* clocks are kept for so many tasks; with more, the
                            iteration is not looked at (memory.off) */
    MEMORY_NEAR = 32,    /* of them, those whose entries of a clock lie close
                            together */
    MEMORY_WORD_SYNCS = 65536,   /* clocks of atomics; a power of two */
    MEMORY_WORD_SLOTS = 131072,  /* hash table over their words; likewise */
    MEMORY_CHUNK_BYTES = 65536,  /* of watched memory, a chunk of shadow */
    MEMORY_CHUNKS = 2048,        /* numbers 1 .. MEMORY_CHUNKS - 1 */
    MEMORY_CHUNK_SLOTS = 4096,   /* hash table over them; a power of two */
    MEMORY_CELLS = 4,            /* accesses remembered of 8 bytes */
    MEMORY_NODES = 1 << 18,      /* stack frames and sets of locks */
    MEMORY_NODE_SLOTS = 1 << 19, /* hash table over them; a power of two */
    MEMORY_RACES = 64,           /* kept; more are counted */
    MEMORY_LOCKS = 16,           /* held at one access, as reported */
    MEMORY_POINTERS = 8,         /* variables that point to a race's memory */
    MEMORY_NAMED = 64,           /* pieces that the program gave names */
    MEMORY_NAME_BYTES = 48,      /* of such a name, with the final NUL */
    MEMORY_BLOCKS = 16384        /* of the heap, the newest; a power of two */
};

/* -- Clocks ---------------------------------------------------------------*/

/* One entry a task: how many releases of it are known. Entry T of row R is
 * near[R][T], or far[R][T - MEMORY_NEAR]. */
typedef uint32_t memory_near_row[MEMORY_NEAR];
typedef uint32_t memory_far_row[MEMORY_TASKS - MEMORY_NEAR];

/* The rows of a task: first its clock; then what orders it for certain, which
 * is the same without locks (whoever comes first is not forced to by a lock);
 * then what its fences have let out and taken in. */
enum memory_task_row {
    MEMORY_ROW_CLOCK,
    MEMORY_ROW_HARD,
    MEMORY_ROW_FENCE_RELEASE,
    MEMORY_ROW_FENCE_ACQUIRE,
    MEMORY_TASK_ROWS
};

/* What clocks are handed over through. Each object of the segment has two
 * (both directions of a socketpair, writers and readers of a rwlock, the two
 * phases of a barrier); some have a number of their own; the rest belong to
 * atomic words. Each has a row for MEMORY_ROW_CLOCK and one for
 * MEMORY_ROW_HARD. */
enum memory_sync {
    MEMORY_SYNC_NONE,
    MEMORY_SYNC_DEAD,    /* every task that has ended */
    MEMORY_SYNC_SOCKETS, /* sockets whose other end is not known */
    MEMORY_SYNC_SEQ_CST, /* spare: C11 gives fences no common clock */
    MEMORY_SYNC_NAMES,   /* names of files and such, made and removed */
    MEMORY_SYNC_SIGNALS, /* signals whose receiver is not known */
    MEMORY_SYNC_OBJECT = 8,
    MEMORY_SYNC_WORD = MEMORY_SYNC_OBJECT + 2 * (SEGMENT_OBJECTS + 1),
    MEMORY_SYNCS = MEMORY_SYNC_WORD + MEMORY_WORD_SYNCS
};

/* OBJECT's first or SECOND number. */
static inline uint32_t memory_sync_of(uint32_t object, uint32_t second)
{
    return MEMORY_SYNC_OBJECT + 2 * object + second;
}

/* The rows that a program of a few tasks and objects needs stand together at
 * the beginning, in the pages that the counters are in: a task that begins
 * takes a page fault for every 64 KiB that it looks at. */
enum {
    MEMORY_FIRST_TASKS = 16,
    MEMORY_FIRST_SYNCS = MEMORY_SYNC_OBJECT + 2 * 56,
    MEMORY_FIRST_SYNC_ROW = MEMORY_FIRST_TASKS * MEMORY_TASK_ROWS,
    MEMORY_TASK_ROW = MEMORY_FIRST_SYNC_ROW + 2 * MEMORY_FIRST_SYNCS,
    MEMORY_SYNC_ROW = MEMORY_TASK_ROW +
                      (MEMORY_TASKS - MEMORY_FIRST_TASKS) * MEMORY_TASK_ROWS,
    MEMORY_ROWS = MEMORY_SYNC_ROW + 2 * (MEMORY_SYNCS - MEMORY_FIRST_SYNCS)
};

static inline uint32_t memory_row_of_task(uint32_t task,
                                          enum memory_task_row row)
{
    return (task < MEMORY_FIRST_TASKS
                ? task * MEMORY_TASK_ROWS
                : MEMORY_TASK_ROW +
                      (task - MEMORY_FIRST_TASKS) * MEMORY_TASK_ROWS) +
           row;
}

/* Of ROW, MEMORY_ROW_CLOCK and MEMORY_ROW_HARD. */
static inline uint32_t memory_row_of_sync(uint32_t sync,
                                          enum memory_task_row row)
{
    return (sync < MEMORY_FIRST_SYNCS
                ? MEMORY_FIRST_SYNC_ROW + 2 * sync
                : MEMORY_SYNC_ROW + 2 * (sync - MEMORY_FIRST_SYNCS)) +
           row;
}

/* 8 bytes that hold atomics. Each atomic has a clock of its own, so that one
 * flag does not order what another is for; once two of different extent
 * overlap, they all share the first. */
struct memory_word_sync {
    uint32_t chunk, offset; /* a multiple of 8 */
    uint8_t starts;         /* bytes that an atomic begins at */
    uint8_t covered;        /* bytes that are part of one */
    uint8_t mixed;          /* they overlap: clocks[0] is everyone's */
    uint8_t spare[5];
    uint16_t clocks[8]; /* by first byte: MEMORY_SYNC_WORD + this; 0: none */
};

/* -- Shadow ---------------------------------------------------------------*/

/* Watched memory is named by BACKING (see struct segment_object; private
 * memory of a process: a number of its own) and offset, and cut into chunks,
 * which get shadow when they are first touched. */
struct memory_chunk {
    uint64_t backing;
    uint64_t index; /* offset / MEMORY_CHUNK_BYTES */
    uint32_t task;  /* who touched it first, + 1 */
    uint32_t name;  /* where in memory.names its region's name is; 0: none */
    /* Which of its 64 parts have words that were touched; that have clocks. */
    uint64_t touched, synced;
};

enum memory_cell_flag {
    MEMORY_WRITE = 1,
    MEMORY_ATOMIC = 2,
    MEMORY_HALF = 4,  /* beside ATOMIC: puts back what was read before, changed,
                         in a step of its own; two of them race after all */
    MEMORY_EITHER = 8 /* beside ATOMIC: of machine code, where a plain access
                         and an atomic one look the same */
};

/* An access: who, when, which of the 8 bytes, from where, under which locks.
 * Those of a word stand together at the beginning of its cells. */
struct memory_cell {
    uint32_t epoch; /* of the task's own clock entry; 0: an empty cell */
    uint16_t task;
    uint8_t mask;
    uint8_t flags;    /* enum memory_cell_flag */
    uint32_t context; /* node: the line, its caller, ... */
    uint32_t locks;   /* node: the newest lock held, the one before, ... */
};
static_assert(sizeof(struct memory_cell) == 16, "four cells, one cache line");

enum memory_word_flag {
    MEMORY_SHARED = 1,  /* two tasks have touched it */
    MEMORY_WRITTEN = 2, /* somebody has written it since it was made */
    MEMORY_RACY = 4,    /* a race on it was found */
    MEMORY_EXACT = 8    /* accesses of MEMORY_EITHER move its clock: either.h */
};

struct memory_word {
    uint16_t task; /* who touched it first, + 1 */
    uint16_t flags;
    /* The last write of MEMORY_EITHER: whose, + 1, and when. */
    uint16_t writer, spare;
    uint32_t epoch;
};

enum { MEMORY_CHUNK_WORDS = MEMORY_CHUNK_BYTES / 8 };

struct memory_shadow {
    struct memory_cell cells[MEMORY_CHUNK_WORDS][MEMORY_CELLS];
    struct memory_word words[MEMORY_CHUNK_WORDS];
};

/* -- Contexts and sets of locks ---------------------------------------------*/

/* A node of a tree that is shared by its leaves: of call stacks, KEY is a site
 * (see segment.h) and PARENT the caller's; of lock sets, KEY is
 * object << 32 | context of taking it, and PARENT the locks taken before. Equal
 * stacks have equal numbers. Node 0 is the empty one.
 *
 * Every site of a call stack, the innermost too, is a return address: a reader
 * looks one byte earlier. What knows the address of an instruction itself (a
 * fault) notes the byte behind it. */
struct memory_node {
    uint64_t key;
    uint32_t parent;
    uint32_t spare;
};

/* -- Races ----------------------------------------------------------------*/

struct memory_access {
    uint32_t task;
    uint32_t size;
    uint32_t flags;   /* enum memory_cell_flag */
    uint32_t context; /* node */
    uint32_t locks;   /* node */
    uint32_t spare;
    uint64_t address; /* in the task that made it; 0: not known */
};

struct memory_race {
    struct memory_access now, before;
    uint32_t chunk;
    uint32_t offset; /* of the first byte that both touched, in the chunk */
    uint64_t ticket;
};

/* -- What memory is called ------------------------------------------------*/

/* A variable that points to memory in a race or to what begins before it. */
struct memory_pointer {
    uint64_t site;   /* where the variable is: (module, offset) */
    uint64_t behind; /* bytes from where it points to the race's first byte */
};

/* Private memory, as far as addresses tell. */
enum memory_private { MEMORY_SOMEWHERE, MEMORY_HEAP, MEMORY_FIRST_STACK };

/* What the process that noted a race knew of its address. */
struct memory_whereabouts {
    uint32_t private; /* enum memory_private */
    uint32_t spare;
    uint64_t global;      /* the memory is in a module: where; 0: it is not */
    uint64_t mapped_site; /* who mapped it, and the place; 0: not known */
    uint32_t mapped_task; /* + 1 */
    uint32_t pointer_count;
    struct memory_pointer pointers[MEMORY_POINTERS]; /* the nearest first */
};

/* mps_name_memory(): [OFFSET, OFFSET + SIZE) of BACKING is a TYPE ("" when it
 * was not said) called NAME. */
struct memory_named {
    uint64_t backing, offset, size;
    char type[MEMORY_NAME_BYTES], name[MEMORY_NAME_BYTES];
};

/* A block of the heap, when it was handed out: ring MEMORY.blocks, the newest
 * of those around an address counts. */
struct memory_block {
    uint64_t address;
    uint64_t size;
    uint32_t task;    /* who asked for it, + 1; 0: an empty entry */
    uint32_t context; /* node: where */
};

/* The stack of a task; both 0: not known. */
struct memory_stack {
    uint64_t low, high;
};

/* -- The whole ------------------------------------------------------------*/

enum memory_off {
    MEMORY_ON,
    MEMORY_OFF_TASKS,  /* more tasks than have clocks */
    MEMORY_OFF_SYNCS,  /* more atomic words than have clocks */
    MEMORY_OFF_CHUNKS, /* more memory than has shadow */
    MEMORY_OFF_NODES,  /* more call stacks than fit */
    MEMORY_OFF_EPOCHS,
    MEMORY_OFF_OBJECTS, /* more objects than have numbers */
    MEMORY_OFF_SPACE,   /* a task has no address space for all of this */
    MEMORY_OFF_UNSEEN,  /* something ran that the runtime is not in */
    MEMORY_OFF_TURN,    /* two tasks may have written here at once */
    /* A guarded process, whose accesses are not seen any more: */
    MEMORY_OFF_THREADS,   /* it has several threads */
    MEMORY_OFF_STACK,     /* a stack of its own lies in shared memory */
    MEMORY_OFF_MAPPINGS,  /* it has more mappings than there is room for */
    MEMORY_OFF_PROTECTION /* mprotect() failed */
};

struct memory {
    uint32_t off;         /* enum memory_off: nothing is looked at any more */
    uint32_t task_count;  /* clocks in use: tasks 0 .. task_count - 1 */
    uint32_t chunk_count; /* numbers 1 .. chunk_count */
    uint32_t node_count;  /* likewise */
    uint32_t race_count;  /* may exceed the table */
    uint32_t name_bytes;
    uint64_t accesses;      /* looked at */
    uint32_t word_count;    /* numbers 1 .. word_count */
    uint32_t clock_count;   /* of words; likewise */
    uint32_t named_count;   /* may exceed the table */
    uint64_t block_count;   /* ever handed out */
    uint32_t death_objects; /* with EDGE_DEATH: see detect/death.h */
    _Alignas(128) memory_near_row near[MEMORY_ROWS];
    struct memory_race races[MEMORY_RACES];
    struct memory_word_sync words[MEMORY_WORD_SYNCS];
    uint32_t word_slots[MEMORY_WORD_SLOTS];
    /* By clock of a word: who has released through it since it was last
     * replaced; bit 63 is for task 63 and all above. */
    uint64_t releasers[MEMORY_WORD_SYNCS];
    uint32_t chunk_slots[MEMORY_CHUNK_SLOTS];
    struct memory_chunk chunks[MEMORY_CHUNKS];
    uint32_t node_slots[MEMORY_NODE_SLOTS];
    struct memory_node nodes[MEMORY_NODES];
    struct memory_whereabouts whereabouts[MEMORY_RACES]; /* of each */
    struct memory_named named[MEMORY_NAMED];
    struct memory_stack stacks[MEMORY_TASKS];
    struct memory_block blocks[MEMORY_BLOCKS];
    char names[1 << 20];
    struct lock_order orders;
    _Alignas(4096) memory_far_row far[MEMORY_ROWS];
    _Alignas(4096) struct memory_shadow shadow[MEMORY_CHUNKS];
};

static_assert(LOCK_OBJECTS == SEGMENT_OBJECTS + 1, "one for each object");

/* Where it begins in the memfd: what the kernel maps around a page that is
 * read (fault-around, 64 KiB between multiples of that) should be its own. */
#define MEMORY_OFFSET ((sizeof(struct segment) + 65535) & ~(uint64_t)65535)
#define MEMORY_END    (MEMORY_OFFSET + sizeof(struct memory))

#endif
