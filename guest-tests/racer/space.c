// SPDX-License-Identifier: GPL-2.0-only
/*
 * A nearly full file system (ext4): a filler takes everything but the few blocks that a schedule is to fight for. Before
 * each schedule these hold poison, so that old content of a block that comes to the file is recognisable, and so is a
 * store through an old mapping into a block that has gone to the other file.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "racer.h"

#define RESERVED "/sys/fs/ext4/pmem0/reserved_clusters"
#define POISON 0xbad0bad0bad0bad0ULL	/* neither an old value nor a stored one */

bool is_full(const struct scenario *s)
{
	return s->prepare == PREP_FULL || s->prepare == PREP_FULL_WRITTEN;
}

/* Nameless files end with the scenario's process, however that ends: the next one finds an empty file system. */
static int nameless(const struct shared *s)
{
	int fd = open(s->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd < 0)
		die("cannot create a file in %s", s->folder);
	return fd;
}

/* How many blocks are free before the schedule's file is written. */
static int free_blocks(const struct scenario *s)
{
	return s->prepare == PREP_FULL ? 1 : s->pages;
}

/* Returns false if nothing is free. */
static bool write_poison(int fd, int block)
{
	uint64_t page[SMALL_PAGE / sizeof(uint64_t)];
	ssize_t n;

	for (size_t i = 0; i < sizeof(page) / sizeof(*page); i++)
		page[i] = POISON;
	n = pwrite(fd, page, sizeof(page), (off_t)block * SMALL_PAGE);
	if (n != sizeof(page) && errno != ENOSPC)
		die("poison: %s", strerror(errno));
	return n == sizeof(page);
}

/* Blocks that were freed are free for others once their transaction is committed. */
static void commit(int fd)
{
	if (syncfs(fd))
		die("syncfs: %s", strerror(errno));
}

/*
 * Blocks that ext4 holds back for its own needs, 2 % of all (Documentation/ABI/testing/sysfs-fs-ext4), count as taken and
 * are given away all the same, one after the other: with them no block comes back to who freed it. Returns false where
 * the kernel does not let them go: up to 4.10 every number is refused.
 */
bool space_hold_nothing_back(void)
{
	int fd = open(RESERVED, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, "0", 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

/*
 * The filler grows by steps that halve when one does not fit, until not one block does. The other file has its blocks
 * from the start, so that what is free in the end is what it gives back.
 */
void space_fill(struct shared *s)
{
	off_t length = 0, step = 64 << 20;

	s->other = nameless(s);
	s->filler = nameless(s);
	for (int i = 0; i < free_blocks(&s->scenario); i++)
		if (!write_poison(s->other, i))
			die("the file system is full before it is filled");
	while (step >= SMALL_PAGE) {
		if (!fallocate(s->filler, 0, length, step))
			length += step;
		else if (errno == ENOSPC)
			step /= 2;
		else
			die("filler: %s", strerror(errno));
		commit(s->filler);
	}
}

/* Poison in the blocks that are to be free, and then they are. */
void space_free(struct shared *s)
{
	commit(s->other);
	for (int i = 0; i < free_blocks(&s->scenario); i++)
		if (!write_poison(s->other, i))
			die("only %d blocks are free, not %d", i, free_blocks(&s->scenario));
	if (fsync(s->other) || ftruncate(s->other, 0))
		die("the other file: %s", strerror(errno));
	commit(s->other);
}

/* At the scenario's end; what is freed is free for the next one when this is committed. */
void space_release(struct shared *s)
{
	if (ftruncate(s->filler, 0) || ftruncate(s->other, 0))
		die("the filler: %s", strerror(errno));
	commit(s->filler);
}

/* The other file takes what is free now, at most that many blocks. Returns how many it got. */
int space_reuse(struct shared *s, int blocks)
{
	int got = 0;

	while (got < blocks && is_full(&s->scenario) && write_poison(s->other, got))
		got++;
	return got;
}

/* Whether the other file still holds what was written to it, and nobody stored there. */
bool space_reused_whole(const struct shared *s)
{
	uint64_t page[SMALL_PAGE / sizeof(uint64_t)];

	for (off_t at = 0; pread(s->other, page, sizeof(page), at) == sizeof(page); at += sizeof(page))
		for (size_t i = 0; i < sizeof(page) / sizeof(*page); i++)
			if (page[i] != POISON)
				return false;
	return true;
}
