// SPDX-License-Identifier: GPL-2.0-only
/*
 * racer JOB: see job.c for the file. One with `races` is stress (stress.c), one with `image` looks at what a power cut
 * left (reboot.c), one with `trials` measures what operations cost (cost.c), any other is a sweep (sweep.c).
 */

#include <stdlib.h>

#include "racer.h"

int main(int argc, char **argv)
{
	const char *records = getenv("LAB_RECORDS");
	struct job job;

	record_open(records ? records : "/dev/stdout");
	if (argc < 2)
		die("usage: racer JOB");
	job_read(&job, argv[1]);
	if (job.images)
		return reboot_guest(&job);
	if (job.trials)
		return cost_guest(&job);
	return job.races ? stress_guest(&job) : sweep_guest(&job);
}
