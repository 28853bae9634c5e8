// SPDX-License-Identifier: GPL-2.0-only
/*
 * One schedule: the kernel's own scheduler executes it. A stop is a real preemption: the actor lowers its own priority,
 * so the next one has the CPU before the call returns. Its task state is untouched, hence a stop between
 * prepare_to_wait() and schedule() is as legal as any preemption; sleeping there would swallow wake-ups.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/uaccess.h>

#include "interleave_internal.h"
#include <lab_compat.h>

#define POLL_MS 20		/* the controller's look at the actors */
#define GIVE_UP_MS 30000	/* guest time after which actors that still run are given up */

/* Two actors come here at once only behind a stop that was given up (elsewhere.c). */
void il_record(struct il_actor *a, enum il_event event, u16 point, u16 visit, u8 atomic, u8 mask)
{
	struct il_trace *t = il.trace;
	u32 seen, at = READ_ONCE(t->entries);

	do {
		if (at == IL_TRACE_MAX) {
			t->overflow = 1;
			return;
		}
		seen = at;
		at = cmpxchg(&t->entries, seen, seen + 1);
	} while (at != seen);
	t->entry[at] = (struct il_entry){
		.point = point, .visit = visit, .actor = a - il.actor, .event = event, .atomic = atomic, .mask = mask,
	};
}
NOKPROBE_SYMBOL(il_record);

static bool is_next_stop(const struct il_actor *a, u16 point, u16 visit, bool atomic)
{
	const struct il_stop *s = &il.run.stop[il.fired];

	return il.fired < il.run.stops && &il.actor[s->actor] == a && s->point == point && s->visit == visit &&
	       !!s->atomic == atomic;
}

static int divert(struct il_actor *a, unsigned long address, struct pt_regs *regs)
{
	a->busy = true;
	a->resume = address;
	regs->ip = (unsigned long)il_trampoline;
	return 1;
}

/* Called in the probe's handler. Returns 1 if the actor continues in the trampoline. */
int il_hit(struct il_actor *a, u16 point, unsigned long address, struct pt_regs *regs, u8 atomic)
{
	u16 visit = ++a->visits[point];

	il.hits++;
	il.steps++;
	a->steps++;
	il_record(a, IL_STEP, point, visit, atomic, il_others(a, true));
	if (is_next_stop(a, point, visit, atomic)) {
		il_record(a, IL_STOP, point, visit, atomic, il_others(a, true));
		return divert(a, address, regs);
	}
	if (atomic)
		return 0;
	if (a->steps < il.run.budget)
		return 0;
	a->steps = 0;
	il_record(a, IL_SPIN, point, visit, 0, il_others(a, true));
	if (a->spinning)
		il.gave_up = true;
	a->spinning = true;
	return divert(a, address, regs);
}
NOKPROBE_SYMBOL(il_hit);

/* Lets the others run. Returns whether the actor goes on ahead of whoever it wakes. */
static bool give_way(struct il_actor *a)
{
	const struct il_stop *stop = &il.run.stop[il.fired];
	enum il_event event = IL_RESUME;

	if (il.gave_up)
		wake_up(&il.quiet);
	if (a->spinning) {
		il_set_fifo(current, PRIO_SPINNING);
	} else if (stop->atomic) {
		if (!il_elsewhere(a, PRIO_STOPPED - il.fired++))
			event = IL_GAVE_UP;
	} else {
		il_set_fifo(current, PRIO_STOPPED - il.fired++);
	}
	/* Everyone else is done, asleep or stopped later. */
	il_record(a, event, 0, 0, 0, il_others(a, false));
	return !a->spinning && stop->first;
}

/* Called by the trampoline on the actor's stack: frame[0] is its rbp, frame[1] the slot to return to. */
void il_stopped(unsigned long *frame)
{
	struct il_actor *a = il_current();

	frame[1] = a->resume;
	if (give_way(a))
		il_set_fifo(current, PRIO_FIRST);
	a->skip = a->resume;
	a->busy = false;
}

static void clear_visits(void)
{
	struct il_trace *t = il.trace;
	u32 i;

	for (i = 0; i < t->entries; i++)
		il.actor[t->entry[i].actor].visits[t->entry[i].point] = 0;
	if (t->overflow)
		for (i = 0; i < IL_ACTORS; i++)
			memset(il.actor[i].visits, 0, il.points * sizeof(u16));
	t->entries = t->overflow = 0;
}

static bool all_parked(void)
{
	int i;

	for (i = 0; i < il.run.actors; i++)
		if (!il.actor[i].parked)
			return false;
	return true;
}

static bool order_is_sound(void)
{
	unsigned int seen = 0;
	int i;

	for (i = 0; i < il.run.actors; i++) {
		if (il.run.order[i] >= il.run.actors || !il.actor[il.run.order[i]].task)
			return false;
		seen |= 1 << il.run.order[i];
	}
	for (i = 0; i < il.run.stops; i++)
		if (il.run.stop[i].actor >= il.run.actors || (il.run.stop[i].atomic && !il_elsewhere_ready()))
			return false;
	return seen == (1U << il.run.actors) - 1;
}

static void arm(void)
{
	int i;

	clear_visits();
	il.polled = ktime_get_mono_fast_ns();
	atomic_set(&il.ended, 0);
	il.fired = 0;
	il.gave_up = il.given_up = false;
	il.active = true;
	for (i = 0; i < il.run.actors; i++) {
		struct il_actor *a = &il.actor[il.run.order[i]];

		a->skip = a->steps = 0;
		a->busy = a->spinning = a->parked = false;
		a->running = a->go = true;
		il_set_fifo(a->task, PRIO_START - 10 * i);
	}
	for (i = 0; i < il.run.actors; i++)
		wake_up_process(il.actor[i].task);
}

static bool someone_runnable(void)
{
	return il_others(NULL, true);
}

static bool all_ended(void)
{
	return atomic_read(&il.ended) == il.run.actors && il_elsewhere_idle();
}

/* Returns when all ended, when nobody has been able to run for idle_ms, or when one runs without end. */
static void wait_quiet(void)
{
	unsigned int idle = 0, total = 0;
	unsigned long steps = il.steps;

	while (idle < il.run.idle_ms && total < GIVE_UP_MS) {
		if (wait_event_timeout(il.quiet, all_ended() || il.gave_up, msecs_to_jiffies(POLL_MS)))
			return;
		il.polled = ktime_get_mono_fast_ns();
		total += POLL_MS;
		idle = (someone_runnable() || il.steps != steps) ? 0 : idle + POLL_MS;
		steps = il.steps;
	}
}

static u32 state_of(const struct il_actor *a)
{
	if (!a->running)
		return IL_FINISHED;
	if (!READ_ONCE(a->task->on_rq))
		return IL_BLOCKED;
	return a->spinning ? IL_SPINNING : IL_RUNNABLE;
}

static void describe_ends(void)
{
	int i;

	for (i = 0; i < il.run.actors; i++) {
		struct il_actor_end *end = &il.run.end[i];

		end->state = state_of(&il.actor[i]);
		end->frames = 0;
		if (end->state != IL_FINISHED) {
			unsigned long stack[IL_FRAMES];
			int f, n = lab_stack_of(il.actor[i].task, stack, IL_FRAMES);

			for (f = 0; f < n; f++)
				end->stack[f] = stack[f];
			end->frames = n;
		}
	}
}

/* How long the controller, which goes before everyone, has been waiting for the CPU; about POLL_MS where it need not. */
u64 il_starved_ms(void)
{
	return div_u64(ktime_get_mono_fast_ns() - READ_ONCE(il.polled), NSEC_PER_MSEC);
}

/* Returns just behind a tick. */
long il_wait_for_tick(void)
{
	schedule_timeout_uninterruptible(1);
	return 0;
}

long il_run_schedule(struct il_run __user *arg)
{
	if (il.active || copy_from_user(&il.run, arg, sizeof(il.run)))
		return -EFAULT;
	il.run.name[sizeof(il.run.name) - 1] = 0;
	if (!il.points || !il.run.actors || il.run.actors > IL_ACTORS || il.run.stops > IL_STOPS)
		return -EINVAL;
	if (wait_event_interruptible(il.quiet, all_parked()))
		return -EINTR;
	if (!order_is_sound())
		return -EINVAL;
	arm();
	wait_quiet();
	il.active = false;
	describe_ends();
	il.run.fired = il.fired;
	il.run.ended = all_ended();
	il.run.given_up = il.given_up;
	return copy_to_user(arg, &il.run, sizeof(il.run)) ? -EFAULT : 0;
}

void il_schedule_init(void)
{
	lab_find_stack_of();
}
