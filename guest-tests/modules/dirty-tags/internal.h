/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_DIRTY_TAGS_INTERNAL_H
#define LAB_DIRTY_TAGS_INTERNAL_H

#include <linux/fs.h>
#include <linux/xarray.h>

#include <dirty_tags.h>

/* A stretch of a file, both ends included. */
struct dt_range {
	struct address_space *mapping;
	u64 first;
	u64 last;
	u32 flags;
};

/* entry.c */
typedef void (*dt_entry_fn)(void *to, const struct dt_index *entry);
void dt_entry_at(struct address_space *mapping, u64 index, struct dt_index *entry);
void dt_each_entry(const struct dt_range *range, dt_entry_fn each, void *to);

/* walk.c: -EAGAIN if range->flags say DT_TRY and the lock is held */
typedef void (*dt_mapping_fn)(void *to, const struct dt_mapping *mapping);
int dt_each_mapping(const struct dt_range *range, dt_mapping_fn each, void *to);

/* check.c */
int dt_check(const struct dt_range *range, struct dt_check *check, struct dt_violation *violations);

#endif
