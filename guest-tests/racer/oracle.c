// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two modules that judge what no system call shows: dirty-tags.ko (tree and page tables agree) and durability.ko
 * (what a returned fsync promised is on the media). A scenario that asks for one that is missing is BROKEN.
 */

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dirty_tags.h>
#include <durability.h>

#include "racer.h"

static int tags = -1, shadow = -1;

static const char *const invariant[DT_INVARIANTS] = {
	[DT_OK] = "nothing",
	[DT_WRITABLE_CLEAN] = "a shared mapping is writable, its entry is not tagged dirty",
	[DT_WRONG_PFN] = "a mapping shows another page than the entry says",
	[DT_NO_ENTRY] = "a page of the file is mapped where there is no entry",
	[DT_ZERO_MISPLACED] = "the zero page is mapped where the file has a block",
	[DT_ZERO_WRITABLE] = "the zero page is writable",
	[DT_HUGE_ON_SMALL] = "a mapping of 2 MiB over entries of 4 KiB",
	[DT_LOCKED_AT_REST] = "an entry is locked though nobody is at work",
	[DT_DIRTY_AFTER_SYNC] = "tagged after fsync though nothing was stored since",
};

static const char *const flushed[] = {
	[DUR_DURABLE] = "durable",
	[DUR_PENDING] = "flushed without a fence",
	[DUR_OTHER_VALUE] = "flushed before the store, not after it",
	[DUR_NEVER_FLUSHED] = "never flushed",
	[DUR_UNRESOLVED] = "in no block",
	[DUR_UNKNOWN] = "beyond the shadow",
};

void oracle_open(void)
{
	tags = open(DT_DEVICE, O_RDWR | O_CLOEXEC);
	shadow = open(DUR_DEVICE, O_RDWR | O_CLOEXEC);
}

static void shadow_stats(struct dur_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (ioctl(shadow, DUR_STATS, stats))
		die("DUR_STATS");
}

/* Why the scenario's checks cannot be made here, NULL if they can. */
const char *oracle_missing(const struct scenario *s)
{
	struct dur_stats stats;

	if (s->tags && tags < 0)
		return "dirty-tags.ko is not loaded, so tags cannot be checked";
	if (!s->durable)
		return NULL;
	if (shadow < 0)
		return "durability.ko is not loaded, so durability cannot be checked";
	shadow_stats(&stats);
	if (stats.write_cache != 1)
		return "the write cache of the pmem device is off, so that dax_flush() does nothing";
	for (int i = 0; i < DUR_PROBES; i++)
		if (stats.placed[i])
			return "a probe of durability.ko could not be placed";
	return NULL;
}

void oracle_reset(const struct scenario *s)
{
	if (s->durable && ioctl(shadow, DUR_RESET))
		die("DUR_RESET");
}

/* Whether some page of the file is stored to through a mapping, so that a sync has to flush it. */
static bool flush_is_due(const struct scenario *s)
{
	bool due = has_old_data(s);

	for (int i = 0; i < s->actors; i++)
		due = due || (s->actor[i].op->effects & OP_STORES);
	return due && !s->private_map;
}

/* Hits that a probe had no room for make every answer of the shadow worthless. */
void oracle_end(const struct scenario *s)
{
	struct dur_stats stats;

	if (!s->durable)
		return;
	shadow_stats(&stats);
	if (stats.missed || (flush_is_due(s) && !stats.hits[DUR_PROBE_FLUSH]) || !stats.hits[DUR_PROBE_FENCE])
		die("durability.ko: %llu hits missed, %llu flushes, %llu fences", (unsigned long long)stats.missed,
		    (unsigned long long)stats.hits[DUR_PROBE_FLUSH], (unsigned long long)stats.hits[DUR_PROBE_FENCE]);
}

static uint32_t bit_of(int word, int page)
{
	return 1U << (word * PAGES_MAX + page);
}

/* Words that must be on the media once a sync that begins now has returned: finished stores, and the old data. */
static uint32_t promised_now(const struct shared *s)
{
	const struct scenario *sc = &s->scenario;
	uint32_t words = 0;

	for (int p = 0; p < sc->pages; p++) {
		if (page_may_vanish(sc, p))
			continue;
		if (has_old_data(sc))
			words |= bit_of(WORDS - 1, p);
		for (int i = 0; i < sc->actors; i++)
			if (stores_to_file(sc, i) && (s->at->result[i].stored & 1 << p))
				words |= bit_of(i, p);
	}
	return words;
}

/* The same for the sync that a mark of tape.c stands for: what an actor's promised is known from its beginning. */
uint32_t oracle_promised(const struct shared *s, int mark)
{
	const struct actor_spec *spec;
	uint32_t words = 0;

	if (mark == MARK_FURTHER)
		return promised_now(s);
	spec = &s->scenario.actor[mark];
	for (int w = 0; w < WORDS; w++)
		for (int p = spec->page; p < spec->page + spec->pages; p++)
			words |= s->at->result[mark].promised & bit_of(w, p);
	return words;
}

static int physical_block(int fd, size_t offset, __u64 *device_offset)
{
	char memory[sizeof(struct fiemap) + sizeof(struct fiemap_extent)] = { 0 };
	struct fiemap *map = (void *)memory;
	const struct fiemap_extent *extent = map->fm_extents;

	map->fm_start = offset;
	map->fm_length = 1;
	map->fm_extent_count = 1;
	if (ioctl(fd, FS_IOC_FIEMAP, map) || !map->fm_mapped_extents)
		return -1;
	*device_offset = extent->fe_physical + (offset - extent->fe_logical);
	return 0;
}

/* By tree or page table where they know the page, else by the file system's block map. */
static unsigned int durable(int fd, size_t offset, uint64_t expected, const char *address)
{
	struct dur_check check = {
		.fd = fd, .length = sizeof(expected), .offset = offset, .expected = (uintptr_t)&expected,
		.address = (uintptr_t)address,
	};

	if (ioctl(shadow, DUR_CHECK, &check))
		die("DUR_CHECK");
	if (check.result != DUR_UNRESOLVED || physical_block(fd, offset, &check.offset))
		return check.result;
	check.fd = 0;
	if (ioctl(shadow, DUR_CHECK_DEV, &check))
		die("DUR_CHECK_DEV");
	return check.result;
}

void oracle_before_sync(struct actor *a)
{
	if (a->shared->scenario.durable)
		a->result->promised = promised_now(a->shared);
}

/*
 * Called when a sync of this actor has returned, before anything else happens. What a private mapping shows may be a
 * copy, which is no page of the file.
 */
void oracle_at_sync(struct actor *a)
{
	const struct scenario *s = &a->shared->scenario;

	if (!s->durable)
		return;
	tape_mark(a->number);
	for (int w = 0; w < WORDS; w++) {
		for (int p = a->spec->page; p < a->spec->page + a->spec->pages; p++) {
			size_t within = p * s->unit + word_offset(w);
			uint64_t value = w < s->actors ? stored_value(a->window, w) : old_value(s, a->window, p, w);

			if (a->result->promised & bit_of(w, p))
				a->result->durable[w][p] =
					durable(a->fd, a->window->base + within, value,
						s->private_map ? NULL : a->map + within);
		}
	}
}

static void report_word(struct shared *s, const char *who, int word, int page, unsigned int result, report_fn report,
			void *to)
{
	char text[192], what[32];

	if (result == DUR_UNKNOWN || result == DUR_UNRESOLVED)
		die("%s: a stored word is %s", who, flushed[result]);
	if (word < s->scenario.actors)
		snprintf(what, sizeof(what), "the store of %c", 'A' + word);
	else
		snprintf(what, sizeof(what), "old data");
	snprintf(text, sizeof(text), "%s has returned, %s at file offset %#zx is %s", who, what,
		 page * s->scenario.unit + word_offset(word), flushed[result]);
	report(to, "not-durable", text);
}

static void report_syncs(struct shared *s, report_fn report, void *to)
{
	char who[64];

	for (int i = 0; i < s->scenario.actors; i++) {
		const struct result *r = &s->at->result[i];

		snprintf(who, sizeof(who), "%c: %s", 'A' + i, s->scenario.actor[i].op->name);
		for (int w = 0; w < WORDS; w++)
			for (int p = 0; p < s->scenario.pages; p++)
				if ((r->promised & bit_of(w, p)) && r->durable[w][p] != DUR_DURABLE)
					report_word(s, who, w, p, r->durable[w][p], report, to);
	}
}

/* What no sync has lost may still be lost for ever: a page that looks clean is flushed by none. */
static void sync_once_more(struct shared *s, report_fn report, void *to)
{
	uint32_t words = promised_now(s);

	if (fsync(s->fd)) {
		report(to, "error", "-: fsync after the schedule failed");
		return;
	}
	tape_mark(MARK_FURTHER);
	for (int w = 0; w < WORDS; w++) {
		for (int p = 0; p < s->scenario.pages; p++) {
			uint64_t value =
				w < s->scenario.actors ? stored_value(s->at, w) : old_value(&s->scenario, s->at, p, w);
			unsigned int result;

			if (!(words & bit_of(w, p)))
				continue;
			result = durable(s->fd, s->at->base + p * s->scenario.unit + word_offset(w), value, NULL);
			if (result != DUR_DURABLE)
				report_word(s, "-: a further fsync", w, p, result, report, to);
		}
	}
}

/* Checks so many windows from that one on. */
static void ask_tags(const struct shared *s, const struct window *first, int windows, struct dt_check *check)
{
	size_t indices = s->scenario.pages * s->scenario.unit / SMALL_PAGE;

	check->fd = s->fd;
	check->first = first->base / SMALL_PAGE;
	check->count = windows * indices;
	if (ioctl(tags, DT_CHECK, check))
		die("DT_CHECK");
}

/* enum size of the window's entries; 0 where there are none, or where nobody can tell. */
unsigned int oracle_sizes(const struct shared *s)
{
	static struct dt_index entry[PAGES_MAX * UNIT_MAX / SMALL_PAGE];
	struct dt_report report = {
		.fd = s->fd, .first = s->at->base / SMALL_PAGE, .count = s->scenario.pages * s->scenario.unit / SMALL_PAGE,
		.indices = (uintptr_t)entry, .max_indices = sizeof(entry) / sizeof(*entry),
	};
	unsigned int sizes = 0;

	if (tags < 0)
		return 0;
	if (ioctl(tags, DT_REPORT, &report))
		die("DT_REPORT");
	for (uint32_t i = 0; i < report.found_indices; i++) {
		if (entry[i].state & DT_ZERO)
			sizes |= entry[i].order ? SIZE_ZERO_HUGE : SIZE_ZERO_SMALL;
		else if (!(entry[i].state & DT_EMPTY))
			sizes |= entry[i].order ? SIZE_HUGE : SIZE_SMALL;
	}
	return sizes;
}

/* Whether nothing is wrong in the whole file: one call for all its windows. */
bool oracle_tags_clean(struct shared *s)
{
	struct dt_check check = { 0 };

	ask_tags(s, &s->window[0], s->windows, &check);
	return !check.found;
}

/* The window that the controller looks at. Returns false if an entry stays locked: whoever touches it sleeps for ever. */
bool oracle_tags(struct shared *s, unsigned int flags, report_fn report, void *to)
{
	struct dt_check check = { .flags = flags };
	const struct dt_violation *worst = &check.worst;
	char text[224];

	ask_tags(s, s->at, 1, &check);
	if (!check.found)
		return true;
	snprintf(text, sizeof(text), "-: index %llu: %s (entry %#x order %u pfn %#llx, mapping %#x pfn %#llx; %u in all)",
		 (unsigned long long)worst->entry.index, invariant[worst->invariant], worst->entry.state,
		 worst->entry.order, (unsigned long long)worst->entry.pfn, worst->mapping.state,
		 (unsigned long long)worst->mapping.pfn, check.found);
	report(to, "tags", text);
	return !(worst->entry.state & DT_LOCKED);
}

/* Returns false if the file must not be touched any more. */
bool oracle_at_rest(struct shared *s, report_fn report, void *to)
{
	if (s->scenario.tags && !oracle_tags(s, 0, report, to))
		return false;
	if (!s->scenario.durable)
		return true;
	tape_mark(MARK_REST);
	report_syncs(s, report, to);
	journal_at_rest(s, report, to);
	sync_once_more(s, report, to);
	return !s->scenario.tags || oracle_tags(s, DT_SYNCED, report, to);
}
