/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between the kernels that the modules are built for: interleave 4.4 to 7.3, the other two from 5.0 on. */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/version.h>

/* What a file's pages are found by since v4.20. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 20, 0)
#include <linux/xarray.h>
#endif

/* Headers of their own since v4.11 (174cd4b1e5fb, "sched/headers: Prepare to move signal wakeup ... from sched.h"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 11, 0)
#include <linux/sched/debug.h>
#include <linux/sched/signal.h>
#include <uapi/linux/sched/types.h>
#endif

/* panic_notifier_list has a header of its own since v5.14 (f39650de687e, "kernel.h: split out panic and oops helpers"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#include <linux/panic_notifier.h>
#endif

/* Since v4.18 (610b15c50e86, "overflow.h: Add allocation size calculation helpers"). Both numbers are small here. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 18, 0)
#define array_size(number, size) ((size_t)(number) * (size))
#endif

/* Since v4.7 (3ed605bc8a6f, "kernel.h: add u64_to_user_ptr()"). */
#ifndef u64_to_user_ptr
#define u64_to_user_ptr(value) ((void __user *)(unsigned long)(value))
#endif

/* Since v5.1 (6bab69c65013, "build_bug.h: add wrapper for _Static_assert"). */
#ifndef static_assert
#define static_assert(condition) _Static_assert(condition, #condition)
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

/* A huge page's entry: pmd_leaf() since v5.6 (d6ef7ba7b2f6, "mm: pagewalk: x86: add p?d_leaf()"). */
#ifndef pmd_leaf
#define pmd_leaf pmd_large
#endif

/* Since v4.14 (966a967116e6, "smp: Avoid using two cache lines for struct call_single_data"). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 14, 0)
typedef struct call_single_data call_single_data_t;
#endif

/* nvdimm_flush() returns nothing before v5.3 (c5d4355d10d4, "libnvdimm: nd_region flush callback support"). */
#define lab_flush_failed(regs) (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 3, 0) && (int)regs_return_value(regs))

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

/*
 * Sets a task's policy to SCHED_FIFO, asking nobody: sched_setattr_nocheck() is there since v4.16 (794a56ebd9a5) and
 * exported since v5.13; what came before it is exported until v5.9 (616d91b68cd5).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 16, 0)
static __maybe_unused int (*lab_set_attributes)(struct task_struct *task, const struct sched_attr *attr);

static inline int lab_find_set_fifo(void)
{
	lab_set_attributes = lab_function("sched_setattr_nocheck");
	return lab_set_attributes ? 0 : -ENOENT;
}

static inline void lab_set_fifo(struct task_struct *task, int prio)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_FIFO,
		.sched_priority = prio,
	};

	lab_set_attributes(task, &attr);
}
#else
static inline int lab_find_set_fifo(void)
{
	return 0;
}

static inline void lab_set_fifo(struct task_struct *task, int prio)
{
	struct sched_param param = { .sched_priority = prio };

	sched_setscheduler_nocheck(task, SCHED_FIFO, &param);
}
#endif

/* The stack of a task that does not run, up to `most` addresses, and how many those are. 0 where it cannot be had. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 2, 0)
static __maybe_unused unsigned int (*lab_save_stack)(struct task_struct *, unsigned long *, unsigned int, unsigned int);

static inline void lab_find_stack_of(void)
{
	lab_save_stack = lab_function("stack_trace_save_tsk");
}

static inline int lab_stack_of(struct task_struct *task, unsigned long *stack, int most)
{
	return lab_save_stack ? lab_save_stack(task, stack, most, 0) : 0;
}
#else
static inline void lab_find_stack_of(void)
{
}

static inline int lab_stack_of(struct task_struct *task, unsigned long *stack, int most)
{
	struct stack_trace trace = { .entries = stack, .max_entries = most };

	save_stack_trace_tsk(task, &trace);
	/* The end is marked by an entry of its own. */
	return trace.nr_entries && stack[trace.nr_entries - 1] == ULONG_MAX ? trace.nr_entries - 1 : trace.nr_entries;
}
#endif

/*
 * A handler that continues elsewhere has left the probe by itself before v4.19: it forgets which probe is under way and
 * gives back one count of preempt_disable() (cce188bd58cf, "bpf/error-inject/kprobes: Clear current_kprobe and enable
 * preempt in kprobe"). The variable, current_kprobe, is exported to no module and a name in /proc/kallsyms only with
 * KALLSYMS_ALL. So it is found by what it holds: the one word of this CPU's variables that is the probe's address while
 * its handler runs and NULL afterwards. The handler's stack lies among them, whose words stay as they are.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 19, 0)
#define LAB_PER_CPU_BYTES (128UL << 10)	/* of static variables it are less; a CPU has 256 KiB on x86-64 */

static __maybe_unused struct kprobe *__percpu *lab_current_probe;

static struct {
	unsigned long at[64];
	int count;
} lab_probe_words __maybe_unused;

static inline int lab_look_for_probe(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long at, base = per_cpu_offset(raw_smp_processor_id());

	for (at = 0; at < LAB_PER_CPU_BYTES && lab_probe_words.count < ARRAY_SIZE(lab_probe_words.at); at += sizeof(probe))
		if (READ_ONCE(*(struct kprobe **)(base + at)) == probe)
			lab_probe_words.at[lab_probe_words.count++] = at;
	return 0;
}

/* `dummy` has no other probe. */
static inline int lab_find_current_probe(void (*dummy)(void))
{
	struct kprobe probe = { .addr = (kprobe_opcode_t *)dummy, .pre_handler = lab_look_for_probe };
	int i, found = 0, ret = register_kprobe(&probe);

	if (ret)
		return ret;
	dummy();
	unregister_kprobe(&probe);
	for (i = 0; i < lab_probe_words.count; i++) {
		struct kprobe *__percpu *word = (struct kprobe *__percpu *)lab_probe_words.at[i];

		if (*raw_cpu_ptr(word))
			continue;
		lab_current_probe = word;
		found++;
	}
	return found == 1 ? 0 : -ENOENT;
}

#define lab_probe_left()					\
	do {							\
		*raw_cpu_ptr(lab_current_probe) = NULL;		\
		__preempt_count_sub(1);				\
	} while (0)
#else
static inline int lab_find_current_probe(void (*dummy)(void))
{
	return 0;
}

#define lab_probe_left() do { } while (0)
#endif
#endif

#endif
