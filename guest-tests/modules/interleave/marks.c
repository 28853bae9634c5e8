// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page of persistent memory is marked as a file's (page->mapping) for as long as the file's mapping has its entry:
 * dax_associate_entry() and dax_disassociate_entry() since v4.17 (d2c997c0f145, "fs, dax: use page->mapping to warn if
 * truncate collides with a busy page"). What loses an entry leaves the mark, and the next owner of the block is warned of.
 */

#include <linux/fs.h>
#include <linux/ioport.h>
#include <linux/mm.h>

#include "interleave_internal.h"
#include <lab_compat.h>

/* Since v6.15 a page that is left behind is not free either (38607c62b34b, "fs/dax: properly refcount fs dax pages"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 17, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)

struct owner {
	const struct address_space *mapping;
	long pages;
};

static int unmark(struct resource *range, void *data)
{
	unsigned long pfn = PFN_UP(range->start), end = PFN_DOWN(range->end + 1);
	struct owner *owner = data;

	for (; pfn < end; pfn++) {
		struct page *page;

		if (!pfn_valid(pfn))
			continue;
		page = pfn_to_page(pfn);
		if (page->mapping != owner->mapping)
			continue;
		page->mapping = NULL;
		page->index = 0;
		owner->pages++;
	}
	return 0;
}

long il_unmark(const struct address_space *mapping)
{
	struct owner owner = { .mapping = mapping };

	walk_iomem_res_desc(IORES_DESC_PERSISTENT_MEMORY, IORESOURCE_MEM, 0, -1, &owner, unmark);
	return owner.pages;
}

#else

long il_unmark(const struct address_space *mapping)
{
	return 0;
}

#endif
