// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a store through a MAP_SYNC mapping promises: the block it went to is the file's even after a power failure
 * (mmap(2)). ext4 keeps that by committing the transaction that allocated it before the page is mapped writable
 * (IOMAP_F_DIRTY in ext4_set_iomap(), dax_finish_sync_fault()). The journal counts its commits: one must have come
 * between the file's preparation, which made its inode dirty, and the store's return.
 */

#include <glob.h>
#include <stdio.h>

#include "racer.h"

/* Commits of the first journal since it was mounted, -1 if nothing tells. */
static long commits(void)
{
	long count = -1;
	glob_t found;
	FILE *info;

	if (glob("/proc/fs/jbd2/*/info", 0, NULL, &found))
		return -1;
	info = fopen(found.gl_pathv[0], "re");
	if (info && fscanf(info, "%ld transactions", &count) != 1)
		count = -1;
	if (info)
		fclose(info);
	globfree(&found);
	return count;
}

const char *journal_missing(const struct scenario *s)
{
	for (int i = 0; i < s->actors; i++)
		if (s->durable && s->actor[i].op->effects & OP_MAPSYNC && commits() < 0)
			return "no /proc/fs/jbd2/*/info: nothing tells whether a MAP_SYNC store's block was committed";
	return NULL;
}

/* Before the preparation stores anything; the file has been extended by then. */
void journal_before_map_sync(struct actor *a)
{
	if (a->shared->scenario.durable && a->spec->op->effects & OP_MAPSYNC)
		a->result->commits[0] = commits();
}

void journal_at_map_sync(struct actor *a)
{
	if (a->shared->scenario.durable)
		a->result->commits[1] = commits();
}

void journal_at_rest(struct shared *s, report_fn report, void *to)
{
	char text[96];

	for (int i = 0; i < s->scenario.actors; i++) {
		const struct result *r = &s->at->result[i];
		const struct op *op = s->scenario.actor[i].op;

		if (!(op->effects & OP_MAPSYNC) || !r->stored || !r->returned || r->commits[1] > r->commits[0])
			continue;
		snprintf(text, sizeof(text), "%c: %s has stored, its block's transaction is not committed", 'A' + i, op->name);
		report(to, "not-durable", text);
	}
}
