#include "pool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lock.h"
#include "memory.h"

/* What has happened to an item that was taken. */
enum item_state { ITEM_TAKEN, ITEM_RETURNED, ITEM_MISSING };

struct item {
    uint8_t state; /* enum item_state; means nothing before it is taken */
    uint8_t deaths;
};

/* What a worker is doing: it has done FIRST .. CURRENT-1, is at CURRENT, and
 * has taken up to END-1. Written by the worker alone, read when it has ended:
 * nothing of it needs the lock. */
struct desk {
    _Alignas(64) size_t first;
    size_t current;
    size_t end;
};

/* The shared memory of a map: this struct, a desk for each worker, an item for
 * each index, and the results. */
struct board {
    struct mp_lock lock; /* guards NEXT, RETURNED and the items */
    size_t next;         /* first index that nobody has taken yet */
    size_t returned;     /* items in ITEM_RETURNED */
};

struct map {
    const struct mp_pool *pool;
    mp_work *work;
    void *context;
    size_t count;
    size_t result_size;
    size_t chunk;
    struct board *board;
    struct desk *desks;
    struct item *items;
    unsigned char *results;
    size_t memory_size;
    unsigned deaths;
    unsigned idle_deaths; /* of workers that had nothing at hand */
};

static void repair(struct map *map)
{
    struct board *board = map->board;
    board->returned = 0;
    for (size_t i = 0; i < board->next; i++)
        board->returned += map->items[i].state == ITEM_RETURNED;
}

static void take_lock(struct map *map)
{
    if (mp_lock_take(&map->board->lock) == MP_TAKEN_FROM_DEAD)
        repair(map);
}

/* Take the next chunk for DESK, or one item that a dead worker left. The desk
 * is written before the board: a worker that dies in between has the items on
 * its desk, and at worst somebody does them twice. */
static bool take_chunk(struct map *map, struct desk *desk)
{
    struct board *board = map->board;
    bool found = true;
    take_lock(map);
    size_t first = board->next;
    if (first < map->count) {
        size_t left = map->count - first;
        size_t end = first + (left < map->chunk ? left : map->chunk);
        *desk = (struct desk){first, first, end};
        board->next = end;
    } else if (board->returned) {
        for (first = 0; map->items[first].state != ITEM_RETURNED; first++)
            continue;
        *desk = (struct desk){first, first, first + 1};
        map->items[first].state = ITEM_TAKEN;
        board->returned--;
    } else {
        found = false;
    }
    mp_lock_give(&board->lock);
    return found;
}

static int run_worker(void *context, unsigned index)
{
    struct map *map = context;
    struct desk *desk = &map->desks[index];
    while (take_chunk(map, desk)) {
        for (; desk->current < desk->end; desk->current++) {
            size_t i = desk->current;
            int failure =
                map->work(map->context, i, map->results + i * map->result_size);
            if (failure)
                return 1;
        }
    }
    return 0;
}

static void settle_item(struct map *map, size_t index, enum item_state state)
{
    map->items[index].state = (uint8_t)state;
    if (state == ITEM_MISSING)
        memset(map->results + index * map->result_size, 0, map->result_size);
}

/* Decide about what the dead worker of DESK had taken. */
static void settle_desk(struct map *map, struct desk *desk)
{
    struct board *board = map->board;
    unsigned attempts = map->pool->attempts;
    map->deaths++;
    if (desk->current == desk->end) {
        map->idle_deaths++;
        return;
    }
    take_lock(map);
    /* The worker may have died before it told the board: see take_chunk(). */
    if (board->next < desk->end)
        board->next = desk->end;
    struct item *guilty = &map->items[desk->current];
    if (guilty->deaths < UINT8_MAX)
        guilty->deaths++;
    bool again = guilty->deaths < attempts;
    settle_item(map, desk->current, again ? ITEM_RETURNED : ITEM_MISSING);
    for (size_t i = desk->current + 1; i < desk->end; i++)
        settle_item(map, i, attempts ? ITEM_RETURNED : ITEM_MISSING);
    for (size_t i = desk->first; i < desk->current && !attempts; i++)
        settle_item(map, i, ITEM_MISSING);
    /* Counted anew: a worker that died while it took up a returned item may
     * have left that as returned, or have not. */
    repair(map);
    mp_lock_give(&board->lock);
    *desk = (struct desk){0};
}

static bool work_left(struct map *map)
{
    take_lock(map);
    bool left = map->board->next < map->count || map->board->returned;
    mp_lock_give(&map->board->lock);
    return left;
}

/* Wait for worker INDEX, replacing it when it dies and there is still work. */
static int supervise(struct map *map, struct mp_team *team, unsigned index)
{
    for (;;) {
        int status;
        int err = mp_team_join(team, index, &status);
        if (err || !status)
            return err;
        settle_desk(map, &map->desks[index]);
        if (map->idle_deaths > map->pool->workers)
            return -ECHILD;
        if (!work_left(map))
            return 0;
        err = mp_team_restart(team, index);
        if (err)
            return err;
    }
}

static int run_map(struct map *map)
{
    const struct mp_pool *pool = map->pool;
    struct mp_team *team;
    int err = mp_team_start(&team, pool->backend, pool->workers, run_worker,
                            map, pool->name ? pool->name : "worker");
    if (err)
        return err;
    for (unsigned i = 0; i < pool->workers && !err; i++)
        err = supervise(map, team, i);
    int failed = mp_team_wait(team);
    return !err && failed < 0 ? failed : err;
}

/* Add COUNT things of SIZE bytes to *TOTAL, rounded up to cache lines; their
 * offset goes to *AT. Returns whether that fits. */
static bool lay_out(size_t *total, size_t count, size_t size, size_t *at)
{
    size_t bytes;
    *at = *total;
    return !__builtin_mul_overflow(count, size, &bytes) &&
           !__builtin_add_overflow(bytes, 63, &bytes) &&
           !__builtin_add_overflow(*total, bytes & ~(size_t)63, total);
}

static int make_board(struct map *map)
{
    size_t total = 0;
    size_t board;
    size_t desks;
    size_t items;
    size_t results;
    if (!lay_out(&total, 1, sizeof(struct board), &board) ||
        !lay_out(&total, map->pool->workers, sizeof(struct desk), &desks) ||
        !lay_out(&total, map->count, sizeof(struct item), &items) ||
        !lay_out(&total, map->count, map->result_size, &results) ||
        total > PTRDIFF_MAX)
        return -EOVERFLOW;
    unsigned char *memory = mp_memory_new(total);
    if (!memory)
        return -ENOMEM;
    map->memory_size = total;
    map->board = (struct board *)(void *)(memory + board);
    map->desks = (struct desk *)(void *)(memory + desks);
    map->items = (struct item *)(void *)(memory + items);
    map->results = memory + results;
    int err = mp_lock_init(&map->board->lock);
    if (err)
        mp_memory_free(memory, total);
    return err;
}

static void report_map(const struct map *map, struct mp_pool_report *report)
{
    *report = (struct mp_pool_report){.deaths = map->deaths};
    for (size_t i = 0; i < map->count; i++)
        report->missing += map->items[i].state == ITEM_MISSING;
}

int mp_pool_map(const struct mp_pool *pool, mp_work *work, void *context,
                size_t count, size_t result_size, void *results,
                struct mp_pool_report *report)
{
    if (!pool->workers || pool->workers > MP_TEAM_MAX)
        return -EINVAL;
    struct map map = {.pool = pool,
                      .work = work,
                      .context = context,
                      .count = count,
                      .result_size = result_size,
                      .chunk = pool->chunk ? pool->chunk : 1};
    int err = make_board(&map);
    if (err)
        return err;
    err = run_map(&map);
    if (!err && count && result_size)
        memcpy(results, map.results, count * result_size);
    if (!err && report)
        report_map(&map, report);
    mp_lock_fini(&map.board->lock);
    mp_memory_free(map.board, map.memory_size);
    return err;
}
