// SPDX-License-Identifier: GPL-2.0-only
/* What is legal is no violation, and the report says what is there. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "try.h"

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#define MAP_SHARED_VALIDATE 0x03
#endif

static volatile char sink;

static struct dt_mapping mapping_at(const struct place *place, unsigned long index)
{
	struct dt_mapping mapping = { 0 };
	struct dt_report report = {
		.fd = place->fd, .flags = DT_TRY, .first = index, .count = 1,
		.mappings = (unsigned long)&mapping, .max_mappings = 1,
	};

	must(!ioctl(tags, DT_REPORT, &report), "DT_REPORT");
	return mapping;
}

static void a_hole_that_is_read_then_written(void)
{
	struct place place = place_open(4 * PAGE, 0);

	sink = place.map[0];
	is(entry_at(&place, 0).state & (DT_PRESENT | DT_ZERO | DT_EMPTY | DT_LOCKED), DT_PRESENT | DT_ZERO,
	   "hole read: entry");
	is(mapping_at(&place, 0).state & (DT_PTE_ZERO | DT_PTE_WRITE | DT_PTE_ANON), DT_PTE_ZERO, "hole read: mapping");
	is(violations(&place, 0, NULL), 0, "hole read: consistent");
	place.map[0] = 1;
	is(entry_at(&place, 0).state, DT_PRESENT | DT_DIRTY, "hole written: entry");
	is(mapping_at(&place, 0).pfn, entry_at(&place, 0).pfn, "hole written: same page");
	is(mapping_at(&place, 0).state & (DT_PTE_WRITE | DT_VMA_SHARED), DT_PTE_WRITE | DT_VMA_SHARED,
	   "hole written: mapping");
	is(violations(&place, 0, NULL), 0, "hole written: consistent");
	place_close(&place);
}

static void sync_and_store(void)
{
	struct place place = place_open(4 * PAGE, 0);
	struct dt_violation worst;

	place.map[PAGE] = 1;
	is(violations(&place, DT_SYNCED, &worst), 1, "a store that was not synced is noticed");
	is(worst.invariant, DT_DIRTY_AFTER_SYNC, "as dirty after sync");
	is(worst.entry.index, 1, "at its index");
	fsync(place.fd);
	is(violations(&place, DT_SYNCED, NULL), 0, "fsync cleans");
	is(mapping_at(&place, 1).state & DT_PTE_WRITE, 0, "fsync write-protects");
	place.map[PAGE] = 2;
	is(violations(&place, 0, NULL), 0, "written again: consistent");
	place_close(&place);
}

static void private_copies(void)
{
	struct place place = place_open(4 * PAGE, MAP_PRIVATE);

	place.map[0] = 1;
	is(mapping_at(&place, 0).state & (DT_PTE_ANON | DT_PTE_WRITE | DT_VMA_SHARED), DT_PTE_ANON | DT_PTE_WRITE,
	   "copy: mapping");
	sink = place.map[PAGE];
	place.map[PAGE] = 1;
	must(pwrite(place.fd, "x", 1, 2 * PAGE) == 1, "pwrite");
	sink = place.map[2 * PAGE];
	is(mapping_at(&place, 2).state & (DT_PTE_ANON | DT_PTE_WRITE), 0, "private, read: mapping");
	place.map[2 * PAGE] = 1;
	is(violations(&place, 0, NULL), 0, "private copies: consistent");
	place_close(&place);
}

static void operations_that_replace(void)
{
	struct place place = place_open(4 * PAGE, 0);

	for (int i = 0; i < 4; i++)
		place.map[i * PAGE] = 1;
	must(!fallocate(place.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE), "punch");
	is(violations(&place, 0, NULL), 0, "punched: consistent");
	sink = place.map[PAGE];
	must(pwrite(place.fd, "x", 1, PAGE) == 1, "pwrite");
	is(violations(&place, 0, NULL), 0, "written by system call: consistent");
	must(!fallocate(place.fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE), "collapse");
	is(violations(&place, 0, NULL), 0, "collapsed: consistent");
	must(!ftruncate(place.fd, PAGE), "truncate");
	is(violations(&place, 0, NULL), 0, "truncated: consistent");
	is(entry_at(&place, 1).state, 0, "truncated: no entry");
	place_close(&place);
}

static void mappings_of_2m(void)
{
	struct place place = place_open(2 * HUGE, 0);

	must(!fallocate(place.fd, 0, 0, 2 * HUGE), "fallocate");
	sink = place.map[0];
	is(violations(&place, 0, NULL), 0, "2 MiB, read: consistent");
	place.map[5 * PAGE] = 1;
	if (!entry_at(&place, 7).order) {
		skip("2 MiB: xfs gives no blocks that lie so without an extent size hint");
		place_close(&place);
		return;
	}
	is(mapping_at(&place, 7).state & (DT_PTE_HUGE | DT_PTE_WRITE), DT_PTE_HUGE | DT_PTE_WRITE, "2 MiB: mapping");
	is(mapping_at(&place, 7).pfn - mapping_at(&place, 0).pfn, 7, "2 MiB: page within the mapping");
	is(violations(&place, 0, NULL), 0, "2 MiB, written: consistent");
	must(!mprotect(place.map + PAGE, PAGE, PROT_READ), "mprotect");
	sink = place.map[3 * PAGE];
	place.map[3 * PAGE] = 1;
	is(mapping_at(&place, 3).state & DT_PTE_HUGE, 0, "2 MiB entry, mapped by 4 KiB");
	is(violations(&place, 0, NULL), 0, "2 MiB entry, mapped by 4 KiB: consistent");
	fsync(place.fd);
	is(violations(&place, DT_SYNCED, NULL), 0, "2 MiB: fsync cleans");
	place_close(&place);
}

static void several_address_spaces(void)
{
	struct place place = place_open(2 * PAGE, 0);
	char *twice = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, place.fd, PAGE);
	struct dt_check check = { .fd = place.fd, .count = 2 };
	int status, pipes[2];
	char byte;
	pid_t pid;

	must(twice != MAP_FAILED && !pipe(pipes), "mmap");
	place.map[PAGE] = twice[0] = 1;
	pid = fork();
	if (!pid) {
		place.map[PAGE + 8] = 2;
		_exit(read(pipes[0], &byte, 1) != 1);
	}
	usleep(20000);
	must(!ioctl(tags, DT_CHECK, &check), "DT_CHECK");
	is(check.mappings, 3 + (check.mappings == 4), "mapped twice here, once or twice in a child");
	is(check.found, 0, "several mappings: consistent");
	must(write(pipes[1], "x", 1) == 1 && waitpid(pid, &status, 0) == pid, "child");
	place_close(&place);
}

static void map_sync(void)
{
	struct place place = place_open(2 * PAGE, MAP_SHARED_VALIDATE | MAP_SYNC);

	place.map[0] = 1;
	is(entry_at(&place, 0).state & DT_DIRTY, DT_DIRTY, "MAP_SYNC: tagged");
	is(violations(&place, 0, NULL), 0, "MAP_SYNC: consistent");
	place_close(&place);
}

static void wrong_calls(void)
{
	struct dt_check check = { .fd = -1, .count = 1 };

	is(ioctl(tags, DT_CHECK, &check) ? errno : 0, EBADF, "no file");
	check.fd = open("/proc/self/status", O_RDONLY);
	is(ioctl(tags, DT_CHECK, &check) ? errno : 0, EINVAL, "no DAX file");
	check.flags = 1U << 31;
	is(ioctl(tags, DT_CHECK, &check) ? errno : 0, EINVAL, "unknown flag");
	close(check.fd);
}

void try_tags(void)
{
	a_hole_that_is_read_then_written();
	sync_and_store();
	private_copies();
	operations_that_replace();
	mappings_of_2m();
	several_address_spaces();
	map_sync();
	wrong_calls();
}
