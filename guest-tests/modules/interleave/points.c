// SPDX-License-Identifier: GPL-2.0-only
/* Kprobes on the preemption points, and the answer to "may the actor be preempted here?". */

#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "interleave_internal.h"
#include <lab_compat.h>

struct il_probe {
	struct kprobe kp;
	u16 point;
	bool placed;
};

static struct il_probe *probes;

#define PUSH_RBP 0x55
#define IN_INTERRUPT_MASK (HARDIRQ_MASK | NMI_MASK)

/*
 * The handler itself runs with preempt_count raised (by how much differs between versions, so it is measured at load).
 * A hit in an interrupt that arrived in the actor is not the actor's step.
 */
static bool hit_in_interrupt(void)
{
	int above = preempt_count() - il.base_preempt;

	return (above & IN_INTERRUPT_MASK) || (above & SOFTIRQ_MASK & SOFTIRQ_OFFSET);
}

static u8 atomic_reason(struct pt_regs *regs)
{
	if (!(regs->flags & X86_EFLAGS_IF))
		return IL_IRQS_OFF;
	if (preempt_count() != il.base_preempt)
		return IL_PREEMPT_OFF;
	if (rcu_preempt_depth() != il.base_rcu)
		return IL_RCU;
	return IL_LEGAL;
}

/* Whether the actor, if it is one, continues in the trampoline. */
static bool is_diverted(struct il_probe *probe, struct pt_regs *regs)
{
	unsigned long address = (unsigned long)probe->kp.addr;
	struct il_actor *a;

	if (!il.active)
		return false;
	a = il_current();
	if (!a || !a->armed || a->busy || hit_in_interrupt())
		return false;
	if (a->skip == address) {
		a->skip = 0;
		return false;
	}
	return il_hit(a, probe->point, address, regs, atomic_reason(regs));
}
NOKPROBE_SYMBOL(is_diverted);

/*
 * kprobes emulates calls, jumps and returns, and steps over all else by a second trap. The other common point is a
 * function's first instruction, so that is done here, in the gap that the entry code leaves on the stack since v5.2
 * (2700fefdb2d9, "x86_64: Add gap to int3 to allow for call emulation"); unless another probe at this place waits for
 * its turn.
 */
static bool is_emulated(const struct kprobe *kp, struct pt_regs *regs)
{
	if (LINUX_VERSION_CODE < KERNEL_VERSION(5, 2, 0) || kp->opcode != PUSH_RBP || kp->list.next != kp->list.prev)
		return false;
	regs->sp -= sizeof(unsigned long);
	*(unsigned long *)regs->sp = regs->bp;
	regs->ip = (unsigned long)kp->addr + 1;
	return true;
}
NOKPROBE_SYMBOL(is_emulated);

static int il_pre_handler(struct kprobe *kp, struct pt_regs *regs)
{
	if (is_diverted(container_of(kp, struct il_probe, kp), regs)) {
		lab_probe_left();
		return 1;
	}
	return is_emulated(kp, regs);
}
NOKPROBE_SYMBOL(il_pre_handler);

/* An empty post_handler keeps the probe from being jump-optimised: an optimised probe ignores a changed ip. */
static void il_post_handler(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(il_post_handler);

static int place(struct il_probe *probe, u16 point, unsigned long address)
{
	int ret;

	probe->point = point;
	probe->kp.addr = (kprobe_opcode_t *)address;
	probe->kp.pre_handler = il_pre_handler;
	probe->kp.post_handler = il_post_handler;
	ret = register_kprobe(&probe->kp);
	probe->placed = !ret;
	return ret;
}

static int place_all(struct il_points *req, const u64 *address, s32 *status)
{
	int i, ret;

	for (i = 0; i < req->count; i++) {
		status[i] = place(&probes[i], i, address[i]);
		req->placed += !status[i];
	}
	for (i = 0; i < CANARY_POINTS; i++) {
		ret = place(&probes[req->count + i], req->count + i, il_canary_address(i));
		if (ret)
			return ret;
	}
	return 0;
}

static int alloc_visits(void)
{
	int i;

	for (i = 0; i < IL_ACTORS; i++) {
		il.actor[i].visits = vzalloc(array_size(il.points, sizeof(u16)));
		if (!il.actor[i].visits)
			return -ENOMEM;
	}
	return 0;
}

int il_points_place(struct il_points __user *arg)
{
	struct il_points req;
	u64 *address = NULL;
	s32 *status = NULL;
	int ret = -ENOMEM;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	if (req.count < 0 || req.count > 60000)
		return -EINVAL;
	il_points_remove();
	req.placed = 0;
	address = vmalloc(array_size(req.count + 1, sizeof(*address)));
	status = vzalloc(array_size(req.count + 1, sizeof(*status)));
	probes = vzalloc(array_size(req.count + CANARY_POINTS, sizeof(*probes)));
	il.points = req.count + CANARY_POINTS;
	if (!address || !status || !probes || alloc_visits())
		goto out;
	ret = -EFAULT;
	if (copy_from_user(address, u64_to_user_ptr(req.addresses), req.count * sizeof(*address)))
		goto out;
	ret = place_all(&req, address, status);
	if (!ret && (copy_to_user(u64_to_user_ptr(req.status), status, req.count * sizeof(*status)) ||
		     copy_to_user(arg, &req, sizeof(req))))
		ret = -EFAULT;
out:
	vfree(address);
	vfree(status);
	return ret;
}

void il_points_remove(void)
{
	int i;

	for (i = 0; probes && i < il.points; i++)
		if (probes[i].placed)
			unregister_kprobe(&probes[i].kp);
	vfree(probes);
	probes = NULL;
	for (i = 0; i < IL_ACTORS; i++) {
		vfree(il.actor[i].visits);
		il.actor[i].visits = NULL;
	}
	il.points = 0;
}

u64 il_points_missed(void)
{
	u64 missed = 0;
	int i;

	for (i = 0; probes && i < il.points; i++)
		missed += probes[i].kp.nmissed;
	return missed;
}

static noinline void base_dummy(void)
{
	asm volatile("nop; nop");
}

static int base_handler(struct kprobe *kp, struct pt_regs *regs)
{
	il.base_preempt = preempt_count();
	il.base_rcu = rcu_preempt_depth();
	return 0;
}

int il_points_measure_base(void)
{
	struct kprobe kp = {
		.addr = (kprobe_opcode_t *)base_dummy,
		.pre_handler = base_handler,
		.post_handler = il_post_handler,
	};
	int ret;

	il.base_preempt = -1;
	ret = lab_find_current_probe(base_dummy) ?: register_kprobe(&kp);
	if (ret)
		return ret;
	base_dummy();
	unregister_kprobe(&kp);
	return il.base_preempt < 0 ? -EIO : 0;
}
