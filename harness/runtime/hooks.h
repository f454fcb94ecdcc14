/* What must be done around system calls beside their point: before them, where
 * OBJECT is what they are about, or after they gave RESULT. Rows of the table
 * in calls.c name them. */
#ifndef MPS_RUNTIME_HOOKS_H
#define MPS_RUNTIME_HOOKS_H

#include "calls.h"

typedef void hook_before(struct call *call, uint32_t object);
typedef void hook_after(struct call *call, long result);

hook_before hook_guard_close, hook_guard_close_range, hook_guard_dup,
    hook_limit_output, hook_mask_at_0, hook_mask_at_3, hook_mask_at_4,
    hook_mask_pair_at_5, hook_want_status, hook_ending, hook_real_time,
    hook_drawn;
hook_after hook_count_bytes, hook_opened, hook_opened_quietly, hook_opened_two,
    hook_duplicated, hook_fcntl_done, hook_mapped, hook_unmapped, hook_attached,
    hook_protected, hook_moved, hook_detached, hook_waited, hook_waited_id,
    hook_limited;

/* CALL, at SITE, has made something that is not under control: a timer, a task
 * that nobody sees. From now on nobody can say that a task which waits will do
 * so for ever. */
void hooks_beyond_control(const char *call, uint64_t site);

/* BYTES, unless negative, were written to FD by a call at SITE. */
void hooks_count(long fd, long bytes, uint64_t site);

/* edges/hooks.c: what they order. */
/* O_CREAT and so on, 0 of what is no open. */
long hooks_open_flags(const struct call *call);
hook_before hook_opening, hook_locking, hook_semop, hook_futex;
hook_after hook_asked, hook_name_made, hook_opened_for_ends,
    hook_opened_for_signals, hook_opened_for_names, hook_notified, hook_unseen,
    hook_spliced, hook_sent_on, hook_sent_many, hook_polled, hook_selected,
    hook_epolled, hook_epoll_changed, hook_locked, hook_semop_done;

#endif
