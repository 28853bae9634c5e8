// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations cost: one task, no probes, nobody to race with. Each trial runs all scenarios in an order of its own;
 * of a scenario the first actor's operation is done once in each window of a fresh file. Where the guest's clock counts
 * instructions the times are exact, and the same on every boot.
 */

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "racer.h"

static struct shared shared;
static struct actor actor;
static long latency[WINDOWS_MAX];	/* ns */

static long clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void begin(const struct scenario *scenario)
{
	struct shared *s = &shared;

	s->scenario = *scenario;
	s->scenario.durable = s->scenario.tags = false;
	world_windows(s, WINDOWS_MAX);
	world_open(s);
	world_create(s);
	actor.shared = s;
	actor_setup(&actor);
	world_settle(s);
}

static void end(void)
{
	actor_close(&actor);
	world_remove(&shared, -1);
	close(shared.fd);
}

/* What went wrong is no cost: an operation that fails is told. */
static int failures(void)
{
	int failed = 0;

	for (int i = 0; i < shared.windows; i++) {
		const struct result *r = &shared.window[i].result[0];

		failed += r->buses || r->error || r->unready_code;
	}
	return failed;
}

static void measure(const struct scenario *scenario, int trial)
{
	long cpu, whole, last;

	begin(scenario);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	whole = last = clock_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < shared.windows; i++) {
		long now;

		actor_enter(&actor, &shared.window[i]);
		run_operation(&actor);
		now = clock_ns(CLOCK_MONOTONIC);
		latency[i] = now - last;
		last = now;
	}
	whole = last - whole;
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	record("{\"t\":\"cost\",\"name\":\"%s\",\"trial\":%d,\"ns\":%ld,\"cpu\":%ld,\"failed\":%d,\"each\":[", scenario->name,
	       trial, whole, cpu, failures());
	for (int i = 0; i < shared.windows; i++)
		record("%s%ld", i ? "," : "", latency[i]);
	record("]}\n");
	record_flush();
	end();
}

static void shuffle(int *order, int count, unsigned int *seed)
{
	for (int i = count - 1; i > 0; i--) {
		int j = rand_r(seed) % (i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}

int cost_guest(struct job *job)
{
	unsigned int seed = job->seed;
	int *order = calloc(job->scenarios + 1, sizeof(*order));

	if (*job->build_id && !build_id_is(job->build_id))
		die("the running kernel is not the one that was asked for: build id %s expected", job->build_id);
	install_bus_handler();
	memset(latency, 1, sizeof(latency));	/* its pages must not be faulted in on the way */
	for (int i = 0; i < job->scenarios; i++)
		order[i] = i;
	for (int trial = 0; trial < job->trials; trial++) {
		shuffle(order, job->scenarios, &seed);
		for (int i = 0; i < job->scenarios; i++)
			measure(&job->scenario[order[i]], trial);
	}
	record("{\"t\":\"bye\",\"missed\":0}\n");
	record_flush();
	return 0;
}
