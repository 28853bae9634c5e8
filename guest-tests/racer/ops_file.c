// SPDX-License-Identifier: GPL-2.0-only
/* Operations on the file: system calls that read, write, sync, or change its blocks and its end. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ops.h"

void op_fsync(struct actor *a)
{
	oracle_before_sync(a);
	outcome(a, fsync(a->fd));
	if (!a->result->error)
		oracle_at_sync(a);
}

void op_fdatasync(struct actor *a)
{
	oracle_before_sync(a);
	outcome(a, fdatasync(a->fd));
	if (!a->result->error)
		oracle_at_sync(a);
}

void op_msync(struct actor *a)
{
	bool promises = !a->shared->scenario.private_map;	/* msync() in mm/msync.c looks at VM_SHARED */

	if (promises)
		oracle_before_sync(a);
	outcome(a, msync(first_address(a), byte_count(a), MS_SYNC));
	if (promises && !a->result->error)
		oracle_at_sync(a);
}

void op_write_then_fsync(struct actor *a)
{
	op_write(a);
	op_fsync(a);
}

void op_sync_file_range(struct actor *a)
{
	outcome(a, sync_file_range(a->fd, first_byte(a), byte_count(a),
				   SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
}

void op_pread(struct actor *a)
{
	static __thread char page[SMALL_PAGE];

	for (int p = a->spec->page; p < last_page(a); p++) {
		long ret = pread(a->fd, page, sizeof(page), page_offset(a, p));

		outcome(a, ret);
		if (ret != (long)sizeof(page))
			continue;
		saw_page(a, p, page);
	}
}

void op_pwrite(struct actor *a)
{
	uint64_t value = stored_value(a->window, a->number);

	for (int p = a->spec->page; p < last_page(a); p++) {
		long ret = pwrite(a->fd, &value, sizeof(value), page_offset(a, p) + word_offset(a->number));

		outcome(a, ret);
		if (ret == (long)sizeof(value))
			a->result->stored |= 1 << p;
	}
}

/*
 * Each page by one write(2): zeros around the actor's word. Where a hole or an unwritten extent was the file system gives
 * new blocks, and iomap drops what the page cache held of it.
 */
void op_rewrite(struct actor *a)
{
	static char zeros[UNIT_MAX];	/* not from malloc(): that would wait for who is stopped in a fault */
	uint64_t value = stored_value(a->window, a->number);
	size_t unit = a->shared->scenario.unit, before = word_offset(a->number);
	struct iovec parts[] = {
		{ zeros, before }, { &value, sizeof(value) }, { zeros, unit - before - sizeof(value) },
	};

	for (int p = a->spec->page; p < last_page(a); p++) {
		long ret = pwritev(a->fd, parts, 3, page_offset(a, p));

		outcome(a, ret);
		if (ret == (long)unit)
			a->result->stored |= 1 << p;
	}
}

void op_punch(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first_byte(a), byte_count(a)));
}

/* The block comes back as a new one, whose old content nobody may see. */
void op_punch_then_pwrite(struct actor *a)
{
	op_punch(a);
	if (!a->result->error)
		op_pwrite(a);
}

/*
 * ext4 gives a freed block away once its transaction is committed. On a full file system the other file gets this very
 * one, and whoever still sees it through an old mapping sees the other file's content.
 */
void op_punch_then_reuse(struct actor *a)
{
	op_punch(a);
	if (!a->result->error && !fsync(a->fd))
		a->result->ret = space_reuse(a->shared, a->spec->pages);
}

void op_zero_range(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_ZERO_RANGE, first_byte(a), byte_count(a)));
}

void op_collapse(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_COLLAPSE_RANGE, first_byte(a), byte_count(a)));
}

void op_fallocate(struct actor *a)
{
	outcome(a, fallocate(a->fd, 0, first_byte(a), byte_count(a)));
}

void op_truncate(struct actor *a)
{
	outcome(a, ftruncate(a->fd, first_byte(a)));
}

void op_truncate_then_extend(struct actor *a)
{
	const struct scenario *s = &a->shared->scenario;

	op_truncate(a);
	if (!a->result->error)
		outcome(a, ftruncate(a->fd, a->window->base + s->pages * s->unit));
}

/* The clone shares the blocks until somebody stores; what it shows must be of the moment, and stay so. */
void op_clone(struct actor *a)
{
	struct file_clone_range range = { .src_fd = a->fd, .src_offset = first_byte(a), .src_length = byte_count(a) };
	static __thread char page[SMALL_PAGE];
	int clone = open(a->shared->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	outcome(a, clone < 0 ? -1 : ioctl(clone, FICLONERANGE, &range));
	for (int p = a->spec->page; p < last_page(a) && !a->result->error; p++)
		if (pread(clone, page, sizeof(page), (p - a->spec->page) * a->shared->scenario.unit) == sizeof(page))
			saw_page(a, p, page);
	if (clone >= 0)
		close(clone);
}

/* Blocks that other files have too are copied, and the copies are this file's alone. */
void op_unshare(struct actor *a)
{
	outcome(a, fallocate(a->fd, FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE, first_byte(a), byte_count(a)));
}
