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

/* tape.c; number: of a flush, or of the last flush that a fence covers */
int dur_tape_open(unsigned int kib);
void dur_tape_close(void);
void dur_tape_flush(u32 number, u64 phys, const void *content, size_t length);
void dur_tape_fence(u32 number);
long dur_tape_mark(unsigned long number);
ssize_t dur_tape_read(char __user *to, size_t count);

/* pmem.c */
void dur_pmem_find(void);
void dur_pmem_stats(struct dur_stats *stats);
u64 dur_pmem_base(s32 device);

#endif
