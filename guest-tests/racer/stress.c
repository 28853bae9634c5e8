// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stress: the same scenarios without probes, on several CPUs, timing random. Actors start each race together at a
 * barrier and then wait a random moment. A file has one window a race; all are checked when the file is used up.
 * Everything of this mode that is counted lies in shared memory, as an actor that is a process counts too.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "racer.h"
#include "tally.h"

#define DELAY_MAX 4096		/* turns of an empty loop */
#define SIGN_SECONDS 1
#define STUCK_SECONDS 60	/* a batch takes well under one */
#define STUCK_TURNS 20000	/* of the controller, 200 us each at the best: a guest that is starved of CPU makes few */

struct stress {
	struct job *job;
	struct shared *shared;
	volatile unsigned int *generation;	/* of the command; raised by the controller */
	volatile unsigned int *arrived;		/* actors that are done with it */
	volatile unsigned int *lined_up;	/* at the barriers of this batch */
	volatile unsigned int *released;	/* barriers of this batch that have let all pass */
	struct tally tally;
	int first;	/* race of the batch's first window */
	int asked;	/* races that the scenario is to have */
	double until, said;	/* when its time is over, when a sign of life was given last */
	volatile int raced;	/* windows of this batch that races are run in */
	int splats;
};

static void relax(unsigned int turn)
{
	if (turn % 256 == 255)
		sched_yield();
	else
		__builtin_ia32_pause();
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* How far it is: silence means a hang to the lab. */
static void say_alive(struct stress *t, int done)
{
	if (now() - t->said < SIGN_SECONDS)
		return;
	t->said = now();
	record("{\"t\":\"alive\",\"races\":%d,\"asked\":%d}\n", done, t->asked);
	record_flush();
}

/* What the kernel has said is of the race that has just ended; afterwards WARN_ON_ONCE is armed again. */
static void listen_to_kernel(struct stress *t, int race)
{
	t->tally.race = race;
	t->splats += kernel_log_drain(tally_count, &t->tally);
	if (t->splats > FULL_TEXTS)
		kernel_log_to_console(false);
}

/*
 * Whoever is last knows that all have ended the race before, and looks what the kernel said of it, and at the clock.
 * False if the time is over.
 */
static bool line_up(struct stress *t, unsigned int window)
{
	unsigned int want = (window + 1) * t->shared->scenario.actors;

	if (__atomic_add_fetch(t->lined_up, 1, __ATOMIC_ACQ_REL) == want) {
		if (window) {
			listen_to_kernel(t, t->first + window - 1);
			say_alive(t, t->first + window);
			if (now() > t->until)
				t->raced = window;
		}
		__atomic_store_n(t->released, window + 1, __ATOMIC_RELEASE);
	}
	for (unsigned int turn = 0; __atomic_load_n(t->released, __ATOMIC_ACQUIRE) <= window; turn++)
		relax(turn);
	return window < (unsigned int)t->raced;
}

static void races(struct stress *t, struct actor *a, unsigned int *seed)
{
	for (int i = 0; i < t->shared->windows; i++) {
		actor_enter(a, &t->shared->window[i]);
		if (!line_up(t, i))
			break;
		for (volatile unsigned int delay = rand_r(seed) % (1 + rand_r(seed) % DELAY_MAX); delay; delay--)
			;
		run_operation(a);
	}
}

static void pin(const struct stress *t, int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number % t->job->cpus, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d", number % t->job->cpus);
}

static void stress_actor(void *argument, int number)
{
	struct stress *t = argument;
	struct actor a = { .number = number, .shared = t->shared };
	unsigned int seed = t->job->seed * 7919 + number, generation = 0;

	pin(t, number);
	for (;;) {
		for (unsigned int turn = 0; *t->generation == generation; turn++)
			relax(turn);
		generation++;
		if (t->shared->command == CMD_RUN)
			races(t, &a, &seed);
		else
			actor_do(&a, t->shared->command);
		__atomic_add_fetch(t->arrived, 1, __ATOMIC_ACQ_REL);
	}
}

/*
 * Has every actor do it. False if they do not all come back: no actor has come to the next barrier for a while in which
 * the controller had the CPU often. Time alone says nothing, as a loaded host can stretch a race without end.
 */
static bool all(struct stress *t, enum command command)
{
	double end = now() + STUCK_SECONDS;
	unsigned int before = 0;
	int last = 0;

	t->shared->command = command;
	*t->arrived = 0;
	*t->lined_up = 0;
	*t->released = 0;
	__atomic_add_fetch(t->generation, 1, __ATOMIC_ACQ_REL);
	/* A sleep may last until the next tick, longer than most batches: yield for a while first. */
	for (int turn = 0; __atomic_load_n(t->arrived, __ATOMIC_ACQUIRE) < (unsigned int)t->shared->scenario.actors; turn++) {
		if (turn < 2000)
			sched_yield();
		else
			usleep(200);
		if (*t->lined_up != before) {
			before = *t->lined_up;
			end = now() + STUCK_SECONDS;
			last = turn;
		}
		if (turn - last > STUCK_TURNS && now() > end)
			return false;
	}
	return true;
}

/* A window without a race is looked at too: what is wrong there a neighbour has done. It counts as the last one's. */
static void look_at(struct stress *t, int window)
{
	t->tally.race = t->first + (window < t->raced ? window : t->raced - 1);
	t->shared->at = &t->shared->window[window];
}

/*
 * All actors are at rest. What is wrong is asked again window by window, so that each race has its own. The windows
 * make up the whole file, and a huge entry reaches over no border: those of 2 MiB have windows of their own.
 */
static void check_tags(struct stress *t)
{
	struct shared *s = t->shared;

	if (!s->scenario.tags || oracle_tags_clean(s))
		return;
	for (int i = 0; i < s->windows; i++) {
		look_at(t, i);
		oracle_tags(s, 0, tally_count, &t->tally);
	}
}

/* Returns how many races were run: a file's, or fewer where the time was over. */
static int batch(struct stress *t, int first)
{
	struct shared *s = t->shared;

	world_create(s);
	if (!all(t, CMD_SETUP))
		die("cannot prepare a batch");
	world_settle(s);
	t->first = first;
	t->raced = s->windows;
	if (!all(t, CMD_RUN)) {
		t->raced = *t->released ?: 1;
		t->tally.race = first + t->raced - 1;
		tally_count(&t->tally, "hang", "the actors of a race do not end");
		listen_to_kernel(t, t->tally.race);
		return t->raced;
	}
	listen_to_kernel(t, first + t->raced - 1);
	check_tags(t);
	if (!all(t, CMD_LOOK) || !all(t, CMD_LOOK_REST))
		die("cannot look at the mappings");
	for (int i = 0; i < s->windows; i++) {
		look_at(t, i);
		check_results(s, tally_count, &t->tally);
	}
	listen_to_kernel(t, first + t->raced - 1);	/* what the looks brought about */
	world_remove(s, -1);
	return t->raced;
}

/* A full file system has room for one race, and operations that move the file's end leave nothing for a second race in it. */
static int windows_of(const struct scenario *s)
{
	int windows = is_full(s) ? 1 : s->unit > 4096 ? 4 : WINDOWS_MAX;

	for (int i = 0; i < s->actors; i++)
		if (s->actor[i].op->effects & (OP_SHRINKS | OP_SHIFTS))
			windows = 1;
	return windows;
}

static void say_totals(struct stress *t, int done, double seconds)
{
	record("{\"t\":\"stress\",\"name\":\"%s\",\"races\":%d,\"asked\":%d,\"cpus\":%d,\"seconds\":%.3f,\"failed\":%d,\"failures\":{",
	       t->shared->scenario.name, done, t->asked, t->job->cpus, seconds, t->tally.failed);
	tally_record(&t->tally);
	record("}}\n");
	record_flush();
}

/*
 * Where each race needs a file of its own, or has an actor sleep, it costs as much as sixteen; on a full file system four
 * commits more.
 */
static int races_of(const struct stress *t)
{
	const struct shared *s = t->shared;
	int races = t->job->races;

	if (s->windows == 1 || anyone_has(&s->scenario, OP_PINS))
		races = (races + 15) / 16;
	return is_full(&s->scenario) ? (races + 3) / 4 : races;
}

static int stress_process(struct stress *t)
{
	struct shared *s = t->shared;
	bool stuck = false;
	int done = 0;
	double start;

	install_bus_handler();
	kernel_log_begin();
	kernel_log_to_console(true);
	world_windows(s, windows_of(&s->scenario));
	world_open(s);
	if (is_full(&s->scenario))
		space_fill(s);
	if (is_cloned(&s->scenario))
		clone_open(s);
	actors_start(s->scenario.actors, s->scenario.processes, stress_actor, t);
	start = t->said = now();
	t->until = t->job->seconds ? start + t->job->seconds : INFINITY;
	t->asked = races_of(t);
	while (done < t->asked && !stuck && (!done || now() < t->until)) {
		done += batch(t, done);
		say_alive(t, done);
		stuck = tally_has(&t->tally, "hang");
	}
	say_totals(t, done, now() - start);
	if (is_full(&s->scenario) && !stuck)
		space_release(s);
	return stuck;
}

static void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("shared memory");
	return memory;
}

/* Durability needs probes, and stress runs without. Tags are judged if the module is there, else it is told. */
/* False if the scenario cannot be run here; one whose tags cannot be checked is run without. */
static bool say_scenario(struct shared *s, const struct scenario *scenario)
{
	char text[NAME_LEN + 16];
	const char *missing, *needed;

	s->scenario = *scenario;
	s->scenario.durable = false;
	missing = oracle_missing(&s->scenario);
	if (missing)
		s->scenario.tags = false;
	needed = scenario_needs(&s->scenario);
	if (needed)
		missing = needed;
	record("{\"t\":\"scenario\",\"name\":\"%s\",\"missing\":\"%s\"}\n", s->scenario.name, missing ? missing : "");
	record_flush();
	/* A record may still be on its way when the kernel dies; the console is not. */
	snprintf(text, sizeof(text), "racing %s", s->scenario.name);
	kernel_log_say(text);
	if (needed)
		record("{\"t\":\"done\",\"name\":\"%s\",\"status\":0,\"signal\":0}\n", s->scenario.name);
	return !needed;
}

int stress_guest(struct job *job)
{
	struct shared *shared = shared_memory(sizeof(*shared));
	volatile unsigned int *words = shared_memory(4096);

	struct stress *t = shared_memory(sizeof(*t));

	kernel_log_open();
	kernel_log_drain(NULL, NULL);
	oom_victim_keep(shared);
	oracle_open();
	for (int i = 0; i < job->scenarios; i++) {
		int status = 0;
		pid_t pid;

		*t = (struct stress){ .job = job, .shared = shared, .generation = words, .arrived = words + 64,
				      .lined_up = words + 128, .released = words + 192 };
		*t->generation = 0;
		if (!say_scenario(shared, &job->scenario[i]))
			continue;
		pid = fork();
		if (!pid)
			_exit(stress_process(t));
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		record("{\"t\":\"done\",\"name\":\"%s\",\"status\":%d,\"signal\":%d}\n", shared->scenario.name,
		       WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
		record_flush();
		if (status)
			return 0;	/* without a last word: the rest is for a fresh guest */
	}
	record("{\"t\":\"bye\",\"missed\":0}\n");
	record_flush();
	return 0;
}
