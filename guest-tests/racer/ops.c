// SPDX-License-Identifier: GPL-2.0-only
/* The operations an actor can do. A new one is one function and one line of the table at the end. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "racer.h"

/* Slots lie in cache lines of their own, so that a flush of one never carries another. */
size_t word_offset(int word)
{
	return 64 + 512 * word;
}

uint64_t stored_value(const struct window *w, int actor)
{
	return w->serial << 8 | 0x80 | (actor + 1);
}

/* Content before the schedule: zeros in a hole or an unwritten extent, else a value of page and word. */
uint64_t old_value(const struct scenario *s, int page, int word)
{
	if (s->prepare == PREP_WRITTEN || s->prepare == PREP_SYNCED)
		return 0x0a0d000000000000ULL | page << 8 | word;
	return 0;
}

static size_t page_offset(const struct actor *a, int page)
{
	return a->window->base + page * a->shared->scenario.unit;
}

static size_t first_byte(const struct actor *a)
{
	return page_offset(a, a->spec->page);
}

static char *first_address(const struct actor *a)
{
	return a->map + a->spec->page * a->shared->scenario.unit;
}

static size_t byte_count(const struct actor *a)
{
	return a->spec->pages * a->shared->scenario.unit;
}

static volatile uint64_t *word_at(struct actor *a, int page, int word)
{
	return (volatile uint64_t *)(a->map + page * a->shared->scenario.unit + word_offset(word));
}

/* Reads every watched word of a page through the mapping; false if it ended in SIGBUS. */
bool guarded_read(struct actor *a, int page, uint64_t *words)
{
	if (sigsetjmp(bus_jump, 1)) {
		bus_armed = false;
		return false;
	}
	bus_armed = true;
	for (int w = 0; w < WORDS; w++)
		words[w] = *word_at(a, page, w);
	bus_armed = false;
	return true;
}

static bool guarded_store(struct actor *a, int page, uint64_t value)
{
	if (sigsetjmp(bus_jump, 1)) {
		bus_armed = false;
		return false;
	}
	bus_armed = true;
	*word_at(a, page, a->number) = value;
	bus_armed = false;
	return true;
}

static void outcome(struct actor *a, long ret)
{
	a->result->ret = ret;
	a->result->error = ret < 0 ? errno : 0;
}

static void read_pages(struct actor *a)
{
	for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++)
		if (guarded_read(a, p, a->result->saw[p]))
			a->result->read |= 1 << p;
}

static void op_read_fault(struct actor *a)
{
	read_pages(a);
}

static void op_write_fault(struct actor *a)
{
	for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++)
		if (guarded_store(a, p, stored_value(a->window, a->number)))
			a->result->stored |= 1 << p;
}

static void op_read_then_write(struct actor *a)
{
	read_pages(a);
	op_write_fault(a);
}

static void op_fsync(struct actor *a)
{
	oracle_before_sync(a);
	outcome(a, fsync(a->fd));
	if (!a->result->error)
		oracle_at_sync(a);
}

static void op_write_then_fsync(struct actor *a)
{
	op_write_fault(a);
	op_fsync(a);
}

static void op_pread(struct actor *a)
{
	static __thread char page[4096];

	for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++) {
		long ret = pread(a->fd, page, sizeof(page), page_offset(a, p));

		outcome(a, ret);
		if (ret != (long)sizeof(page))
			continue;
		for (int w = 0; w < WORDS; w++)
			memcpy(&a->result->saw[p][w], page + word_offset(w), sizeof(uint64_t));
		a->result->read |= 1 << p;
	}
}

static void op_pwrite(struct actor *a)
{
	uint64_t value = stored_value(a->window, a->number);

	for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++) {
		long ret = pwrite(a->fd, &value, sizeof(value), page_offset(a, p) + word_offset(a->number));

		outcome(a, ret);
		if (ret == (long)sizeof(value))
			a->result->stored |= 1 << p;
	}
}

static void op_fdatasync(struct actor *a)
{
	oracle_before_sync(a);
	outcome(a, fdatasync(a->fd));
	if (!a->result->error)
		oracle_at_sync(a);
}

static void op_msync(struct actor *a)
{
	bool promises = !a->shared->scenario.private_map;	/* msync() in mm/msync.c looks at VM_SHARED */

	if (promises)
		oracle_before_sync(a);
	outcome(a, msync(first_address(a), byte_count(a), MS_SYNC));
	if (promises && !a->result->error)
		oracle_at_sync(a);
}

static void op_sync_file_range(struct actor *a)
{
	outcome(a, sync_file_range(a->fd, first_byte(a), byte_count(a),
				   SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
}

static void op_punch(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first_byte(a), byte_count(a)));
}

static void op_zero_range(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_ZERO_RANGE, first_byte(a), byte_count(a)));
}

static void op_collapse(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_COLLAPSE_RANGE, first_byte(a), byte_count(a)));
}

static void op_fallocate(struct actor *a)
{
	outcome(a, fallocate(a->fd, 0, first_byte(a), byte_count(a)));
}

static void op_truncate(struct actor *a)
{
	outcome(a, ftruncate(a->fd, first_byte(a)));
}

static void op_remap(struct actor *a)
{
	int flags = (a->shared->scenario.private_map ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED;

	size_t length = a->shared->scenario.pages * a->shared->scenario.unit;

	munmap(a->map, length);
	if (mmap(a->map, length, PROT_READ | PROT_WRITE, flags, a->fd, a->window->base) == MAP_FAILED) {
		outcome(a, -1);
		a->result->mapped = false;
		return;
	}
	read_pages(a);
}

static void op_dontneed(struct actor *a)
{
	outcome(a, madvise(first_address(a), byte_count(a), MADV_DONTNEED));
}

/* The child's page tables are copied from ours; it reads through them and ends without touching anything else. */
static void op_fork(struct actor *a)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		uint64_t words[WORDS];

		for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++)
			if (!guarded_read(a, p, words))
				_exit(1);
		_exit(0);
	}
	outcome(a, pid < 0 ? -1 : 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && status) {
		a->result->ret = -1;
		a->result->error = WIFEXITED(status) ? EFAULT : ECHILD;
	}
}

const struct op ops[] = {
	{ "read-fault", op_read_fault, OP_READS },
	{ "write-fault", op_write_fault, OP_STORES },
	{ "write-after-read", op_read_then_write, OP_READS | OP_STORES },
	{ "write-fsync", op_write_then_fsync, OP_STORES | OP_SYNCS },
	{ "pread", op_pread, OP_READS },
	{ "pwrite", op_pwrite, OP_WRITES },
	{ "fsync", op_fsync, OP_SYNCS },
	{ "fdatasync", op_fdatasync, OP_SYNCS },
	{ "msync", op_msync, OP_SYNCS },
	{ "sync-file-range", op_sync_file_range, 0 },
	{ "punch", op_punch, OP_ZEROES },
	{ "zero-range", op_zero_range, OP_ZEROES },
	{ "collapse", op_collapse, OP_SHIFTS | OP_SHRINKS },
	{ "fallocate", op_fallocate, 0 },
	{ "truncate", op_truncate, OP_SHRINKS },
	{ "remap", op_remap, OP_READS | OP_UNMAPS },
	{ "dontneed", op_dontneed, 0 },
	{ "fork", op_fork, 0 },
	{ NULL, NULL, 0 },
};

const struct op *find_op(const char *name)
{
	for (const struct op *op = ops; op->name; op++)
		if (!strcmp(op->name, name))
			return op;
	return NULL;
}
