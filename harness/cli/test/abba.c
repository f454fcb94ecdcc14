/* A program without mpstress.h: two processes move something between two
 * places, each with a lock, and take the locks in opposite order. FIXED: in
 * the same order. CHANGED: with one more operation before. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 3 };

struct place {
    pthread_mutex_t lock;
    int amount;
};

static struct place *places;

static void move(struct place *from, struct place *to)
{
    struct place *first = from, *second = to;
#ifdef FIXED
    if (second < first)
        first = to, second = from;
#endif
    pthread_mutex_lock(&first->lock);
    pthread_mutex_lock(&second->lock);
    from->amount--;
    to->amount++;
    pthread_mutex_unlock(&second->lock);
    pthread_mutex_unlock(&first->lock);
}

int main(void)
{
    places = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t shared;
    if (places == MAP_FAILED || pthread_mutexattr_init(&shared) ||
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED))
        return 2;
    for (int i = 0; i < 2; i++)
        if (pthread_mutex_init(&places[i].lock, &shared))
            return 2;
    pid_t child = fork();
    int mine = !child;
#ifdef CHANGED
    if (!child) {
        pthread_mutex_lock(&places[0].lock);
        pthread_mutex_unlock(&places[0].lock);
    }
#endif
    for (int i = 0; i < ROUNDS; i++)
        move(&places[mine], &places[!mine]);
    if (!child)
        _exit(0);
    int status = 1;
    return child < 0 || waitpid(child, &status, 0) != child || status ||
           places[0].amount != 0;
}
