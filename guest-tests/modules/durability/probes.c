// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes on every way by which the kernel flushes persistent memory, and on the fence.
 *
 * - arch_wb_cache_pmem(), of dax_flush(): whole cache lines, with the content that they have at entry. A store that
 *   comes while the loop of CLWB runs may or may not be flushed: it does not count.
 * - __memcpy_flushcache() and copy_user_flushcache(): exactly the bytes that were copied, on return. They carry
 *   write(2), the block layer's writes (pmem_do_write()) and with them journal, metadata and
 *   pmem_dax_zero_page_range(). memcpy_flushcache() with a constant length of up to 16 bytes is inlined; nothing of
 *   pmem and DAX uses it so.
 * - dax_memzero() is memset() and dax_flush().
 *
 * The fence is nvdimm_flush(), with which pmem answers REQ_PREFLUSH and REQ_FUA: the one place where the kernel itself
 * promises that what was flushed before is in the persistence domain (pmem_wmb() and the write of the flush hints). A
 * flush counts as durable when an nvdimm_flush() that began after it has returned: never too early. It may be too late,
 * as an SFENCE or a locked instruction elsewhere orders CLWB as well; but every fsync of ext4 and xfs ends in a flush
 * of the device, so that no finished fsync depends on that. SFENCE orders its own CPU alone: on several CPUs a flush of
 * another CPU is held for fenced here, which can hide a missing fence, never a missing flush.
 */

#include <linux/libnvdimm.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "shadow.h"
#include <lab_compat.h>

/* Tasks that may be stopped or asleep within one probed function at a time. */
#define ACTIVE 64
#define LINE 64UL

struct copy {
	void *to;
	size_t length;
};

static struct shadow shadow;
/*
 * The probes' handlers run as in an NMI, which lockdep counts against a lock that is taken elsewhere too. It cannot close:
 * nothing within the lock is probed. So the lock is one that lockdep does not see.
 */
static arch_spinlock_t lock = __ARCH_SPIN_LOCK_UNLOCKED;

#define HOLD(flags) do { local_irq_save(flags); arch_spin_lock(&lock); } while (0)
#define LET_GO(flags) do { arch_spin_unlock(&lock); local_irq_restore(flags); } while (0)
static s32 placed[DUR_PROBES] = { -ENOENT, -ENOENT, -ENOENT, -ENOENT };
static u64 hits[DUR_PROBES];
static u64 elsewhere;

static bool is_ordinary_memory(u64 phys)
{
	return pfn_valid(PHYS_PFN(phys)) && !is_zone_device_page(pfn_to_page(PHYS_PFN(phys)));
}

/* 0 for what is neither in the linear map nor, as memory without struct pages, in the vmalloc area. */
static u64 phys_of(const void *address)
{
	if (is_vmalloc_addr(address))
		return ((u64)vmalloc_to_pfn(address) << PAGE_SHIFT) + offset_in_page(address);
	return (unsigned long)address >= PAGE_OFFSET ? __pa(address) : 0;
}

static void take_page(const void *content, size_t length)
{
	u64 phys = phys_of(content);

	if (!phys || is_ordinary_memory(phys)) {
		elsewhere++;
		return;
	}
	shadow_flush(&shadow, phys, content, length);
	dur_tape_flush(shadow.flushes, phys, content, length);
}

static void take(enum dur_probe probe, const void *content, size_t length)
{
	unsigned long flags;

	HOLD(flags);
	hits[probe]++;
	while (length) {
		size_t here = min_t(size_t, length, PAGE_SIZE - offset_in_page(content));

		take_page(content, here);
		content += here;
		length -= here;
	}
	LET_GO(flags);
}

static int flush_entered(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long start = regs_get_kernel_argument(regs, 0);
	unsigned long end = start + regs_get_kernel_argument(regs, 1);

	start = round_down(start, LINE);
	take(DUR_PROBE_FLUSH, (void *)start, round_up(end, LINE) - start);
	return 0;
}

static int copy_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct copy *copy = (struct copy *)instance->data;

	copy->to = (void *)regs_get_kernel_argument(regs, 0);
	copy->length = regs_get_kernel_argument(regs, 2);
	return 0;
}

static int copy_left(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct copy *copy = (struct copy *)instance->data;

	take(DUR_PROBE_COPY, copy->to, copy->length);
	return 0;
}

/* Its length is an unsigned int until v6.11: the upper half of the register may be anything. */
static int copy_user_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct copy *copy = (struct copy *)instance->data;

	copy->to = (void *)regs_get_kernel_argument(regs, 0);
	copy->length = (u32)regs_get_kernel_argument(regs, 2);
	return 0;
}

/* It returns what was not copied. */
static int copy_user_left(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct copy *copy = (struct copy *)instance->data;
	size_t missing = min_t(size_t, regs_return_value(regs), copy->length);

	take(DUR_PROBE_COPY_USER, copy->to, copy->length - missing);
	return 0;
}

static int fence_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	unsigned long flags;

	HOLD(flags);
	hits[DUR_PROBE_FENCE]++;
	*(u32 *)instance->data = shadow_fence_begin(&shadow);
	LET_GO(flags);
	return 0;
}

static int fence_left(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	unsigned long flags;

	if (lab_flush_failed(regs))
		return 0;
	HOLD(flags);
	shadow_fence_end(&shadow, *(u32 *)instance->data);
	dur_tape_fence(*(u32 *)instance->data);
	LET_GO(flags);
	return 0;
}

/* Without effect, but it keeps a probe, and all others of its address, from being turned into a jump. */
static void no_jump(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static int nothing(struct kprobe *probe, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe on_flush = {
	.symbol_name = "arch_wb_cache_pmem",
	.pre_handler = flush_entered,
	.post_handler = no_jump,
};

static struct {
	enum dur_probe probe;
	const char *names[3];
	struct kretprobe at;
	struct kprobe beside;	/* a kretprobe cannot have a post_handler */
} returns[] = {
	{
		.probe = DUR_PROBE_COPY,
		.names = { "__memcpy_flushcache" },
		.at = { .entry_handler = copy_entered, .handler = copy_left, .data_size = sizeof(struct copy) },
	}, {
		.probe = DUR_PROBE_COPY_USER,
		.names = { "copy_user_flushcache", "__copy_user_flushcache" },
		.at = { .entry_handler = copy_user_entered, .handler = copy_user_left, .data_size = sizeof(struct copy) },
	}, {
		.probe = DUR_PROBE_FENCE,
		.names = { "nvdimm_flush" },
		.at = { .entry_handler = fence_entered, .handler = fence_left, .data_size = sizeof(u32) },
	},
};

static int place_return(int i)
{
	int ret;

	returns[i].at.maxactive = ACTIVE;
	ret = lab_register_kretprobe(&returns[i].at, returns[i].names);
	if (ret)
		return ret;
	returns[i].beside.symbol_name = returns[i].at.kp.symbol_name;
	returns[i].beside.pre_handler = nothing;
	returns[i].beside.post_handler = no_jump;
	ret = register_kprobe(&returns[i].beside);
	if (ret)
		unregister_kretprobe(&returns[i].at);
	return ret;
}

static int open_shadow(u32 pages)
{
	shadow.capacity = pages;
	shadow.buckets = roundup_pow_of_two(pages);
	shadow.page = vmalloc(array_size(pages, sizeof(*shadow.page)));
	shadow.bucket = vzalloc(array_size(shadow.buckets, sizeof(*shadow.bucket)));
	return shadow.page && shadow.bucket ? 0 : -ENOMEM;
}

/*
 * One flush of our own: a kernel that never flushes must be told from a probe that is never hit. Ordinary memory, so the
 * shadow takes no notice.
 */
static void prove_flush(void)
{
	static u8 line[LINE] __aligned(LINE);

	arch_wb_cache_pmem(line, sizeof(line));
	if (!hits[DUR_PROBE_FLUSH] && !placed[DUR_PROBE_FLUSH]) {
		unregister_kprobe(&on_flush);
		placed[DUR_PROBE_FLUSH] = -ENXIO;
	}
}

/* A probe that cannot be placed is told in DUR_STATS, not here: other checks may still be wanted. */
int dur_probes_place(u32 pages)
{
	int ret = open_shadow(pages), i;

	if (ret) {
		dur_probes_remove();
		return ret;
	}
	placed[DUR_PROBE_FLUSH] = register_kprobe(&on_flush);
	for (i = 0; i < ARRAY_SIZE(returns); i++)
		placed[returns[i].probe] = place_return(i);
	prove_flush();
	return 0;
}

void dur_probes_remove(void)
{
	int i;

	if (!placed[DUR_PROBE_FLUSH])
		unregister_kprobe(&on_flush);
	for (i = 0; i < ARRAY_SIZE(returns); i++) {
		if (placed[returns[i].probe])
			continue;
		unregister_kprobe(&returns[i].beside);
		unregister_kretprobe(&returns[i].at);
	}
	vfree(shadow.page);
	vfree(shadow.bucket);
}

void dur_reset(void)
{
	unsigned long flags;

	HOLD(flags);
	shadow_reset(&shadow);
	LET_GO(flags);
}

void dur_probe_stats(struct dur_stats *stats)
{
	int i;

	memcpy(stats->placed, placed, sizeof(placed));
	memcpy(stats->hits, hits, sizeof(hits));
	stats->missed = on_flush.nmissed;
	for (i = 0; i < ARRAY_SIZE(returns); i++)
		stats->missed += returns[i].at.nmissed + returns[i].at.kp.nmissed;
	stats->overflow = shadow.overflow;
	stats->elsewhere = elsewhere;
	stats->pages = shadow.capacity;
	stats->used = shadow.used;
}

enum dur_result dur_look(u64 phys, const u8 *expected, size_t length, u8 *flushed)
{
	enum dur_result result;
	unsigned long flags;

	HOLD(flags);
	result = shadow_check(&shadow, phys, expected, length, flushed);
	LET_GO(flags);
	return result;
}
