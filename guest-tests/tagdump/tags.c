// SPDX-License-Identifier: GPL-2.0-only
/*
 * tags FILE [FIRST [COUNT]]: the dirty-tag report of a DAX file as JSON lines, for `lab exec`. FIRST and COUNT are in
 * pages of 4096 bytes; default: the whole file. One line an entry, one a mapping, one a violation, one with the sums.
 * Tasks may be at work meanwhile: locks that are held are not waited for, locked entries are no violation.
 * Exit status: 0 consistent, 1 violations, 2 wrong use or no such file, 3 no module.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirty_tags.h>

#define ROWS 65536

static struct dt_index indices[ROWS];
static struct dt_mapping mappings[ROWS];
static struct dt_violation violations[256];

static const char *const invariants[DT_INVARIANTS] = {
	[DT_OK] = "none",
	[DT_WRITABLE_CLEAN] = "writable-clean",
	[DT_WRONG_PFN] = "wrong-pfn",
	[DT_NO_ENTRY] = "no-entry",
	[DT_ZERO_MISPLACED] = "zero-misplaced",
	[DT_ZERO_WRITABLE] = "zero-writable",
	[DT_HUGE_ON_SMALL] = "huge-on-small",
	[DT_LOCKED_AT_REST] = "locked-at-rest",
	[DT_DIRTY_AFTER_SYNC] = "dirty-after-sync",
};

struct word {
	unsigned int bit;
	const char *name;
};

static const struct word entry_words[] = {
	{ DT_PRESENT, "present" }, { DT_LOCKED, "locked" },   { DT_ZERO, "zero" },
	{ DT_EMPTY, "empty" },	   { DT_DIRTY, "dirty" },     { DT_TOWRITE, "towrite" },
	{ 0, NULL },
};

static const struct word mapping_words[] = {
	{ DT_PTE_PRESENT, "present" }, { DT_PTE_WRITE, "write" },	{ DT_PTE_DIRTY, "dirty" },
	{ DT_PTE_YOUNG, "young" },     { DT_PTE_HUGE, "huge" },		{ DT_PTE_SPECIAL, "special" },
	{ DT_PTE_ZERO, "zero-page" },  { DT_PTE_ANON, "private-copy" },	{ DT_VMA_SHARED, "vma-shared" },
	{ DT_VMA_WRITE, "vma-write" }, { DT_VMA_SYNC, "vma-sync" },	{ 0, NULL },
};

static void print_words(unsigned int state, const struct word *words)
{
	const char *comma = "";

	printf("[");
	for (; words->name; words++) {
		if (!(state & words->bit))
			continue;
		printf("%s\"%s\"", comma, words->name);
		comma = ",";
	}
	printf("]");
}

static void print_entry(const struct dt_index *e)
{
	printf("\"index\":%llu,\"entry\":", (unsigned long long)e->index);
	print_words(e->state, entry_words);
	printf(",\"order\":%u,\"pfn\":%llu", e->order, (unsigned long long)e->pfn);
}

static void print_mapping(const struct dt_mapping *m)
{
	printf("\"pte\":");
	print_words(m->state, mapping_words);
	printf(",\"pte_pfn\":%llu,\"address\":\"%#llx\",\"mm\":\"%llx\",\"pid\":%d", (unsigned long long)m->pfn,
	       (unsigned long long)m->address, (unsigned long long)m->mm, m->pid);
}

static void print_report(const struct dt_report *r)
{
	for (unsigned int i = 0; i < r->found_indices && i < ROWS; i++) {
		printf("{\"kind\":\"entry\",");
		print_entry(&indices[i]);
		printf("}\n");
	}
	for (unsigned int i = 0; i < r->found_mappings && i < ROWS; i++) {
		printf("{\"kind\":\"mapping\",\"index\":%llu,", (unsigned long long)mappings[i].index);
		print_mapping(&mappings[i]);
		printf("}\n");
	}
}

static void print_violation(const struct dt_violation *v)
{
	printf("{\"kind\":\"violation\",\"invariant\":\"%s\",", invariants[v->invariant % DT_INVARIANTS]);
	print_entry(&v->entry);
	if (v->mapping.state) {
		printf(",");
		print_mapping(&v->mapping);
	}
	printf("}\n");
}

static void fail(int status, const char *what)
{
	fprintf(stderr, "tags: %s: %s\n", what, strerror(errno));
	exit(status);
}

static void call(int device, unsigned long request, void *argument)
{
	int tries = 100;

	while (ioctl(device, request, argument)) {
		if (errno != EAGAIN || !--tries)
			fail(errno == EINVAL ? 2 : 3, errno == EINVAL ? "no file of a DAX file system" : DT_DEVICE);
		usleep(1000);
	}
}

static unsigned long long pages_of(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		fail(2, path);
	return st.st_size ? (st.st_size + 4095) / 4096 : 1;
}

static unsigned int dump(int device, int fd, unsigned long long first, unsigned long long count)
{
	struct dt_report report = {
		.fd = fd, .flags = DT_TRY, .first = first, .count = count,
		.indices = (__u64)(unsigned long)indices, .max_indices = ROWS,
		.mappings = (__u64)(unsigned long)mappings, .max_mappings = ROWS,
	};
	struct dt_check check = {
		.fd = fd, .flags = DT_TRY | DT_AT_WORK, .first = first, .count = count,
		.violations = (__u64)(unsigned long)violations,
		.max_violations = sizeof(violations) / sizeof(violations[0]),
	};

	call(device, DT_REPORT, &report);
	call(device, DT_CHECK, &check);
	print_report(&report);
	for (unsigned int i = 0; i < check.found && i < check.max_violations; i++)
		print_violation(&violations[i]);
	printf("{\"kind\":\"sum\",\"entries\":%u,\"mappings\":%u,\"violations\":%u,\"left_out\":%u}\n",
	       report.found_indices, report.found_mappings, check.found,
	       (report.found_indices > ROWS ? report.found_indices - ROWS : 0) +
	       (report.found_mappings > ROWS ? report.found_mappings - ROWS : 0));
	return check.found;
}

int main(int argc, char **argv)
{
	unsigned long long first = 0, count;
	int fd, device;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: tags FILE [FIRST [COUNT]]\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(2, argv[1]);
	device = open(DT_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		fail(3, DT_DEVICE);
	if (argc > 2)
		first = strtoull(argv[2], NULL, 0);
	count = argc > 3 ? strtoull(argv[3], NULL, 0) : pages_of(fd, argv[1]);
	return dump(device, fd, first, count ? count : 1) ? 1 : 0;
}
