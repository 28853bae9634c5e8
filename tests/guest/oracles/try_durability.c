// SPDX-License-Identifier: GPL-2.0-only
/* Every answer of the oracle is brought about, and every way to flush is seen. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "try.h"

#define AT 128UL

static volatile char sink;

static void store(const struct place *place, unsigned long offset, uint64_t value)
{
	*(volatile uint64_t *)(place->map + offset) = value;
}

static void stores(void)
{
	struct place place = place_open(4 * PAGE, 0);

	sink = place.map[0];
	dur_reset();
	is(flushed(&place, AT, 1), DUR_UNRESOLVED, "a hole has no block");
	store(&place, AT, 0x11);
	is(flushed(&place, AT, 0x11) == DUR_DURABLE, 0, "a store alone is not durable");
	fsync(place.fd);
	is(flushed(&place, AT, 0x11), DUR_DURABLE, "it is after fsync");
	is(flushed(&place, AT + 64, 0), DUR_DURABLE, "as is the rest of the page");
	store(&place, AT, 0x12);
	is(flushed(&place, AT, 0x12), DUR_OTHER_VALUE, "the next store is not");
	msync(place.map, PAGE, MS_SYNC);
	is(flushed(&place, AT, 0x12), DUR_DURABLE, "it is after msync");
	dur_reset();
	is(flushed(&place, AT, 0x12), DUR_NEVER_FLUSHED, "nothing is after a reset");
	store(&place, AT, 0x13);
	sync_file_range(place.fd, 0, PAGE,
			SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
	is(flushed(&place, AT, 0x13), DUR_PENDING, "sync_file_range flushes without a fence");
	fdatasync(place.fd);
	is(flushed(&place, AT, 0x13), DUR_DURABLE, "fdatasync fences");
	place_close(&place);
}

static void system_calls(void)
{
	struct place place = place_open(4 * PAGE, 0);
	uint64_t value = 0x21;
	char page[PAGE];

	memset(page, 0x55, sizeof(page));
	must(pwrite(place.fd, page, PAGE, PAGE) == (long)PAGE, "pwrite");
	is(flushed(&place, PAGE + AT, 0), DUR_UNRESOLVED, "pwrite alone makes no entry");
	sink = place.map[PAGE];
	dur_reset();
	must(pwrite(place.fd, &value, 8, PAGE + AT) == 8, "pwrite");
	is(flushed(&place, PAGE + AT, 0x21), DUR_PENDING, "pwrite bypasses the cache, without a fence");
	is(flushed(&place, PAGE + AT + 8, 0x5555555555555555), DUR_NEVER_FLUSHED, "and flushes nothing else");
	must(pwrite(place.fd, "abc", 3, PAGE + AT + 17) == 3, "pwrite");
	fsync(place.fd);
	is(flushed(&place, PAGE + AT, 0x21), DUR_DURABLE, "pwrite, fsync");
	must(!fallocate(place.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE + 2 * AT, 64), "punch");
	fsync(place.fd);
	sink = place.map[PAGE];	/* xfs has dropped the entry */
	is(flushed(&place, PAGE + 2 * AT, 0), DUR_DURABLE, "zeroes of a punch within a page");
	is(flushed(&place, PAGE + AT, 0x21), DUR_DURABLE, "what was durable stays so");
	place_close(&place);
}

static void fresh_blocks(void)
{
	struct place place = place_open(4 * PAGE, 0);

	dur_reset();
	store(&place, AT, 0x31);
	is(flushed(&place, AT, 0), DUR_PENDING, "zeroes of a fresh block");
	is(flushed(&place, AT, 0x31), DUR_OTHER_VALUE, "the store itself");
	place_close(&place);
}

static void huge(void)
{
	struct place place = place_open(2 * HUGE, 0);

	must(!fallocate(place.fd, 0, 0, 2 * HUGE), "fallocate");
	dur_reset();
	store(&place, 100 * PAGE + AT, 0x41);
	fsync(place.fd);
	is(flushed(&place, 100 * PAGE + AT, 0x41), DUR_DURABLE, "2 MiB, fsync");
	place_close(&place);
}

static void by_device(void)
{
	struct place place = place_open(PAGE, 0);
	struct { struct fiemap map; struct fiemap_extent extent; } f = { .map = { .fm_length = PAGE, .fm_extent_count = 1 } };
	uint64_t value = 0x51;
	struct dur_check check = { .length = 8, .expected = (unsigned long)&value };

	store(&place, AT, value);
	dur_reset();
	fsync(place.fd);
	must(!ioctl(place.fd, FS_IOC_FIEMAP, &f) && f.map.fm_mapped_extents, "FIEMAP");
	check.offset = f.extent.fe_physical + AT;
	must(!ioctl(durability, DUR_CHECK_DEV, &check), "DUR_CHECK_DEV");
	is(check.phys, entry_at(&place, 0).pfn * PAGE + AT, "FIEMAP and the tree name the same place");
	place_close(&place);
}

static void by_page_table(void)
{
	struct place place = place_open(PAGE, MAP_PRIVATE);
	uint64_t value = 0x61;
	struct dur_check check = { .fd = place.fd, .length = 8, .expected = (unsigned long)&value,
				   .address = (unsigned long)place.map };

	store(&place, 0, value);
	must(!ioctl(durability, DUR_CHECK, &check), "DUR_CHECK");
	is(check.source, DUR_BY_PAGE_TABLE, "where the tree knows no block, the page table is asked");
	is(check.result, DUR_NEVER_FLUSHED, "a private copy is never flushed");
	place_close(&place);
}

static void overflow(void)
{
	struct place place = place_open(16 << 20, 0);
	char page[PAGE];

	memset(page, 0x55, sizeof(page));
	dur_reset();
	for (unsigned long i = 0; i < place.length; i += PAGE)
		must(pwrite(place.fd, page, PAGE, i) == (long)PAGE, "pwrite");
	sink = place.map[place.length - PAGE];
	is(dur_stats().overflow > 0, 1, "a full shadow says so");
	is(flushed(&place, place.length - PAGE, 0x5555555555555555), DUR_UNKNOWN, "and does not know what it has no room for");
	dur_reset();
	is(dur_stats().overflow, 0, "a reset makes room");
	place_close(&place);
}

static void state(void)
{
	struct dur_stats stats = dur_stats();
	unsigned long long hits = ~0ULL;

	for (int i = 0; i < DUR_PROBES; i++) {
		is(stats.placed[i], 0, "a probe is placed");
		hits = stats.hits[i] < hits ? stats.hits[i] : hits;
	}
	is(hits > 0, 1, "every probe was hit");
	is(stats.missed, 0, "no hit was missed");
	is(stats.write_cache, 1, "the write cache is on");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void cost(void)
{
	struct place place = place_open(PAGE, 0);
	double start = seconds();

	for (int i = 0; i < 500; i++) {
		dur_reset();
		store(&place, AT, i);
		fsync(place.fd);
		flushed(&place, AT, i);
		violations(&place, 0, NULL);
	}
	printf("# store, fsync and both checks: %.1f us\n", (seconds() - start) * 2000);
	place_close(&place);
}

void try_durability(void)
{
	stores();
	system_calls();
	fresh_blocks();
	huge();
	by_device();
	by_page_table();
	overflow();
	state();
	cost();
}
