// SPDX-License-Identifier: GPL-2.0-only
/* Priorities, build id, and starting actors. */

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "racer.h"

#define CONTROLLER_PRIORITY 95	/* above actors (90 and down, interleave.ko) and kernel threads */
#define ACTOR_STACK (64 * 1024)	/* all of it is locked into memory */

struct start {
	actor_body body;
	void *argument;
	int number;
};

static pid_t children[ACTORS_MAX];
static int nchildren;

static int parent_of(const char *pid)
{
	char path[64], text[512], *after;
	int fd, n, parent = -1;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	after = strrchr(text, ')');
	if (!after || sscanf(after, ") %*c %d", &parent) != 1)
		return -1;
	return parent;
}

static bool pinned;	/* kernel threads are to be kept to the first CPU */

static bool pin(pid_t pid)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	return !sched_setaffinity(pid, sizeof(first), &first);
}

/*
 * Kernel threads of a real-time policy (migration, watchdogs) keep theirs. Later calls look at those that are new: the
 * guest's life is too short for its process numbers to wrap around.
 */
void raise_kernel_threads(void)
{
	static int seen = 1;
	int highest = seen;
	struct sched_param param = { .sched_priority = KTHREAD_PRIORITY };
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc)
		die("/proc");
	while ((entry = readdir(proc))) {
		int pid = atoi(entry->d_name);

		if (pid > highest)
			highest = pid;
		if (pid <= seen || (pid != 2 && parent_of(entry->d_name) != 2))
			continue;
		if (pinned)
			pin(pid);	/* refused by those of one CPU */
		if (sched_getscheduler(pid) == SCHED_OTHER)
			sched_setscheduler(pid, SCHED_FIFO, &param);
	}
	closedir(proc);
	seen = highest;
}

void become_controller(void)
{
	struct sched_param param = { .sched_priority = CONTROLLER_PRIORITY };
	int fd = open("/proc/sys/kernel/sched_rt_runtime_us", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1", 2) != 2)
		die("sched_rt_runtime_us");
	close(fd);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("SCHED_FIFO");
}

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		die("%s", path);
	close(fd);
}

/*
 * All of the guest works on the first CPU, as if it were alone; the second is the module's. Kernel threads are pinned as
 * they are raised, those of unbound work queues by a file of their own.
 *
 * The kernel waits for a starting CPU by schedule(). QEMU 7.2 emulates both in one thread, and with icount the second has a
 * turn only when the first one halts or comes to a PAUSE (rr_cpu_thread_fn()): so a child brings it to one. It yields, as
 * time, which is a count of instructions, stands all but still in a loop of PAUSEs.
 */
void start_second_cpu(void)
{
	pid_t child;

	put("/sys/devices/virtual/workqueue/cpumask", "1");
	if (!pin(0))
		die("sched_setaffinity");
	pinned = true;
	child = fork();
	while (!child) {
		__builtin_ia32_pause();
		sched_yield();
	}
	put("/sys/devices/system/cpu/cpu1/online", "1");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static bool note_is(const unsigned char *note, size_t size, const char *hex)
{
	const Elf64_Nhdr *h = (const void *)note;
	size_t at = sizeof(*h) + ((h->n_namesz + 3) & ~3U);
	char text[3];

	if (h->n_type != NT_GNU_BUILD_ID || at + h->n_descsz > size || strlen(hex) != 2 * h->n_descsz)
		return false;
	for (unsigned int i = 0; i < h->n_descsz; i++) {
		snprintf(text, sizeof(text), "%02x", note[at + i]);
		if (memcmp(text, hex + 2 * i, 2))
			return false;
	}
	return true;
}

/* Whether the running kernel is the vmlinux that the points came from. */
bool build_id_is(const char *hex)
{
	unsigned char notes[8192];
	int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, notes, sizeof(notes));
	size_t at = 0;

	if (fd >= 0)
		close(fd);
	while (size > 0 && at + sizeof(Elf64_Nhdr) <= (size_t)size) {
		const Elf64_Nhdr *h = (const void *)(notes + at);

		if (note_is(notes + at, size - at, hex))
			return true;
		at += sizeof(*h) + ((h->n_namesz + 3) & ~3U) + ((h->n_descsz + 3) & ~3U);
	}
	return false;
}

static void *thread_main(void *argument)
{
	struct start start = *(struct start *)argument;

	free(argument);
	start.body(start.argument, start.number);
	return NULL;
}

static struct start *start_of(actor_body body, void *argument, int number)
{
	struct start *start = malloc(sizeof(*start));

	*start = (struct start){ body, argument, number };
	return start;
}

void actors_start(int count, bool processes, actor_body body, void *argument)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, ACTOR_STACK);
	for (int i = 0; i < count; i++) {
		if (!processes) {
			if (pthread_create(&thread, &attr, thread_main, start_of(body, argument, i)))
				die("pthread_create");
			continue;
		}
		children[nchildren] = fork();
		if (!children[nchildren]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			body(argument, i);
			_exit(0);
		}
		nchildren++;
	}
	/* A page of the racer that is not there would be a fault of its own in the middle of a schedule. */
	mlockall(MCL_CURRENT);
}

/* Threads end with the process; processes are ended here. */
void actors_stop(void)
{
	for (int i = 0; i < nchildren; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	nchildren = 0;
}
