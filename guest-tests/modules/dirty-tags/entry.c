// SPDX-License-Identifier: GPL-2.0-only
/* What the page cache tree of a DAX file says, read under RCU alone: no lock is taken that a stopped task may hold. */

#include "internal.h"
#include <lab_compat.h>

static const struct {
	unsigned long bit;
	u32 state;
} bits[] = {
	{ LAB_DAX_LOCKED, DT_LOCKED },
	{ LAB_DAX_ZERO_PAGE, DT_ZERO },
	{ LAB_DAX_EMPTY, DT_EMPTY },
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
	entry->order = lab_dax_order(value);
	entry->pfn = lab_dax_pfn(value, index);
	entry->state = DT_PRESENT | marks_of(xas);
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if (value & bits[i].bit)
			entry->state |= bits[i].state;
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
		decode(&xas, found, round_down(xas.xa_index, 1UL << lab_dax_order(xa_to_value(found))), &entry);
		each(to, &entry);
	}
	rcu_read_unlock();
}
