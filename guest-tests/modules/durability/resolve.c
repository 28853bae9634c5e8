// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a byte of a file to its physical address, without any lock: the tree is read under RCU, and the caller's own
 * page table with interrupts off, which keeps its pages from being freed as for get_user_pages_fast() (mm/gup.c).
 */

#include <linux/irqflags.h>
#include <linux/sched.h>

#include "internal.h"
#include <lab_compat.h>

/* 0 where the tree knows no block: no entry, a hole's, or an empty one. */
static u64 pfn_by_entry(struct address_space *mapping, pgoff_t index)
{
	XA_STATE(xas, &mapping->i_pages, index);
	unsigned long value;
	u64 pfn = 0;
	void *entry;

	rcu_read_lock();
	do
		entry = xas_load(&xas);
	while (xas_retry(&xas, entry));
	if (xa_is_value(entry)) {
		value = xa_to_value(entry);
		if (!(value & (LAB_DAX_ZERO_PAGE | LAB_DAX_EMPTY)))
			pfn = lab_dax_pfn(value, index);
	}
	rcu_read_unlock();
	return pfn;
}

static u64 pfn_below(pud_t *pud, unsigned long address)
{
	pmd_t *entry, pmd;
	pte_t pte;

	entry = pmd_offset(pud, address);
	pmd = READ_ONCE(*entry);
	if (!pmd_present(pmd))
		return 0;
	if (pmd_leaf(pmd))
		return pmd_pfn(pmd) + ((address & ~PMD_MASK) >> PAGE_SHIFT);
	pte = READ_ONCE(*lab_pte_offset(entry, address));
	return pte_present(pte) && !is_zero_pfn(pte_pfn(pte)) ? pte_pfn(pte) : 0;
}

static u64 walk(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return 0;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return 0;
	pud = pud_offset(p4d, address);
	return pud_none(*pud) || pud_bad(*pud) ? 0 : pfn_below(pud, address);
}

static u64 pfn_by_page_table(unsigned long address)
{
	unsigned long flags;
	u64 pfn;

	if (!address || !current->mm || address >= TASK_SIZE)
		return 0;
	local_irq_save(flags);
	pfn = walk(current->mm, address);
	local_irq_restore(flags);
	return pfn;
}

u64 dur_resolve(struct file *file, u64 offset, unsigned long address, enum dur_source *source)
{
	u64 pfn = pfn_by_entry(file->f_mapping, offset >> PAGE_SHIFT);

	*source = DUR_BY_ENTRY;
	if (!pfn) {
		pfn = pfn_by_page_table(address);
		*source = pfn ? DUR_BY_PAGE_TABLE : DUR_BY_NOTHING;
	}
	return pfn ? (pfn << PAGE_SHIFT) + offset_in_page(offset) : 0;
}
