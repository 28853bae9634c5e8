// SPDX-License-Identifier: GPL-2.0-only
/*
 * wrong CASE: builds the file and the results that a correct kernel would leave behind, spoils them as the case says,
 * and prints what check_results() and journal_at_rest() report, one `KIND DETAIL` a line. Without a case: their names.
 *
 * Unless a case says otherwise A reads and B stores to the first of two pages of old data, by shared mappings.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "racer.h"

#define A 0
#define B 1
#define NOBODY (WORDS - 1)

static struct shared s;

static void report(void *to, const char *kind, const char *detail)
{
	(void)to;
	printf("%s %s\n", kind, detail);
}

static void ops_are(const char *a, const char *b)
{
	s.scenario.actor[A].op = find_op(a);
	s.scenario.actor[B].op = find_op(b);
	if (!s.scenario.actor[A].op || !s.scenario.actor[B].op)
		die("no such operation");
}

/* A word of the file alone; the mappings still show what was there before. */
static void file_word(int page, int word, uint64_t value)
{
	off_t at = s.at->base + page * s.scenario.unit + word_offset(word);

	if (pwrite(s.fd, &value, sizeof(value), at) != sizeof(value))
		die("pwrite");
}

static void both_look(int page, int word, uint64_t value)
{
	for (int i = 0; i < s.scenario.actors; i++)
		s.at->look[i][page][word] = value;
}

/* A word of the file, as every mapping shows it too. */
static void put(int page, int word, uint64_t value)
{
	file_word(page, word, value);
	both_look(page, word, value);
}

static uint64_t old(int page, int word)
{
	return old_value(&s.scenario, s.at, page, word);
}

static uint64_t stored_by(int actor)
{
	return stored_value(s.at, actor);
}

static void has_stored(int actor)
{
	s.at->result[actor].stored |= 1;
	put(0, actor, stored_by(actor));
}

/* What an actor read of page 0: all old but for one word. */
static void has_read(int actor, int word, uint64_t value)
{
	s.at->result[actor].read |= 1;
	for (int w = 0; w < WORDS; w++)
		s.at->result[actor].saw[0][w] = old(0, w);
	s.at->result[actor].saw[0][word] = value;
}

static void zero_page(int page)
{
	for (int w = 0; w < WORDS; w++)
		put(page, w, 0);
}

static void fill_old(void)
{
	for (int p = 0; p < s.scenario.pages; p++)
		for (int w = 0; w < WORDS; w++)
			put(p, w, old(p, w));
}

static void set_up(void)
{
	s.scenario = (struct scenario){ .name = "s", .prepare = PREP_WRITTEN, .actors = 2, .pages = 2, .unit = 4096 };
	s.scenario.actor[A].pages = s.scenario.actor[B].pages = 1;
	s.serial = 7;
	ops_are("read-fault", "write-fault");
	world_windows(&s, 2);
	world_open(&s);
	world_create(&s);
	for (int i = 0; i < s.windows; i++) {
		s.at = &s.window[i];
		for (int a = 0; a < s.scenario.actors; a++) {
			s.at->result[a] = (struct result){ .started = true, .returned = true, .mapped = true };
			memset(s.at->looked[a], true, s.scenario.pages);
		}
		fill_old();
	}
	s.at = &s.window[0];
}

/* The same file after another preparation, which has filled the file system; the other file holds one block. */
static void prepared_full(enum prepare prepare)
{
	s.scenario.prepare = prepare;
	fill_old();
	s.other = open(s.folder, O_RDWR | O_TMPFILE, 0600);
	if (s.other < 0 || space_reuse(&s, 1) != 1)
		die("the other file");
}

static void got_bus(int actor, int code)
{
	struct result *r = &s.at->result[actor];

	r->bus_code[r->buses++] = code;
}

static void failed(int actor, int error)
{
	s.at->result[actor].ret = -1;
	s.at->result[actor].error = error;
}

static void nothing(void)
{
	has_stored(B);
	has_read(A, B, old(0, B));
}

static void store_seen(void)
{
	has_stored(B);
	has_read(A, B, stored_by(B));
}

static void sigbus(void)
{
	s.at->result[B].buses = 1;
	s.at->result[B].bus_code[0] = 2;
}

static void sigbus_at_look(void)
{
	s.at->looked[A][0] = false;
}

static void sigbus_behind_end(void)
{
	ops_are("truncate", "write-fault");
	sigbus();
}

static void error(void)
{
	s.at->result[B].ret = -1;
	s.at->result[B].error = EIO;
}

static void stale_read(void)
{
	has_read(A, NOBODY, 0xdead);
}

static void read_zero_after_punch(void)
{
	ops_are("read-fault", "punch");
	zero_page(0);
	has_read(A, NOBODY, 0);
}

static void read_zero_without_punch(void)
{
	has_read(A, NOBODY, 0);
}

static void read_of_private_store(void)
{
	s.scenario.private_map = true;
	has_read(A, B, stored_by(B));
}

static void own_private_store(void)
{
	s.scenario.private_map = true;
	ops_are("read-fault", "write-after-read");
	s.at->result[B].stored = 1;
	s.at->look[B][0][B] = stored_by(B);
	has_read(B, B, stored_by(B));
}

static void lost_store(void)
{
	has_stored(B);
	put(0, B, 0);
}

static void unfinished_store_absent(void)
{
	s.at->result[B].returned = false;
}

static void store_punched(void)
{
	ops_are("punch", "write-fault");
	has_stored(B);
	zero_page(0);
}

static void lost_bytes(void)
{
	put(1, NOBODY, 0);
}

static void bytes_punched(void)
{
	ops_are("read-fault", "punch");
	zero_page(0);
}

static void old_data_after_punch(void)
{
	ops_are("read-fault", "punch");
}

static void old_data_during_punch(void)
{
	ops_are("read-fault", "punch");
	s.at->result[B].returned = false;
}

static void foreign_store(void)
{
	put(1, B, stored_by(B));
}

static void file_ends_early(void)
{
	s.at = &s.window[1];
	if (ftruncate(s.fd, s.at->base + s.scenario.unit))
		die("ftruncate");
}

static void mapped_behind_end(void)
{
	ops_are("truncate", "read-fault");
	s.scenario.actor[A].page = 1;
	file_ends_early();
}

static void file_truncated(void)
{
	mapped_behind_end();
	s.at->looked[A][1] = s.at->looked[B][1] = false;
}

static void mismatch(void)
{
	has_stored(B);
	s.at->look[A][0][B] = old(0, B);
}

static void private_mapping_differs(void)
{
	s.scenario.private_map = true;
	s.at->look[A][0][NOBODY] = 0;
}

static void private_store_lost(void)
{
	s.scenario.private_map = true;
	s.at->result[B].stored = 1;
}

static void private_store_in_file(void)
{
	s.scenario.private_map = true;
	put(0, B, stored_by(B));
}

static void collapsed(void)
{
	ops_are("collapse", "read-fault");
	for (int w = 0; w < WORDS; w++)
		put(0, w, old(1, w));
	zero_page(1);
}

static void three_pages(void)
{
	s.scenario.pages = 3;
	for (int a = 0; a < s.scenario.actors; a++)
		s.at->looked[a][2] = true;
	zero_page(2);
}

static void collapsed_twice(void)
{
	ops_are("collapse", "collapse");
	three_pages();
	for (int w = 0; w < WORDS; w++)
		put(0, w, old(2, w));
	zero_page(1);
}

/* Two pages further on than the only collapse can have moved them. */
static void collapsed_too_far(void)
{
	ops_are("collapse", "read-fault");
	three_pages();
	for (int w = 0; w < WORDS; w++)
		put(0, w, old(2, w));
}

static void other_window(void)
{
	has_stored(B);
	s.at = &s.window[1];
	s.at->result[B].stored = 1;
}

/* The same actor's store of the next race lands in this one's window: by its serial it is nobody's here. */
static void store_meant_for_another_window(void)
{
	put(0, B, stored_value(&s.window[1], B));
}

/* Old data of the next race's window. */
static void read_of_other_window(void)
{
	has_read(A, NOBODY, old_value(&s.scenario, &s.window[1], 0, NOBODY));
}

static void other_window_in_file(void)
{
	put(0, NOBODY, old_value(&s.scenario, &s.window[1], 0, NOBODY));
}

static void poisoned(void)
{
	ops_are("hwpoison", "write-fault");
	got_bus(A, BUS_MCEERR_AR);
	has_stored(B);
}

static void poisoned_and_more(void)
{
	poisoned();
	got_bus(B, BUS_MCEERR_AO);
	got_bus(B, BUS_ADRERR);
}

static void poison_behind_end(void)
{
	ops_are("truncate", "write-fault");
	got_bus(B, BUS_MCEERR_AR);
}

static void full_store(void)
{
	ops_are("write-fault", "write-fault");
	prepared_full(PREP_FULL);
	has_stored(A);
	got_bus(B, BUS_ADRERR);
}

static void full_read(void)
{
	prepared_full(PREP_FULL);
	got_bus(A, BUS_ADRERR);
	has_stored(B);
}

static void full_pwrite(void)
{
	ops_are("write-fault", "pwrite");
	prepared_full(PREP_FULL);
	has_stored(A);
	failed(B, ENOSPC);
}

static void full_nobody(void)
{
	ops_are("write-fault", "pwrite");
	prepared_full(PREP_FULL);
	got_bus(A, BUS_ADRERR);
	failed(B, ENOSPC);
}

static void full_populate(void)
{
	ops_are("write-fault", "populate-write");
	prepared_full(PREP_FULL);
	has_stored(A);
	failed(B, EFAULT);
}

static void no_space(void)
{
	ops_are("read-fault", "pwrite");
	failed(B, ENOSPC);
}

static void fork_behind_end(void)
{
	ops_are("truncate", "fork");
	failed(B, EFAULT);
}

static void fork_fails(void)
{
	ops_are("read-fault", "fork");
	failed(B, EFAULT);
}

static void reused(void)
{
	ops_are("read-fault", "punch-reuse");
	prepared_full(PREP_FULL_WRITTEN);
	s.at->result[B].ret = 1;
	zero_page(0);
}

static void reused_block_stored_to(void)
{
	uint64_t value = stored_by(A);

	reused();
	if (pwrite(s.other, &value, sizeof(value), word_offset(A)) != sizeof(value))
		die("pwrite");
}

static void reused_by_nobody(void)
{
	reused();
	s.at->result[B].ret = 0;
}

static void reused_content_read(void)
{
	reused();
	has_read(A, NOBODY, 0xbad0bad0bad0bad0);
}

static void lost_after_own_punch(void)
{
	ops_are("read-fault", "punch-pwrite");
	zero_page(0);
	s.at->result[B].stored = 1;
}

static void stored_after_own_punch(void)
{
	lost_after_own_punch();
	has_stored(B);
}

static void extended_with_old_data(void)
{
	ops_are("read-fault", "truncate-extend");
}

static void map_sync(void)
{
	ops_are("read-fault", "mapsync-write");
	has_stored(B);
	s.at->result[B].commits[0] = 5;
	s.at->result[B].commits[1] = 6;
}

static void map_sync_uncommitted(void)
{
	map_sync();
	s.at->result[B].commits[1] = 5;
}

/* A's part of the preparation, its mapping lying behind the end of the file: each first access is SIGBUS. */
static void unready(void)
{
	struct actor a = { .number = A, .shared = &s };
	size_t length = s.windows * s.scenario.pages * s.scenario.unit;

	install_bus_handler();
	if (ftruncate(s.fd, 0))
		die("ftruncate");
	actor_setup(&a);
	if (ftruncate(s.fd, length))
		die("ftruncate");
}

/* The same, read: pread finds nothing there either. */
static void unready_read(void)
{
	s.scenario.prepare = PREP_READ;
	unready();
}

static void unready_without_room(void)
{
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, RLIM_INFINITY });
	unready();
}

static void unready_full(void)
{
	prepared_full(PREP_FULL_WRITTEN);
	unready();
}

static const struct {
	const char *name;
	void (*spoil)(void);
} cases[] = {
	{ "nothing", nothing },
	{ "store-seen", store_seen },
	{ "sigbus", sigbus },
	{ "sigbus-at-look", sigbus_at_look },
	{ "sigbus-behind-end", sigbus_behind_end },
	{ "error", error },
	{ "stale-read", stale_read },
	{ "read-zero-after-punch", read_zero_after_punch },
	{ "read-zero-without-punch", read_zero_without_punch },
	{ "read-of-private-store", read_of_private_store },
	{ "own-private-store", own_private_store },
	{ "lost-store", lost_store },
	{ "unfinished-store-absent", unfinished_store_absent },
	{ "store-punched", store_punched },
	{ "lost-bytes", lost_bytes },
	{ "bytes-punched", bytes_punched },
	{ "old-data-after-punch", old_data_after_punch },
	{ "old-data-during-punch", old_data_during_punch },
	{ "foreign-store", foreign_store },
	{ "file-ends-early", file_ends_early },
	{ "file-truncated", file_truncated },
	{ "mapped-behind-end", mapped_behind_end },
	{ "mismatch", mismatch },
	{ "private-mapping-differs", private_mapping_differs },
	{ "private-store-lost", private_store_lost },
	{ "private-store-in-file", private_store_in_file },
	{ "collapsed", collapsed },
	{ "collapsed-twice", collapsed_twice },
	{ "collapsed-too-far", collapsed_too_far },
	{ "other-window", other_window },
	{ "store-meant-for-another-window", store_meant_for_another_window },
	{ "read-of-other-window", read_of_other_window },
	{ "other-window-in-file", other_window_in_file },
	{ "poisoned", poisoned },
	{ "poisoned-and-more", poisoned_and_more },
	{ "poison-behind-end", poison_behind_end },
	{ "full-store", full_store },
	{ "full-read", full_read },
	{ "full-pwrite", full_pwrite },
	{ "full-nobody", full_nobody },
	{ "full-populate", full_populate },
	{ "no-space", no_space },
	{ "fork-behind-end", fork_behind_end },
	{ "fork-fails", fork_fails },
	{ "reused", reused },
	{ "reused-block-stored-to", reused_block_stored_to },
	{ "reused-by-nobody", reused_by_nobody },
	{ "reused-content-read", reused_content_read },
	{ "lost-after-own-punch", lost_after_own_punch },
	{ "stored-after-own-punch", stored_after_own_punch },
	{ "extended-with-old-data", extended_with_old_data },
	{ "map-sync", map_sync },
	{ "map-sync-uncommitted", map_sync_uncommitted },
	{ "unready", unready },
	{ "unready-read", unready_read },
	{ "unready-without-room", unready_without_room },
	{ "unready-full", unready_full },
};

int main(int argc, char **argv)
{
	record_open("/dev/null");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (argc < 2) {
			puts(cases[i].name);
		} else if (!strcmp(argv[1], cases[i].name)) {
			set_up();
			cases[i].spoil();
			check_results(&s, report, NULL);
			journal_at_rest(&s, report, NULL);
			return 0;
		}
	}
	return argc < 2 ? 0 : 2;
}
