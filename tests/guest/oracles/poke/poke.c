// SPDX-License-Identifier: GPL-2.0-only
/* See poke.h. The file must not be used otherwise until what was there before is back. */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>

#include "poke.h"

static u32 get_marks(struct xa_state *xas)
{
	return (xas_get_mark(xas, PAGECACHE_TAG_DIRTY) ? 1 : 0) | (xas_get_mark(xas, PAGECACHE_TAG_TOWRITE) ? 2 : 0);
}

static void set_mark(struct xa_state *xas, bool on, xa_mark_t mark)
{
	if (on)
		xas_set_mark(xas, mark);
	else
		xas_clear_mark(xas, mark);
}

static void exchange(struct address_space *mapping, struct poke *poke)
{
	XA_STATE(xas, &mapping->i_pages, poke->index);
	struct poke before = *poke;
	void *entry;

	xas_lock_irq(&xas);
	entry = xas_load(&xas);
	before.value = xa_is_value(entry) ? xa_to_value(entry) : 0;
	before.marks = get_marks(&xas);
	xas_store(&xas, poke->value ? xa_mk_value(poke->value) : NULL);
	if (poke->value) {
		set_mark(&xas, poke->marks & 1, PAGECACHE_TAG_DIRTY);
		set_mark(&xas, poke->marks & 2, PAGECACHE_TAG_TOWRITE);
	}
	xas_unlock_irq(&xas);
	*poke = before;
}

static long poke_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct poke poke;
	struct file *target;

	if (cmd != POKE || copy_from_user(&poke, (void __user *)arg, sizeof(poke)))
		return -EINVAL;
	target = fget(poke.fd);
	if (!target)
		return -EBADF;
	exchange(target->f_mapping, &poke);
	fput(target);
	return copy_to_user((void __user *)arg, &poke, sizeof(poke)) ? -EFAULT : 0;
}

static const struct file_operations poke_fops = { .owner = THIS_MODULE, .unlocked_ioctl = poke_ioctl };
static struct miscdevice poke_device = { .minor = MISC_DYNAMIC_MINOR, .name = "poke", .fops = &poke_fops };

module_misc_device(poke_device);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Changes entries of a page cache tree, for tests of the dirty-tag check");
