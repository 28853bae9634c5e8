/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The racer: runs the actors of a scenario under chosen schedules (sweep) or at random (stress), checks the invariants
 * after each, and writes one record a schedule. Everything the actors and the controller share lies in one anonymous
 * shared mapping, so that actors may be threads or processes.
 */
#ifndef LAB_RACER_H
#define LAB_RACER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <interleave.h>

#define ACTORS_MAX IL_ACTORS
#define PAGES_MAX 4
#define SMALL_PAGE 4096	/* the watched words of a page lie in its first 4 KiB, whatever its size */
#define UNIT_MAX (2 << 20)
#define WORDS (ACTORS_MAX + 1)	/* watched words of a page: one slot an actor, one that nobody stores to */
#define BUS_MAX 4
#define VISITS_MAX 2		/* a loop is stopped in at its first two passes */
#define WINDOWS_MAX 64
#define NAME_LEN 64

/*
 * FULL: as HOLE, but one block is free in the whole file system; FULL_WRITTEN: as WRITTEN, and none is free then. CLONED:
 * as SYNCED, and another file shares the blocks.
 */
enum prepare {
	PREP_HOLE, PREP_READ, PREP_WRITTEN, PREP_SYNCED, PREP_UNWRITTEN, PREP_FULL, PREP_FULL_WRITTEN, PREP_CLONED,
};

struct actor_spec {
	const struct op *op;
	int page;
	int pages;
};

struct scenario {
	char name[NAME_LEN];
	enum prepare prepare;
	bool private_map;
	bool processes;
	bool one_mapping;	/* of the first actor; the others, threads, work in it too */
	bool tags;
	bool durable;
	int bound;
	int actors;
	int pages;
	size_t unit;		/* bytes of a "page": 4096 or 2 MiB */
	struct actor_spec actor[ACTORS_MAX];
};

/* What an actor left behind; written by the actor alone, read by the controller when all are at rest. */
struct result {
	long ret;		/* of the system call; 0 for plain memory accesses */
	int error;		/* errno, 0 if none */
	int buses;
	int bus_code[BUS_MAX];	/* si_code of each SIGBUS */
	bool started;
	bool returned;
	bool mapped;		/* its mapping still stands */
	bool touched;		/* it has used its mapping, so that there are page tables of this race */
	long commits[2];	/* of the journal, before the schedule and after a MAP_SYNC store */
	uint8_t stored;		/* bit mask of pages to whose slot its store was finished */
	uint8_t read;		/* bit mask of pages it read */
	uint8_t kept;		/* bit mask of pages that are mapped though it dropped them */
	uint64_t saw[PAGES_MAX][WORDS];
	uint32_t promised;	/* words that its sync has to make durable, see oracle.c */
	uint8_t durable[WORDS][PAGES_MAX];	/* enum dur_result of these when it returned */
	int unready_code;	/* si_code of the first SIGBUS of its part of the preparation, 0 if there was none */
	int unready_page;	/* where that was */
};

/*
 * One race: a stretch of the file, what each actor did there, and what its mapping shows at the end. A sweep has one;
 * stress runs one race a window and checks them all afterwards.
 */
struct window {
	uint64_t serial;	/* of the race: makes every stored value unique in the guest's life */
	int number;		/* in the file: makes every old value unique in it */
	size_t base;		/* its first byte's file offset */
	struct result result[ACTORS_MAX];
	uint64_t look[ACTORS_MAX][PAGES_MAX][WORDS];
	bool looked[ACTORS_MAX][PAGES_MAX];
};

/*
 * LOOK is for actors that have touched their mappings, LOOK_REST for the others: their first access is a fault, which
 * may mend what is wrong in somebody else's page tables.
 */
enum command { CMD_SETUP, CMD_RUN, CMD_LOOK, CMD_LOOK_REST };

struct shared {
	enum command command;
	struct scenario scenario;
	uint64_t serial;	/* of the last race or schedule, see struct window */
	char folder[NAME_LEN];
	char path[NAME_LEN];
	int other;		/* the file that gets freed blocks on a full file system; see space.c */
	int filler;		/* and the one that fills it */
	int clone;		/* shares the file's blocks; see clone.c */
	unsigned int files;	/* made so far */
	int fd;			/* the controller's, of that file */
	int pipe[2];
	char now[256];		/* the schedule under way, for the parent if this process dies */
	struct window *at;	/* the window that the controller looks at */
	int windows;		/* in use */
	struct window window[WINDOWS_MAX];
};

/* One actor. Where actors are threads the controller sets up and looks for them; a process does it itself. */
struct actor {
	int number;
	int fd;
	char *mapping;		/* of the whole file, NULL if there is none */
	unsigned int file;	/* which one it is of: shared.files when it was made */
	size_t length;
	char *second;		/* mapping of OP_SECOND, NULL if there is none */
	char *map;		/* its part in this window */
	struct window *window;
	const struct actor_spec *spec;
	struct result *result;
	struct shared *shared;
};

struct op {
	const char *name;
	void (*run)(struct actor *a);
	unsigned int effects;	/* enum effect */
	const char *(*missing)(void);	/* NULL: every kernel can do it; else see needs.c */
};

enum effect {
	OP_READS = 1 << 0,
	OP_STORES = 1 << 1,	/* through the mapping */
	OP_WRITES = 1 << 2,	/* by system call: in the file whatever the mapping is */
	OP_ZEROES = 1 << 3,	/* its pages are zero afterwards */
	OP_SHRINKS = 1 << 4,	/* the file may end before a page: SIGBUS and EOF are due there */
	OP_SHIFTS = 1 << 5,	/* its page is replaced by the next one */
	OP_SYNCS = 1 << 6,	/* promises durability of what was stored before */
	OP_MAYFAIL = 1 << 7,	/* an error of the system call is no violation */
	OP_UNMAPS = 1 << 8,	/* its own mapping may be gone while it runs */
	OP_FAULTS = 1 << 9,	/* faults within a call or a child: EFAULT comes where SIGBUS is due */
	OP_POISONS = 1 << 10,	/* SIGBUS with BUS_MCEERR_AR or BUS_MCEERR_AO is due */
	OP_ALLOCATES = 1 << 11,	/* ENOSPC is due where nothing is free, as for what stores and writes */
	OP_SMALL = 1 << 12,	/* its mapping is not aligned to 2 MiB, so that it is made of 4 KiB entries alone */
	OP_MAPSYNC = 1 << 13,	/* its mapping is made with MAP_SYNC */
	OP_PINS = 1 << 14,	/* refers to a page: who takes its block away sleeps until it lets go */
	OP_PIPES = 1 << 15,	/* acts on the pipe that its threads share, not on the file */
	OP_GROWS = 1 << 16,	/* makes room in it */
	OP_SECOND = 1 << 17,	/* it has a second mapping, not aligned to 2 MiB */
	OP_DROPS = 1 << 18,	/* takes its pages out of its mapping, and does not touch them again */
};

/* ops.c */
extern const struct op ops[];
const struct op *find_op(const char *name);
uint64_t stored_value(const struct window *w, int actor);
uint64_t old_value(const struct scenario *s, const struct window *w, int page, int word);
size_t word_offset(int word);
bool guarded_read(struct actor *a, int page, uint64_t *words);
bool guarded_touch(char *address);
bool guarded_peek(const char *address);

/* actor.c */
void actor_main(struct actor *a, int il);
void actor_do(struct actor *a, enum command command);
void actor_close(struct actor *a);
void install_bus_handler(void);
extern __thread sigjmp_buf bus_jump;
extern __thread volatile bool bus_armed;
/* Does what may be answered by SIGBUS; whether it came to its end. */
#define guarded(access)					\
	({						\
		bool whole_ = false;			\
							\
		if (!sigsetjmp(bus_jump, 1)) {		\
			bus_armed = true;		\
			access;				\
			whole_ = true;			\
		}					\
		bus_armed = false;			\
		whole_;					\
	})
extern __thread struct result *bus_result;
void run_operation(struct actor *a);
void actor_setup(struct actor *a);
void actor_look(struct actor *a, bool touched);
void actor_enter(struct actor *a, struct window *w);
char *actor_away(const struct actor *a);

/* world.c */
void world_open(struct shared *s);
void world_windows(struct shared *s, int windows);
void world_create(struct shared *s);
void world_settle(struct shared *s);
long world_remove(struct shared *s, int il);
void world_forget(int fd, int il);
bool has_old_data(const struct scenario *s);
bool write_old_page(const struct scenario *s, int fd, const struct window *at, int page);
void file_words(const struct shared *s, uint64_t words[PAGES_MAX][WORDS], bool within[PAGES_MAX]);
bool page_is_behind(const struct shared *s, int page);

/* space.c */
bool is_full(const struct scenario *s);
bool space_hold_nothing_back(void);
void space_fill(struct shared *s);
void space_free(struct shared *s);
void space_release(struct shared *s);
int space_reuse(struct shared *s, int blocks);
bool space_reused_whole(const struct shared *s);

/* clone.c */
bool is_cloned(const struct scenario *s);
void clone_open(struct shared *s);
void clone_make(struct shared *s);
bool clone_whole(const struct shared *s);

/* ops_pipe.c */
void pipe_open(struct shared *s);
void pipe_close(struct shared *s);

/* needs.c */
const char *scenario_needs(const struct scenario *s);

/* check.c: calls report() once a violation */
typedef void (*report_fn)(void *to, const char *kind, const char *detail);
void check_results(struct shared *s, report_fn report, void *to);
bool page_may_vanish(const struct scenario *s, int page);
void saw_letters(const struct shared *s, int actor, char *text);

/* due.c */
bool actor_has(const struct scenario *s, int actor, unsigned int effect);
bool anyone_has(const struct scenario *s, unsigned int effect);
bool stores_to_file(const struct scenario *s, int actor);
bool allocates(const struct scenario *s, int actor);
int undue_bus(const struct scenario *s, int actor, const struct result *r);
bool error_due(const struct scenario *s, int actor, int error);

/* oracle.c: the two optional modules */
enum size {		/* of a file's entries: of 4 KiB or 2 MiB, for blocks or for a hole's zero page */
	SIZE_SMALL = 1 << 0,
	SIZE_HUGE = 1 << 1,
	SIZE_ZERO_SMALL = 1 << 2,
	SIZE_ZERO_HUGE = 1 << 3,
};

void oracle_open(void);
bool oracle_tags(struct shared *s, unsigned int flags, report_fn report, void *to);
bool oracle_tags_clean(struct shared *s);
const char *oracle_missing(const struct scenario *s);
unsigned int oracle_sizes(const struct shared *s);
void oracle_reset(const struct scenario *s);
void oracle_before_sync(struct actor *a);
void oracle_at_sync(struct actor *a);
void oracle_end(const struct scenario *s);
bool oracle_at_rest(struct shared *s, report_fn report, void *to);

uint32_t oracle_promised(const struct shared *s, int mark);

/* tape.c: durability.ko's tape as records. A mark below ACTORS_MAX: a sync of that actor has returned. */
enum mark { MARK_BEGIN = ACTORS_MAX, MARK_REST, MARK_FURTHER };
void tape_open(void);
void tape_mark(int mark);
void tape_drain(void);
void tape_promises(const struct shared *s);

/* journal.c: what MAP_SYNC promises */
const char *journal_missing(const struct scenario *s);
void journal_before_map_sync(struct actor *a);
void journal_at_map_sync(struct actor *a);
void journal_at_rest(struct shared *s, report_fn report, void *to);

/* oom_victim.c */
void oom_victim_keep(const struct shared *s);

/* kernel_log.c */
#define FULL_TEXTS 20	/* of one scenario: later splats are kept by their first line alone, and counted */
void kernel_log_open(void);
void kernel_log_say(const char *text);
void kernel_log_to_console(bool all);
void kernel_log_begin(void);
int kernel_log_drain(report_fn report, void *to);

/* record.c */
void record_open(const char *path);
void record(const char *format, ...) __attribute__((format(printf, 1, 2)));
void record_raw(const char *text, size_t length);
void record_text(const char *text);
void record_number(unsigned int value);
void record_hex(uint32_t value);
char *decimal(char *to, unsigned int value);
void record_flush(void);
void json_text(char *out, size_t size, const char *text);

/* job.c */
struct crash_image {
	char file[NAME_LEN];	/* name within the file system */
	int words;
	long offset[PAGES_MAX * WORDS];
};

struct job {
	char build_id[64];
	uint32_t points;
	uint64_t *address;
	int32_t *status;
	int scenarios;
	struct scenario *scenario;
	char resume[256];	/* schedule of the first scenario to go on behind: it hung, or killed its guest */
	bool resume_known;	/* ... or passed, but its children are still to be run */
	unsigned int flush;	/* rows are written after so many that passed; 0: FLUSH_EVERY */
	char only[256];		/* run just this schedule (replay) */
	uint8_t *silent;	/* a byte a point: 1 where the actor only computes until its next point; NULL: no pruning */
	int prune_from;		/* stops of a schedule from which on it may be pruned */
	unsigned int sample;	/* one of so many pruned schedules is run all the same; 0: none */
	bool both_wake_ups;	/* also the schedules in which a resumed actor runs before those it wakes */
	bool atomic_stops;	/* also a stop in an atomic section, the others on a second CPU meanwhile */
	int repeat;
	bool tape;		/* all that reaches the media goes to the records */
	/* reboot.c */
	char filesystem[16];
	int images;
	struct crash_image *image;
	/* stress */
	int races;		/* of each scenario */
	int seconds;		/* that they may take; 0: any time */
	int cpus;
	unsigned int seed;
	int trials;		/* cost.c: of each operation; 0: nothing is measured */
};
void job_read(struct job *job, const char *path);

/* sweep.c, stress.c */
int sweep_guest(struct job *job);
int stress_guest(struct job *job);

/* cost.c */
int cost_guest(struct job *job);

/* reboot.c */
int reboot_guest(struct job *job);

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
