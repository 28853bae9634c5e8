// SPDX-License-Identifier: GPL-2.0-only
/*
 * See try.h. Takes the racer's place in a guest: dirty-tags.ko and durability.ko are loaded, /mnt is mounted with DAX,
 * /modules/poke.ko is there. What it finds goes to the port that $LAB_RECORDS names.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "try.h"

int tags, durability;
static int tests, failures;

void is(unsigned long long got, unsigned long long expected, const char *what)
{
	bool good = got == expected;

	printf("%sok %d - %s", good ? "" : "not ", ++tests, what);
	if (!good)
		printf(" # got %#llx, expected %#llx", got, expected);
	printf("\n");
	failures += !good;
}

void skip(const char *what)
{
	printf("ok %d - # SKIP %s\n", ++tests, what);
}

void must(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(3);
}

/* A mapping of 2 MiB needs an address that is as far from a multiple of 2 MiB as the file's offset. */
static char *aligned(unsigned long length)
{
	char *area = mmap(NULL, length + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(area != MAP_FAILED, "mmap");
	return (char *)(((unsigned long)area + HUGE - 1) & ~(HUGE - 1));
}

struct place place_open(unsigned long length, int flags)
{
	struct place place = { .length = length };

	unlink("/mnt/try");
	place.fd = open("/mnt/try", O_RDWR | O_CREAT | O_EXCL, 0600);
	must(place.fd >= 0 && !ftruncate(place.fd, length), "/mnt/try");
	if (!flags)
		flags = MAP_SHARED;
	place.map = mmap(aligned(length), length, PROT_READ | PROT_WRITE, flags | MAP_FIXED, place.fd, 0);
	must(place.map != MAP_FAILED, "mmap /mnt/try");
	return place;
}

void place_close(struct place *place)
{
	munmap(place->map, place->length);
	close(place->fd);
}

unsigned int violations(const struct place *place, unsigned int flags, struct dt_violation *worst)
{
	struct dt_check check = { .fd = place->fd, .flags = flags | DT_TRY, .count = place->length / PAGE };

	must(!ioctl(tags, DT_CHECK, &check), "DT_CHECK");
	if (worst)
		*worst = check.worst;
	return check.found;
}

struct dt_index entry_at(const struct place *place, unsigned long index)
{
	struct dt_index entry = { 0 };
	struct dt_report report = {
		.fd = place->fd, .flags = DT_TRY, .first = index, .count = 1,
		.indices = (unsigned long)&entry, .max_indices = 1,
	};

	must(!ioctl(tags, DT_REPORT, &report), "DT_REPORT");
	return entry;
}

unsigned int flushed(const struct place *place, unsigned long offset, uint64_t value)
{
	struct dur_check check = {
		.fd = place->fd, .length = sizeof(value), .offset = offset, .expected = (unsigned long)&value,
	};

	must(!ioctl(durability, DUR_CHECK, &check), "DUR_CHECK");
	return check.result;
}

struct dur_stats dur_stats(void)
{
	struct dur_stats stats;

	must(!ioctl(durability, DUR_STATS, &stats), "DUR_STATS");
	return stats;
}

void dur_reset(void)
{
	must(!ioctl(durability, DUR_RESET), "DUR_RESET");
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY);

	must(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), path);
	close(fd);
}

int main(void)
{
	const char *records = getenv("LAB_RECORDS");

	must(!records || freopen(records, "w", stdout), "LAB_RECORDS");
	setvbuf(stdout, NULL, _IOLBF, 0);
	load("/modules/poke.ko");
	tags = open(DT_DEVICE, O_RDWR);
	must(tags >= 0, DT_DEVICE);
	durability = open(DUR_DEVICE, O_RDWR);
	must(durability >= 0, DUR_DEVICE);
	try_tags();
	try_pokes();
	try_durability();
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
