// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one schedule and says whether it shows what it showed: as the first program of a guest, or as root in one that
 * is up (virtme-ng). schedule.h is the schedule, points.h where it stops in the kernel that was built, by points.sh.
 * The operations and checks are the racer's, the stops those of interleave.ko.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "points.h"
#include "racer.h"
#include "schedule.h"

#define JOB "/run/repro.job"
#define POINTS "/run/repro.points"
#define RECORDS "/run/repro.records"
#define TRIES 100 /* of 50 ms, for the NVDIMM to come up */

static const char *const modules[] = { "interleave", "dirty-tags", "durability" };

static void fail(const char *what)
{
	printf("repro: BROKEN: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(3);
}

static void put(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fail(path);
	close(fd);
}

static void load(const char *name)
{
	char path[256], device[64];
	int fd;

	snprintf(device, sizeof(device), "/dev/%s", name);
	if (getpid() == 1)
		snprintf(path, sizeof(path), "/modules/%s.ko", name);
	else	/* where the Makefile built it */
		snprintf(path, sizeof(path), "modules/%s/%s.ko", name, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !access(device, F_OK))
		return; /* this scenario does without it, or it is loaded */
	if (syscall(SYS_finit_module, fd, "", 0))
		fail(path);
	close(fd);
}

static void set_up(void)
{
	int tries = 0;

	if (getpid() == 1) {
		mount("proc", "/proc", "proc", 0, NULL);
		mount("sysfs", "/sys", "sysfs", 0, NULL);
		mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL); /* WARN_ON_ONCE is armed again there */
		mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
		mount("tmpfs", "/run", "tmpfs", 0, NULL);
	}
	while (access("/dev/pmem0", F_OK) && tries++ < TRIES)
		usleep(50000);
	if (mount("/dev/pmem0", "/mnt", FILESYSTEM, 0, "dax=always") && mount("/dev/pmem0", "/mnt", FILESYSTEM, 0, "dax"))
		fail("/dev/pmem0 on /mnt as " FILESYSTEM " with DAX");
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		load(modules[i]);
}

static int run_schedule(void)
{
	static struct job job;
	char text[4096];

	snprintf(text, sizeof(text), "build-id %s\npoints %s\nonly %s\n%s\n", BUILD_ID, POINTS, SCHEDULE, SCENARIO);
	put(JOB, text, strlen(text));
	put(POINTS, points, sizeof(points) - sizeof(*points));
	put(RECORDS, "", 0);
	record_open(RECORDS);
	job_read(&job, JOB);
	return sweep_guest(&job);
}

/* Each of ["kind","sentence"] behind "v":[ of the schedule's row; returns whether there was one. */
static int show(const char *row)
{
	const char *v = strstr(row, "\"v\":[[");
	int shown = 0;

	for (v = v ? v + 5 : NULL; v && *v == '['; v = v[1] == ',' ? v + 2 : NULL, shown++) {
		const char *between = strstr(v, "\",\""), *end = strstr(v, "\"]");

		if (!between || !end || between > end)
			break;
		printf("repro: %.*s: %.*s\n", (int)(between - v - 2), v + 2, (int)(end - between - 3), between + 3);
		v = end + 1;
	}
	return shown;
}

static int report(int status)
{
	static char line[1 << 20];
	FILE *records = fopen(RECORDS, "re");
	int rows = 0, shown = 0;

	while (records && fgets(line, sizeof(line), records)) {
		if (!strncmp(line, "{\"t\":\"broken\"", 13) || !strncmp(line, "{\"t\":\"parted\"", 13)) {
			printf("repro: BROKEN: %s", line);
			return 3;
		}
		if (strncmp(line, "{\"t\":\"s\"", 8))
			continue;
		rows++;
		shown += show(line);
	}
	if (!rows) {
		printf("repro: BROKEN: no record of the schedule, status %d\n", status);
		return 3;
	}
	printf("repro: %s: %s (it showed %s)\n", shown ? "REPRODUCED" : "NOT REPRODUCED", SHOWN_AS, SHOWED);
	return !shown;
}

int main(void)
{
	int status = 0, result;
	pid_t child;

	setvbuf(stdout, NULL, _IOLBF, 0);
	set_up();
	child = fork();
	if (!child)
		_exit(run_schedule());
	while (waitpid(child, &status, 0) != child)
		;
	result = report(status);
	fflush(stdout);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return result;
}
