// SPDX-License-Identifier: GPL-2.0-only
/* What the page cache tree of a DAX file says, read under RCU alone: no lock is taken that a stopped task may hold. */

#include "internal.h"
#include <lab_compat.h>

/* The bits of fs/dax.c, which no header has. */
#define DAX_SHIFT 4
#define DAX_LOCKED (1UL << 0)
#define DAX_PMD (1UL << 1)
#define DAX_ZERO_PAGE (1UL << 2)
#define DAX_EMPTY (1UL << 3)

static const struct {
	unsigned long bit;
	u32 state;
} bits[] = {
	{ DAX_LOCKED, DT_LOCKED },
	{ DAX_ZERO_PAGE, DT_ZERO },
	{ DAX_EMPTY, DT_EMPTY },
};

static u32 marks_of(struct xa_state *xas)
{
	u32 state = 0;

	if (xas_get_mark(xas, PAGECACHE_TAG_DIRTY))
		state |= DT_DIRTY;
	if (xas_get_mark(xas, PAGECACHE_TAG_TOWRITE))
		state |= DT_TOWRITE;
	return state;
}

static void decode(struct xa_state *xas, void *found, u64 index, struct dt_index *entry)
{
	unsigned long value = xa_to_value(found);
	int i;

	entry->index = index;
	entry->order = value & DAX_PMD ? PMD_SHIFT - PAGE_SHIFT : 0;
	entry->pfn = value >> DAX_SHIFT;
	entry->state = DT_PRESENT | marks_of(xas);
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if (value & bits[i].bit)
			entry->state |= bits[i].state;
	/* Nothing is behind an empty entry, whatever its size. */
	if (!(entry->state & DT_EMPTY))
		entry->pfn += index & ((1UL << entry->order) - 1);
}

/* The entry that covers an index; state 0 if there is none. */
void dt_entry_at(struct address_space *mapping, u64 index, struct dt_index *entry)
{
	XA_STATE(xas, &mapping->i_pages, index);
	void *found;

	memset(entry, 0, sizeof(*entry));
	entry->index = index;
	rcu_read_lock();
	do
		found = xas_load(&xas);
	while (xas_retry(&xas, found));
	if (xa_is_value(found))
		decode(&xas, found, index, entry);
	rcu_read_unlock();
}

/* Each entry once: one of 2 MiB at its first index, even if the range begins within it. */
void dt_each_entry(const struct dt_range *range, dt_entry_fn each, void *to)
{
	XA_STATE(xas, &range->mapping->i_pages, range->first);
	struct dt_index entry;
	void *found;

	rcu_read_lock();
	xas_for_each(&xas, found, range->last) {
		if (xas_retry(&xas, found) || !xa_is_value(found))
			continue;
		decode(&xas, found, xas.xa_index, &entry);
		entry.pfn -= entry.index & ((1UL << entry.order) - 1);
		entry.index &= ~((1ULL << entry.order) - 1);
		each(to, &entry);
	}
	rcu_read_unlock();
}
