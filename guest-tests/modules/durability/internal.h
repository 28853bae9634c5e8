/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_DURABILITY_INTERNAL_H
#define LAB_DURABILITY_INTERNAL_H

#include <linux/fs.h>
#include <linux/types.h>

#include <durability.h>

/* probes.c */
int dur_probes_place(u32 pages);
void dur_probes_remove(void);
void dur_reset(void);
void dur_probe_stats(struct dur_stats *stats);
enum dur_result dur_look(u64 phys, const u8 *expected, size_t length, u8 *flushed);

/* resolve.c: the physical address of a file's byte, 0 if there is none */
u64 dur_resolve(struct file *file, u64 offset, unsigned long address, enum dur_source *source);

/* pmem.c */
void dur_pmem_find(void);
void dur_pmem_stats(struct dur_stats *stats);
u64 dur_pmem_base(s32 device);

#endif
