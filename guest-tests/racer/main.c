// SPDX-License-Identifier: GPL-2.0-only
/* racer JOB: see job.c for the file. One with `races` is stress (stress.c), any other a sweep (sweep.c). */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "racer.h"

/* Ends the racer for a reason of the lab's own: the run is BROKEN, nothing is said of the kernel. */
void die(const char *format, ...)
{
	char text[512], quoted[1024];
	int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_text(quoted, sizeof(quoted), text);
	record("{\"t\":\"broken\",\"why\":\"%s\",\"errno\":%d,\"error\":\"%s\"}\n", quoted, error, strerror(error));
	record_flush();
	fprintf(stderr, "lab: racer: %s: %s\n", text, strerror(error));
	_exit(3);
}

int main(int argc, char **argv)
{
	const char *records = getenv("LAB_RECORDS");
	struct job job;

	record_open(records ? records : "/dev/stdout");
	if (argc < 2)
		die("usage: racer JOB");
	job_read(&job, argv[1]);
	return job.races ? stress_guest(&job) : sweep_guest(&job);
}
