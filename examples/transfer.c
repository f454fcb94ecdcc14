/* Two processes move money between two accounts in shared memory, one from a
 * to b and one from b to a. What is wrong with it? */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct account {
    pthread_mutex_t lock;
    long balance;
};

static void move(struct account *from, struct account *to, long sum)
{
    pthread_mutex_lock(&from->lock);
    pthread_mutex_lock(&to->lock);
    from->balance -= sum;
    to->balance += sum;
    pthread_mutex_unlock(&to->lock);
    pthread_mutex_unlock(&from->lock);
}

int main(void)
{
    struct account *a = mmap(NULL, 2 * sizeof(*a), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct account *b = a + 1;
    pthread_mutexattr_t shared;
    if (a == MAP_FAILED || pthread_mutexattr_init(&shared) ||
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED) ||
        pthread_mutex_init(&a->lock, &shared) ||
        pthread_mutex_init(&b->lock, &shared))
        return 1;
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        move(b, a, 5);
        _exit(0);
    }
    move(a, b, 3);
    return waitpid(child, NULL, 0) != child;
}
