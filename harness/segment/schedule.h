/* The part of the segment that controlled scheduling lives in: who has the
 * turn, what each task is about to do, the schedule as it comes about, and the
 * plan to follow when one is replayed.
 *
 * Written by the holder of the turn alone, which is why nothing here needs a
 * lock; the exceptions are atomic and say so. Untouched in stress mode. */
#ifndef MPS_SEGMENT_SCHEDULE_H
#define MPS_SEGMENT_SCHEDULE_H

#include <stdint.h>

enum {
    SCHEDULE_SEGMENTS = 65536, /* of a recorded schedule, or of a plan */
    SCHEDULE_TASKS = 1024,     /* tasks that a plan may name */
    SCHEDULE_ALIVE = 2048,     /* tasks that may live at one time */
    SCHEDULE_MISHAPS = 32,     /* misuses noted */
    SCHEDULE_CHANGES = 8,      /* PCT: depth - 1 change points */
    SCHEDULE_WHOLE = 8,        /* objects whose regions nobody interrupts */
    SCHEDULE_REGION = 8,     /* grants that such a region outlasts an access */
    SCHEDULE_CALL_BYTES = 24 /* name of a call that was not modelled */
};

/* -- The turn of one task ------------------------------------------------- */

enum turn_state {
    TURN_NONE,     /* not under control */
    TURN_READY,    /* at a point: may run */
    TURN_PARKED,   /* its op was tried in vain; see park_* */
    TURN_RUNNING,  /* has the turn */
    TURN_EXTERNAL, /* blocks, or computes without end, where no point is */
    TURN_DEAD
};

enum turn_flag {
    TURN_YIELDED = 1,  /* let the others go first (sleep, yield, failed try) */
    TURN_SLEEPING = 2, /* ready, and time is DEADLINE when it goes on */
    TURN_RETRY = 4,    /* try once more whatever the versions say */
    TURN_WOKEN = 8,    /* somebody ended its modelled wait */
    TURN_TIMED_OUT = 16,  /* its deadline has passed */
    TURN_SIGNALLED = 32,  /* a handler is to run */
    TURN_CANCELLED = 64,  /* pthread_cancel() was called on it */
    TURN_MODELLED = 128,  /* parked until TURN_WOKEN: a condition, a barrier */
    TURN_WAITS_IO = 256,  /* parked on any change of a pipe, socket, ... */
    TURN_PREEMPTED = 512, /* lost the turn while it could have gone on */
    TURN_CHECKS = 1024,   /* beside TURN_MODELLED: may look again by itself */
    /* At a point where a switch is likely to matter: strategies that choose
     * by chance let others go first, as after a yield. */
    TURN_NUDGED = 2048
};

struct segment_turn {
    /* Bumped and woken when the task gets the turn: a futex word. */
    _Alignas(64) uint32_t gate;
    uint32_t state; /* enum turn_state; atomic */
    uint32_t flags; /* enum turn_flag */
    /* The op it announced. */
    uint32_t kind, object;
    /* Parked: go on when one of these is no longer what it was. */
    uint32_t park_object, park_version, park_epoch, park_io;
    uint32_t plan_task;   /* number in plan.tasks + 1; 0: none */
    uint64_t site;        /* of the op it announced */
    uint64_t deadline_ns; /* virtual time; 0: none */
    uint64_t grants;      /* times it got the turn, or kept it at a point */
    uint64_t ops;         /* ops it completed */
    uint64_t priority;    /* of the strategy */
    uint64_t environment; /* choices drawn from the environment stream */
    uint64_t randomness;  /* words drawn from the program stream */
    uint64_t clock_reads; /* in a row, without another op */
    uint64_t alarm_ns;    /* virtual time of the next SIGALRM; 0: none */
    uint64_t alarm_every_ns;
    uint32_t handlers;                 /* signal handlers begun; atomic */
    uint64_t caught, ignored, blocked; /* signals, as a kernel set */
    uint64_t pending;                  /* sent while blocked, likewise */
    uint64_t thread;                   /* pthread_t of a thread */
    /* What a modelled wait stands for: bits of FUTEX_WAIT_BITSET. */
    uint32_t wait_bits;
    uint32_t spare;
    /* Grants for which it still keeps the turn: see schedule.whole. */
    uint32_t region;
};

/* -- Misuse ----------------------------------------------------------------*/

#define MISHAP_KINDS(X)                                                    \
    X(UNLOCK_FREE, "unlocks a lock that nobody holds")                     \
    X(UNLOCK_OTHERS, "unlocks a lock that another task holds")             \
    X(DESTROY_HELD, "destroys an object that is in use")                   \
    X(INIT_HELD, "initialises an object again that is in use")             \
    X(USE_DESTROYED, "uses an object that was destroyed")                  \
    X(HELD_AT_EXIT,                                                        \
      "waits for a lock whose holder ended without releasing it")          \
    X(FORKED_LOCKED, "waits for a lock that was copied locked by fork")    \
    X(FCNTL_DROPPED, "lost its lock by closing another descriptor of the " \
                     "file")

enum mishap_kind {
#define MISHAP_ENUM(id, about) MISHAP_##id,
    MISHAP_KINDS(MISHAP_ENUM)
#undef MISHAP_ENUM
        MISHAP_KIND_COUNT
};

struct segment_mishap {
    uint32_t kind;  /* enum mishap_kind */
    uint32_t task;  /* who did it */
    uint32_t other; /* the holder, the dead, ... + 1; 0: nobody */
    uint32_t object;
    uint64_t site;       /* where */
    uint64_t other_site; /* where the other one took, destroyed, closed it */
    uint64_t ticket;
};

/* -- The schedule
 * ------------------------------------------------------------*/

/* One task, so many grants in a row. */
struct schedule_segment {
    uint32_t task; /* recorded: task number; in a plan: plan task */
    uint32_t count;
};

/* A task of a plan, by its place in the tree; the root is number 0. */
struct schedule_task {
    uint32_t parent; /* plan task + 1; 0: the root */
    uint32_t ordinal;
};

enum schedule_verdict {
    SCHEDULE_OPEN,
    SCHEDULE_DEADLOCK,  /* no task can ever go on, or those in `cycle` */
    SCHEDULE_IDLE,      /* the root has ended and the rest waits for ever */
    SCHEDULE_LIVELOCK,  /* the step bound, and nothing but waiting for long */
    SCHEDULE_STEP_BOUND /* the step bound, while work was done */
};

enum schedule_unit {
    SCHEDULE_GRANTS, /* a plan counts grants: exact */
    SCHEDULE_OPS     /* a plan counts completed ops: of a stress run */
};

/* In schedule.holder, beside the task + 1. */
#define SCHEDULE_DECIDING UINT32_C(0x80000000)
/* Instead of it: the runner's watchdog. */
#define SCHEDULE_RUNNER   UINT32_C(0x7fffffff)

struct segment_schedule {
    /* Configuration: by the runner before each iteration. */
    uint32_t strategy; /* row of sched_strategies[] */
    uint32_t depth;    /* PCT: number of ordering constraints */
    uint32_t expected_tasks, expected_decisions; /* PCT: n and k */
    uint32_t spurious_chance;                    /* of 65536: wake-ups */
    uint32_t plan_count, plan_unit, plan_task_count;
    uint64_t step_limit; /* grants; 0: none */
    uint64_t seed;       /* of the strategy's stream */
    uint64_t environment_seed, program_seed;
    uint64_t wall_start_ns; /* CLOCK_REALTIME of virtual time 0 */
    /* A debugger is to have the plan's task STOP_TASK - 1 just before its op
     * number STOP_OP, from 0; 0: nobody. */
    uint32_t stop_task;
    /* Objects (segment_object_key()) that are accessed as a whole: from its
     * first access on, until it has left all of them alone for SCHEDULE_REGION
     * grants, a task is not interrupted unless it waits or yields. */
    uint32_t whole_count;
    uint64_t whole[SCHEDULE_WHOLE];
    uint64_t stop_op;

    /* Who has the turn: task + 1, 0: nobody; with SCHEDULE_DECIDING while the
     * next one is looked for. Atomic: a task that was thought lost, and the
     * runner's watchdog, compete for it. */
    _Alignas(64) uint32_t holder;
    uint32_t
        newcomers; /* bumped by who joins without having the turn; atomic */
    uint32_t newcomers_seen;
    uint32_t verdict; /* enum schedule_verdict; atomic */
    uint32_t current; /* who was granted last, + 1 */
    uint32_t epoch;   /* bumped by what may enable anybody: a death, a signal */
    uint32_t io;      /* bumped by any change of a pipe, socket, ... */
    uint32_t alive_count;
    uint32_t alarms;     /* turns with an alarm_ns */
    uint32_t alarm_task; /* whose alarm is due: process + 1 */
    uint32_t externals;  /* tasks in TURN_EXTERNAL */
    uint32_t real_time;  /* timers that run in real time were made; atomic */
    uint32_t externals_ever; /* times that happened */
    uint32_t max_alive;
    uint32_t segment_count; /* recorded; beyond the table only counted */
    uint32_t following;     /* a plan, before the strategy itself begins */
    uint32_t plan_at;       /* segment of the plan being followed */
    uint32_t plan_done;     /* of its grants */
    uint32_t plan_misses;   /* grants that the plan did not say */
    uint32_t mishap_count;  /* atomic */
    uint32_t cycle_count;   /* deadlock among a subset of the tasks */
    uint32_t stopped;       /* the task of stop_task stands there; atomic */
    uint32_t settling;      /* the holder waits for a death or a handler */
    /* Whoever gets the turn next waits for the end of this process or thread,
     * and for the SIGCHLD handler of task DEATH_HANDLER - 1; 0: of nobody. */
    int32_t death_pid, death_tid;
    uint32_t death_handler, death_handlers;
    uint64_t plan_miss_at; /* grant number of the first */
    uint64_t grants, decisions, switches, preemptions;
    uint64_t completed;     /* ops done: progress */
    uint64_t retried_at;    /* `completed` + 1 at the last round of tries */
    uint64_t idle_grants;   /* in a row, of yields and vain tries alone */
    uint64_t now_ns;        /* virtual time since the start */
    uint64_t hash;          /* of the ops in their order */
    uint64_t rng;           /* the strategy's stream */
    uint64_t real_start_ns; /* with REAL_TIME: CLOCK_MONOTONIC of time 0 */
    uint64_t floor;         /* PCT: the lowest priority given so far */
    uint64_t changes[SCHEDULE_CHANGES]; /* PCT: decisions, ascending */
    uint64_t change_priority[SCHEDULE_CHANGES];
    uint32_t change_count;
    uint32_t cycle[16]; /* task numbers */
    char external_call[SCHEDULE_CALL_BYTES];
    uint64_t external_site;

    uint32_t alive[SCHEDULE_ALIVE]; /* task numbers, in order of creation */
    uint32_t candidates[SCHEDULE_ALIVE]; /* scratch of the one who decides */
    struct segment_mishap mishaps[SCHEDULE_MISHAPS];
    struct schedule_segment segments[SCHEDULE_SEGMENTS];
};

/* What is to be followed: schedule.plan_task_count and plan_count of them. */
struct segment_plan {
    struct schedule_task tasks[SCHEDULE_TASKS];
    struct schedule_segment segments[SCHEDULE_SEGMENTS];
};

#endif
