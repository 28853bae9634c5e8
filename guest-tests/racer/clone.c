// SPDX-License-Identifier: GPL-2.0-only
/* Another file that shares the blocks of the schedule's file (FICLONE): whatever is stored, it keeps what it had. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "racer.h"

bool is_cloned(const struct scenario *s)
{
	return s->prepare == PREP_CLONED;
}

/* Nameless, so that it ends with the scenario's process. */
void clone_open(struct shared *s)
{
	s->clone = open(s->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (s->clone < 0)
		die("cannot create a file in %s", s->folder);
}

void clone_make(struct shared *s)
{
	if (ftruncate(s->clone, 0) || ioctl(s->clone, FICLONE, s->fd))
		die("FICLONE: %s", strerror(errno));
}

/* Of the window's pages, whether the clone still has what was there before the schedule. */
bool clone_whole(const struct shared *s)
{
	const struct scenario *sc = &s->scenario;

	for (int p = 0; p < sc->pages; p++) {
		for (int w = 0; w < WORDS; w++) {
			uint64_t value = 0;

			if (pread(s->clone, &value, sizeof(value), s->at->base + p * sc->unit + word_offset(w)) != sizeof(value))
				return false;
			if (value != old_value(sc, s->at, p, w))
				return false;
		}
	}
	return true;
}
