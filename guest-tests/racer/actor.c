// SPDX-License-Identifier: GPL-2.0-only
/* An actor's life: park in the module, do what the command says, park again. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "racer.h"

/* Fixed and 1 GiB apart: the same page tables on every run, and aligned for 2 MiB entries. */
#define MAP_BASE 0x700000000000UL
#define MAP_STRIDE (1UL << 30)

__thread sigjmp_buf bus_jump;
__thread volatile bool bus_armed;
__thread struct result *bus_result;

static void on_bus(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (bus_result) {
		if (bus_result->buses < BUS_MAX)
			bus_result->bus_code[bus_result->buses] = info->si_code;
		bus_result->buses++;
	}
	if (info->si_code == BUS_MCEERR_AO)
		return;		/* advice, to no access of ours */
	if (!bus_armed)
		_exit(5);
	siglongjmp(bus_jump, 1);
}

void install_bus_handler(void)
{
	struct sigaction action = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
}

static bool store_old(struct actor *a, int page)
{
	const struct scenario *s = &a->shared->scenario;
	char *start = a->map + page * s->unit;

	return guarded(for (int w = 0; w < WORDS; w++)
			       *(volatile uint64_t *)(start + word_offset(w)) = old_value(s, a->window, page, w));
}

/* Whether a system call can do to the file what the access was to do. */
static bool can_prepare(struct actor *a, int page)
{
	const struct scenario *s = &a->shared->scenario;
	uint64_t word;

	if (has_old_data(s))
		return write_old_page(s, a->fd, a->window, page);
	return pread(a->fd, &word, sizeof(word), a->window->base + page * s->unit) == sizeof(word);
}

/*
 * SIGBUS in the preparation. A fault is answered so behind the end of the file, where no block is to be had, and where
 * reading or writing the medium fails (mmap(2); vmf_error() and dax_fault_return() of 6.1). If a system call can do the
 * same at the same place it is none of these, and the kernel is wrong: this race has failed, and goes on with what the
 * call has done. Else the lab has prepared badly. On a full file system, or of poison, one cannot tell.
 */
static void refused(struct actor *a, int page)
{
	const struct scenario *s = &a->shared->scenario;
	int code = a->result->bus_code[0];

	errno = code != BUS_ADRERR ? EHWPOISON : is_full(s) ? ENOSPC : ENODATA;
	if (code != BUS_ADRERR || is_full(s) || !can_prepare(a, page))
		die("actor %c got SIGBUS, si_code %d, in the preparation, at file offset %#zx", 'A' + a->number, code,
		    a->window->base + page * s->unit);
	a->result->buses = 0;	/* those of the operation are counted from here on */
	if (a->result->unready_code)
		return;
	a->result->unready_code = code;
	a->result->unready_page = page;
}

/*
 * Every shared mapping takes part in the preparation, so that a later write-protection has page tables to change. A
 * private one would copy the page, so there the controller wrote the file.
 */
static void touch(struct actor *a)
{
	const struct scenario *s = &a->shared->scenario;
	uint64_t words[WORDS];

	for (int p = 0; p < s->pages; p++) {
		bool whole = true;

		if (s->prepare == PREP_READ)
			whole = guarded_read(a, p, words);
		else if (has_old_data(s) && !s->private_map)
			whole = store_old(a, p);
		if (!whole)
			refused(a, p);
	}
}

/* From here on the actor's operation, its result and its SIGBUSes are those of this window. */
void actor_enter(struct actor *a, struct window *w)
{
	a->window = w;
	a->map = a->mapping + w->base;
	a->result = &w->result[a->number];
	bus_result = a->result;
}

/* Where an operation may map or move its window to, as aligned as the window itself is. */
char *actor_away(const struct actor *a)
{
	int more = a->shared->scenario.one_mapping ? a->number : 0;

	return a->map + (ACTORS_MAX + more) * MAP_STRIDE;
}

/* Whether it works in the first actor's mapping. */
static bool is_lodger(const struct actor *a)
{
	return a->shared->scenario.one_mapping && a->number;
}

static char *place_of(const struct actor *a)
{
	unsigned long number = is_lodger(a) ? 0 : a->number;

	return (char *)(MAP_BASE + number * MAP_STRIDE + (a->spec->op->effects & OP_SMALL ? SMALL_PAGE : 0));
}

static int map_flags(const struct actor *a)
{
	if (a->spec->op->effects & OP_MAPSYNC)
		return MAP_SHARED_VALIDATE | MAP_SYNC | MAP_FIXED;
	return (a->shared->scenario.private_map ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED;
}

/*
 * A mapping is made anew for each schedule: a page table left from the last one would rule out faults of 2 MiB, and
 * their attempt is part of each first fault's path.
 */
static void map_file(struct actor *a)
{
	struct shared *s = a->shared;

	if (!a->mapping || a->file != s->files) {
		actor_close(a);
		a->fd = open(s->path, O_RDWR | O_CLOEXEC);
	} else if (!is_lodger(a))
		munmap(a->mapping, a->length);
	a->file = s->files;
	a->length = s->windows * s->scenario.pages * s->scenario.unit;
	a->mapping = place_of(a);
	if (!is_lodger(a))
		a->mapping = mmap(a->mapping, a->length, PROT_READ | PROT_WRITE, map_flags(a), a->fd, 0);
	if (a->fd < 0 || a->mapping == MAP_FAILED)
		die("actor %d cannot map %s", a->number, s->path);
}

static void map_second(struct actor *a)
{
	if (!(a->spec->op->effects & OP_SECOND))
		return;
	a->second = mmap(actor_away(a) + SMALL_PAGE, a->length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, a->fd, 0);
	if (a->second == MAP_FAILED)
		die("actor %d cannot map %s twice", a->number, a->shared->path);
}

void actor_setup(struct actor *a)
{
	struct shared *s = a->shared;

	a->spec = &s->scenario.actor[a->number];
	map_file(a);
	a->map = a->mapping;
	map_second(a);
	for (int i = 0; i < s->windows; i++) {
		memset(&s->window[i].result[a->number], 0, sizeof(struct result));
		actor_enter(a, &s->window[i]);
		a->result->mapped = true;
		journal_before_map_sync(a);
		if (!is_lodger(a))
			touch(a);
	}
	actor_enter(a, &s->window[0]);
}

void run_operation(struct actor *a)
{
	a->result->started = true;
	a->spec->op->run(a);
	a->result->returned = true;
}

static bool in_core(char *start, size_t unit)
{
	static __thread unsigned char core[UNIT_MAX / SMALL_PAGE];

	if (mincore(start, unit, core))
		die("mincore");
	return memchr(core, 1, unit / SMALL_PAGE);
}

/*
 * mincore(2) says 1 for what is mapped, and for what is in the page cache, where a DAX file has nothing. That is seen in
 * a mapping that nobody has used yet.
 */
static bool is_mapped(const struct actor *a, int page)
{
	size_t unit = a->shared->scenario.unit;
	char *unused;
	bool cached;

	if (!in_core(a->map + page * unit, unit))
		return false;
	unused = mmap(NULL, unit, PROT_READ, MAP_SHARED, a->fd, a->window->base + page * unit);
	if (unused == MAP_FAILED)
		die("actor %d cannot map %s", a->number, a->shared->path);
	cached = in_core(unused, unit);
	munmap(unused, unit);
	return !cached;
}

/* Nobody else faults in this mapping, so what is there behind a MADV_DONTNEED is what it did not see. */
static void look_for_dropped(struct actor *a)
{
	const struct actor_spec *spec = a->spec;

	a->result->kept = 0;
	if (!(spec->op->effects & OP_DROPS) || a->shared->scenario.one_mapping || !a->result->returned || a->result->error)
		return;
	for (int p = spec->page; p < spec->page + spec->pages; p++)
		a->result->kept |= is_mapped(a, p) << p;
}

/*
 * What this mapping shows when all is over, in the races in which the actor has touched it, or has not. Its SIGBUSes are
 * not the operation's.
 */
void actor_look(struct actor *a, bool touched)
{
	struct shared *s = a->shared;

	for (int i = 0; i < s->windows; i++) {
		struct window *w = &s->window[i];

		actor_enter(a, w);
		bus_result = NULL;
		if (a->result->touched != touched)
			continue;
		look_for_dropped(a);
		for (int p = 0; p < s->scenario.pages; p++)
			w->looked[a->number][p] = a->result->mapped && guarded_read(a, p, w->look[a->number][p]);
	}
}

void actor_close(struct actor *a)
{
	if (!a->mapping)
		return;
	if (!is_lodger(a))
		munmap(a->mapping, a->length);
	if (a->second)
		munmap(a->second, a->length);
	a->second = NULL;
	close(a->fd);
	a->mapping = NULL;
}

void actor_do(struct actor *a, enum command command)
{
	if (command == CMD_SETUP)
		actor_setup(a);
	else if (command == CMD_LOOK || command == CMD_LOOK_REST)
		actor_look(a, command == CMD_LOOK);
}

/* The actor's own task: nothing but its operation runs here, unless it is a process, which must map for itself. */
void actor_main(struct actor *a, int il)
{
	if (ioctl(il, IL_JOIN, (long)a->number))
		die("actor %d cannot join", a->number);
	for (;;) {
		if (ioctl(il, IL_PARK)) {
			if (errno == EINTR)
				continue;
			die("actor %d cannot park", a->number);
		}
		if (a->shared->command != CMD_RUN) {
			actor_do(a, a->shared->command);
			continue;
		}
		bus_result = a->result;
		run_operation(a);
		if (ioctl(il, IL_LEAVE))
			die("actor %d cannot leave", a->number);
	}
}
