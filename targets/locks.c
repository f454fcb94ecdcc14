/* locks: two accounts, a lock each; a transfer needs both. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mp/lock.h"
#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t transfers;
};

struct account {
    struct mp_lock lock;
    int64_t balance;
};

enum { ACCOUNTS = 2, START_BALANCE = 1000 };

struct job {
    const struct settings *settings;
    struct account *accounts; /* in memory that all workers share */
    /* Take the locks of both accounts, in the variant's order. */
    void (*take)(struct account *accounts, unsigned from, unsigned to);
};

static void take_ordered(struct account *accounts, unsigned from, unsigned to)
{
    unsigned first = from < to ? from : to;
    mp_lock_take(&accounts[first].lock);
    mp_lock_take(&accounts[from + to - first].lock);
}

static void take_mixed(struct account *accounts, unsigned from, unsigned to)
{
    mp_lock_take(&accounts[from].lock);
    mp_lock_take(&accounts[to].lock);
}

/* Even workers move money from account 0 to account 1, odd ones back. */
static int transfer(void *context, unsigned index)
{
    const struct job *job = context;
    struct account *accounts = job->accounts;
    unsigned from = index % 2;
    unsigned to = 1 - from;
    for (uint64_t i = 0; i < job->settings->transfers; i++) {
        int64_t amount = (int64_t)(i % 7) + 1;
        job->take(accounts, from, to);
        mps_enter("transfer");
        accounts[from].balance -= amount;
        accounts[to].balance += amount;
        mps_leave("transfer");
        mp_lock_give(&accounts[to].lock);
        mp_lock_give(&accounts[from].lock);
    }
    return 0;
}

/* Start the workers, wait for them and report the sum of the accounts. */
static int run_workers(struct job *job)
{
    const struct program_settings *common = &job->settings->common;
    struct mp_team *team;
    int err = mp_team_start(&team, common->backend, common->workers, transfer,
                            job, "worker");
    if (err)
        return program_fail("starting the workers", err);
    int status = program_wait(team);
    int64_t sum = job->accounts[0].balance + job->accounts[1].balance;
    mps_observe("sum", sum);
    printf("locks: balances %" PRId64 " and %" PRId64 ", sum %" PRId64
           ", expected %d\n",
           job->accounts[0].balance, job->accounts[1].balance, sum,
           ACCOUNTS * START_BALANCE);
    return status;
}

static int run(const struct settings *settings,
               void (*take)(struct account *, unsigned, unsigned))
{
    size_t size = ACCOUNTS * sizeof(struct account);
    struct job job = {settings, mp_memory_new(size), take};
    if (!job.accounts)
        return program_fail("shared memory", -ENOMEM);
    int status = EXIT_FAILURE;
    int made = 0;
    for (; made < ACCOUNTS; made++) {
        int err = mp_lock_init(&job.accounts[made].lock);
        if (err) {
            program_fail("lock", err);
            goto free_accounts;
        }
        job.accounts[made].balance = START_BALANCE;
    }
    status = run_workers(&job);
free_accounts:
    while (made--)
        mp_lock_fini(&job.accounts[made].lock);
    mp_memory_free(job.accounts, size);
    return status;
}

static int run_ordered(const void *settings)
{
    return run(settings, take_ordered);
}

static int run_mixed(const void *settings)
{
    return run(settings, take_mixed);
}

static const struct program_variant variants[] = {
    {"ordered",
     "right: the lock of account 0 first, whichever way the money goes.",
     run_ordered},
    {"mixed",
     "wrong: the payer's lock first. Two workers that pay each other hold one "
     "lock each and wait for the other for ever.",
     run_mixed},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"transfers", "N", "Transfers of each worker (default 100)", 0, 1000000000,
     offsetof(struct settings, transfers)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Two resources, two locks: money moves between two accounts.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.transfers = 100};
    return program_main(&program, &settings, argc, argv);
}
