// SPDX-License-Identifier: GPL-2.0-only
/* Actors: tasks that park here between schedules, and whose priorities are the schedule. */

#include "interleave_internal.h"
#include <lab_compat.h>

int il_actors_init(void)
{
	return lab_find_set_fifo();
}

struct il_actor *il_current(void)
{
	int i;

	for (i = 0; i < IL_ACTORS; i++)
		if (il.actor[i].task == current)
			return &il.actor[i];
	return NULL;
}

void il_set_fifo(struct task_struct *task, int prio)
{
	lab_set_fifo(task, prio);
}

/* Bit mask of the other actors of this run that can run, or that are asleep before their end. */
u8 il_others(const struct il_actor *a, bool runnable)
{
	u8 mask = 0;
	int i;

	for (i = 0; i < il.run.actors; i++) {
		const struct il_actor *other = &il.actor[i];

		if (other != a && other->running && !!READ_ONCE(other->task->on_rq) == runnable)
			mask |= 1 << i;
	}
	return mask;
}

long il_join(unsigned int number)
{
	u16 *visits;

	if (number >= IL_ACTORS || il.active)
		return -EINVAL;
	visits = il.actor[number].visits;
	memset(&il.actor[number], 0, sizeof(il.actor[number]));
	il.actor[number].visits = visits;
	il.actor[number].task = current;
	il_set_fifo(current, PRIO_PARKED);
	return 0;
}

long il_park(void)
{
	struct il_actor *a = il_current();

	if (!a)
		return -ESRCH;
	a->running = false;
	a->parked = true;
	wake_up(&il.quiet);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (a->go || signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	a->parked = false;
	if (!a->go)
		return -EINTR;
	a->go = false;
	a->armed = il.active;
	return 0;
}

long il_leave(void)
{
	struct il_actor *a = il_current();

	if (!a || !a->armed)
		return -ESRCH;
	a->armed = false;
	a->running = false;
	il_record(a, IL_END, 0, 0, 0, il_others(a, false));
	if (atomic_inc_return(&il.ended) == il.run.actors)
		wake_up(&il.quiet);
	return 0;
}

long il_go(unsigned int number)
{
	struct il_actor *a;

	if (number >= IL_ACTORS || il.active)
		return -EINVAL;
	a = &il.actor[number];
	if (wait_event_interruptible(il.quiet, a->parked))
		return -EINTR;
	a->parked = false;
	a->go = true;
	wake_up_process(a->task);
	return wait_event_interruptible(il.quiet, a->parked) ? -EINTR : 0;
}

void il_reset(void)
{
	int i;

	for (i = 0; i < IL_ACTORS; i++) {
		il.actor[i].task = NULL;
		il.actor[i].parked = il.actor[i].running = false;
	}
}
