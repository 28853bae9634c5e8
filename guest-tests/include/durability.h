/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of durability.ko, /dev/durability: a shadow of what the kernel has flushed to persistent memory, filled by
 * probes on the functions that flush. A store is durable if its bytes were flushed as they are expected, and a fence
 * followed. Used by programs and by the module; fixed-size types only.
 */
#ifndef LAB_DURABILITY_H
#define LAB_DURABILITY_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define DUR_DEVICE "/dev/durability"

#define DUR_LENGTH_MAX 64
#define DUR_DEVICES 4	/* pmem0 to pmem3 */

enum dur_result {
	DUR_DURABLE,
	DUR_PENDING,		/* flushed as expected, but no fence has followed */
	DUR_OTHER_VALUE,	/* flushed, but not with these bytes: the store came after the last flush */
	DUR_NEVER_FLUSHED,	/* since DUR_RESET */
	DUR_UNRESOLVED,		/* no block is known for that place: a hole, or neither entry nor page table */
	DUR_UNKNOWN,		/* the shadow was full when that page was flushed: see dur_stats.overflow */
};

enum dur_source {
	DUR_BY_NOTHING,
	DUR_BY_ENTRY,		/* the file's page cache tree */
	DUR_BY_PAGE_TABLE,	/* the caller's, at dur_check.address */
	DUR_BY_DEVICE,		/* DUR_CHECK_DEV */
};

struct dur_check {
	__s32 fd;		/* of the DAX file; DUR_CHECK_DEV: N of /dev/pmemN */
	__u32 length;		/* 1 to DUR_LENGTH_MAX, within one page of 4096 bytes */
	__u64 offset;		/* within the file; DUR_CHECK_DEV: within the device, as FIEMAP's fe_physical */
	__u64 expected;		/* pointer to length bytes */
	__u64 address;		/* where the caller maps that offset, or 0 */
	__u32 result;		/* out: enum dur_result */
	__u32 source;		/* out: enum dur_source */
	__u64 phys;		/* out: physical address, 0 if unresolved */
	__u8 flushed[DUR_LENGTH_MAX];	/* out: what was flushed last, where anything was */
};

enum dur_probe {
	DUR_PROBE_FLUSH,	/* arch_wb_cache_pmem() */
	DUR_PROBE_COPY,		/* __memcpy_flushcache() */
	DUR_PROBE_COPY_USER,	/* copy_user_flushcache(), __copy_user_flushcache() until v6.11 */
	DUR_PROBE_FENCE,	/* nvdimm_flush() */
	DUR_PROBES,
};

struct dur_stats {
	__s32 placed[DUR_PROBES];	/* 0, or -errno of the registration */
	__s32 write_cache;	/* 1: on for every device; 0: off for one, dax_flush() does nothing; -1: none found */
	__u32 devices;
	__u64 hits[DUR_PROBES];	/* since load */
	__u64 missed;		/* hits that a probe had no room for: must be 0 */
	__u64 overflow;		/* pages not recorded since DUR_RESET: must be 0 */
	__u64 elsewhere;	/* flushes of ordinary memory, as of the zero page: not recorded */
	__u32 pages;		/* room of the shadow */
	__u32 used;		/* since DUR_RESET */
	__u64 base[DUR_DEVICES];	/* physical address of the first byte of /dev/pmemN, 0 if there is none */
};

/*
 * The tape (module parameter `tape`): every flush, fence and mark in the order in which they happened, from the module's
 * load on; DUR_RESET does not touch it. read() gives whole events and takes them off. The content of a flush follows
 * its event, filled up to a multiple of 8 bytes. read() fails with EOVERFLOW if events were lost.
 */
enum dur_event_type {
	DUR_EVENT_FLUSH,	/* length bytes at physical address place; number counts up */
	DUR_EVENT_FENCE,	/* a fence has ended: flushes up to number are durable */
	DUR_EVENT_MARK,		/* DUR_MARK was called with number */
};

struct dur_event {
	__u32 type;
	__u32 length;
	__u64 number;
	__u64 place;
};

#define DUR_RESET	_IO('U', 1)
#define DUR_STATS	_IOR('U', 2, struct dur_stats)
#define DUR_CHECK	_IOWR('U', 3, struct dur_check)	/* EBADF, EINVAL, EFAULT; takes no lock that a task may hold */
#define DUR_CHECK_DEV	_IOWR('U', 4, struct dur_check)
#define DUR_MARK	_IO('U', 5)	/* its argument is the mark's number; ENODEV without a tape */

#endif
