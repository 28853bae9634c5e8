// SPDX-License-Identifier: GPL-2.0-only
/* dirty-tags.ko: /dev/dirty_tags, see include/dirty_tags.h. */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "internal.h"

/* Of one call, so that its arrays are allocated before any lock is taken. */
#define MAX_ROWS 65536

/* What both calls begin with. */
struct dt_scope {
	s32 fd;
	u32 flags;
	u64 first;
	u64 count;
};

#define SAME_SCOPE(type)                                                   \
	static_assert(offsetof(type, flags) == offsetof(struct dt_scope, flags) && \
		      offsetof(type, first) == offsetof(struct dt_scope, first) && \
		      offsetof(type, count) == offsetof(struct dt_scope, count))
SAME_SCOPE(struct dt_report);
SAME_SCOPE(struct dt_check);

union dt_call {
	struct dt_scope scope;
	struct dt_report report;
	struct dt_check check;
};

struct rows {
	struct dt_report *report;
	struct dt_index *indices;
	struct dt_mapping *mappings;
};

static void add_entry(void *to, const struct dt_index *entry)
{
	struct rows *rows = to;

	if (rows->report->found_indices < rows->report->max_indices)
		rows->indices[rows->report->found_indices] = *entry;
	rows->report->found_indices++;
}

static void add_mapping(void *to, const struct dt_mapping *mapping)
{
	struct rows *rows = to;

	if (rows->report->found_mappings < rows->report->max_mappings)
		rows->mappings[rows->report->found_mappings] = *mapping;
	rows->report->found_mappings++;
}

static long copy_rows(u64 to, const void *rows, u32 found, u32 max, size_t size)
{
	return copy_to_user(u64_to_user_ptr(to), rows, size * min(found, max)) ? -EFAULT : 0;
}

static long gather(const struct dt_range *range, struct rows *rows)
{
	struct dt_report *report = rows->report;
	long ret;

	report->found_indices = report->found_mappings = 0;
	dt_each_entry(range, add_entry, rows);
	ret = dt_each_mapping(range, add_mapping, rows);
	if (!ret)
		ret = copy_rows(report->indices, rows->indices, report->found_indices, report->max_indices,
				sizeof(*rows->indices));
	if (!ret)
		ret = copy_rows(report->mappings, rows->mappings, report->found_mappings, report->max_mappings,
				sizeof(*rows->mappings));
	return ret;
}

static long report(const struct dt_range *range, struct dt_report *report)
{
	struct rows rows = { .report = report };
	long ret = -ENOMEM;

	if (report->max_indices > MAX_ROWS || report->max_mappings > MAX_ROWS)
		return -EINVAL;
	rows.indices = kvcalloc(report->max_indices + 1, sizeof(*rows.indices), GFP_KERNEL);
	rows.mappings = kvcalloc(report->max_mappings + 1, sizeof(*rows.mappings), GFP_KERNEL);
	if (rows.indices && rows.mappings)
		ret = gather(range, &rows);
	kvfree(rows.indices);
	kvfree(rows.mappings);
	return ret;
}

static long check(const struct dt_range *range, struct dt_check *check)
{
	struct dt_violation *violations = NULL;
	long ret;

	if (!check->violations)
		check->max_violations = 0;
	if (check->max_violations > MAX_ROWS)
		return -EINVAL;
	if (check->max_violations) {
		violations = kvcalloc(check->max_violations, sizeof(*violations), GFP_KERNEL);
		if (!violations)
			return -ENOMEM;
	}
	ret = dt_check(range, check, violations);
	if (!ret && violations)
		ret = copy_rows(check->violations, violations, check->found, check->max_violations, sizeof(*violations));
	kvfree(violations);
	return ret;
}

/* The caller owes an fput() of *file. */
static int open_range(const struct dt_scope *scope, struct dt_range *range, struct file **file)
{
	u64 count = scope->count;

	if (scope->flags & ~(DT_TRY | DT_AT_WORK | DT_SYNCED))
		return -EINVAL;
	*file = fget(scope->fd);
	if (!*file)
		return -EBADF;
	if (!S_ISREG(file_inode(*file)->i_mode) || !IS_DAX(file_inode(*file)) || !count) {
		fput(*file);
		return -EINVAL;
	}
	range->mapping = (*file)->f_mapping;
	range->flags = scope->flags;
	range->first = min_t(u64, scope->first, ULONG_MAX);
	range->last = count - 1 > ULONG_MAX - range->first ? ULONG_MAX : range->first + count - 1;
	return 0;
}

static long dt_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	union dt_call call;
	struct dt_range range;
	struct file *dax;
	long ret;

	if (cmd != DT_REPORT && cmd != DT_CHECK)
		return -ENOTTY;
	if (copy_from_user(&call, (void __user *)arg, _IOC_SIZE(cmd)))
		return -EFAULT;
	ret = open_range(&call.scope, &range, &dax);
	if (ret)
		return ret;
	ret = cmd == DT_REPORT ? report(&range, &call.report) : check(&range, &call.check);
	fput(dax);
	return ret ?: copy_to_user((void __user *)arg, &call, _IOC_SIZE(cmd)) ? -EFAULT : 0;
}

static const struct file_operations dt_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dt_ioctl,
};

static struct miscdevice dt_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dirty_tags",
	.fops = &dt_fops,
};

module_misc_device(dt_device);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Reports and checks the tags, entries and mappings of a DAX file");
