/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of interleave.ko, /dev/interleave: preempts one actor at a chosen instruction, lets the others run, and
 * resumes it. Used by the racer and by the module; fixed-size types only.
 */
#ifndef LAB_INTERLEAVE_H
#define LAB_INTERLEAVE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IL_ACTORS 4
#define IL_STOPS 4
#define IL_FRAMES 8
#define IL_TRACE_MAX 32768

/* What a trace entry says. */
enum il_event {
	IL_STEP,	/* the actor passed a point */
	IL_STOP,	/* the schedule preempted it there */
	IL_RESUME,	/* the stopped actor has the CPU again; mask: actors asleep at that moment */
	IL_END,		/* its operation returned */
	IL_SPIN,	/* demoted: it used up its budget of steps */
	IL_GAVE_UP,	/* stopped in an atomic section, it goes on as the others wait for it with a CPU of their own */
};

/* Why an actor cannot be preempted at a point; 0 where it can. */
enum il_atomic {
	IL_LEGAL,
	IL_IRQS_OFF,
	IL_PREEMPT_OFF,
	IL_RCU,
};

struct il_entry {
	__u16 point;
	__u16 visit;	/* from 1 */
	__u8 actor;
	__u8 event;	/* enum il_event */
	__u8 atomic;	/* enum il_atomic */
	__u8 mask;	/* STEP: the other actors that could run; RESUME: the other actors asleep */
};

/* Mapped read-only by mmap() of the device, rewritten by each IL_RUN. */
struct il_trace {
	__u32 entries;
	__u32 overflow;
	struct il_entry entry[IL_TRACE_MAX];
};

struct il_points {
	__u64 addresses;	/* __u64[count] */
	__s32 count;
	__s32 placed;		/* out */
	__u64 status;		/* out: __s32[count], 0 or -errno from register_kprobe() */
};

struct il_stop {
	__u16 actor;
	__u16 point;
	__u16 visit;
	__u8 first;	/* resumed, it runs before those it wakes; else they run at once */
	__u8 atomic;	/* of a step in an atomic section: the others run on the second CPU meanwhile */
};

enum il_actor_state {
	IL_FINISHED,
	IL_BLOCKED,	/* asleep, and nobody left to wake it */
	IL_SPINNING,	/* runs without end */
	IL_RUNNABLE,	/* could run: the lab gave up waiting */
};

struct il_actor_end {
	__u32 state;		/* enum il_actor_state */
	__u32 frames;
	__u64 stack[IL_FRAMES];	/* where it sleeps or spins, innermost first */
};

struct il_run {
	__u32 actors;		/* in */
	__u32 stops;		/* in */
	__u32 budget;		/* in: steps an actor may take before it counts as spinning */
	__u32 idle_ms;		/* in: guest time without any runnable actor that counts as a hang */
	__u8 order[IL_ACTORS];	/* in: order[0] starts first */
	struct il_stop stop[IL_STOPS];
	__u32 fired;		/* out: stops that took place */
	__u32 ended;		/* out: 1 if every actor finished */
	__u32 given_up;		/* out: 1 if the others spun while one was stopped in an atomic section */
	struct il_actor_end end[IL_ACTORS];
	char name[256];		/* in: said by the module if the kernel panics meanwhile */
};

struct il_stats {
	__u64 hits;
	__u64 missed;		/* sum of kprobe.nmissed: must be 0 */
	__s32 base_preempt;	/* preempt_count() in a handler for preemptible code, measured at load */
	__s32 base_rcu;
	__s32 canary_point[4];	/* indices behind the caller's points: read, write, locked, half */
};

#define IL_PLACE	_IOWR('I', 1, struct il_points)
#define IL_JOIN		_IO('I', 2)	/* argument: actor's number; this task is that actor from now on */
#define IL_PARK		_IO('I', 3)	/* actor: sleep until IL_GO or IL_RUN */
#define IL_GO		_IO('I', 4)	/* argument: actor; lets it leave IL_PARK unarmed, returns when it is parked again */
#define IL_RUN		_IOWR('I', 5, struct il_run)
#define IL_LEAVE	_IO('I', 6)	/* actor: its operation is over */
#define IL_RESET	_IO('I', 7)	/* forget all actors (their tasks have ended) */
#define IL_STATS	_IOR('I', 8, struct il_stats)
#define IL_CANARY	_IO('I', 9)	/* actor: one racy increment of the module's own counter */
#define IL_CANARY_READ	_IO('I', 10)	/* returns the counter, IL_CANARY_HALF more if one saw a half-made state; sets it to 0 */
#define IL_ENTRIES	_IOWR('I', 11, __s64)	/* in: a file; out: how many entries its mapping counts, below 0 too */
#define IL_ATOMIC	_IO('I', 12)	/* from now on the second CPU serves stops in atomic sections; -ENODEV: there is none */
#define IL_TICK		_IO('I', 13)	/* returns just behind a tick of the timer */

/* in: an emptied file; out: how many pages of persistent memory were marked as its all the same, and are no more */
#define IL_UNMARK	_IOWR('I', 14, __s64)

#define IL_CANARY_HALF 16

#endif
