/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTERLEAVE_INTERNAL_H
#define INTERLEAVE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <interleave.h>

#define CANARY_POINTS 4

/* SCHED_FIFO priorities: controller 95 and kernel threads 94 are set by the racer, above all of these. */
#define PRIO_FIRST	92	/* resumed, and ahead of whoever it wakes */
#define PRIO_START	90	/* then 80, 70, 60 in start order */
#define PRIO_PARKED	55
#define PRIO_STOPPED	50	/* then one less for each later stop: equal ones would be enqueued at the head */
#define PRIO_SPINNING	5

struct il_actor {
	struct task_struct *task;
	bool parked;		/* asleep in IL_PARK */
	bool go;		/* may leave IL_PARK */
	bool running;		/* let go and neither parked nor ended */
	bool armed;		/* its steps count: between leaving IL_PARK for a run and IL_LEAVE */
	bool busy;		/* inside the lab's own code */
	bool spinning;
	unsigned long skip;	/* probed address that it is about to hit a second time, after a stop */
	unsigned long resume;	/* where the trampoline returns to */
	unsigned int steps;
	u16 *visits;		/* by point */
};

struct il_state {
	struct il_actor actor[IL_ACTORS];
	struct il_run run;
	bool active;		/* an IL_RUN is under way */
	bool gave_up;		/* an actor used up its budget twice */
	atomic_t ended;
	bool given_up;		/* see elsewhere.c */
	unsigned int fired;
	unsigned long steps;	/* of all actors: tells progress */
	unsigned long hits;
	u64 polled;		/* when the controller last looked at the actors, ns */
	int base_preempt, base_rcu;
	int points;		/* with the canary's behind them */
	struct il_trace *trace;
	wait_queue_head_t quiet;	/* the controller waits here */
};

extern struct il_state il;

struct il_actor *il_current(void);
void il_record(struct il_actor *a, enum il_event event, u16 point, u16 visit, u8 atomic, u8 mask);
void il_set_fifo(struct task_struct *task, int prio);
u8 il_others(const struct il_actor *a, bool runnable);

/* points.c */
int il_points_place(struct il_points __user *arg);
void il_points_remove(void);
u64 il_points_missed(void);
int il_points_measure_base(void);

/* actors.c */
int il_actors_init(void);
long il_join(unsigned int number);
long il_park(void);
long il_leave(void);
long il_go(unsigned int number);
void il_reset(void);

/* schedule.c: what happens at a point; the run as a whole */
int il_hit(struct il_actor *a, u16 point, unsigned long address, struct pt_regs *regs, u8 atomic);
long il_run_schedule(struct il_run __user *arg);
long il_wait_for_tick(void);
void il_schedule_init(void);
u64 il_starved_ms(void);
void il_stopped(unsigned long *frame);
void il_trampoline(void);

/* elsewhere.c: a stop in an atomic section, during which the others run on the second CPU */
int il_elsewhere_init(void);
void il_elsewhere_exit(void);
bool il_elsewhere_ready(void);
bool il_elsewhere_idle(void);
bool il_elsewhere(struct il_actor *a, int prio);

/* marks.c */
long il_unmark(const struct address_space *mapping);

/* canary.c */
unsigned long il_canary_address(int which);
long il_canary(void);
long il_canary_read(void);

#endif
