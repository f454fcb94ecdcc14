/* Says what its memory is called, for names_test: one line for each piece,
 *     KIND <tab> VARIABLE <tab> BEHIND <tab> SIZE <tab> NAME <tab> TYPE
 * VARIABLE: the link-time address of a global, in hexadecimal; BEHIND, bytes
 * behind it ("global") or behind what it points to ("pointer"; "element":
 * beyond the first of an array there), or into an object of a type by that name
 * ("typed"; VARIABLE is the type's name). */
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static uintptr_t bias;

static int read_bias(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    bias = info->dlpi_addr;
    return 1; /* the first is the program itself */
}

static void say(const char *kind, const volatile void *variable,
                const volatile void *from, const volatile void *what,
                size_t size, const char *name, const char *type)
{
    printf("%s\t%lx\t%lu\t%zu\t%s\t%s\n", kind,
           (unsigned long)((uintptr_t)variable - bias),
           (unsigned long)((uintptr_t)what - (uintptr_t)from), size, name,
           type);
}

#define GLOBAL(variable, what, type) \
    say("global", &(variable), &(variable), &(what), sizeof(what), #what, type)
#define POINTEE(pointer, what, type) \
    say("pointer", &(pointer), pointer, &(what), sizeof(what), #what, type)

#define ELEMENT(pointer, what, type) \
    say("element", &(pointer), pointer, &(what), sizeof(what), #what, type)

/* -- What there is ----------------------------------------------------------*/

typedef unsigned int number;
enum color { RED, GREEN };

struct later;

struct slot {
    uint64_t stamp;
    number seq;
    enum color color;
};

struct flags {
    unsigned ready : 1;
    unsigned count : 5;
    unsigned far : 20;
    unsigned alone : 30;
};

struct ring {
    int head;
    volatile int tail;
    struct slot slots[4];
    union {
        struct {
            int16_t low, high;
        } half;
        int word;
    };
    struct {
        double ratio;
        const char *label;
    };
    atomic_int users;
    struct flags flags;
    int table[2][3];
    int (*callback)(void);
    struct later *later;
    unsigned char text[8];
    struct ring *next;
};

struct later {
    long here;
};

struct list {
    int count;
    struct slot items[];
};

typedef struct {
    int x, y;
} point;

static struct ring storage[2];
static struct ring *ring = storage;
static int numbers[4];
static int *counter = numbers;
static int (*square)[2] = (int (*)[2])numbers;
static struct {
    struct {
        number only;
    } boxes[2];
} boxed;
static struct slot slots[3];
static struct slot *first = slots;
static point points[2];
static point *shape = points;
static struct {
    int used;
    struct ring *ring;
    struct ring *others[2];
} context = {1, storage, {storage, storage + 1}};
static char block[256];
static struct list *list = (struct list *)block;
static volatile int plain;
static void *nothing = block;
static char *bytes = block;
static __thread int *local = numbers;

struct later *elsewhere; /* of a type that another place defines */

static int *static_in_function(void)
{
    static int calls;
    GLOBAL(calls, calls, "int");
    return &calls;
}

static void say_bits(void)
{
    /* Of bit-fields no address can be taken. */
    size_t first_unit = offsetof(struct ring, flags);
    const char *base = (const char *)ring;
    say("pointer", &ring, base, base + first_unit, 4,
        "ring->flags.{ready, count, far}", "unsigned int");
    say("pointer", &ring, base, base + first_unit + 4, 4, "ring->flags.alone",
        "unsigned int");
}

int main(void)
{
    dl_iterate_phdr(read_bias, NULL);
    POINTEE(ring, ring->head, "int");
    POINTEE(ring, ring->tail, "volatile int");
    POINTEE(ring, ring->slots[1].seq, "number");
    POINTEE(ring, ring->slots[3].color, "enum color");
    POINTEE(ring, ring->slots[2], "struct slot");
    POINTEE(ring, ring->half.high, "int16_t");
    POINTEE(ring, ring->word, "int");
    POINTEE(ring, ring->ratio, "double");
    POINTEE(ring, ring->label, "const char *");
    POINTEE(ring, ring->users, "atomic_int");
    POINTEE(ring, ring->table[1][2], "int");
    POINTEE(ring, ring->callback, "int (*)()");
    POINTEE(ring, ring->text[5], "unsigned char");
    POINTEE(ring, ring->next, "struct ring *");
    ELEMENT(ring, ring[1].tail, "volatile int");
    POINTEE(counter, *counter, "int");
    ELEMENT(counter, counter[3], "int");
    POINTEE(square, (*square)[1], "int");
    ELEMENT(first, first[2].stamp, "uint64_t");
    POINTEE(shape, shape->y, "int");
    POINTEE(context.ring, context.ring->head, "int");
    POINTEE(context.others[1], context.others[1]->head, "int");
    POINTEE(list, list->count, "int");
    POINTEE(list, list->items[3].seq, "number");
    say_bits();
    GLOBAL(boxed, boxed.boxes[1].only, "number");
    GLOBAL(plain, plain, "volatile int");
    GLOBAL(numbers, numbers[2], "int");
    GLOBAL(slots, slots[1].seq, "number");
    GLOBAL(storage, storage[1].slots[0].stamp, "uint64_t");
    GLOBAL(context, context.used, "int");
    GLOBAL(points, points[1].x, "int");
    printf("typed\tstruct ring\t%zu\t4\t.slots[1].seq\tnumber\n",
           offsetof(struct ring, slots[1].seq));
    printf("typed\tpoint\t%zu\t4\t[1].y\tint\n",
           sizeof(point) + offsetof(point, y));
    return !nothing + !bytes + !local + *static_in_function() +
           (elsewhere != NULL);
}
