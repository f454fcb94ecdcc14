/* The functions that the runtime stands in front of: the next definition
 * after ours, almost always libc's. */
#ifndef MPS_RUNTIME_REAL_H
#define MPS_RUNTIME_REAL_H

#include <dlfcn.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "state.h"

#define REAL_SYNC(X)              \
    X(pthread_mutex_lock)         \
    X(pthread_mutex_trylock)      \
    X(pthread_mutex_timedlock)    \
    X(pthread_mutex_clocklock)    \
    X(pthread_mutex_unlock)       \
    X(pthread_mutex_init)         \
    X(pthread_mutex_destroy)      \
    X(pthread_rwlock_rdlock)      \
    X(pthread_rwlock_tryrdlock)   \
    X(pthread_rwlock_timedrdlock) \
    X(pthread_rwlock_clockrdlock) \
    X(pthread_rwlock_wrlock)      \
    X(pthread_rwlock_trywrlock)   \
    X(pthread_rwlock_timedwrlock) \
    X(pthread_rwlock_clockwrlock) \
    X(pthread_rwlock_unlock)      \
    X(pthread_rwlock_init)        \
    X(pthread_rwlock_destroy)     \
    X(pthread_cond_wait)          \
    X(pthread_cond_timedwait)     \
    X(pthread_cond_clockwait)     \
    X(pthread_cond_signal)        \
    X(pthread_cond_broadcast)     \
    X(pthread_barrier_wait)       \
    X(pthread_spin_lock)          \
    X(pthread_spin_trylock)       \
    X(pthread_spin_unlock)        \
    X(pthread_spin_init)          \
    X(pthread_spin_destroy)       \
    X(sem_init)                   \
    X(sem_destroy)                \
    X(sem_wait)                   \
    X(sem_trywait)                \
    X(sem_timedwait)              \
    X(sem_clockwait)              \
    X(sem_post)                   \
    X(sem_open)                   \
    X(sem_close)                  \
    X(sem_unlink)                 \
    X(mtx_lock)                   \
    X(mtx_trylock)                \
    X(mtx_timedlock)              \
    X(mtx_unlock)                 \
    X(mtx_init)                   \
    X(mtx_destroy)                \
    X(cnd_wait)                   \
    X(cnd_timedwait)              \
    X(cnd_signal)                 \
    X(cnd_broadcast)

#define REAL_TASKS(X)       \
    X(fork)                 \
    X(posix_spawn)          \
    X(posix_spawnp)         \
    X(system)               \
    X(popen)                \
    X(daemon)               \
    X(pthread_create)       \
    X(pthread_join)         \
    X(pthread_tryjoin_np)   \
    X(pthread_timedjoin_np) \
    X(pthread_clockjoin_np) \
    X(pthread_cancel)       \
    X(pthread_once)         \
    X(call_once)            \
    X(thrd_create)          \
    X(thrd_join)            \
    X(wait)                 \
    X(waitpid)              \
    X(wait3)                \
    X(wait4)                \
    X(waitid)               \
    X(kill)                 \
    X(execve)               \
    X(execv)                \
    X(execvp)               \
    X(execvpe)              \
    X(fexecve)              \
    X(dlopen)

#define REAL_CALLS(X)  \
    X(read)            \
    X(pread64)         \
    X(readv)           \
    X(write)           \
    X(pwrite64)        \
    X(writev)          \
    X(lseek64)         \
    X(ftruncate64)     \
    X(openat64)        \
    X(close)           \
    X(close_range)     \
    X(closefrom)       \
    X(dup)             \
    X(dup2)            \
    X(dup3)            \
    X(fcntl64)         \
    X(flock)           \
    X(lockf64)         \
    X(pipe)            \
    X(pipe2)           \
    X(socketpair)      \
    X(socket)          \
    X(bind)            \
    X(listen)          \
    X(connect)         \
    X(accept)          \
    X(accept4)         \
    X(send)            \
    X(sendto)          \
    X(sendmsg)         \
    X(recv)            \
    X(recvfrom)        \
    X(recvmsg)         \
    X(shutdown)        \
    X(eventfd)         \
    X(poll)            \
    X(ppoll)           \
    X(select)          \
    X(pselect)         \
    X(epoll_wait)      \
    X(epoll_pwait)     \
    X(mq_timedsend)    \
    X(mq_timedreceive) \
    X(mq_send)         \
    X(mq_receive)      \
    X(semop)           \
    X(semtimedop)      \
    X(msgsnd)          \
    X(msgrcv)          \
    X(shmat)           \
    X(shmdt)           \
    X(mmap64)          \
    X(munmap)          \
    X(unlink)          \
    X(rename)          \
    X(shm_open)        \
    X(shm_unlink)      \
    X(sched_yield)     \
    X(nanosleep)       \
    X(clock_nanosleep) \
    X(usleep)          \
    X(sleep)           \
    X(clock_gettime)   \
    X(gettimeofday)    \
    X(time)            \
    X(timespec_get)    \
    X(clock)           \
    X(getrandom)       \
    X(alarm)           \
    X(setitimer)       \
    X(pause)           \
    X(sigsuspend)      \
    X(sigwait)         \
    X(sigwaitinfo)     \
    X(sigtimedwait)

struct real {
#define REAL_FIELD(name) __typeof__(&name) name;
    REAL_SYNC(REAL_FIELD)
    REAL_TASKS(REAL_FIELD)
    REAL_CALLS(REAL_FIELD)
#undef REAL_FIELD
    _Bool resolved;
};
extern struct real real;

/* Look all of them up. Needed once per program image; by itself on first use,
 * should a constructor come before ours. */
void real_resolve(void);

#define REAL(name) (*(real.resolved ? &real : (real_resolve(), &real))->name)

/* Attribute of every function that a target sees. */
#define EXPORT __attribute__((visibility("default")))

/* A second name of a function here. gcc wants the attributes of libc's
 * declaration carried over and says so by a warning; clang knows no such
 * attribute. */
#if defined(__has_attribute) && __has_attribute(copy)
#define SECOND_NAME(name) \
    __attribute__((alias(#name), visibility("default"), copy(name)))
#else
#define SECOND_NAME(name) __attribute__((alias(#name), visibility("default")))
#endif

#endif
