// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the page tables say that map a file. i_mmap_rwsem, held for reading, keeps them from being freed, as it does for
 * rmap_walk_file(): free_pgtables() unlinks the VMA before, for which it needs the same lock for writing. The entries
 * are read without their spinlock: each is one word, and at rest nobody changes them.
 */

#include <linux/interval_tree_generic.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "internal.h"
#include <lab_compat.h>

static inline unsigned long first_page(struct vm_area_struct *vma)
{
	return vma->vm_pgoff;
}

static inline unsigned long last_page(struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

/* The kernel's own, mm/interval_tree.c, is not exported. */
INTERVAL_TREE_DEFINE(struct vm_area_struct, shared.rb, unsigned long, shared.rb_subtree_last, first_page, last_page,
		     static inline, lab_vma_tree)

struct walk {
	const struct dt_range *range;
	struct vm_area_struct *vma;
	dt_mapping_fn each;
	void *to;
};

static s32 owner_of(struct mm_struct *mm)
{
	s32 pid = 0;
#ifdef CONFIG_MEMCG
	struct task_struct *owner;

	rcu_read_lock();
	owner = rcu_dereference(mm->owner);
	pid = owner ? owner->pid : 0;
	rcu_read_unlock();
#endif
	return pid;
}

static u32 vma_state(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED ? DT_VMA_SHARED : 0) | (vma->vm_flags & VM_WRITE ? DT_VMA_WRITE : 0) |
	       (vma->vm_flags & VM_SYNC ? DT_VMA_SYNC : 0);
}

/* The page of a reflinked DAX file looks anonymous by its mapping (PAGE_MAPPING_DAX_COW): ask for the device first. */
static bool is_private_copy(pte_t pte)
{
	struct page *page;

	if (pte_special(pte) || lab_pte_devmap(pte) || !pfn_valid(pte_pfn(pte)))
		return false;
	page = pfn_to_page(pte_pfn(pte));
	return !is_zone_device_page(page) && PageAnon(page);
}

static u32 pte_state(pte_t pte)
{
	return DT_PTE_PRESENT | (pte_write(pte) ? DT_PTE_WRITE : 0) | (pte_dirty(pte) ? DT_PTE_DIRTY : 0) |
	       (pte_young(pte) ? DT_PTE_YOUNG : 0) | (pte_special(pte) ? DT_PTE_SPECIAL : 0) |
	       (is_zero_pfn(pte_pfn(pte)) ? DT_PTE_ZERO : 0) | (is_private_copy(pte) ? DT_PTE_ANON : 0);
}

/* The bits of a huge page's entry are those of a small one, its size apart (arch/x86/include/asm/pgtable.h). */
static u32 pmd_state(pmd_t pmd)
{
	return DT_PTE_PRESENT | DT_PTE_HUGE | (pmd_write(pmd) ? DT_PTE_WRITE : 0) | (pmd_dirty(pmd) ? DT_PTE_DIRTY : 0) |
	       (pmd_young(pmd) ? DT_PTE_YOUNG : 0);
}

static void tell(struct walk *walk, unsigned long address, unsigned long pfn, u32 state)
{
	struct vm_area_struct *vma = walk->vma;
	struct dt_mapping mapping = {
		.index = linear_page_index(vma, address),
		.address = address,
		.pfn = pfn,
		.state = state | vma_state(vma),
		.pid = owner_of(vma->vm_mm),
		.mm = (unsigned long)vma->vm_mm,
	};

	walk->each(walk->to, &mapping);
}

static void walk_ptes(struct walk *walk, pmd_t *pmd, unsigned long address, unsigned long end)
{
	pte_t *entry = lab_pte_offset(pmd, address);

	for (; address < end; address += PAGE_SIZE, entry++) {
		pte_t pte = READ_ONCE(*entry);

		if (pte_present(pte))
			tell(walk, address, pte_pfn(pte), pte_state(pte));
	}
}

/* A huge mapping is told once, at the first index of it that was asked for. */
static void walk_pmd(struct walk *walk, pud_t *pud, unsigned long address, unsigned long end)
{
	pmd_t *entry = pmd_offset(pud, address);
	pmd_t pmd = READ_ONCE(*entry);

	if (pmd_none(pmd) || !pmd_present(pmd))
		return;
	if (pmd_leaf(pmd))
		tell(walk, address, pmd_pfn(pmd) + ((address & ~PMD_MASK) >> PAGE_SHIFT), pmd_state(pmd));
	else
		walk_ptes(walk, entry, address, end);
}

static pud_t *pud_of(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return NULL;
	pud = pud_offset(p4d, address);
	return pud_none(*pud) || pud_bad(*pud) ? NULL : pud;
}

static void walk_vma(struct walk *walk)
{
	struct vm_area_struct *vma = walk->vma;
	u64 first = max_t(u64, walk->range->first, first_page(vma));
	u64 last = min_t(u64, walk->range->last, last_page(vma));
	unsigned long address = vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT);
	unsigned long end = vma->vm_start + ((last + 1 - vma->vm_pgoff) << PAGE_SHIFT);
	unsigned long next;
	pud_t *pud;

	for (; address < end; address = next) {
		next = pmd_addr_end(address, end);
		pud = pud_of(vma->vm_mm, address);
		if (pud)
			walk_pmd(walk, pud, address, next);
		cond_resched();
	}
}

int dt_each_mapping(const struct dt_range *range, dt_mapping_fn each, void *to)
{
	struct walk walk = { .range = range, .each = each, .to = to };
	struct address_space *mapping = range->mapping;

	if (!(range->flags & DT_TRY))
		i_mmap_lock_read(mapping);
	else if (!down_read_trylock(&mapping->i_mmap_rwsem))
		return -EAGAIN;
	for (walk.vma = lab_vma_tree_iter_first(&mapping->i_mmap, range->first, range->last); walk.vma;
	     walk.vma = lab_vma_tree_iter_next(walk.vma, range->first, range->last))
		walk_vma(&walk);
	i_mmap_unlock_read(mapping);
	return 0;
}
