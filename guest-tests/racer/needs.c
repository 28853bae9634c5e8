// SPDX-License-Identifier: GPL-2.0-only
/* What a scenario needs of kernel and file system. One that cannot be run here says why; it never counts as passed. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "ops.h"

static int nameless_file(void)
{
	int fd = open(getenv("LAB_FOLDER") ?: "/mnt", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, SMALL_PAGE))
		die("cannot make a file to try what the file system can do");
	return fd;
}

static bool file_is_dax(void)
{
	struct statx status = { 0 };
	int fd = nameless_file(), failed = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status);

	close(fd);
	return !failed && status.stx_attributes & STATX_ATTR_DAX;
}

/* A length of 0 is accepted where the advice is known (madvise(2)). Ordinary memory, as the host's, is never poisoned. */
const char *no_memory_failure(void)
{
	if (!file_is_dax())
		return "the file is not mapped by DAX, and ordinary memory must not be poisoned";
	if (madvise(NULL, 0, MADV_HWPOISON))
		return "madvise knows no MADV_HWPOISON: the kernel lacks CONFIG_MEMORY_FAILURE";
	return NULL;
}

const char *no_map_sync(void)
{
	int fd = nameless_file();
	void *map = mmap(NULL, SMALL_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);

	close(fd);
	if (map == MAP_FAILED)
		return "the file system has no MAP_SYNC";
	munmap(map, SMALL_PAGE);
	return NULL;
}

/* Of a mapping that is not anonymous since v5.13, commit a4609387859f. */
const char *no_dontunmap(void)
{
	int fd = nameless_file();
	void *map = mmap(NULL, SMALL_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *moved = MAP_FAILED;

	close(fd);
	if (map != MAP_FAILED)
		moved = mremap(map, SMALL_PAGE, SMALL_PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	if (moved == MAP_FAILED)
		return "mremap moves no shared mapping by MREMAP_DONTUNMAP: the kernel is older than 5.13";
	munmap(map, SMALL_PAGE);
	munmap(moved, SMALL_PAGE);
	return NULL;
}

/* A length of 0 is accepted where the advice is known: since v5.14, commit 4ca9b3859dac. */
const char *no_populate(void)
{
	if (madvise(NULL, 0, MADV_POPULATE_WRITE))
		return "madvise knows no MADV_POPULATE_WRITE: the kernel is older than 5.14";
	return NULL;
}

const char *no_clone(void)
{
	int from = nameless_file(), to = nameless_file();
	struct file_clone_range range = { .src_fd = from, .src_length = SMALL_PAGE };
	int failed = ioctl(to, FICLONERANGE, &range);

	close(from);
	close(to);
	return failed ? "the file system shares no blocks between files (FICLONERANGE)" : NULL;
}

static const char *full_missing(const struct scenario *s)
{
	struct statfs fs;

	if (!is_full(s))
		return NULL;
	if (s->unit != SMALL_PAGE)
		return "a full file system is prepared for pages of 4 KiB alone";
	if (statfs(getenv("LAB_FOLDER") ?: "/mnt", &fs) || fs.f_type != EXT4_SUPER_MAGIC)
		return "only ext4 can be filled up to a known block";
	if (!space_hold_nothing_back())
		return "ext4 keeps blocks back: its reserved_clusters cannot be set to 0, a bug of kernels up to 4.10";
	return NULL;
}

/* What takes a mapping away, or needs one of another kind, cannot share it with others. */
static const char *mapping_missing(const struct scenario *s)
{
	if (!s->one_mapping)
		return NULL;
	if (s->processes)
		return "actors that are processes cannot work in one mapping";
	if (anyone_has(s, OP_UNMAPS | OP_SMALL | OP_MAPSYNC))
		return "an operation needs a mapping of its own, the scenario's actors have one for all";
	return NULL;
}

static const char *operation_missing(const struct scenario *s)
{
	const char *missing = NULL;

	for (int i = 0; i < s->actors && !missing; i++) {
		const struct op *op = s->actor[i].op;

		if (op->missing)
			missing = op->missing();
		if (s->processes && op->effects & OP_PIPES)
			missing = "only threads share the pipe";
		if (s->private_map && op->effects & OP_MAPSYNC)
			missing = "a mapping by MAP_SYNC is shared, the scenario's are private";
	}
	return missing;
}

const char *scenario_needs(const struct scenario *s)
{
	return journal_missing(s) ?: full_missing(s) ?: (is_cloned(s) ? no_clone() : NULL) ?: mapping_missing(s) ?:
	       operation_missing(s);
}
