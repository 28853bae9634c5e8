// SPDX-License-Identifier: GPL-2.0-only
/* The file of one schedule: small, fresh, and always made by the same calls. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "racer.h"

bool has_old_data(const struct scenario *s)
{
	return s->prepare == PREP_WRITTEN || s->prepare == PREP_SYNCED || s->prepare == PREP_FULL_WRITTEN ||
	       s->prepare == PREP_CLONED;
}

/* False if not all of it could be written; errno says why. */
bool write_old_page(const struct scenario *s, int fd, const struct window *at, int page)
{
	for (int w = 0; w < WORDS; w++) {
		uint64_t value = old_value(s, at, page, w);

		if (pwrite(fd, &value, sizeof(value), at->base + page * s->unit + word_offset(w)) != sizeof(value))
			return false;
	}
	return true;
}

static void write_old(const struct scenario *s, int fd, const struct window *at)
{
	for (int p = 0; p < s->pages; p++)
		if (!write_old_page(s, fd, at, p))
			die("cannot prepare the file");
}

/*
 * One file for all schedules of a scenario, emptied after each: no entry, no block and no extent of the last schedule
 * is left, and no directory or inode is written between. That halves the cost of a schedule against a new file.
 */
void world_create(struct shared *s)
{
	const struct scenario *sc = &s->scenario;
	size_t length = s->windows * sc->pages * sc->unit;

	if (ftruncate(s->fd, length))
		die("cannot extend %s", s->path);
	/* The last schedule's blocks are free once committed: without them ext4 runs out of blocks aligned to 2 MiB. */
	if (sc->unit > SMALL_PAGE && syncfs(s->fd))
		die("cannot sync %s", s->path);
	pipe_open(s);
	if (is_full(sc))
		space_free(s);
	if (sc->prepare == PREP_UNWRITTEN && fallocate(s->fd, 0, 0, length))
		die("cannot allocate %s", s->path);
	for (int i = 0; i < s->windows; i++)
		s->window[i].serial = ++s->serial;
	for (int i = 0; i < s->windows && sc->private_map && has_old_data(sc); i++)
		write_old(sc, s->fd, &s->window[i]);
}

/* What a preparation does behind the actors' own part of it. */
void world_settle(struct shared *s)
{
	enum prepare prepare = s->scenario.prepare;

	if ((prepare == PREP_SYNCED || prepare == PREP_CLONED) && fsync(s->fd))
		die("fsync of the prepared file");
	if (prepare == PREP_CLONED)
		clone_make(s);
}

/* Returns how many entries the emptied file's mapping still counts: any number but 0 is the kernel's mistake. */
long world_remove(struct shared *s, int il)
{
	__s64 count = s->fd;

	pipe_close(s);
	if (ftruncate(s->fd, 0))
		die("cannot empty %s", s->path);
	if (il < 0)
		return 0;
	if (ioctl(il, IL_ENTRIES, &count))
		die("IL_ENTRIES");
	return count;
}

/*
 * What a failing schedule leaves must not show in a later one: a page that stays marked as the file's, as its entry is lost,
 * is warned of by dax_associate_entry() once its block is given out again, hundreds of schedules on.
 */
void world_forget(int fd, int il)
{
	__s64 count = fd;

	if (ioctl(il, IL_UNMARK, &count))
		die("IL_UNMARK");
}

void world_windows(struct shared *s, int windows)
{
	s->windows = windows;
	s->at = &s->window[0];
	for (int i = 0; i < windows; i++) {
		s->window[i].number = i;
		s->window[i].base = i * s->scenario.pages * s->scenario.unit;
	}
}

/*
 * A file under a new name. The old ones stay: the end of an inode whose entries are miscounted is a BUG(), and would be
 * booked to a schedule that has no part in it.
 */
void world_open(struct shared *s)
{
	snprintf(s->folder, sizeof(s->folder), "%.40s", getenv("LAB_FOLDER") ?: "/mnt");	/* the tests' on the host */
	snprintf(s->path, sizeof(s->path), "%.40s/file%u", s->folder, s->files++);
	s->fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (s->fd < 0)
		die("cannot create %s", s->path);
}

/* What pread shows: the watched words of each page, and which pages lie within the file. */
void file_words(const struct shared *s, uint64_t words[PAGES_MAX][WORDS], bool within[PAGES_MAX])
{
	static char page[64 + 512 * WORDS];	/* up to the last word */

	for (int p = 0; p < s->scenario.pages; p++) {
		within[p] = pread(s->fd, page, sizeof(page), s->at->base + p * s->scenario.unit) == (ssize_t)sizeof(page);
		for (int w = 0; w < WORDS; w++)
			memcpy(&words[p][w], page + word_offset(w), sizeof(uint64_t));
	}
}

/* Whether the file ends before the page. Where it ends within, the rest of the page can be read as zeros (mmap(2)). */
bool page_is_behind(const struct shared *s, int page)
{
	char byte;

	return pread(s->fd, &byte, 1, s->at->base + page * s->scenario.unit) < 1;
}
