/* SPDX-License-Identifier: GPL-2.0-only */
/* Interface of poke.ko: changes what the page cache tree of a file says of an index, to see whether it is noticed. */
#ifndef LAB_POKE_H
#define LAB_POKE_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct poke {
	__s32 fd;
	__u32 marks;		/* in: 1 DIRTY, 2 TOWRITE to be set, others cleared; out: as they were */
	__u64 index;
	__u64 value;		/* in: the entry's value, 0 for none; out: as it was */
};

#define POKE _IOWR('P', 1, struct poke)

#endif
