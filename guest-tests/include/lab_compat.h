/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between the kernels that the modules are built for, 5.10 to 6.12 and later. */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <linux/xarray.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "dirty-tags and durability need the xarray of DAX entries as it is since v5.10"
#endif

/* panic_notifier_list has a header of its own since v5.14 (f39650de687e, "kernel.h: split out panic and oops helpers"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#include <linux/panic_notifier.h>
#endif

/* A member of struct fd until v6.11. */
#ifndef fd_file
#define fd_file(f) ((f).file)
#endif

/* The devmap bit of page tables is gone since v6.17 (d438d2734170, "mm: remove devmap related functions"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define lab_pte_devmap(pte) false
#else
#define lab_pte_devmap(pte) pte_devmap(pte)
#endif

/*
 * Unlike pte_offset_map() of v6.5 and later this needs nothing that is not exported; on 64 bit it is the same. The
 * caller sees to it that the table is not freed meanwhile.
 */
#define lab_pte_offset(pmd, address) pte_offset_kernel(pmd, address)

/* Bits of a DAX entry's value, as in fs/dax.c since v4.20; no header has them. */
#define LAB_DAX_SHIFT 4
#define LAB_DAX_LOCKED (1UL << 0)
#define LAB_DAX_PMD (1UL << 1)
#define LAB_DAX_ZERO_PAGE (1UL << 2)
#define LAB_DAX_EMPTY (1UL << 3)

static inline unsigned int lab_dax_order(unsigned long value)
{
	return value & LAB_DAX_PMD ? PMD_SHIFT - PAGE_SHIFT : 0;
}

/* The page behind one index of an entry; there is none behind an empty entry. */
static inline unsigned long lab_dax_pfn(unsigned long value, unsigned long index)
{
	if (value & LAB_DAX_EMPTY)
		return 0;
	return (value >> LAB_DAX_SHIFT) + (index & ((1UL << lab_dax_order(value)) - 1));
}

/* Without kprobes (linux/kprobes.h) the structure has no members; what needs no probe is built there all the same. */
#ifdef CONFIG_KPROBES
/* Where a function is that the kernel exports to no module: a probe on its name tells. NULL if there is none. */
static inline void *lab_function(const char *name)
{
	struct kprobe probe = { .symbol_name = name };

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return probe.addr;
}

/* The name of a function that was renamed: the one in use now, then older ones. */
static inline int lab_register_kretprobe(struct kretprobe *probe, const char *const *names)
{
	int ret = -ENOENT;

	for (; *names && ret; names++) {
		probe->kp.symbol_name = *names;
		probe->kp.addr = NULL;
		ret = register_kretprobe(probe);
	}
	return ret;
}
#endif

#endif
