/* The segment: the memory shared by the runner and every task of one job
 * slot. A memfd; the runner creates it, the runtime inside the target maps
 * it, and because the runner maps it too, what a task wrote survives the
 * task's death, even by SIGKILL.
 *
 * Plain structs, indices instead of pointers, one version. Written by many
 * processes at once, any of which may die at any instruction, and readable by
 * a target that goes wild: no lock lives here, and a reader checks every
 * index (read.h does).
 *
 * Index 0 of tables means "none" where a field refers to tasks + 1, objects
 * or names; task numbers themselves start at 0, the root. */
#ifndef MPS_SEGMENT_SEGMENT_H
#define MPS_SEGMENT_SEGMENT_H

#include <assert.h>
#include <stdint.h>

#include "lockorder.h"
#include "ops.h"
#include "schedule.h"

#define SEGMENT_MAGIC UINT64_C(0x31737365727473) /* "stress1" */

enum {
    SEGMENT_VERSION = 7,
    SEGMENT_TASKS = 8192,          /* tasks one iteration may create */
    SEGMENT_LIVING = 2000,         /* of them that may live at one time */
    SEGMENT_OBJECTS = 4096,        /* objects it may touch by name */
    SEGMENT_OBJECT_SLOTS = 8192,   /* hash table over them; a power of two */
    SEGMENT_OPS = 16384,           /* ops kept, the newest; a power of two */
    SEGMENT_NAMES = 512,           /* names of observations */
    SEGMENT_NAME_SLOTS = 1024,     /* hash table over them; a power of two */
    SEGMENT_NAME_BYTES = 48,       /* with the final NUL */
    SEGMENT_MODULES = 128,         /* executables and libraries seen */
    SEGMENT_POINTERS = 256,        /* global variables that hold pointers */
    SEGMENT_LEFTOVERS = 64,        /* things found left behind */
    SEGMENT_OWN = 3,               /* file systems of a slot */
    SEGMENT_PARAMS = 64,           /* parameters of a scenario */
    SEGMENT_TEXT_BYTES = 65536,    /* arguments and parameters as text */
    SEGMENT_FEED_BYTES = 4 << 20,  /* messages of a serial replay */
    SEGMENT_RECORD_BYTES = 8 << 20 /* observations */
};

/* -- Header: never changes after the runner made the segment ------------- */

struct segment_header {
    uint64_t magic;
    uint32_t version;
    uint32_t size; /* of struct segment */
    uint64_t run;  /* a random number: tells this segment from another */
};

/* -- Configuration: written by the runner before each iteration ---------- */

enum segment_flag {
    SEGMENT_PRIVATE_DIRECTORY = 1, /* look for files left in it */
    SEGMENT_PRIVATE_IPC = 2,       /* own IPC namespace, own /dev/shm */
    SEGMENT_NO_DISPATCH = 4,       /* do not use Syscall User Dispatch */
    SEGMENT_WATCH_DESCRIPTORS = 8, /* note those left open at exit */
    SEGMENT_CONTROL = 16, /* one task at a time, see schedule.h. Here, since
                             without it nobody has to map the schedule */
    SEGMENT_MEMORY = 32,  /* under control: keep clocks, see memory.h */
    SEGMENT_RACES = 64,   /* and look at accesses to shared memory */
    SEGMENT_GUARD = 128   /* by page protection, of a plain binary */
};

struct segment_config {
    uint64_t iteration;
    uint64_t seed;
    uint64_t delay_low_ns, delay_high_ns;
    uint32_t sleep_chance; /* of 65536: a point sleeps */
    uint32_t yield_chance; /* of 65536: a point yields */
    uint32_t flags;        /* enum segment_flag */
    uint32_t argc;         /* arguments of main(), argv[0] included */
    uint32_t
        arguments; /* where in segment.text[] they start, one after another */
    uint32_t environment_count; /* "NAME=value" to set before main() */
    uint32_t environment;       /* where in text[] */
    uint32_t param_count;
    struct {
        uint32_t name, value; /* where in text[] */
    } params[SEGMENT_PARAMS];
    uint32_t spread;       /* 1: the tasks get the cores in `cpus` */
    uint32_t feeding;      /* serial replay: feed[] holds messages */
    uint32_t feed_size;    /* bytes of them, each a segment_message */
    uint64_t output_limit; /* bytes of stdout, of stderr, that are kept */
    uint64_t ops_start;    /* ring position at the start of the iteration */
    uint64_t cpus[16];     /* as sched_setaffinity(2) takes them */
};

/* -- Control: the runner and the fork server ----------------------------- */

enum segment_server {
    SERVER_ABSENT,   /* the runtime has not been heard of */
    SERVER_ATTACHED, /* mapped the segment; constructors are running */
    SERVER_READY     /* stopped before main(), takes commands */
};

enum segment_command { COMMAND_NONE, COMMAND_RUN, COMMAND_QUIT };

struct segment_control {
    /* The runner writes `verb`, then bumps `request` (release) and wakes it;
     * the server answers with done = request (release) and wakes that. Both
     * are futex words. */
    _Alignas(64) uint32_t request;
    uint32_t verb;
    _Alignas(64) uint32_t done;
    uint32_t server;    /* enum segment_server */
    int32_t server_pid; /* as the server sees itself: 1 in a namespace */
    int32_t root_pid;
    int32_t root_status;   /* as wait(2) gives it */
    uint32_t server_error; /* errno of what failed in the server, or 0 */
    uint32_t fixed_pids;   /* 1: the server could reset ns_last_pid */
    uint32_t dispatch;     /* 1: Syscall User Dispatch works here */
    uint64_t started_ns, ended_ns; /* root's fork and death, CLOCK_MONOTONIC */
    uint64_t output_dropped;       /* bytes of output beyond the limit */
    uint32_t tasks_refused;        /* forks refused: table full */
    uint32_t records_refused;      /* observations lost: arena full */
    uint32_t orphans;        /* living tasks killed after the root had ended */
    uint32_t zombies;        /* dead ones that their parent never waited for */
    uint32_t leftover_count; /* may exceed the table */
    uint32_t fed;          /* 1: the program took messages of a serial replay */
    uint32_t instrumented; /* 1: built by mpstress cc, its accesses are seen */
    uint32_t memory;       /* 1: the server has memory.h's part mapped */
    uint32_t guard;        /* 1: page guarding works here */
    uint32_t blind; /* enum memory_off, not 0: a task of this iteration has not:
                       nothing that stands there is to be believed */
};

/* -- Leftovers: what the server found after the root had ended ----------- */

#define LEFTOVER_KINDS(X)               \
    X(PROCESS, "process still running") \
    X(ZOMBIE, "child never waited for") \
    X(SHM, "POSIX shared memory")       \
    X(SEM, "named semaphore")           \
    X(MQ, "POSIX message queue")        \
    X(SYSV_SHM, "SysV shared memory")   \
    X(SYSV_SEM, "SysV semaphore set")   \
    X(SYSV_MSG, "SysV message queue")   \
    X(FILE, "file")                     \
    X(DESCRIPTOR, "open descriptor")

enum leftover_kind {
#define LEFTOVER_ENUM(id, about) LEFTOVER_##id,
    LEFTOVER_KINDS(LEFTOVER_ENUM)
#undef LEFTOVER_ENUM
        LEFTOVER_KIND_COUNT
};

struct segment_leftover {
    uint32_t kind;   /* enum leftover_kind */
    uint32_t task;   /* who made it, + 1; 0: unknown */
    uint64_t site;   /* where; 0: unknown */
    uint64_t amount; /* bytes, or pid, or descriptor number */
    char name[104];
};

/* -- What the iterations of two slots would change together ------------- */

struct segment_sharing {
    uint64_t own[SEGMENT_OWN]; /* file systems of the slot alone; 0: none */
    uint32_t happened;
    char name[96]; /* what it was */
};

/* -- Tasks ----------------------------------------------------------------*/

enum task_state {
    TASK_FREE,
    TASK_BORN,    /* made by its parent, has not run yet */
    TASK_RUNNING, /* between two ops */
    TASK_IN_OP,   /* inside the op `current` */
    TASK_EXITED   /* ended, by its own word or seen by a waiter */
};

/* What is known of those that nobody waited for. */
enum task_left {
    TASK_LEFT_DEAD = 1,  /* was dead when its parent ended without having waited
                            for it */
    TASK_LOOKED_BACK = 2 /* has ended, and said so of its children */
};

struct segment_task {
    _Alignas(64) uint32_t state;
    uint32_t parent;   /* task number + 1; 0: the root */
    uint32_t ordinal;  /* k-th child of its parent, from 0 */
    uint32_t children; /* created so far */
    uint32_t objects;  /* objects it touched first, so far */
    int32_t pid;       /* inside the namespace */
    int32_t tid;
    uint32_t is_thread;
    uint32_t reaped;     /* 1: somebody waited for it */
    int32_t exit_status; /* as wait(2) gives it; valid when status_known */
    uint32_t status_known;
    uint32_t left;       /* enum task_left */
    uint64_t points;     /* ops so far */
    uint64_t current;    /* ring position of its newest op, + 1 */
    uint64_t created_at; /* ticket */
    uint64_t created_site;
    uint64_t ended_at;             /* ticket, 0: not seen to end */
    uint64_t random;               /* state of its schedule stream */
    char name[SEGMENT_NAME_BYTES]; /* mps_task_name(), or "" */
    struct segment_turn turn;      /* under control; the scheduler's to fill */
};

/* -- Objects --------------------------------------------------------------*/

/* Named by (backing, offset), never by address. BACKING is the inode for
 * files, named memory and FIFOs (device and inode mixed), the id for SysV
 * objects, a creation number (task path and ordinal) for anonymous mappings,
 * pipes and private memory. */
/* What the runtime keeps in mind of an object to know what it orders. */
enum object_edge {
    EDGE_DEATH = 1,      /* a lock of a file, say: the end of a task frees it */
    EDGE_SHARED = 2,     /* a file: was locked for reading */
    EDGE_EXCLUSIVE = 4,  /* and for writing */
    EDGE_ENDS = 8,       /* a descriptor that tells of the ends of tasks */
    EDGE_SIGNALS = 16,   /* of signals */
    EDGE_NAMES = 32,     /* of what happens to files */
    EDGE_NOTIFIES = 64,  /* a queue that sends signals */
    EDGE_ROUND = 128,    /* a barrier: every second round */
    EDGE_FULL = 256,     /* a stream: has been full, perhaps */
    EDGE_PARTNER = 65536 /* times the number of a socket's other end */
};

struct segment_object {
    _Alignas(64) uint32_t kind; /* enum object_kind; 0 while being made */
    uint32_t task;              /* who touched it first, + 1 */
    uint32_t ordinal; /* k-th object that task touched first, from 0 */
    uint32_t edge;    /* enum object_edge, and what is told apart by it */
    uint64_t backing;
    uint64_t offset;
    uint64_t site;    /* where it was first touched */
    uint32_t holder;  /* task + 1 that holds it exclusively; 0: none */
    uint32_t version; /* bumped by each op that may let a waiter through */
    uint64_t holder_site;
    uint64_t bytes_in, bytes_out;
    /* The newest release that found no waiter: a signal, a wake-up. */
    uint64_t vain_site, vain_ticket;
    uint32_t vain_task; /* + 1 */
    uint32_t count; /* recursion of a mutex; arrivals at a barrier; readers */
    uint32_t total; /* threads a barrier is for; writers of a FIFO ever;
                       messages sent through a socket */
    uint32_t destroyed; /* task + 1 that destroyed it */
    uint64_t destroyed_site;
    /* An fcntl lock lost by a close: of task + 1, at; see MISHAP_FCNTL_DROPPED
     */
    uint32_t dropped_task, lock_fd;
    uint64_t dropped_site;
    char name[112]; /* path, shm name; "" for anonymous ones */
};

/* -- Ops ------------------------------------------------------------------*/

/* Where code is: (module number + 1) << 48 | offset in the module's file image
 * (link-time address), so that a site survives ASLR. 0: unknown. */
enum { SITE_MODULE_SHIFT = 48 };

enum op_flag {
    OP_FLAG_TRAPPED = 1,  /* seen through Syscall User Dispatch */
    OP_FLAG_YIELDED = 2,  /* the point yielded */
    OP_FLAG_SLEPT = 4,    /* the point slept: see delay_ns */
    OP_FLAG_PRIVATE = 8,  /* nobody else can see the object: no point */
    OP_FLAG_RELEASE = 16, /* lets somebody else through, whatever its kind */
    OP_FLAG_TIMED = 32    /* a wait for a lock: gives up after a time */
};

struct segment_op {
    uint64_t sequence; /* ring position + 1 once the fields are written */
    uint64_t begin;    /* ticket at the point */
    uint64_t end;      /* ticket when done; 0: never came back */
    uint64_t site;
    int64_t result;    /* what the call returned, -errno on failure */
    uint64_t argument; /* bytes, signal, pid, syscall number ... by kind */
    uint32_t object;   /* number, 0: none */
    uint16_t kind;     /* enum op_kind */
    uint16_t task;
    uint32_t delay_ns;
    uint32_t flags; /* enum op_flag */
};
static_assert(sizeof(struct segment_op) == 64, "one op, one cache line");

/* -- Modules --------------------------------------------------------------*/

struct segment_module {
    uint32_t ready; /* 1 once written */
    uint32_t build_id_size;
    uint8_t build_id[32];
    char path[216]; /* cut from the left when longer */
};

/* -- Pointers -------------------------------------------------------------*/

/* Global variables of the target that hold pointers to something with a name,
 * as its debug information tells: the runner puts them down here, so that the
 * runtime can see which of them point to memory in a race (memory.h) before
 * the process is gone. */
struct segment_pointers {
    uint32_t count;
    uint32_t modules; /* those with numbers up to here have been looked at */
    uint64_t sites[SEGMENT_POINTERS]; /* as sites of code: module and offset */
};

/* -- Observations ---------------------------------------------------------*/

/* A record is this header, DATA_SIZE bytes, padding to 8. `tag` is
 * segment_record_tag(iteration): what stands in the arena from earlier
 * iterations, or was left half-written by a task that died, has another. */
struct segment_record {
    uint32_t tag;  /* written last */
    uint32_t size; /* of the whole record */
    uint16_t kind; /* enum mps_record_kind */
    uint16_t task;
    uint16_t name; /* number in names[] */
    uint16_t spare;
    uint64_t ticket;
    uint64_t site;
    uint32_t data_size;
    uint32_t spare2;
};
static_assert(sizeof(struct segment_record) == 40, "no padding");

/* A message of a serial replay: this header, the data, padding to 8. */
struct segment_message {
    uint32_t size; /* of the whole */
    uint32_t data_size;
    char queue[SEGMENT_NAME_BYTES];
};

static inline uint32_t segment_record_tag(uint64_t iteration)
{
    return (uint32_t)((iteration + 1) * 0x9e3779b1u) | 1;
}

/* -- The whole ------------------------------------------------------------*/

/* What every task touches stands together at the start: a child takes a page
 * fault for each page of the segment that it touches, and the first tasks fit
 * into the page of the counters. */
struct segment {
    /* These two, together with the small counters behind them and the rows of
     * the first tasks, within 2 MiB, which a process needs one page of page
     * tables for. */
    struct segment_schedule schedule;
    _Alignas(4096) struct segment_op ops[SEGMENT_OPS];
    _Alignas(4096) struct segment_header header;
    _Alignas(64) struct segment_control control;
    /* Counters that every task bumps; one cache line each. */
    _Alignas(64) uint64_t ticket;
    _Alignas(64) uint64_t ops_head;     /* never reset: see config.ops_start */
    _Alignas(64) uint64_t records_head; /* bytes used */
    _Alignas(64) uint32_t task_count;
    uint32_t living;       /* tasks made and not known to have ended */
    uint32_t object_count; /* numbers 1 .. object_count */
    uint32_t name_count;
    uint32_t module_count;
    _Alignas(64) struct segment_config config;
    struct segment_task tasks[SEGMENT_TASKS];
    struct segment_object objects[SEGMENT_OBJECTS + 1];
    uint32_t object_slots[SEGMENT_OBJECT_SLOTS];
    uint32_t name_slots[SEGMENT_NAME_SLOTS];
    char names[SEGMENT_NAMES + 1][SEGMENT_NAME_BYTES]; /* from 1 */
    struct segment_module modules[SEGMENT_MODULES];
    struct segment_pointers pointers;
    struct segment_leftover leftovers[SEGMENT_LEFTOVERS];
    struct segment_sharing sharing;
    struct lock_places lock_places;
    struct segment_plan plan;
    char text[SEGMENT_TEXT_BYTES]; /* of the configuration */
    _Alignas(4096) unsigned char feed[SEGMENT_FEED_BYTES];
    _Alignas(4096) unsigned char records[SEGMENT_RECORD_BYTES];
};

/* The environment variable that tells the runtime where its segment is:
 * "FD" of the inherited memfd. */
#define SEGMENT_ENV         "MPSTRESS_SEGMENT"
/* And the one that says where the runtime's own library file is, so that it
 * can follow a task through exec. */
#define SEGMENT_LIBRARY_ENV "MPSTRESS_RUNTIME"
/* LD_BIND_NOW=this was set by the runner, not by the user: the server takes it
 * out of the environment again. */
#define SEGMENT_BIND_MARK   "mpstress"

#endif
