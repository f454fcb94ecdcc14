/* The visible operations, one row each: id, name in reports, what it does to
 * its object. Traces store the names, so rows may be added and reordered. */
#ifndef MPS_SEGMENT_OPS_H
#define MPS_SEGMENT_OPS_H

enum op_class {
    OP_ACQUIRE, /* may wait until the object lets it through */
    OP_RELEASE, /* may let somebody else through */
    OP_BOTH,    /* both at once: barrier, condition wait, rendezvous */
    OP_INPUT,   /* takes bytes or a message out */
    OP_OUTPUT,  /* puts bytes or a message in */
    OP_TASK,    /* creates, ends, awaits or signals a task */
    OP_OPEN,    /* creates or finds an object */
    OP_CLOSE,   /* gives it up or removes it */
    OP_TIME,    /* sleeps, yields */
    OP_MEMORY,  /* looks at a word of memory, or changes it */
    OP_NOTE     /* said by the target itself */
};

#define OP_KINDS(X)                               \
    X(NONE, "nothing", NOTE)                      \
    X(MUTEX_LOCK, "mutex lock", ACQUIRE)          \
    X(MUTEX_TRYLOCK, "mutex trylock", ACQUIRE)    \
    X(MUTEX_UNLOCK, "mutex unlock", RELEASE)      \
    X(MUTEX_INIT, "mutex init", OPEN)             \
    X(MUTEX_DESTROY, "mutex destroy", CLOSE)      \
    X(RWLOCK_READ, "rwlock read lock", ACQUIRE)   \
    X(RWLOCK_WRITE, "rwlock write lock", ACQUIRE) \
    X(RWLOCK_UNLOCK, "rwlock unlock", RELEASE)    \
    X(COND_WAIT, "cond wait", BOTH)               \
    X(COND_SIGNAL, "cond signal", RELEASE)        \
    X(COND_BROADCAST, "cond broadcast", RELEASE)  \
    X(BARRIER_WAIT, "barrier wait", BOTH)         \
    X(SPIN_LOCK, "spin lock", ACQUIRE)            \
    X(SPIN_UNLOCK, "spin unlock", RELEASE)        \
    X(SEM_WAIT, "sem wait", ACQUIRE)              \
    X(SEM_POST, "sem post", RELEASE)              \
    X(SEM_OPEN, "sem open", OPEN)                 \
    X(SEM_CLOSE, "sem close", CLOSE)              \
    X(SEM_UNLINK, "sem unlink", CLOSE)            \
    X(SEMGET, "semget", OPEN)                     \
    X(SEMOP, "semop", BOTH)                       \
    X(SEMCTL, "semctl", BOTH)                     \
    X(MSGGET, "msgget", OPEN)                     \
    X(MSGSND, "msgsnd", OUTPUT)                   \
    X(MSGRCV, "msgrcv", INPUT)                    \
    X(MSGCTL, "msgctl", CLOSE)                    \
    X(MQ_OPEN, "mq open", OPEN)                   \
    X(MQ_SEND, "mq send", OUTPUT)                 \
    X(MQ_RECEIVE, "mq receive", INPUT)            \
    X(MQ_UNLINK, "mq unlink", CLOSE)              \
    X(OPEN, "open", OPEN)                         \
    X(CLOSE, "close", CLOSE)                      \
    X(READ, "read", INPUT)                        \
    X(WRITE, "write", OUTPUT)                     \
    X(SEEK, "seek", INPUT)                        \
    X(TRUNCATE, "truncate", OUTPUT)               \
    X(RENAME, "rename", CLOSE)                    \
    X(UNLINK, "unlink", CLOSE)                    \
    X(PIPE, "pipe", OPEN)                         \
    X(SOCKET, "socket", OPEN)                     \
    X(BIND, "bind", OPEN)                         \
    X(LISTEN, "listen", OPEN)                     \
    X(CONNECT, "connect", ACQUIRE)                \
    X(ACCEPT, "accept", ACQUIRE)                  \
    X(SEND, "send", OUTPUT)                       \
    X(RECEIVE, "receive", INPUT)                  \
    X(SHUTDOWN, "shutdown", CLOSE)                \
    X(EVENTFD, "eventfd", OPEN)                   \
    X(POLL, "poll", ACQUIRE)                      \
    X(FLOCK, "flock", BOTH)                       \
    X(FCNTL_LOCK, "fcntl lock", BOTH)             \
    X(FUTEX_WAIT, "futex wait", ACQUIRE)          \
    X(FUTEX_WAKE, "futex wake", RELEASE)          \
    X(FORK, "fork", TASK)                         \
    X(SPAWN, "posix_spawn", TASK)                 \
    X(EXEC, "exec", TASK)                         \
    X(EXIT, "exit", TASK)                         \
    X(WAIT, "wait", TASK)                         \
    X(KILL, "kill", TASK)                         \
    X(SIGNAL, "signal handler", TASK)             \
    X(SIGWAIT, "sigwait", TASK)                   \
    X(THREAD_CREATE, "thread create", TASK)       \
    X(THREAD_JOIN, "thread join", TASK)           \
    X(THREAD_EXIT, "thread exit", TASK)           \
    X(MMAP, "mmap", OPEN)                         \
    X(MUNMAP, "munmap", CLOSE)                    \
    X(SHM_OPEN, "shm open", OPEN)                 \
    X(SHM_UNLINK, "shm unlink", CLOSE)            \
    X(SHMGET, "shmget", OPEN)                     \
    X(SHMAT, "shmat", OPEN)                       \
    X(SHMDT, "shmdt", CLOSE)                      \
    X(SHMCTL, "shmctl", CLOSE)                    \
    X(SLEEP, "sleep", TIME)                       \
    X(YIELD, "yield", TIME)                       \
    X(TIME, "read clock", TIME)                   \
    X(LOAD, "load", MEMORY)                       \
    X(STORE, "store", MEMORY)                     \
    X(UPDATE, "update", MEMORY)                   \
    X(POINT, "point", NOTE)                       \
    X(SYSCALL, "system call", NOTE)

enum op_kind {
#define OP_ENUM(id, name, class) OP_KIND_##id,
    OP_KINDS(OP_ENUM)
#undef OP_ENUM
        OP_KIND_COUNT
};

/* "mutex lock"; "unknown" outside the table. Static. */
const char *op_kind_name(unsigned kind);
enum op_class op_kind_class(unsigned kind);
/* The kind called NAME; OP_KIND_NONE outside the table. */
enum op_kind op_kind_find(const char *name);

/* What an op acts on. */
#define OBJECT_KINDS(X)               \
    X(NONE, "")                       \
    X(MUTEX, "mutex")                 \
    X(RWLOCK, "rwlock")               \
    X(COND, "condition")              \
    X(BARRIER, "barrier")             \
    X(SPIN, "spinlock")               \
    X(SEM, "semaphore")               \
    X(SYSV_SEM, "SysV semaphore")     \
    X(SYSV_SHM, "SysV shared memory") \
    X(SYSV_MSG, "SysV queue")         \
    X(MQ, "message queue")            \
    X(SHM, "shared memory")           \
    X(FILE, "file")                   \
    X(PIPE, "pipe")                   \
    X(SOCKET, "socket")               \
    X(EVENT, "eventfd")               \
    X(TERMINAL, "device")             \
    X(WORD, "word")                   \
    X(TASK, "task")                   \
    X(EPOLL, "epoll")                 \
    X(TIMER, "timerfd")               \
    X(SIGNALS, "signalfd")            \
    X(NOTIFY, "inotify")              \
    X(PIDFD, "pidfd")                 \
    X(ANONYMOUS, "descriptor")

enum object_kind {
#define OBJECT_ENUM(id, name) OBJECT_##id,
    OBJECT_KINDS(OBJECT_ENUM)
#undef OBJECT_ENUM
        OBJECT_KIND_COUNT
};

const char *object_kind_name(unsigned kind);

#endif
