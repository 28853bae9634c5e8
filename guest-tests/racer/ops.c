// SPDX-License-Identifier: GPL-2.0-only
/* The operations an actor can do. A new one is one function and one line of the table at the end. */

#include <errno.h>
#include <string.h>

#include "ops.h"

/* Slots lie in cache lines of their own, so that a flush of one never carries another. */
size_t word_offset(int word)
{
	return 64 + 512 * word;
}

uint64_t stored_value(const struct window *w, int actor)
{
	return w->serial << 8 | 0x80 | (actor + 1);
}

/* Content before the schedule: zeros in a hole or an unwritten extent, else a value of window, page and word. */
uint64_t old_value(const struct scenario *s, const struct window *w, int page, int word)
{
	if (has_old_data(s))
		return 0x0a0d000000000000ULL | w->number << 16 | page << 8 | word;
	return 0;
}

size_t page_offset(const struct actor *a, int page)
{
	return a->window->base + page * a->shared->scenario.unit;
}

size_t first_byte(const struct actor *a)
{
	return page_offset(a, a->spec->page);
}

char *first_address(const struct actor *a)
{
	return a->map + a->spec->page * a->shared->scenario.unit;
}

size_t byte_count(const struct actor *a)
{
	return a->spec->pages * a->shared->scenario.unit;
}

int last_page(const struct actor *a)
{
	return a->spec->page + a->spec->pages;
}

static volatile uint64_t *word_at(struct actor *a, int page, int word)
{
	return (volatile uint64_t *)(a->map + page * a->shared->scenario.unit + word_offset(word));
}

/* Reads every watched word of a page through the mapping; false if it ended in SIGBUS. */
bool guarded_read(struct actor *a, int page, uint64_t *words)
{
	a->result->touched |= bus_result != NULL;	/* not by a look at the end */
	return guarded(for (int w = 0; w < WORDS; w++)
			       words[w] = *word_at(a, page, w));
}

static bool guarded_store(struct actor *a, int page, uint64_t value)
{
	a->result->touched = true;
	return guarded(*word_at(a, page, a->number) = value);
}

/* A store to a byte that nobody watches; false if it ended in SIGBUS. */
bool guarded_touch(char *address)
{
	return guarded(*(volatile char *)address = 1);
}

/* A load of such a byte. */
bool guarded_peek(const char *address)
{
	return guarded((void)*(const volatile char *)address);
}

void outcome(struct actor *a, long ret)
{
	a->result->ret = ret;
	a->result->error = ret < 0 ? errno : 0;
}

/* The watched words of one page as something other than a load has shown them. */
void saw_page(struct actor *a, int page, const char *content)
{
	for (int w = 0; w < WORDS; w++)
		memcpy(&a->result->saw[page][w], content + word_offset(w), sizeof(uint64_t));
	a->result->read |= 1 << page;
}

void op_read(struct actor *a)
{
	for (int p = a->spec->page; p < last_page(a); p++)
		if (guarded_read(a, p, a->result->saw[p]))
			a->result->read |= 1 << p;
}

void op_write(struct actor *a)
{
	for (int p = a->spec->page; p < last_page(a); p++)
		if (guarded_store(a, p, stored_value(a->window, a->number)))
			a->result->stored |= 1 << p;
}

static void op_read_then_write(struct actor *a)
{
	op_read(a);
	op_write(a);
}

const struct op ops[] = {
	{ "read-fault", op_read, OP_READS, NULL },
	{ "write-fault", op_write, OP_STORES, NULL },
	{ "write-after-read", op_read_then_write, OP_READS | OP_STORES, NULL },
	{ "refault-read", op_refault_read, OP_READS, NULL },
	{ "refault-write", op_refault_write, OP_STORES, NULL },
	{ "small-read", op_read, OP_READS | OP_SMALL, NULL },
	{ "small-write", op_write, OP_STORES | OP_SMALL, NULL },
	{ "write-fsync", op_write_then_fsync, OP_STORES | OP_SYNCS, NULL },
	{ "mapsync-write", op_write_then_flush, OP_STORES | OP_MAPSYNC, no_map_sync },
	{ "pread", op_pread, OP_READS, NULL },
	{ "pwrite", op_pwrite, OP_WRITES, NULL },
	{ "fsync", op_fsync, OP_SYNCS, NULL },
	{ "fdatasync", op_fdatasync, OP_SYNCS, NULL },
	{ "msync", op_msync, OP_SYNCS, NULL },
	{ "sync-file-range", op_sync_file_range, 0, NULL },
	{ "punch", op_punch, OP_ZEROES, NULL },
	{ "punch-pwrite", op_punch_then_pwrite, OP_ZEROES | OP_WRITES, NULL },
	{ "punch-reuse", op_punch_then_reuse, OP_ZEROES | OP_ALLOCATES, NULL },
	{ "zero-range", op_zero_range, OP_ZEROES, NULL },
	{ "collapse", op_collapse, OP_SHIFTS | OP_SHRINKS, NULL },
	{ "fallocate", op_fallocate, OP_ALLOCATES, NULL },
	{ "truncate", op_truncate, OP_SHRINKS, NULL },
	{ "truncate-extend", op_truncate_then_extend, OP_SHRINKS | OP_ZEROES, NULL },
	{ "clone", op_clone, OP_READS | OP_ALLOCATES, no_clone },
	{ "unshare", op_unshare, OP_ALLOCATES, no_clone },
	{ "remap", op_remap, OP_READS | OP_UNMAPS, NULL },
	{ "mremap", op_mremap, OP_READS | OP_UNMAPS, NULL },
	{ "mremap-dontunmap", op_mremap_dontunmap, OP_READS | OP_UNMAPS, no_dontunmap },
	{ "mprotect-write", op_mprotect_then_write, OP_STORES, NULL },
	{ "dontneed", op_dontneed, OP_DROPS, NULL },
	{ "populate-write", op_populate_write, OP_ALLOCATES | OP_FAULTS, no_populate },
	{ "split", op_split, OP_READS | OP_SECOND, NULL },
	{ "store-behind", op_store_behind, OP_SECOND, NULL },
	{ "page-table", op_leave_page_table, OP_ZEROES | OP_SECOND, NULL },
	{ "page-table-rewrite", op_page_table_then_rewrite, OP_ZEROES | OP_WRITES | OP_SECOND, NULL },
	{ "small-entry-store", op_small_entry_then_store, OP_SECOND, NULL },
	{ "rewrite-touch", op_rewrite_then_touch, OP_ZEROES | OP_WRITES, NULL },
	{ "cow-copy", op_cow_copy, OP_READS, NULL },
	{ "fork", op_fork, OP_FAULTS, NULL },
	{ "fork-store", op_fork_then_write, OP_STORES | OP_FAULTS, NULL },
	{ "pin", op_pin, OP_READS | OP_FAULTS | OP_PINS, NULL },
	{ "pin-fsync", op_pin_fsync, OP_READS | OP_FAULTS | OP_PINS, NULL },
	{ "hwpoison", op_poison, OP_POISONS | OP_FAULTS, no_memory_failure },
	{ "pipe-write", op_pipe_write, OP_PIPES, NULL },
	{ "pipe-grow", op_pipe_grow, OP_PIPES | OP_GROWS, NULL },
	{ NULL, NULL, 0, NULL },
};

const struct op *find_op(const char *name)
{
	for (const struct op *op = ops; op->name; op++)
		if (!strcmp(op->name, name))
			return op;
	return NULL;
}
