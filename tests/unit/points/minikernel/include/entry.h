/* SPDX-License-Identifier: GPL-2.0-only */
/* Inlined two deep into both units. */
struct entry { long value; long (*op)(long); };

extern long shared(long value);

static inline __attribute__((always_inline)) long entry_value(const struct entry *entry)
{
	return shared(entry->value) + 3;
}

static inline __attribute__((always_inline)) long entry_sum(const struct entry *a, const struct entry *b)
{
	long sum = entry_value(a);

	if (b)
		sum += entry_value(b);
	return sum;
}

/* Out of line in both units: one name, two functions. */
static __attribute__((noinline)) long next_entry(struct entry *entry)
{
	entry->value = shared(entry->value);
	return entry->value;
}
