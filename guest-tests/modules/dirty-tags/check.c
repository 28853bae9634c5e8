// SPDX-License-Identifier: GPL-2.0-only
/* The consistency check: every entry and every mapping of a range by the invariants of judge.h. */

#include <linux/string.h>

#include "internal.h"
#include "judge.h"

struct verdict {
	const struct dt_range *range;
	struct dt_check *check;
	struct dt_violation *violations;
};

static void violated(struct verdict *verdict, enum dt_invariant invariant, const struct dt_index *entry,
		     const struct dt_mapping *mapping)
{
	struct dt_check *check = verdict->check;
	struct dt_violation violation = { .invariant = invariant, .entry = *entry };

	if (mapping)
		violation.mapping = *mapping;
	if (!check->found)
		check->worst = violation;
	if (check->found < check->max_violations)
		verdict->violations[check->found] = violation;
	check->found++;
}

static void judge_entry(void *to, const struct dt_index *entry)
{
	struct verdict *verdict = to;
	enum dt_invariant invariant = dt_judge_entry(entry, verdict->range->flags);

	verdict->check->entries++;
	if (invariant)
		violated(verdict, invariant, entry, NULL);
}

static void judge_mapping(void *to, const struct dt_mapping *mapping)
{
	struct verdict *verdict = to;
	enum dt_invariant invariant;
	struct dt_index entry;

	verdict->check->mappings++;
	dt_entry_at(verdict->range->mapping, mapping->index, &entry);
	invariant = dt_judge_mapping(&entry, mapping);
	if (invariant)
		violated(verdict, invariant, &entry, mapping);
}

int dt_check(const struct dt_range *range, struct dt_check *check, struct dt_violation *violations)
{
	struct verdict verdict = { range, check, violations };

	check->found = check->entries = check->mappings = 0;
	memset(&check->worst, 0, sizeof(check->worst));
	dt_each_entry(range, judge_entry, &verdict);
	return dt_each_mapping(range, judge_mapping, &verdict);
}
