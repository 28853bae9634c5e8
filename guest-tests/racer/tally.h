/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_TALLY_H
#define LAB_TALLY_H

#define KINDS_MAX 16

/* What the races of a scenario have shown. It lies in shared memory: an actor that is a process counts too. */
struct tally {
	int kinds;
	struct {
		char kind[16];
		unsigned int races;
		int last;	/* race in which it was seen last: one race counts once */
	} seen[KINDS_MAX];
	int race;		/* that of what is counted next */
	int failed;		/* races that failed in any way */
	int behind[WINDOWS_MAX];	/* one behind each of these; a file's races have places of their own */
	int examples;
};

void tally_count(void *tally, const char *kind, const char *detail);	/* a report_fn */
bool tally_has(const struct tally *t, const char *kind);
void tally_record(const struct tally *t);

#endif
