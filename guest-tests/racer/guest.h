/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's own set-up, for sweep.c and canary.c. */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include <stdbool.h>

#define KTHREAD_PRIORITY 94	/* so that jbd2 and kworkers get on while an actor waits for them */

void raise_kernel_threads(void);
void become_controller(void);
void start_second_cpu(void);
bool build_id_is(const char *hex);

/* Starts the actors as threads or processes; body gets its number. */
typedef void (*actor_body)(void *argument, int number);
void actors_start(int count, bool processes, actor_body body, void *argument);
void actors_stop(void);

#endif
