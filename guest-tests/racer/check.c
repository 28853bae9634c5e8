// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invariants that need no module: no SIGBUS or error where none is due, reads give old or new, mappings and pread
 * agree at the end, no store and no old byte is lost. What is allowed follows from the operations' effects alone.
 */

#include <string.h>
#include <unistd.h>

#include "racer.h"

struct view {
	struct shared *s;
	report_fn report;
	void *to;
};

static bool covers(const struct scenario *s, int actor, int page)
{
	const struct actor_spec *spec = &s->actor[actor];

	return page >= spec->page && page < spec->page + spec->pages;
}

/* Whether some operation, but for that actor's, may have put zeros into this page of the file. */
static bool zero_by_others(const struct scenario *s, int page, int actor)
{
	for (int i = 0; i < s->actors; i++) {
		if (i == actor)
			continue;
		if (actor_has(s, i, OP_ZEROES) && covers(s, i, page))
			return true;
		if (actor_has(s, i, OP_SHRINKS) && page >= s->actor[i].page)
			return true;
	}
	return false;
}

static bool may_be_zero(const struct scenario *s, int page)
{
	return zero_by_others(s, page, -1);
}

/* Whether one did so to its end, so that the old data must be gone. */
static bool must_be_zero(const struct shared *sh, int page)
{
	const struct scenario *s = &sh->scenario;

	for (int i = 0; i < s->actors; i++)
		if (actor_has(s, i, OP_ZEROES) && covers(s, i, page) && sh->at->result[i].returned && !sh->at->result[i].error)
			return true;
	return false;
}

/* Whether what is stored in this page may rightly be gone, so that no sync can promise it. */
bool page_may_vanish(const struct scenario *s, int page)
{
	return may_be_zero(s, page) || anyone_has(s, OP_SHIFTS);
}

static int shift_of(const struct scenario *s, int page)
{
	for (int i = 0; i < s->actors; i++)
		if (actor_has(s, i, OP_SHIFTS) && page >= s->actor[i].page)
			return s->actor[i].pages;
	return 0;
}

/* Each operation that shifts this page moves it by its own length, once it has come to it: any of them may have. */
static bool is_shifted_old(const struct shared *sh, int page, int word, uint64_t value)
{
	const struct scenario *s = &sh->scenario;

	for (int done = 1; done < 1 << s->actors; done++) {
		int shift = 0;

		for (int i = 0; i < s->actors; i++)
			if ((done & 1 << i) && actor_has(s, i, OP_SHIFTS) && page >= s->actor[i].page)
				shift += s->actor[i].pages;
		if (shift && page + shift < s->pages && value == old_value(s, sh->at, page + shift, word))
			return true;
	}
	return false;
}

static void violate(struct view *v, const char *kind, int actor, const char *what, int page, int word, uint64_t value)
{
	char text[256];
	size_t unit = v->s->scenario.unit;

	snprintf(text, sizeof(text), "%c: %s at file offset %#zx: %#llx", actor < 0 ? '-' : 'A' + actor, what,
		 v->s->at->base + page * unit + word_offset(word), (unsigned long long)value);
	v->report(v->to, kind, text);
}

static const char *error_name(int error)
{
	static char text[16];

	switch (error) {
	case 4: return "EINTR";
	case 5: return "EIO";
	case 12: return "ENOMEM";
	case 14: return "EFAULT";
	case 22: return "EINVAL";
	case 28: return "ENOSPC";
	}
	snprintf(text, sizeof(text), "errno %d", error);
	return text;
}

/*
 * On a full file system somebody must get the block that was free, or that was freed: if nobody did, neither SIGBUS nor
 * ENOSPC was due. An operation that zeroes and allocates says in `ret` how many blocks the other file got.
 */
static bool somebody_got_it(const struct shared *sh, int actor)
{
	const struct scenario *s = &sh->scenario;
	const struct result *r = &sh->at->result[actor];

	if (!r->returned || r->stored)
		return true;
	if (actor_has(s, actor, OP_ZEROES) && actor_has(s, actor, OP_ALLOCATES))
		return r->error || r->ret;
	return actor_has(s, actor, OP_ALLOCATES) && !r->error;
}

static void check_space(struct view *v)
{
	const struct scenario *s = &v->s->scenario;
	int tried = 0, freed = s->prepare == PREP_FULL;

	if (!is_full(s))
		return;
	if (!space_reused_whole(v->s))
		v->report(v->to, "lost-bytes", "-: the other file's block was stored to");
	for (int i = 0; i < s->actors; i++) {
		if (!allocates(s, i))
			continue;
		if (somebody_got_it(v->s, i))
			return;
		freed |= actor_has(s, i, OP_ZEROES);
		tried++;
	}
	if (tried && freed)
		v->report(v->to, "error", "-: nobody got the block that was free");
}

/* That a page is not there any more is all that MADV_DONTNEED does to a shared mapping (madvise(2)). */
static void check_dropped(struct view *v, int actor)
{
	const struct scenario *s = &v->s->scenario;
	const struct result *r = &v->s->at->result[actor];
	char text[128];

	for (int p = 0; p < s->pages; p++) {
		if (!(r->kept & 1 << p))
			continue;
		snprintf(text, sizeof(text), "%c: %s returned, and left the page at file offset %#zx mapped", 'A' + actor,
			 s->actor[actor].op->name, v->s->at->base + p * s->unit);
		v->report(v->to, "error", text);
	}
}

static void check_errors(struct view *v)
{
	const struct scenario *s = &v->s->scenario;
	char text[128];

	for (int i = 0; i < s->actors; i++) {
		const struct result *r = &v->s->at->result[i];
		int code = undue_bus(s, i, r);

		if (r->unready_code) {
			snprintf(text, sizeof(text), "%c: SIGBUS, si_code %d, while the file was prepared, at file offset %#zx", 'A' + i,
				 r->unready_code, v->s->at->base + r->unready_page * s->unit);
			v->report(v->to, "sigbus", text);
		}
		if (code) {
			snprintf(text, sizeof(text), "%c: %s got SIGBUS, si_code %d, %d times", 'A' + i, s->actor[i].op->name,
				 code, r->buses);
			v->report(v->to, "sigbus", text);
		}
		if (r->error && !error_due(s, i, r->error)) {
			snprintf(text, sizeof(text), "%c: %s failed with %s", 'A' + i, s->actor[i].op->name, error_name(r->error));
			v->report(v->to, "error", text);
		}
		check_dropped(v, i);
	}
}

/* During the run a read may see the old data, what another actor stores there, or what an operation leaves. */
static bool may_see(const struct shared *sh, int reader, int page, int word, uint64_t value)
{
	const struct scenario *s = &sh->scenario;

	if (value == old_value(s, sh->at, page, word) || is_shifted_old(sh, page, word, value))
		return true;
	if (!value && may_be_zero(s, page))
		return true;
	if (word >= s->actors || value != stored_value(sh->at, word))
		return false;
	return stores_to_file(s, word) || ((word == reader || s->one_mapping) && actor_has(s, word, OP_STORES));
}

static void check_reads(struct view *v)
{
	const struct scenario *s = &v->s->scenario;

	for (int i = 0; i < s->actors; i++)
		for (int p = 0; p < s->pages; p++)
			for (int w = 0; w < WORDS && (v->s->at->result[i].read & 1 << p); w++)
				if (!may_see(v->s, i, p, w, v->s->at->result[i].saw[p][w]))
					violate(v, "stale-read", i, "read neither old nor new data", p, w, v->s->at->result[i].saw[p][w]);
}

static void check_slot(struct view *v, int page, int word, uint64_t value)
{
	const struct scenario *s = &v->s->scenario;
	bool stores = word < s->actors && stores_to_file(s, word) && covers(s, word, page);
	bool stored = stores && (v->s->at->result[word].stored & 1 << page);
	uint64_t new = word < s->actors ? stored_value(v->s->at, word) : 0;
	uint64_t old = old_value(s, v->s->at, page, word);

	if (stores && value == new)
		return;
	if (is_shifted_old(v->s, page, word, value) || (shift_of(s, page) && word < s->actors && value == new))
		return;
	/* An operation that zeroes and stores zeroes first. */
	if (!value && zero_by_others(s, page, stored ? word : -1))
		return;
	if (stored)
		violate(v, "lost-store", word, "a finished store is not in the file", page, word, value);
	else if (value == old && must_be_zero(v->s, page) && old)
		violate(v, "stale-read", -1, "old data after the range was zeroed", page, word, value);
	else if (value != old)
		violate(v, "lost-bytes", -1, "old data is gone", page, word, value);
}

static void check_views(struct view *v, int page, int word, uint64_t value)
{
	const struct scenario *s = &v->s->scenario;

	for (int i = 0; i < s->actors; i++) {
		uint64_t seen = v->s->at->look[i][page][word];

		if (!v->s->at->looked[i][page])
			continue;
		if (!s->private_map && seen != value)
			violate(v, "mismatch", i, "the mapping differs from what pread gives", page, word, seen);
		if (s->private_map && i == word && actor_has(s, i, OP_STORES) && (v->s->at->result[i].stored & 1 << page) &&
		    seen != stored_value(v->s->at, i))
			violate(v, "lost-store", i, "the private mapping lost its own store", page, word, seen);
	}
}

/* Behind the end of the file every access is a SIGBUS (mmap(2)): a page that can be read was left mapped. */
static void check_beyond(struct view *v, int page)
{
	for (int i = 0; i < v->s->scenario.actors; i++)
		if (v->s->at->looked[i][page])
			violate(v, "mismatch", i, "the mapping reaches behind the end of the file", page, 0,
				v->s->at->look[i][page][0]);
}

static void check_end(struct view *v)
{
	const struct scenario *s = &v->s->scenario;
	uint64_t words[PAGES_MAX][WORDS];
	bool within[PAGES_MAX];

	file_words(v->s, words, within);
	for (int p = 0; p < s->pages; p++) {
		if (!within[p]) {
			if (!anyone_has(s, OP_SHRINKS))
				violate(v, "lost-bytes", -1, "the file ends early", p, 0, 0);
			else if (page_is_behind(v->s, p))
				check_beyond(v, p);
			continue;
		}
		for (int i = 0; i < s->actors; i++)
			if (!v->s->at->looked[i][p] && v->s->at->result[i].mapped)
				violate(v, "sigbus", i, "the mapping cannot be read at the end", p, 0, 0);
		for (int w = 0; w < WORDS; w++) {
			check_slot(v, p, w, words[p][w]);
			check_views(v, p, w, words[p][w]);
		}
	}
}

void check_results(struct shared *s, report_fn report, void *to)
{
	struct view v = { s, report, to };

	check_errors(&v);
	check_space(&v);
	if (is_cloned(&s->scenario) && !clone_whole(s))
		report(to, "lost-bytes", "-: the file that shares the blocks has lost its content");
	check_reads(&v);
	check_end(&v);
}

static char letter_of(const struct shared *sh, int page, int word, uint64_t value)
{
	if (word < sh->scenario.actors && value == stored_value(sh->at, word))
		return 'A' + word;
	if (!value)
		return '0';
	return value == old_value(&sh->scenario, sh->at, page, word) ? 'o' : '?';
}

/* What an actor read, a letter a word: 0 zero, o old, A to D that actor's store, ? anything else; - a page not read. */
void saw_letters(const struct shared *sh, int actor, char *text)
{
	const struct actor_spec *spec = &sh->scenario.actor[actor];
	const struct result *r = &sh->at->result[actor];

	*text = 0;
	if (!(spec->op->effects & OP_READS))
		return;
	for (int p = spec->page; p < spec->page + spec->pages; p++) {
		if (!(r->read & 1 << p)) {
			*text++ = '-';
			continue;
		}
		for (int w = 0; w < WORDS; w++)
			*text++ = letter_of(sh, p, w, r->saw[p][w]);
	}
	*text = 0;
}
