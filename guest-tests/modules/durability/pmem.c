// SPDX-License-Identifier: GPL-2.0-only
/*
 * The persistent memory that there is, by sysfs: the kernel's own interfaces to a dax_device change with nearly every
 * release, the attributes have been the same since v4.14.
 */

#include <linux/fs.h>
#include <linux/kernel.h>

#include "internal.h"

static struct {
	u32 devices;
	s32 write_cache;
	u64 base[DUR_DEVICES];
} pmem;

static int read_number(const char *attribute, s32 device, u64 *value)
{
	struct file *file;
	char text[64] = "";
	loff_t at = 0;
	ssize_t got;

	snprintf(text, sizeof(text), "/sys/block/pmem%d/%s", device, attribute);
	file = filp_open(text, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	got = kernel_read(file, text, sizeof(text) - 1, &at);
	filp_close(file, NULL);
	if (got < 0)
		return got;
	text[got] = 0;
	return kstrtoull(strim(text), 0, value);
}

void dur_pmem_find(void)
{
	u64 on;
	s32 i;

	pmem.write_cache = -1;
	for (i = 0; i < DUR_DEVICES; i++) {
		if (read_number("dax/write_cache", i, &on))
			continue;
		pmem.devices++;
		pmem.write_cache = pmem.write_cache && on;
		if (read_number("device/resource", i, &pmem.base[i]))
			pmem.base[i] = 0;
	}
}

void dur_pmem_stats(struct dur_stats *stats)
{
	stats->devices = pmem.devices;
	stats->write_cache = pmem.write_cache;
	memcpy(stats->base, pmem.base, sizeof(stats->base));
}

u64 dur_pmem_base(s32 device)
{
	return device >= 0 && device < DUR_DEVICES ? pmem.base[device] : 0;
}
