// SPDX-License-Identifier: GPL-2.0-only
/* interleave.ko: /dev/interleave, see include/interleave.h. */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "interleave_internal.h"
#include <lab_compat.h>

struct il_state il = { .quiet = __WAIT_QUEUE_HEAD_INITIALIZER(il.quiet) };

static long stats(struct il_stats __user *arg)
{
	struct il_stats s = {
		.hits = il.hits,
		.missed = il_points_missed(),
		.base_preempt = il.base_preempt,
		.base_rcu = il.base_rcu,
	};
	int i;

	for (i = 0; i < CANARY_POINTS; i++)
		s.canary_point[i] = il.points - CANARY_POINTS + i;
	return copy_to_user(arg, &s, sizeof(s)) ? -EFAULT : 0;
}

/* One that outlives the truncation of its file is a BUG() at the inode's end, in another schedule or never. */
static long count_entries(const struct address_space *mapping)
{
	return mapping->nrpages;
}

/* Asks `about` the mapping of a file. */
static long of_mapping(__s64 __user *arg, long (*about)(const struct address_space *mapping))
{
	__s64 value;
	struct fd f;

	if (get_user(value, arg))
		return -EFAULT;
	f = fdget(value);
	if (!fd_file(f))
		return -EBADF;
	value = about(fd_file(f)->f_mapping);
	fdput(f);
	return put_user(value, arg);
}

static long il_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case IL_PLACE:
		return il_points_place((void __user *)arg);
	case IL_JOIN:
		return il_join(arg);
	case IL_PARK:
		return il_park();
	case IL_GO:
		return il_go(arg);
	case IL_RUN:
		return il_run_schedule((void __user *)arg);
	case IL_LEAVE:
		return il_leave();
	case IL_RESET:
		il_reset();
		return 0;
	case IL_STATS:
		return stats((void __user *)arg);
	case IL_CANARY:
		return il_canary();
	case IL_CANARY_READ:
		return il_canary_read();
	case IL_ATOMIC:
		return il_elsewhere_init();
	case IL_TICK:
		return il_wait_for_tick();
	case IL_ENTRIES:
		return of_mapping((void __user *)arg, count_entries);
	case IL_UNMARK:
		return of_mapping((void __user *)arg, il_unmark);
	}
	return -ENOTTY;
}

static int il_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	return remap_vmalloc_range(vma, il.trace, vma->vm_pgoff);
}

static const struct file_operations il_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = il_ioctl,
	.mmap = il_mmap,
};

static struct miscdevice il_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "interleave",
	.fops = &il_fops,
};

/* A panic in the middle of a schedule must say which one, and how far it came. */
static int say_schedule(struct notifier_block *nb, unsigned long action, void *data)
{
	u32 i, n = il.trace->entries;

	if (!il.run.name[0])
		return NOTIFY_DONE;
	pr_emerg("interleave: %s schedule %s\n", il.active ? "in" : "after", il.run.name);
	if (il.active)
		pr_emerg("interleave: nobody could be scheduled for %llu ms\n", il_starved_ms());
	for (i = 0; i < n; i++) {
		struct il_entry *e = &il.trace->entry[i];

		pr_emerg("interleave: trace %u %u %u %u\n", e->actor, e->point, e->visit, e->event);
	}
	return NOTIFY_DONE;
}

static struct notifier_block on_panic = { .notifier_call = say_schedule, .priority = INT_MAX };

static int __init il_init(void)
{
	int ret = -ENOMEM;

	il.trace = vmalloc_user(sizeof(*il.trace));
	if (!il.trace)
		return ret;
	ret = il_points_measure_base();
	if (!ret)
		ret = il_actors_init();
	il_schedule_init();
	if (!ret)
		ret = misc_register(&il_device);
	if (ret) {
		vfree(il.trace);
		return ret;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &on_panic);
	return 0;
}

static void __exit il_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &on_panic);
	misc_deregister(&il_device);
	il_elsewhere_exit();
	il_points_remove();
	vfree(il.trace);
}

module_init(il_init);
module_exit(il_exit);
MODULE_DESCRIPTION("Preempts tasks at chosen instructions");
MODULE_LICENSE("GPL");
