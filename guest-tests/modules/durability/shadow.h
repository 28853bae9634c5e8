/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was flushed, by physical address and in units of 8 bytes: its value and the number of the flush that first
 * carried it. A fence says up to which flush all is durable, in one comparison.
 *
 * A word that is flushed again unchanged keeps its number: the first flush still counts. That holds as long as a place
 * never takes a value twice between two resets, which is so for the racer's unique values. A word of which a part
 * changes is as new as that part.
 *
 * Pure and without locks, so that it can be tried outside the kernel. The caller serialises.
 */
#ifndef LAB_SHADOW_H
#define LAB_SHADOW_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;
#endif

#include <durability.h>

#define SHADOW_PAGE 4096
#define SHADOW_WORDS (SHADOW_PAGE / 8)

struct shadow_page {
	u64 frame;		/* physical address / SHADOW_PAGE */
	u32 next;		/* of its bucket: index + 1, or 0 */
	u32 all;		/* number of the flush of every word, while mixed is unset */
	bool mixed;
	u64 value[SHADOW_WORDS];
	u32 flush[SHADOW_WORDS];	/* number of the flush, if mixed */
	u8 valid[SHADOW_WORDS];	/* a bit a byte, if mixed */
};

struct shadow {
	struct shadow_page *page;
	u32 *bucket;		/* index + 1 of the first page, or 0 */
	u32 capacity;		/* pages */
	u32 buckets;		/* a power of two */
	u32 used;
	u32 flushes;		/* the last flush's number; goes on over resets */
	u32 fenced;		/* flushes up to this one are durable */
	u64 overflow;
};

/* Takes O(pages used). */
void shadow_reset(struct shadow *s);

/* The bytes at phys, which lie within one page, were flushed as they are at content (equally aligned to 8 bytes). */
void shadow_flush(struct shadow *s, u64 phys, const void *content, size_t length);

/* A fence orders what was flushed before it began: ask for a ticket then, and hand it in when the fence has ended. */
u32 shadow_fence_begin(const struct shadow *s);
void shadow_fence_end(struct shadow *s, u32 ticket);

/* flushed takes what was flushed last, where anything was. The bytes lie within one page. */
enum dur_result shadow_check(const struct shadow *s, u64 phys, const u8 *expected, size_t length, u8 *flushed);

#endif
