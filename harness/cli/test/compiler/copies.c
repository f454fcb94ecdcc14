/* Two processes copy to the same memory with memcpy() alone: a race that is
 * seen only where the runtime knows whose calls it looks at. */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    char text[40];
};

static void copy(struct message *to, const struct message *from)
{
    memcpy(to, from, sizeof(*to)); /* the race */
}

int main(void)
{
    static struct message messages[2] = {{"one"}, {"two"}};
    struct message *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            copy(shared, &messages[i]);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
