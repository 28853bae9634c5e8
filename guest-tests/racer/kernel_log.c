// SPDX-License-Identifier: GPL-2.0-only
/* /dev/kmsg: what the kernel said during a schedule, passed on as records, and which of it is a violation. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "racer.h"

#define CLEAR_ONCE "/sys/kernel/debug/clear_warn_once"

static int kmsg = -1;
static int splats;

static const struct {
	const char *text;
	const char *kind;
} signs[] = {
	{ "WARNING: ", "warn" },
	{ "suspicious RCU usage", "warn" },
	{ "BUG: soft lockup", "hang" },
	{ "rcu_preempt self-detected stall", "hang" },
	{ "rcu_preempt detected stalls", "hang" },
	{ "BUG: ", "oops" },
	{ "Oops: ", "oops" },
	{ "general protection fault", "oops" },
	{ "kernel BUG at", "oops" },
	{ "Huh VM_FAULT_OOM", "oom" },
	{ "Out of memory: Kill", "oom" },	/* "Kill process" before v5.3 */
	{ "EXT4-fs error", "error" },
	{ "XFS: Assertion failed", "error" },
	{ "Corruption of in-memory data", "error" },
	{ "INFO: task ", "hang" },
	{ "Bad rss-counter", "warn" },
};

void kernel_log_open(void)
{
	const char *path = getenv("LAB_KMSG");	/* the tests' on the host, whose log is not ours to judge */

	kmsg = open(path ? path : "/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		die("/dev/kmsg");
}

/* A line of the lab's own in the log, and so on the console. */
void kernel_log_say(const char *text)
{
	const char *path = getenv("LAB_KMSG");
	char line[160];
	int length = snprintf(line, sizeof(line), "<5>lab: %s", text);
	int fd = open(path ? path : "/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, line, length) != length)
		die("/dev/kmsg");
	close(fd);
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;	/* on the host; a console that says too much is no harm */
	if (write(fd, value, strlen(value)) < 0)
		die("%s", path);
	close(fd);
}

/*
 * A WARN takes 20 ms of an emulated serial line, forty times as long as a race. The log itself keeps all of them, and an
 * oops or a panic turns the console on again by itself (console_verbose() in oops_begin() and panic() of v6.1).
 */
void kernel_log_to_console(bool all)
{
	static int now = -1;

	if (now == all || getenv("LAB_KMSG"))
		return;
	now = all;
	set("/proc/sys/kernel/printk", "4");
	set("/sys/module/printk/parameters/ignore_loglevel", all ? "Y" : "N");
}

/* A scenario's part of the log; the file is opened once, so that nobody reads what was another's. */
void kernel_log_begin(void)
{
	splats = 0;
}

/* Since v4.15: b1fca27d384e, "kernel debug: support resetting WARN*_ONCE". */
static bool can_rearm(void)
{
	struct utsname kernel;
	int version, patchlevel;

	if (uname(&kernel) || sscanf(kernel.release, "%d.%d", &version, &patchlevel) != 2)
		return true;
	return version > 4 || (version == 4 && patchlevel >= 15);
}

/* WARN_ON_ONCE speaks once a boot unless it is armed again. */
static void rearm(void)
{
	const char *path = getenv("LAB_CLEAR_ONCE") ?: CLEAR_ONCE;	/* the tests' on the host */
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && !can_rearm())
		return;
	if (fd < 0 || write(fd, "1", 1) != 1)
		die("%s", path);
	close(fd);
}

static const char *sign_of(const char *text)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (strstr(text, signs[i].text))
			return signs[i].kind;
	return NULL;
}

/*
 * A record is "level,sequence,microseconds,flags;text\n", continuation lines begin with a blank. Returns the splats. What
 * nobody is told of arms WARN_ON_ONCE too: the warm-up's schedule comes again, and has to be judged then.
 */
int kernel_log_drain(report_fn report, void *to)
{
	char line[8192], quoted[4096];
	int found = 0;
	ssize_t n;

	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0) {
		char *text, *stamp, *end;
		const char *kind;

		line[n] = 0;
		text = strchr(line, ';');
		if (!text)
			continue;
		*text++ = 0;
		if ((end = strchr(text, '\n')))
			*end = 0;
		kind = sign_of(text);
		if (kind) {
			found++;
			splats++;
			if (report)
				report(to, kind, text);
		}
		stamp = strchr(line, ',');
		stamp = stamp ? strchr(stamp + 1, ',') : NULL;
		if (splats > FULL_TEXTS && !kind)
			continue;
		json_text(quoted, sizeof(quoted), text);
		record("{\"t\":\"k\",\"l\":%d,\"us\":%ld,\"m\":\"%s\"}\n", atoi(line) & 7, stamp ? atol(stamp + 1) : 0, quoted);
	}
	if (found)
		rearm();
	return found;
}
