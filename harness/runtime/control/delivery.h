/* Sending a signal under control: what it will do to its receiver is known
 * from what the receivers caught, ignore and block, and the sender waits until
 * it is done - the receiver dead, or its handler standing at its point - so
 * that every run sees it at the same place. */
#ifndef MPS_RUNTIME_CONTROL_DELIVERY_H
#define MPS_RUNTIME_CONTROL_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

enum { DELIVERY_RECEIVERS = 64 };

struct delivery {
    int signal;
    uint32_t count;
    struct {
        uint32_t process; /* its first task */
        bool ends, handled;
        uint32_t task, handlers; /* who handles it, and how often so far */
    } receivers[DELIVERY_RECEIVERS];
};

/* SIGNAL is about to be sent to PID as kill(2) takes it. When it ends the
 * calling process, the turn is given away here. */
void delivery_begin(struct delivery *delivery, long pid, int signal);
/* It was sent, with RESULT. */
void delivery_end(const struct delivery *delivery, long result);

#endif
