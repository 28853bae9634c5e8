// SPDX-License-Identifier: GPL-2.0-only
/*
 * The baseline that the sweep is held against: what a regression test by chance does, as xfstests' holetest does it.
 * Threads store to every page of one mapping of a file that is all hole, at once, each to a slot of its own; then every
 * slot of every page is looked at, in the mapping and by read(2). No schedule, no barrier but the one at the start.
 *
 *	holes FILE PAGES THREADS ROUNDS
 *
 * Prints one JSON line. A page counts once a round in `lost` (a slot without its store in the mapping), `differ` (read(2)
 * shows another content) and `sigbus` (a store ended so).
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define THREADS_MAX 16

struct round {
	char *map;
	int pages;
	int threads;
	uint64_t number;
	pthread_barrier_t start;
	unsigned char *bus;	/* a page whose store ended in SIGBUS */
};

struct worker {
	pthread_t thread;
	struct round *round;
	int number;
};

static __thread sigjmp_buf jump;

static void on_bus(int signal)
{
	(void)signal;
	siglongjmp(jump, 1);
}

static void fail(const char *what)
{
	perror(what);
	exit(3);
}

static uint64_t value_of(const struct round *r, int thread)
{
	return r->number << 8 | (thread + 1);
}

static void *work(void *argument)
{
	struct worker *w = argument;
	struct round *r = w->round;

	pthread_barrier_wait(&r->start);
	for (int p = 0; p < r->pages; p++) {
		volatile uint64_t *slot = (uint64_t *)(r->map + (size_t)p * PAGE) + w->number;

		if (sigsetjmp(jump, 1))
			r->bus[p] = 1;
		else
			*slot = value_of(r, w->number);
	}
	return NULL;
}

static void race(struct round *r)
{
	struct worker worker[THREADS_MAX];

	if (pthread_barrier_init(&r->start, NULL, r->threads))
		fail("pthread_barrier_init");
	for (int i = 0; i < r->threads; i++) {
		worker[i].round = r;
		worker[i].number = i;
		if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
			fail("pthread_create");
	}
	for (int i = 0; i < r->threads; i++)
		pthread_join(worker[i].thread, NULL);
	pthread_barrier_destroy(&r->start);
}

static bool whole(const struct round *r, const uint64_t *slot)
{
	for (int i = 0; i < r->threads; i++)
		if (slot[i] != value_of(r, i))
			return false;
	return true;
}

struct totals {
	unsigned long lost, differ, sigbus;
};

static void look(const struct round *r, int fd, struct totals *t)
{
	char page[PAGE];

	for (int p = 0; p < r->pages; p++) {
		const char *mapped = r->map + (size_t)p * PAGE;

		t->sigbus += r->bus[p];
		if (pread(fd, page, PAGE, (off_t)p * PAGE) != PAGE)
			fail("pread");
		if (sigsetjmp(jump, 1)) {
			t->lost++;
			continue;
		}
		t->lost += !whole(r, (const uint64_t *)mapped);
		t->differ += memcmp(page, mapped, PAGE) != 0;
	}
}

static void run_round(const char *file, struct round *r, struct totals *t)
{
	size_t length = (size_t)r->pages * PAGE;
	int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, length))
		fail(file);
	r->map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r->map == MAP_FAILED)
		fail("mmap");
	memset(r->bus, 0, r->pages);
	race(r);
	look(r, fd, t);
	munmap(r->map, length);
	close(fd);
	unlink(file);
}

static int number(const char *text, int most)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > most) {
		fprintf(stderr, "holes: %s is no number from 1 to %d\n", text, most);
		exit(2);
	}
	return n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_bus, .sa_flags = SA_NODEFER };
	struct totals t = { 0 };
	struct round r = { 0 };
	int rounds;
	double start;

	if (argc != 5) {
		fprintf(stderr, "usage: holes FILE PAGES THREADS ROUNDS\n");
		return 2;
	}
	r.pages = number(argv[2], 1 << 20);
	r.threads = number(argv[3], THREADS_MAX);
	rounds = number(argv[4], 1 << 20);
	r.bus = malloc(r.pages);
	if (!r.bus)
		fail("malloc");
	sigaction(SIGBUS, &action, NULL);
	start = now();
	for (int i = 0; i < rounds; i++) {
		r.number = i + 1;
		run_round(argv[1], &r, &t);
	}
	printf("{\"rounds\":%d,\"pages\":%d,\"threads\":%d,\"lost\":%lu,\"differ\":%lu,\"sigbus\":%lu,\"seconds\":%.3f}\n",
	       rounds, r.pages, r.threads, t.lost, t.differ, t.sigbus, now() - start);
	return 0;
}
