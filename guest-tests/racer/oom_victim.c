// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody for the OOM killer. Up to v5.15 a fault that is answered by VM_FAULT_OOM calls it, though memory is free
 * (pagefault_out_of_memory(); 60e2793d440a, "mm, oom: do not trigger out_of_memory from the #PF", v5.16), and it would
 * take the largest process, the racer: its schedule would have neither an end nor children. So there is always a process
 * that is taken before all others (oom_score_adj, proc_pid_oom_score_adj(5)). The fault is then retried, as it is
 * since v5.16, the kernel's log tells of the kill, and the schedule goes on to its end.
 */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "racer.h"

#define VICTIMS_MAX 100		/* of one schedule: a fault that is answered so for ever ends the racer after all */

static void write_first(const char *path, const char *value, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, length) != (ssize_t)length)
		die("%s", path);
	close(fd);
}

static pid_t put_up(int ready)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork of a process for the OOM killer");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_first("/proc/self/oom_score_adj", "1000", 4);
	close(ready);
	for (;;)
		pause();
}

/* As urgent as kernel threads: the next one stands before an actor can fault again. */
static void keep(const struct shared *s, int ready)
{
	struct sched_param param = { .sched_priority = KTHREAD_PRIORITY };
	uint64_t serial = s->serial;
	int left = VICTIMS_MAX;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("SCHED_FIFO");
	while (left--) {
		pid_t pid = put_up(ready);

		close(ready);
		ready = -1;
		while (waitpid(pid, NULL, 0) != pid)
			;
		if (s->serial != serial)
			left = VICTIMS_MAX;
		serial = s->serial;
	}
	_exit(0);
}

/* Returns when the first one stands. They end with the caller. */
void oom_victim_keep(const struct shared *s)
{
	int ready[2];
	char none;

	if (getenv("LAB_KMSG"))
		return;		/* the tests' on the host: what its OOM killer does is not ours to judge */
	record_flush();
	if (pipe(ready))
		die("pipe");
	switch (fork()) {
	case -1:
		die("fork of the OOM victims' keeper");
	case 0:
		close(ready[0]);
		keep(s, ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &none, 1))
		die("no process stands for the OOM killer");
	close(ready[0]);
}
