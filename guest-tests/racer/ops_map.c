// SPDX-License-Identifier: GPL-2.0-only
/* Operations on the mapping: what moves, drops, copies or pins it. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops.h"

static size_t window_length(const struct actor *a)
{
	return a->shared->scenario.pages * a->shared->scenario.unit;
}

void op_remap(struct actor *a)
{
	int flags = (a->shared->scenario.private_map ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED;
	size_t length = window_length(a);

	munmap(a->map, length);
	if (mmap(a->map, length, PROT_READ | PROT_WRITE, flags, a->fd, a->window->base) == MAP_FAILED) {
		outcome(a, -1);
		a->result->mapped = false;
		return;
	}
	op_read(a);
}

/* Without its page table entries each access of the actor's own range is a fault, whatever the preparation was. */
static void drop(struct actor *a)
{
	if (madvise(first_address(a), byte_count(a), MADV_DONTNEED))
		die("MADV_DONTNEED: %s", strerror(errno));
}

void op_refault_read(struct actor *a)
{
	drop(a);
	op_read(a);
}

void op_refault_write(struct actor *a)
{
	drop(a);
	op_write(a);
}

void op_dontneed(struct actor *a)
{
	outcome(a, madvise(first_address(a), byte_count(a), MADV_DONTNEED));
}

/* The child's page tables are copied from ours; it reads through them and ends without touching anything else. */
void op_fork(struct actor *a)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		uint64_t words[WORDS];

		for (int p = a->spec->page; p < last_page(a); p++)
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

/* Reads at another address, where its part of the mapping is now, and comes back. */
static void read_away(struct actor *a, char *away)
{
	char *home = a->map;

	a->map = away;
	op_read(a);
	a->map = home;
}

static void move(struct actor *a, char *from, char *to, int more)
{
	if (mremap(from, window_length(a), window_length(a), MREMAP_MAYMOVE | MREMAP_FIXED | more, to) == MAP_FAILED)
		die("mremap: %s", strerror(errno));
}

void op_mremap(struct actor *a)
{
	char *away = actor_away(a);

	move(a, a->map, away, 0);
	read_away(a, away);
	move(a, away, a->map, 0);
	op_read(a);
}

/* The page tables go, the mapping stays and is filled anew by faults. */
void op_mremap_dontunmap(struct actor *a)
{
	char *away = actor_away(a);

	move(a, a->map, away, MREMAP_DONTUNMAP);
	op_read(a);
	read_away(a, away);
	munmap(away, window_length(a));
}

void op_mprotect_then_write(struct actor *a)
{
	outcome(a, mprotect(first_address(a), byte_count(a), PROT_READ));
	if (!a->result->error)
		outcome(a, mprotect(first_address(a), byte_count(a), PROT_READ | PROT_WRITE));
	if (!a->result->error)
		op_write(a);
}

void op_populate_write(struct actor *a)
{
	a->result->touched = true;
	outcome(a, madvise(first_address(a), byte_count(a), MADV_POPULATE_WRITE));
}

/*
 * Stores behind the first 4 KiB of each page through the second mapping, by an entry of 4 KiB: a hole's entry is split, and
 * the index is not the one at which the 2 MiB entry begins. Each actor has a place of its own, so that their entries of
 * 4 KiB are not the same.
 */
void op_store_behind(struct actor *a)
{
	for (int p = a->spec->page; p < last_page(a); p++)
		guarded_touch(a->second + page_offset(a, p) + (a->number + 1) * SMALL_PAGE % a->shared->scenario.unit);
}

/* The same behind loads through the first mapping, by an entry of 2 MiB. */
void op_split(struct actor *a)
{
	op_read(a);
	op_store_behind(a);
}

/*
 * A store through the second mapping puts an entry of 4 KiB into the file, so that one through the first is a small fault
 * as well and makes a page table. Zeroing takes the entry away and leaves blocks and page table. Neither mapping is made
 * here: that would wait for whoever is stopped in a fault.
 */
void op_leave_page_table(struct actor *a)
{
	guarded_touch(a->second + first_byte(a));
	guarded_touch(first_address(a));
	a->result->touched = true;
	op_zero_range(a);
}

/*
 * Loads of a hole leave a page table over an entry of 4 KiB, which the new blocks take away again if it is clean. Even a
 * load makes it dirty (dax_insert_entry() in v6.1); fsync would wait for the transaction of who is stopped in a fault.
 */
void op_page_table_then_rewrite(struct actor *a)
{
	a->result->touched = true;
	guarded_peek(a->second + first_byte(a));
	guarded_peek(first_address(a));
	op_sync_file_range(a);
	op_rewrite(a);
}

/*
 * A load through the second mapping puts an entry of 4 KiB into the file, clean as above, so that the store through the first is a small
 * fault. Were the page table by then a page of 2 MiB, the new page table entry would lie on the word of the first actor.
 */
void op_small_entry_then_store(struct actor *a)
{
	size_t place = word_offset(0) / sizeof(uint64_t) * SMALL_PAGE % a->shared->scenario.unit;

	a->result->touched = true;
	guarded_peek(a->second + first_byte(a) + place);
	op_sync_file_range(a);
	guarded_touch(first_address(a) + place);
}

/* New blocks of 2 MiB, then a mapping of 2 MiB. */
void op_rewrite_then_touch(struct actor *a)
{
	op_rewrite(a);
	a->result->touched = true;
	guarded_touch(first_address(a));
}

/* A second, private mapping: its store copies the page, and the rest of the copy shows what was copied. */
void op_cow_copy(struct actor *a)
{
	char *away = mmap(actor_away(a), window_length(a), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, a->fd,
			  a->window->base);

	if (away == MAP_FAILED) {
		outcome(a, -1);
		return;
	}
	for (int p = a->spec->page; p < last_page(a); p++)
		guarded_touch(away + p * a->shared->scenario.unit);
	read_away(a, away);
	munmap(away, window_length(a));
}

/* The child stores in the parent's name; the results are shared with it. A private mapping's copy is the child's. */
void op_fork_then_write(struct actor *a)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		op_write(a);
		_exit(0);
	}
	outcome(a, pid < 0 ? -1 : 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && status) {
		a->result->ret = -1;
		a->result->error = ECHILD;
	}
	if (a->shared->scenario.private_map)
		a->result->stored = 0;
}

/*
 * vmsplice(2) holds a reference to the first page while the faults on the others give a schedule room to stop: whoever
 * takes the block away must wait, and what comes out of the pipe is of this file.
 */
static void pin_first_page(struct actor *a, int ends[2])
{
	struct iovec first = { .iov_base = first_address(a), .iov_len = SMALL_PAGE };

	if (pipe2(ends, O_CLOEXEC))
		die("pipe2");
	drop(a);
	outcome(a, vmsplice(ends[1], &first, 1, 0));
}

static void let_go(struct actor *a, int ends[2])
{
	static __thread char page[SMALL_PAGE];

	if (a->result->ret == SMALL_PAGE && read(ends[0], page, SMALL_PAGE) == SMALL_PAGE)
		saw_page(a, a->spec->page, page);
	close(ends[0]);
	close(ends[1]);
}

void op_pin(struct actor *a)
{
	int ends[2];

	pin_first_page(a, ends);
	for (int p = a->spec->page + 1; p < last_page(a); p++)
		if (guarded_read(a, p, a->result->saw[p]))
			a->result->read |= 1 << p;
	let_go(a, ends);
}

/* Writeback locks the entries one after the other, of the page that is pinned too: who waits for the pin must see it. */
void op_pin_fsync(struct actor *a)
{
	int ends[2];

	pin_first_page(a, ends);
	if (fsync(a->fd))
		outcome(a, -1);
	let_go(a, ends);
}

/* memory_failure() of the pages; DAX pages are not taken away, their content stays. SIGBUS comes on the way out. */
void op_poison(struct actor *a)
{
	guarded(outcome(a, madvise(first_address(a), byte_count(a), MADV_HWPOISON)));
}

/* With MAP_SYNC the fault has made the block durable, and flushing the store is left to us. */
void op_write_then_flush(struct actor *a)
{
	op_write(a);
	for (int p = a->spec->page; p < last_page(a); p++)
		if (a->result->stored & 1 << p)
			__builtin_ia32_clflush(a->map + p * a->shared->scenario.unit + word_offset(a->number));
	__builtin_ia32_sfence();
	journal_at_map_sync(a);
}
