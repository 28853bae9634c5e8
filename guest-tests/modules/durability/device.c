// SPDX-License-Identifier: GPL-2.0-only
/* durability.ko: /dev/durability, see include/durability.h. */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "internal.h"

static unsigned int pages = 3072;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "pages of 4 KiB that can be flushed between two resets");

static unsigned int tape;
module_param(tape, uint, 0444);
MODULE_PARM_DESC(tape, "KiB of events that can be kept between two reads of the tape; 0: no tape");

static long stats(struct dur_stats __user *arg)
{
	struct dur_stats s = {};

	dur_probe_stats(&s);
	dur_pmem_stats(&s);
	return copy_to_user(arg, &s, sizeof(s)) ? -EFAULT : 0;
}

static long by_file(struct dur_check *check)
{
	enum dur_source source = DUR_BY_NOTHING;
	struct file *file = fget(check->fd);

	if (!file)
		return -EBADF;
	if (!S_ISREG(file_inode(file)->i_mode) || !IS_DAX(file_inode(file))) {
		fput(file);
		return -EINVAL;
	}
	check->phys = dur_resolve(file, check->offset, check->address, &source);
	check->source = source;
	fput(file);
	return 0;
}

static long by_device(struct dur_check *check)
{
	u64 base = dur_pmem_base(check->fd);

	check->phys = base ? base + check->offset : 0;
	check->source = base ? DUR_BY_DEVICE : DUR_BY_NOTHING;
	return 0;
}

static long check_call(void __user *arg, long (*resolve)(struct dur_check *check))
{
	u8 expected[DUR_LENGTH_MAX];
	struct dur_check check;
	long ret;

	if (copy_from_user(&check, arg, sizeof(check)))
		return -EFAULT;
	if (!check.length || check.length > DUR_LENGTH_MAX || offset_in_page(check.offset) + check.length > PAGE_SIZE)
		return -EINVAL;
	if (copy_from_user(expected, u64_to_user_ptr(check.expected), check.length))
		return -EFAULT;
	memset(check.flushed, 0, sizeof(check.flushed));
	ret = resolve(&check);
	if (ret)
		return ret;
	check.result = check.phys ? dur_look(check.phys, expected, check.length, check.flushed) : DUR_UNRESOLVED;
	return copy_to_user(arg, &check, sizeof(check)) ? -EFAULT : 0;
}

static long dur_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case DUR_RESET:
		dur_reset();
		return 0;
	case DUR_STATS:
		return stats((void __user *)arg);
	case DUR_CHECK:
		return check_call((void __user *)arg, by_file);
	case DUR_CHECK_DEV:
		return check_call((void __user *)arg, by_device);
	case DUR_MARK:
		return dur_tape_mark(arg);
	}
	return -ENOTTY;
}

static ssize_t dur_read(struct file *file, char __user *to, size_t count, loff_t *offset)
{
	return dur_tape_read(to, count);
}

static const struct file_operations dur_fops = {
	.owner = THIS_MODULE,
	.read = dur_read,
	.unlocked_ioctl = dur_ioctl,
};

static struct miscdevice dur_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "durability",
	.fops = &dur_fops,
};

static int __init dur_init(void)
{
	int ret;

	if (!pages || pages > 1 << 18 || tape > 1 << 18)
		return -EINVAL;
	dur_pmem_find();
	ret = dur_tape_open(tape) ?: dur_probes_place(pages);
	if (ret)
		goto no_probes;
	ret = misc_register(&dur_device);
	if (!ret)
		return 0;
	dur_probes_remove();
no_probes:
	dur_tape_close();
	return ret;
}

static void __exit dur_exit(void)
{
	misc_deregister(&dur_device);
	dur_probes_remove();
	dur_tape_close();
}

module_init(dur_init);
module_exit(dur_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Shadow of what was flushed to persistent memory");
