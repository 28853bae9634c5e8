/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of dirty-tags.ko, /dev/dirty_tags: for a range of a DAX file, what its page cache tree says of each index
 * (lock, type, marks) and what the page tables say that map it; and whether the two agree. Used by programs and by the
 * module; fixed-size types only. An index is a file offset in pages of 4096 bytes.
 */
#ifndef LAB_DIRTY_TAGS_H
#define LAB_DIRTY_TAGS_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DT_DEVICE "/dev/dirty_tags"

/* dt_index.state: fs/dax.c, "DAX pagecache entries use XArray value entries" */
#define DT_PRESENT	(1U << 0)	/* there is an entry */
#define DT_LOCKED	(1U << 1)
#define DT_ZERO		(1U << 2)	/* a hole: the zero page is mapped */
#define DT_EMPTY	(1U << 3)	/* nothing but a place to lock */
#define DT_DIRTY	(1U << 4)	/* PAGECACHE_TAG_DIRTY */
#define DT_TOWRITE	(1U << 5)	/* PAGECACHE_TAG_TOWRITE */

struct dt_index {
	__u64 index;
	__u64 pfn;	/* of this index: the entry's first plus the offset within it */
	__u32 state;
	__u32 order;	/* the entry covers 1 << order indices */
};

/* dt_mapping.state */
#define DT_PTE_PRESENT	(1U << 0)
#define DT_PTE_WRITE	(1U << 1)
#define DT_PTE_DIRTY	(1U << 2)
#define DT_PTE_YOUNG	(1U << 3)
#define DT_PTE_HUGE	(1U << 4)	/* mapped by a PMD */
#define DT_PTE_SPECIAL	(1U << 5)
#define DT_PTE_ZERO	(1U << 6)	/* the zero page of 4 KiB */
#define DT_PTE_ANON	(1U << 7)	/* a private copy */
#define DT_VMA_SHARED	(1U << 8)
#define DT_VMA_WRITE	(1U << 9)
#define DT_VMA_SYNC	(1U << 10)	/* MAP_SYNC */

struct dt_mapping {
	__u64 index;
	__u64 address;
	__u64 pfn;	/* mapped at that address, whatever the size of the mapping */
	__u32 state;
	__s32 pid;	/* of the address space's owner, 0 if not known (CONFIG_MEMCG tells) */
	__u64 mm;	/* tells address spaces apart; nothing else can be done with it */
};

enum dt_invariant {
	DT_OK,
	DT_WRITABLE_CLEAN,	/* a shared mapping can be written to, the entry is not tagged DIRTY */
	DT_WRONG_PFN,		/* a mapping shows another page than the entry says */
	DT_NO_ENTRY,		/* a page of the file is mapped where there is no entry, or an empty one */
	DT_ZERO_MISPLACED,	/* the zero page is mapped where the file has a block */
	DT_ZERO_WRITABLE,	/* the zero page, or a hole's entry, can be written to */
	DT_HUGE_ON_SMALL,	/* a mapping of 2 MiB where the tree has entries of 4 KiB */
	DT_LOCKED_AT_REST,	/* an entry is locked though nobody is at work */
	DT_DIRTY_AFTER_SYNC,	/* DIRTY or TOWRITE though all was synced and nothing stored since */
	DT_INVARIANTS,
};

/* flags of both calls */
#define DT_TRY		(1U << 0)	/* EAGAIN rather than wait for a lock that a stopped task may hold */
#define DT_AT_WORK	(1U << 1)	/* tasks are within the kernel: locked entries are no violation */
#define DT_SYNCED	(1U << 2)	/* everything was synced, nothing stored since: nothing may be DIRTY */

/* Entries and present mappings of indices first to first + count - 1, ascending; absent ones are left out. */
struct dt_report {
	__s32 fd;
	__u32 flags;
	__u64 first;
	__u64 count;
	__u64 indices;		/* struct dt_index[max_indices] */
	__u64 mappings;		/* struct dt_mapping[max_mappings] */
	__u32 max_indices;
	__u32 max_mappings;
	__u32 found_indices;	/* out: more than max_indices if some did not fit */
	__u32 found_mappings;	/* out: the same */
};

struct dt_violation {
	__u32 invariant;	/* enum dt_invariant */
	__u32 pad;
	struct dt_index entry;
	struct dt_mapping mapping;	/* state 0 if the entry alone is wrong */
};

struct dt_check {
	__s32 fd;
	__u32 flags;
	__u64 first;
	__u64 count;
	__u64 violations;	/* struct dt_violation[max_violations], may be 0 */
	__u32 max_violations;
	__u32 found;		/* out: number of violations, of which the first max_violations were stored */
	__u32 entries;		/* out: entries looked at */
	__u32 mappings;		/* out: present mappings looked at */
	struct dt_violation worst;	/* out: the first */
};

/* Errors of both: EBADF; EINVAL: no DAX file, unknown flag; EAGAIN: DT_TRY and the lock was held; EFAULT; ENOMEM. */
#define DT_REPORT	_IOWR('T', 1, struct dt_report)
#define DT_CHECK	_IOWR('T', 2, struct dt_check)

#endif
