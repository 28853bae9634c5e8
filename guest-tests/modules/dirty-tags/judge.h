/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The invariants: pure functions of what the tree and a page table say, so that they can be tried outside the kernel.
 *
 * Exceptions that are legal, and why (functions of fs/dax.c and mm/memory.c of v6.1 unless said otherwise):
 * - A private mapping's own copy (DT_PTE_ANON) has nothing to do with the entry: dax_fault_cow_page() fills a page of
 *   ordinary memory. It leaves the empty entry behind that grab_mapping_entry() made, or whatever was there before.
 * - An empty entry that nothing maps is no violation for the same reason, and after a fault that failed.
 * - A private mapping of a block may have a clean entry, and its page table entries are never writable as long as they
 *   show the file: dax_iomap_pte_fault() asks for IOMAP_WRITE only without vmf->cow_page.
 * - DIRTY without a writable mapping is usual: the store's mapping may be gone, and writeback alone clears the tag.
 *   In v6.0 to v6.1 dax_insert_entry() tags DIRTY on read faults as well, even the entry of a hole.
 * - DIRTY without TOWRITE is seen while dax_writeback_one() works: it clears TOWRITE first. TOWRITE without DIRTY at
 *   rest is no loss by itself, but an fsync has tagged an entry and passed it by: DT_DIRTY_AFTER_SYNC counts it.
 * - A MAP_SYNC fault maps its page writable by dax_insert_pfn_mkwrite(), which tags DIRTY before: no exception.
 * - A page table entry within a 2 MiB entry shows the page at its offset in it: grab_mapping_entry() leaves such
 *   entries in place for faults of 4 KiB. A hole of 2 MiB is split up before, so that its page is found by PMDs alone.
 * - The huge zero page is judged like a block: the hole's entry holds its number. Another one than the entry's cannot
 *   be mapped, as dax_insert_entry() replaces the entry of a hole by that of the huge zero page of the moment.
 * - invalidate_inode_pages2_range() (mm/truncate.c) takes entries away first and unmaps afterwards: within a
 *   write(2) mappings without entry are seen for a moment. They are judged at rest alone, as everything here.
 * - xfs: reflinked blocks are tagged DIRTY and TOWRITE at once (dax_insert_entry(), cow), and one page belongs to the
 *   entries of two files. Both keep to the rules, each in its own file.
 */
#ifndef LAB_JUDGE_H
#define LAB_JUDGE_H

#include <dirty_tags.h>

/* An entry by itself. */
static inline enum dt_invariant dt_judge_entry(const struct dt_index *entry, __u32 flags)
{
	if ((entry->state & DT_LOCKED) && !(flags & DT_AT_WORK))
		return DT_LOCKED_AT_REST;
	if ((entry->state & (DT_DIRTY | DT_TOWRITE)) && (flags & DT_SYNCED))
		return DT_DIRTY_AFTER_SYNC;
	return DT_OK;
}

/* A present mapping against the entry of its index; without an entry, entry->state is 0. */
static inline enum dt_invariant dt_judge_mapping(const struct dt_index *entry, const struct dt_mapping *mapping)
{
	if (mapping->state & DT_PTE_ANON)
		return DT_OK;
	if (!(entry->state & DT_PRESENT) || (entry->state & DT_EMPTY))
		return DT_NO_ENTRY;
	if ((mapping->state & DT_PTE_ZERO) && !(entry->state & DT_ZERO))
		return DT_ZERO_MISPLACED;
	if (mapping->pfn != entry->pfn)
		return DT_WRONG_PFN;
	if ((mapping->state & DT_PTE_HUGE) && !entry->order)
		return DT_HUGE_ON_SMALL;
	if (!(mapping->state & DT_PTE_WRITE))
		return DT_OK;
	if (entry->state & DT_ZERO)
		return DT_ZERO_WRITABLE;
	if ((mapping->state & DT_VMA_SHARED) && !(entry->state & DT_DIRTY))
		return DT_WRITABLE_CLEAN;
	return DT_OK;
}

#endif
