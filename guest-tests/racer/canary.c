// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live control: in every guest, before anything is said of the kernel, the module's own race must show its exact
 * failing set. An increment is lost if and only if its actor is stopped between read and write.
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

/* Runs the two increments, actor `first` in front and stopped at `point` (-1: nowhere). Returns the counter. */
static int increments(int il, int first, int point, bool *fired)
{
	struct il_run run = { .actors = 2, .budget = STEP_BUDGET, .idle_ms = IDLE_MS, .name = "canary" };

	run.order[0] = first;
	run.order[1] = !first;
	if (point >= 0) {
		run.stops = 1;
		run.stop[0] = (struct il_stop){ .actor = first, .point = point, .visit = 1 };
	}
	ioctl(il, IL_CANARY_READ);
	if (ioctl(il, IL_RUN, &run) || !run.ended)
		die("the canary's actors do not end");
	*fired = run.fired;
	return ioctl(il, IL_CANARY_READ);
}

static void expect(int il, int first, int point, int counter, bool stopped)
{
	bool fired;
	int got = increments(il, first, point, &fired);

	if (got != counter || fired != stopped)
		die("canary: actor %d stopped at point %d: counter %d and stop %d, expected %d and %d", first, point, got, fired,
		    counter, stopped);
}

static void prove(int il)
{
	struct il_stats stats;

	become_controller();
	actors_start(2, false, canary_body, &il);
	if (ioctl(il, IL_STATS, &stats))
		die("IL_STATS");
	for (int first = 0; first < 2; first++) {
		expect(il, first, -1, 2, false);
		expect(il, first, stats.canary_point[0], 1, true);
		expect(il, first, stats.canary_point[1], 2, true);
		expect(il, first, stats.canary_point[2], 2, false);
	}
	record("{\"t\":\"canary\",\"ok\":true}\n");
	record_flush();
}

void canary_prove(int il)
{
	int status;
	pid_t pid;

	record_flush();
	pid = fork();
	if (!pid) {
		prove(il);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("the canary's process ended with status %#x", status);
	ioctl(il, IL_RESET);
}
