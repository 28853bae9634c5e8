/* SPDX-License-Identifier: GPL-2.0-only */
/* A file of a DAX file system, the two modules, and lines of the Test Anything Protocol. */
#ifndef LAB_TRY_H
#define LAB_TRY_H

#include <stdbool.h>
#include <stdint.h>

#include <dirty_tags.h>
#include <durability.h>

#define PAGE 4096UL
#define HUGE (2UL << 20)

struct place {
	int fd;
	char *map;
	unsigned long length;
};

extern int tags, durability;

void is(unsigned long long got, unsigned long long expected, const char *what);
void skip(const char *what);
void must(bool good, const char *what);

/* A fresh file, mapped shared at a multiple of 2 MiB; flags are added to MAP_SHARED or replace it (MAP_PRIVATE). */
struct place place_open(unsigned long length, int flags);
void place_close(struct place *place);

/* Number of violations; *worst, if asked for, takes the first. */
unsigned int violations(const struct place *place, unsigned int flags, struct dt_violation *worst);
struct dt_index entry_at(const struct place *place, unsigned long index);

/* enum dur_result of 8 bytes at an offset. */
unsigned int flushed(const struct place *place, unsigned long offset, uint64_t value);
struct dur_stats dur_stats(void);
void dur_reset(void);

void try_tags(void);
void try_pokes(void);
void try_durability(void);

#endif
