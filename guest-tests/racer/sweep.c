// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep of one guest: for each scenario, each start order without a stop, then one stop at every step that the
 * trace of that run shows, then a second stop at every later step of those runs, up to the scenario's bound; and, if asked
 * for, where a resumed actor wakes another, the same with the other order of the two (wake.c). What the
 * children of a schedule are is read from its own trace, so nothing is assumed about the code.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "sweep.h"

#define WARM_UP 3		/* unrecorded runs: caches and page tables as they are for all later schedules */
#define FLUSH_EVERY 64

/*
 * What became of a point. OPEN: an actor could be stopped there within the bound. BEYOND: it was passed only where one
 * more stop would exceed the bound or is pruned, or where nobody else could run.
 */
enum cover { COVER_STOPPED = 1, COVER_OPEN = 2, COVER_ATOMIC = 4, COVER_BEYOND = 8 };

struct sweep {
	struct job *job;
	struct shared *shared;
	struct actor actor[ACTORS_MAX];
	int il;
	const struct il_trace *trace;
	unsigned int run[IL_STOPS + 1], failed[IL_STOPS + 1];
	unsigned int since_flush;
	uint8_t *cover;
	uint8_t *atomic;	/* why, the last reason seen */
	unsigned int sizes;	/* enum size, of the entries seen at rest */
	bool skipping;		/* until the schedule to resume behind */
	bool given_up;		/* the last schedule says nothing: it has no children */
	unsigned int pruned, sampled;	/* schedules that equal others: not run, run all the same */
	unsigned int told;	/* of both, in the records */
	struct path resume;
};

static void sweep_actor(void *argument, int number)
{
	struct sweep *w = argument;

	actor_main(&w->actor[number], w->il);
}

/* Threads share their mappings with the controller, which saves two switches an actor. */
static void one_actor(struct sweep *w, int i, enum command command)
{
	w->shared->command = command;
	if (!w->shared->scenario.processes)
		actor_do(&w->actor[i], command);
	else if (ioctl(w->il, IL_GO, (long)i))
		die("IL_GO");
}

static void all_actors(struct sweep *w, enum command command)
{
	for (int i = 0; i < w->shared->scenario.actors; i++)
		one_actor(w, i, command);
}

/*
 * No schedule begins in the transaction of another: whether an fsync or MAP_SYNC has anything to commit depends on it. And
 * each begins just behind a tick, whatever those before it took. File times change with the tick alone (current_time(),
 * fs/inode.c), and preparation and actors take less than one: a store finds the time that it would set, and writes no inode
 * for it (file_update_time()). The wheel's timers, too, come between schedules.
 */
static void begin_alike(struct sweep *w)
{
	if (syncfs(w->shared->fd))
		die("cannot sync %s", w->shared->path);
	if (ioctl(w->il, IL_TICK))
		die("IL_TICK");
}

static void prepare(struct sweep *w)
{
	struct shared *s = w->shared;

	oracle_reset(&s->scenario);
	begin_alike(w);
	world_create(s);
	all_actors(w, CMD_SETUP);
	world_settle(s);
	tape_mark(MARK_BEGIN);
}

/* Asked of schedules without a stop: what is at rest before and behind them is what the scenario is about. */
static void see_sizes(struct sweep *w, const struct il_run *run)
{
	if (!run->stops && w->shared->scenario.unit > SMALL_PAGE)
		w->sizes |= oracle_sizes(w->shared);
}

/* What the kernel's last words will say of it. */
static void name_run(struct il_run *run, const char *scenario, const char *schedule)
{
	size_t n = strlen(scenario), m = strlen(schedule);

	if (n + m + 2 > sizeof(run->name))
		die("the name of schedule %s is too long", schedule);
	memcpy(run->name, scenario, n);
	run->name[n] = ' ';
	memcpy(run->name + n + 1, schedule, m + 1);
}

static void run_path(struct sweep *w, const struct path *p, struct outcome *o)
{
	struct il_run *run = &o->run;

	memset(o, 0, offsetof(struct outcome, violation));
	run->actors = w->shared->scenario.actors;
	run->budget = STEP_BUDGET;
	run->idle_ms = IDLE_MS;
	run->stops = p->stops;
	memcpy(run->order, p->order, sizeof(run->order));
	memcpy(run->stop, p->stop, sizeof(run->stop));
	path_text(p, run->actors, w->shared->now, sizeof(w->shared->now));
	name_run(run, w->shared->scenario.name, w->shared->now);
	prepare(w);
	see_sizes(w, run);
	w->shared->command = CMD_RUN;
	if (ioctl(w->il, IL_RUN, run))
		die("IL_RUN");
}

static void count_points(struct sweep *w, const struct path *p, bool equal)
{
	int stops = 0, bound = w->shared->scenario.bound;

	for (uint32_t i = 0; i < w->trace->entries; i++) {
		const struct il_entry *e = &w->trace->entry[i];

		stops += e->event == IL_STOP;
		if (e->point >= w->job->points)
			continue;
		if (e->event == IL_STOP && !e->atomic)	/* those in atomic sections are told by their schedules */
			w->cover[e->point] |= COVER_STOPPED;
		if (e->event != IL_STEP)
			continue;
		if (e->atomic) {
			w->cover[e->point] |= COVER_ATOMIC;
			w->atomic[e->point] = e->atomic;
		} else if (stops == p->stops && p->stops < bound && e->mask &&
			   !(p->stops + 1 >= w->job->prune_from && (equal || step_is_silent(w->job->silent, w->trace->entry, w->trace->entries, i))))
			w->cover[e->point] |= COVER_OPEN;
		else
			w->cover[e->point] |= COVER_BEYOND;
	}
}

static void empty_file(struct sweep *w, struct outcome *o)
{
	long left = world_remove(w->shared, w->il);
	char text[96];

	if (!left)
		return;
	snprintf(text, sizeof(text), "-: the mapping of the emptied file counts %ld entries", left);
	outcome_add(o, "tags", text);
	world_open(w->shared);
}

static void judge(struct sweep *w, struct outcome *o)
{
	const struct shared *s = w->shared;
	int fd = s->fd;
	char text[64];

	for (uint32_t i = 0; i < o->run.actors && !o->run.ended; i++) {
		snprintf(text, sizeof(text), "%c: %s never ends", 'A' + i, s->scenario.actor[i].op->name);
		if (o->run.end[i].state == IL_BLOCKED)
			outcome_add(o, "hang", text);
		else if (o->run.end[i].state == IL_SPINNING)
			outcome_add(o, "spin", text);
		else if (o->run.end[i].state == IL_RUNNABLE)
			o->given_up = true;
	}
	o->stuck = o->run.ended && !oracle_at_rest(w->shared, outcome_add, o);
	if (o->run.ended && !o->stuck) {
		see_sizes(w, &o->run);
		all_actors(w, CMD_LOOK);
		all_actors(w, CMD_LOOK_REST);
		check_results(w->shared, outcome_add, o);
		empty_file(w, o);
	}
	kernel_log_drain(outcome_add, o);
	if (o->violations && o->run.ended && !o->stuck)
		world_forget(fd, w->il);
}

static void keep(struct sweep *w, const struct path *p, const struct outcome *o, bool with_trace)
{
	w->run[p->stops]++;
	w->failed[p->stops] += !!o->violations;
	outcome_record(o, w->shared, p, w->trace, with_trace);
	if (o->violations || ++w->since_flush >= (w->job->flush ?: FLUSH_EVERY)) {
		record_flush();
		w->since_flush = 0;
	}
}

static void say_end(struct sweep *w, bool complete)
{
	struct il_stats stats;

	if (ioctl(w->il, IL_STATS, &stats))
		die("IL_STATS");
	if (stats.missed)
		die("%llu hits of probes were missed", (unsigned long long)stats.missed);
	record("{\"t\":\"end\",\"complete\":%s,\"run\":[", complete ? "true" : "false");
	for (int i = 0; i <= IL_STOPS; i++)
		record("%s%u", i ? "," : "", w->run[i]);
	record("],\"failed\":[");
	for (int i = 0; i <= IL_STOPS; i++)
		record("%s%u", i ? "," : "", w->failed[i]);
	record("],\"pruned\":%u,\"sampled\":%u,\"cover\":\"", w->pruned, w->sampled);
	for (uint32_t i = 0; i < w->job->points; i++)
		record("%x", w->cover[i]);
	record("\",\"why\":\"");
	for (uint32_t i = 0; i < w->job->points; i++)
		record("%u", w->atomic[i]);
	record("\"}\n");
	record_flush();
}

static volatile sig_atomic_t child_hung;

static void on_hung(int signal)
{
	(void)signal;
	child_hung = 1;
}

/*
 * A guest with a task that cannot end is of no more use: say what is known and leave. A thread that sleeps for ever keeps
 * its process from ending as well, so the parent is told by a signal.
 */
static void give_up(struct sweep *w)
{
	say_end(w, false);
	kill(getppid(), SIGUSR1);
	_exit(CHILD_HUNG);
}

/* The wait status of a scenario's process, also of one that gave up and cannot end. */
static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid) {
		if (errno != EINTR)
			die("waitpid");
		if (child_hung)
			return CHILD_HUNG << 8;
	}
	return status;
}

static bool run_and_keep(struct sweep *w, const struct path *p, bool silent, bool with_trace, bool equal)
{
	struct outcome o;

	run_path(w, p, &o);
	count_points(w, p, equal);
	judge(w, &o);
	tape_drain();
	if (!silent) {
		tape_promises(w->shared);
		keep(w, p, &o, with_trace);
	}
	if (!o.run.ended || o.stuck)
		give_up(w);
	w->given_up = o.run.given_up;
	return o.run.fired == (unsigned int)p->stops;
}

static void explore(struct sweep *w, const struct path *p, bool equal);

/*
 * A schedule of `prune-from` stops or more whose last stop, or one before it (`equal`), is at a silent step: the same
 * stops with that one at the actor's next point give the same order of all that matters, and are run.
 */
static bool prune(struct sweep *w, const struct path *p, bool equal)
{
	if (p->stops < w->job->prune_from || !equal || w->skipping)
		return false;
	if (w->job->sample && path_hash(p) % w->job->sample == 0) {
		w->sampled++;
		return false;
	}
	w->pruned++;
	return true;
}

/* How many there were before the schedule that is about to run: its guest may not live to its end. */
static void say_pruned(struct sweep *w)
{
	if (w->told == w->pruned + w->sampled)
		return;
	w->told = w->pruned + w->sampled;
	record("{\"t\":\"pruned\",\"pruned\":%u,\"sampled\":%u}\n", w->pruned, w->sampled);
}

/* Every later step at which the actor may be preempted and somebody else can run is one more schedule. */
static void explore_children(struct sweep *w, const struct path *p, bool equal)
{
	uint32_t entries = w->trace->entries;
	struct il_entry *copy = malloc(entries * sizeof(*copy) + 1);
	int stops = 0;

	memcpy(copy, w->trace->entry, entries * sizeof(*copy));
	for (uint32_t i = 0; i < entries; i++) {
		const struct il_entry *e = &copy[i];
		struct path child = *p;

		stops += e->event == IL_STOP;
		if (stops < p->stops || e->event != IL_STEP || !e->mask || e->visit > VISITS_MAX)
			continue;
		if (e->atomic && (!w->job->atomic_stops || path_is_atomic(p)))
			continue;
		child.stop[child.stops++] =
			(struct il_stop){ .actor = e->actor, .point = e->point, .visit = e->visit, .atomic = !!e->atomic };
		explore(w, &child, equal || (e->point < w->job->points && step_is_silent(w->job->silent, copy, entries, i)));
	}
	free(copy);
}

static void explore(struct sweep *w, const struct path *p, bool equal)
{
	int actors = w->shared->scenario.actors;
	bool silent = w->skipping, woken;
	struct path twin = *p;

	if (w->skipping && path_same(&w->resume, p, actors)) {
		w->skipping = false;
		if (!w->job->resume_known)
			return;
	} else if (w->skipping && !path_leads(p, &w->resume, actors))
		return;
	if (prune(w, p, equal))
		return;
	say_pruned(w);
	if (!run_and_keep(w, p, silent, p->stops == 0, equal) || w->given_up)
		return;
	woken = w->job->both_wake_ups && woken_before_end(w->trace->entry, w->trace->entries, p);
	if (p->stops < w->shared->scenario.bound)
		explore_children(w, p, equal);
	if (!woken)
		return;
	twin.stop[twin.stops - 1].first = 1;
	explore(w, &twin, equal);
}

static bool next_order(uint8_t *order, int n)
{
	int i = n - 2, j = n - 1;
	uint8_t swap;

	while (i >= 0 && order[i] >= order[i + 1])
		i--;
	if (i < 0)
		return false;
	while (order[j] <= order[i])
		j--;
	swap = order[i], order[i] = order[j], order[j] = swap;
	for (i++, j = n - 1; i < j; i++, j--)
		swap = order[i], order[i] = order[j], order[j] = swap;
	return true;
}

/* The first schedule to be run, without its stops: nothing that is known to hang. False if none is left to run. */
static bool warm_path(const struct sweep *w, struct path *p)
{
	*p = (struct path){ .order = { 0, 1, 2, 3 } };
	if (!w->skipping)
		return true;
	memcpy(p->order, w->resume.order, sizeof(p->order));
	if (w->resume.stops || w->job->resume_known)
		return true;	/* stops come behind a run of that order that ended */
	return next_order(p->order, w->shared->scenario.actors);
}

/* A run that never ends is what the first schedule would show: it is recorded as that, and the guest is given up. */
static void warm_up_hung(struct sweep *w, const struct path *p, struct outcome *o)
{
	record("{\"t\":\"begin\"}\n");
	count_points(w, p, false);
	judge(w, o);
	keep(w, p, o, true);
	give_up(w);
}

static void warm_up(struct sweep *w)
{
	struct path p;
	struct outcome o;

	for (int i = 0; i < WARM_UP && warm_path(w, &p); i++) {
		run_path(w, &p, &o);
		if (!o.run.ended)
			warm_up_hung(w, &p, &o);
		all_actors(w, CMD_LOOK);
		all_actors(w, CMD_LOOK_REST);
		world_remove(w->shared, w->il);
		tape_drain();
	}
	world_forget(w->shared->fd, w->il);
	kernel_log_drain(NULL, NULL);
}

static void sweep_all(struct sweep *w)
{
	struct path p = { .order = { 0, 1, 2, 3 } };

	do
		explore(w, &p, false);
	while (next_order(p.order, w->shared->scenario.actors));
}

static void sweep_one(struct sweep *w)
{
	struct path only;

	if (!path_parse(w->job->only, w->shared->scenario.actors, &only))
		die("`%s` is no schedule of this scenario", w->job->only);
	if (!run_and_keep(w, &only, false, true, false))
		record("{\"t\":\"parted\",\"why\":\"not every stop was reached\"}\n");
}

/* Whether a look at the prepared file maps 2 MiB. */
static bool look_is_huge(struct sweep *w)
{
	unsigned int sizes;

	prepare(w);
	sizes = oracle_sizes(w->shared);
	for (int i = 0; i < w->shared->scenario.actors; i++) {	/* nobody has touched a mapping: all are the rest */
		one_actor(w, i, CMD_LOOK_REST);
		sizes |= oracle_sizes(w->shared);
	}
	world_remove(w->shared, w->il);
	tape_drain();
	return sizes & (SIZE_HUGE | SIZE_ZERO_HUGE);
}

/*
 * A scenario of 2 MiB that had entries of 4 KiB alone was another one than it says: xfs gives blocks that are aligned only
 * by chance, and a kernel may lack CONFIG_FS_DAX_PMD. Some make small entries on purpose, by a mapping that is not aligned
 * or a private copy, or write(2) allocates the one block that it needs and nobody stores first: there a look has to do.
 */
static void say_untested(struct sweep *w)
{
	const struct scenario *s = &w->shared->scenario;
	unsigned int small = SIZE_SMALL, huge = SIZE_HUGE;
	bool on_purpose = s->private_map || anyone_has(s, OP_SMALL | OP_SECOND) ||
			  (anyone_has(s, OP_WRITES) && !anyone_has(s, OP_STORES));

	if (!(w->sizes & (SIZE_SMALL | SIZE_HUGE)))
		small = SIZE_ZERO_SMALL, huge = SIZE_ZERO_HUGE;
	if (!(w->sizes & small) || w->sizes & huge)
		return;
	if (on_purpose && look_is_huge(w))
		return;
	record("{\"t\":\"untested\",\"why\":\"it is about pages of 2 MiB, and its file had entries of 4 KiB alone: the file "
	       "system gave no blocks that are aligned to 2 MiB, or the kernel maps none\"}\n");
}

static int scenario_process(struct sweep *w)
{
	bool resumed = w->skipping;	/* its schedules without a stop were those of another guest */

	install_bus_handler();
	become_controller();
	kernel_log_begin();
	world_windows(w->shared, 1);
	world_open(w->shared);
	if (is_full(&w->shared->scenario))
		space_fill(w->shared);
	if (is_cloned(&w->shared->scenario))
		clone_open(w->shared);
	for (int i = 0; i < w->shared->scenario.actors; i++)
		w->actor[i] = (struct actor){ .number = i, .shared = w->shared };
	actors_start(w->shared->scenario.actors, w->shared->scenario.processes, sweep_actor, w);
	warm_up(w);
	record("{\"t\":\"begin\"}\n");
	record_flush();
	if (w->job->only[0])
		sweep_one(w);
	else
		sweep_all(w);
	if (!w->job->only[0] && !resumed)
		say_untested(w);
	oracle_end(&w->shared->scenario);
	say_end(w, true);
	actors_stop();
	if (is_full(&w->shared->scenario))
		space_release(w->shared);
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Each scenario is a process of its own: what kills it does not end the racer. Returns its wait status. */
static int run_scenario(struct sweep *w, const struct scenario *s, bool resume)
{
	double start = now();
	const char *missing;
	int status;
	pid_t pid;

	w->shared->scenario = *s;
	w->shared->now[0] = 0;
	w->skipping = resume && w->job->resume[0];
	if (w->skipping && !path_parse(w->job->resume, s->actors, &w->resume))
		die("`%s` is no schedule of scenario %s", w->job->resume, s->name);
	missing = oracle_missing(s) ?: scenario_needs(s);
	record("{\"t\":\"scenario\",\"name\":\"%s\",\"missing\":\"%s\"}\n", s->name, missing ?: "");
	record_flush();
	if (missing) {
		record("{\"t\":\"done\",\"name\":\"%s\",\"status\":0,\"signal\":0,\"now\":\"\",\"guest_seconds\":0}\n", s->name);
		return 0;
	}
	raise_kernel_threads();
	pid = fork();
	if (!pid)
		_exit(scenario_process(w));
	status = wait_for(pid);
	record_flush();	/* what the process had no time to write */
	ioctl(w->il, IL_RESET);
	kernel_log_drain(NULL, NULL);
	record("{\"t\":\"done\",\"name\":\"%s\",\"status\":%d,\"signal\":%d,\"now\":\"%s\",\"guest_seconds\":%.3f}\n", s->name,
	       WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, w->shared->now,
	       now() - start);
	record_flush();
	return status;
}

static void place_points(struct sweep *w)
{
	struct job *job = w->job;
	struct il_points points = {
		.addresses = (uintptr_t)job->address, .count = job->points, .status = (uintptr_t)job->status,
	};

	if (ioctl(w->il, IL_PLACE, &points))
		die("IL_PLACE");
	record("{\"t\":\"points\",\"placed\":%d,\"refused\":[", points.placed);
	for (uint32_t i = 0, n = 0; i < job->points; i++)
		if (job->status[i])
			record("%s[%u,%d]", n++ ? "," : "", i, job->status[i]);
	record("]}\n");
	record_flush();
}

static bool points_refused(const struct job *job)
{
	for (uint32_t i = 0; i < job->points; i++)
		if (job->status[i])
			return true;
	return false;
}

static void open_all(struct sweep *w)
{
	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w->il = open("/dev/interleave", O_RDWR);
	if (w->shared == MAP_FAILED || w->il < 0)
		die("/dev/interleave");
	w->trace = mmap(NULL, sizeof(*w->trace), PROT_READ, MAP_SHARED, w->il, 0);
	if (w->trace == MAP_FAILED)
		die("mapping the trace");
	w->cover = mmap(NULL, 2 * w->job->points + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w->atomic = w->cover + w->job->points;
}

static void serve_atomic_stops(struct sweep *w)
{
	start_second_cpu();
	if (ioctl(w->il, IL_ATOMIC))
		die("stops in atomic sections need a second CPU");
}

int sweep_guest(struct job *job)
{
	struct sweep w = { .job = job };
	struct il_stats stats;
	int status = 0;

	if (!build_id_is(job->build_id))
		die("the running kernel is not the one the points came from: build id %s expected", job->build_id);
	open_all(&w);
	oom_victim_keep(w.shared);
	oracle_open();
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_hung }, NULL);
	if (job->tape)
		tape_open();
	kernel_log_open();
	kernel_log_drain(NULL, NULL);
	if (job->atomic_stops)
		serve_atomic_stops(&w);
	place_points(&w);
	if (points_refused(job))
		job->silent = NULL;	/* the next point might be one without a probe */
	canary_prove(w.il, job->atomic_stops);
	for (int i = 0; i < job->scenarios && !status; i++) {
		memset(w.cover, 0, 2 * job->points);
		status = run_scenario(&w, &job->scenario[i], i == 0);
	}
	if (job->tape)
		sync();		/* so that the whole medium can be compared with the tape */
	tape_drain();
	if (ioctl(w.il, IL_STATS, &stats))
		die("IL_STATS");
	record("{\"t\":\"bye\",\"missed\":%llu,\"hits\":%llu,\"base_preempt\":%d,\"status\":%d}\n",
	       (unsigned long long)stats.missed, (unsigned long long)stats.hits, stats.base_preempt, status);
	record_flush();
	return 0;
}
