// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stop in an atomic section. Where preemption or interrupts are off nobody else can have this CPU, but another CPU sees
 * what is half made at that instant. So the actor spins, as on a CPU that is slow, with interrupts as they are there, and
 * the others are moved to the second CPU.
 *
 * There a thread stands in for the stopped actor. It has the priority that the actor's stop has, so it gets that CPU when
 * everyone else is done, asleep, or stopped later: when the actor would get it, had it been preempted. Then it moves the
 * others back, and the actor goes on. At all other times the second CPU idles.
 *
 * Who waits for the actor by spinning, on a lock that it holds or for an interrupt that it does not take, never gives way.
 * That is noticed and given up: the actor goes on, and the two run at once until the other sleeps or ends. Nothing is
 * said then of a race at that point.
 */

#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/smp.h>

#include "interleave_internal.h"
#include <lab_compat.h>

#define PRIO_STAND_IN	96	/* above the controller's: nothing keeps it from moving the actors */
#define HOME		0
#define AWAY		1
/*
 * Each look of the spinning actor at the others ends in a PAUSE, at which QEMU goes on to its other CPU; that one has a
 * turn of up to 10 ms, but for PAUSEs of its own: all of the kernel's loops that wait for another CPU have one. So so
 * many looks without a step of anyone mean that the others spin. One that sees a need to reschedule, as the waiters for a
 * mutex whose owner runs do, goes to sleep at the nudge.
 */
#define NUDGE_LOOKS	1000
#define GIVE_UP_LOOKS	4000
#define GIVE_UP_NS	(50 * NSEC_PER_MSEC)	/* of a loop without PAUSE; far below a stall's or soft lockup's 20 s */

enum { IDLE, ASKED, OVER, GIVEN_UP };

static struct {
	struct task_struct *stand_in;
	call_single_data_t ask, nudge;
	struct il_actor *stopped;
	int prio;
	int state;
} elsewhere;

bool il_elsewhere_ready(void)
{
	return elsewhere.stand_in;
}

bool il_elsewhere_idle(void)
{
	return READ_ONCE(elsewhere.state) == IDLE;
}

/* The sleeping ones too: whoever runs there may wake them. */
static void move_others(int cpu)
{
	int i;

	for (i = 0; i < il.run.actors; i++)
		if (&il.actor[i] != elsewhere.stopped && il.actor[i].task)
			set_cpus_allowed_ptr(il.actor[i].task, cpumask_of(cpu));
}

static void stand_in(void)
{
	move_others(AWAY);
	il_set_fifo(elsewhere.stopped->task, elsewhere.prio);
	il_set_fifo(current, elsewhere.prio);
	/* Everyone else is done, asleep or stopped later. */
	il_set_fifo(current, PRIO_STAND_IN);
	move_others(HOME);
	if (cmpxchg(&elsewhere.state, ASKED, OVER) == ASKED)
		return;
	smp_store_release(&elsewhere.state, IDLE);
	wake_up(&il.quiet);
}

static int stand_in_thread(void *unused)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (smp_load_acquire(&elsewhere.state) != ASKED) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		stand_in();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void on_ask(void *unused)
{
	wake_up_process(elsewhere.stand_in);
}

/* Of the interrupted task: it is no harm to one that does not spin. */
static void on_nudge(void *unused)
{
	set_tsk_need_resched(current);
	set_preempt_need_resched();
}

/* Whether the others came to rest. */
static bool wait_for_others(void)
{
	unsigned long seen = READ_ONCE(il.steps);
	u64 since = ktime_get_mono_fast_ns();
	unsigned int looks = 0;

	while (smp_load_acquire(&elsewhere.state) == ASKED) {
		unsigned long steps = READ_ONCE(il.steps);

		cpu_relax();
		if (steps != seen) {
			seen = steps;
			since = ktime_get_mono_fast_ns();
			looks = 0;
		}
		if (++looks == NUDGE_LOOKS)
			smp_call_function_single_async(AWAY, &elsewhere.nudge);
		if (looks >= GIVE_UP_LOOKS || ktime_get_mono_fast_ns() - since > GIVE_UP_NS)
			return cmpxchg(&elsewhere.state, ASKED, GIVEN_UP) != ASKED;
	}
	return true;
}

/* Called by the actor, in its atomic section. Returns when the others came to rest, or, false, when it was given up. */
bool il_elsewhere(struct il_actor *a, int prio)
{
	elsewhere.stopped = a;
	elsewhere.prio = prio;
	smp_store_release(&elsewhere.state, ASKED);
	smp_call_function_single_async(AWAY, &elsewhere.ask);
	if (!wait_for_others()) {
		il.given_up = true;
		return false;
	}
	smp_store_release(&elsewhere.state, IDLE);
	return true;
}

int il_elsewhere_init(void)
{
	struct task_struct *task;

	if (elsewhere.stand_in)
		return 0;
	if (nr_cpu_ids <= AWAY || !cpu_online(AWAY))
		return -ENODEV;
	elsewhere.ask.func = on_ask;
	elsewhere.nudge.func = on_nudge;
	task = kthread_create(stand_in_thread, NULL, "il_stand_in");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, AWAY);
	wake_up_process(task);
	il_set_fifo(task, PRIO_STAND_IN);
	elsewhere.stand_in = task;
	return 0;
}

void il_elsewhere_exit(void)
{
	if (elsewhere.stand_in)
		kthread_stop(elsewhere.stand_in);
}
