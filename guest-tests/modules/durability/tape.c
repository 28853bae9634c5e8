// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that reached persistent memory, in order, for who wants to know what a power cut leaves at any moment of it. Two
 * buffers: probes fill one, read() empties the other, as copying to a program may fault and cannot hold the lock.
 */

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "tape.h"

static struct tape tape;
static u8 *other;		/* what was taken over and not read yet: from `at` to `end` */
static size_t at, end;
static DEFINE_MUTEX(readers);

/* Taken in probes as well, where lockdep must not see it: as the lock of probes.c. */
static arch_spinlock_t lock = __ARCH_SPIN_LOCK_UNLOCKED;

static void add(const struct dur_event *event, const void *content)
{
	unsigned long flags;

	if (!tape.room)
		return;
	local_irq_save(flags);
	arch_spin_lock(&lock);
	tape_add(&tape, event, content);
	arch_spin_unlock(&lock);
	local_irq_restore(flags);
}

void dur_tape_flush(u32 number, u64 phys, const void *content, size_t length)
{
	struct dur_event event = { .type = DUR_EVENT_FLUSH, .length = length, .number = number, .place = phys };

	add(&event, content);
}

void dur_tape_fence(u32 number)
{
	struct dur_event event = { .type = DUR_EVENT_FENCE, .number = number };

	add(&event, NULL);
}

long dur_tape_mark(unsigned long number)
{
	struct dur_event event = { .type = DUR_EVENT_MARK, .number = number };

	if (!tape.room)
		return -ENODEV;
	add(&event, NULL);
	return 0;
}

int dur_tape_open(unsigned int kib)
{
	if (!kib)
		return 0;
	tape.size = (size_t)kib << 10;
	tape.room = vmalloc(tape.size);
	other = vmalloc(tape.size);
	return tape.room && other ? 0 : -ENOMEM;
}

void dur_tape_close(void)
{
	vfree(tape.room);
	vfree(other);
}

/* False if an event was lost: what is on the tape is worth nothing then. */
static bool take_over(void)
{
	unsigned long flags;
	bool whole;

	local_irq_save(flags);
	arch_spin_lock(&lock);
	swap(tape.room, other);
	at = 0;
	end = tape.used;
	tape.used = 0;
	whole = !tape.lost;
	arch_spin_unlock(&lock);
	local_irq_restore(flags);
	return whole;
}

ssize_t dur_tape_read(char __user *to, size_t count)
{
	ssize_t ret = -ENODEV;

	mutex_lock(&readers);
	if (!tape.room)
		goto out;
	ret = -EOVERFLOW;
	if (at == end && !take_over())
		goto out;
	ret = tape_whole(other + at, end - at, count);
	if (!ret && at != end)
		ret = -EINVAL;	/* not even one event has room */
	else if (copy_to_user(to, other + at, ret))
		ret = -EFAULT;
	else
		at += ret;
out:
	mutex_unlock(&readers);
	return ret;
}
