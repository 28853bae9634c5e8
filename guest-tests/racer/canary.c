// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live control: in every guest, before anything is said of the kernel, the module's own race must show its exact
 * failing set. An increment is lost if and only if its actor is stopped between read and write. Where stops in atomic
 * sections are asked for, one with preemption off must show the other actor what is half made, and one under a lock that
 * the other spins for must be given up.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "sweep.h"

static void canary_body(void *argument, int number)
{
	int il = *(int *)argument;

	if (ioctl(il, IL_JOIN, (long)number))
		die("canary cannot join");
	while (!ioctl(il, IL_PARK)) {
		ioctl(il, IL_CANARY);
		ioctl(il, IL_LEAVE);
	}
}

struct seen {
	int counter;
	bool stopped;
	bool given_up;
};

/* Runs the two increments, actor `first` in front and stopped at `point` (-1: nowhere). */
static struct seen increments(int il, int first, int point, bool atomic)
{
	struct il_run run = { .actors = 2, .budget = STEP_BUDGET, .idle_ms = IDLE_MS, .name = "canary" };

	run.order[0] = first;
	run.order[1] = !first;
	if (point >= 0) {
		run.stops = 1;
		run.stop[0] = (struct il_stop){ .actor = first, .point = point, .visit = 1, .atomic = atomic };
	}
	ioctl(il, IL_CANARY_READ);
	if (ioctl(il, IL_RUN, &run) || !run.ended)
		die("the canary's actors do not end");
	return (struct seen){ ioctl(il, IL_CANARY_READ), run.fired, run.given_up };
}

static void expect(int il, int first, int point, bool atomic, struct seen wanted)
{
	struct seen got = increments(il, first, point, atomic);

	if (got.counter != wanted.counter || got.stopped != wanted.stopped || got.given_up != wanted.given_up)
		die("canary: actor %d stopped at point %d: counter %d, stop %d, given up %d; expected %d, %d, %d", first, point,
		    got.counter, got.stopped, got.given_up, wanted.counter, wanted.stopped, wanted.given_up);
}

static void prove(int il, bool atomic_stops)
{
	struct il_stats stats;

	become_controller();
	actors_start(2, false, canary_body, &il);
	if (ioctl(il, IL_STATS, &stats))
		die("IL_STATS");
	for (int first = 0; first < 2; first++) {
		expect(il, first, -1, false, (struct seen){ 2, false, false });
		expect(il, first, stats.canary_point[0], false, (struct seen){ 1, true, false });
		expect(il, first, stats.canary_point[1], false, (struct seen){ 2, true, false });
		expect(il, first, stats.canary_point[2], false, (struct seen){ 2, false, false });
		expect(il, first, stats.canary_point[3], false, (struct seen){ 2, false, false });
		if (!atomic_stops)
			continue;
		expect(il, first, stats.canary_point[2], true, (struct seen){ 2, true, true });
		expect(il, first, stats.canary_point[3], true, (struct seen){ 2 + IL_CANARY_HALF, true, false });
	}
	record("{\"t\":\"canary\",\"ok\":true}\n");
	record_flush();
}

void canary_prove(int il, bool atomic_stops)
{
	int status;
	pid_t pid;

	record_flush();
	pid = fork();
	if (!pid) {
		prove(il, atomic_stops);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("the canary's process ended with status %#x", status);
	ioctl(il, IL_RESET);
}
