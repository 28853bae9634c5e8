/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events behind each other in a buffer: struct dur_event of durability.h, each with its content. Pure and without locks,
 * so that it can be tried outside the kernel.
 */
#ifndef LAB_TAPE_H
#define LAB_TAPE_H

#include "shadow.h"

struct tape {
	u8 *room;
	size_t size, used;
	u64 lost;		/* events there was no room for */
};

static inline void tape_add(struct tape *t, const struct dur_event *event, const void *content)
{
	size_t padded = (event->length + 7UL) & ~7UL;

	if (sizeof(*event) + padded > t->size - t->used) {
		t->lost++;
		return;
	}
	memcpy(t->room + t->used, event, sizeof(*event));
	t->used += sizeof(*event);
	memset(t->room + t->used, 0, padded);
	if (event->length)
		memcpy(t->room + t->used, content, event->length);
	t->used += padded;
}

/* Bytes of the whole events at the beginning that take no more than limit bytes. */
static inline size_t tape_whole(const u8 *room, size_t used, size_t limit)
{
	size_t at = 0;

	while (at < used) {
		const struct dur_event *event = (const struct dur_event *)(room + at);
		size_t next = at + sizeof(*event) + ((event->length + 7UL) & ~7UL);

		if (next > limit)
			break;
		at = next;
	}
	return at;
}

#endif
