// SPDX-License-Identifier: GPL-2.0-only
/* The file of one schedule: small, fresh, and always made by the same calls. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "racer.h"

static void write_old(const struct scenario *s, int fd)
{
	for (int p = 0; p < s->pages; p++) {
		for (int w = 0; w < WORDS; w++) {
			uint64_t value = old_value(s, p, w);

			if (pwrite(fd, &value, sizeof(value), p * s->unit + word_offset(w)) != sizeof(value))
				die("cannot prepare the file");
		}
	}
}

void world_create(struct shared *s)
{
	const struct scenario *sc = &s->scenario;
	size_t length = sc->pages * sc->unit;
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, length))
		die("cannot create %s", s->path);
	if (sc->prepare == PREP_UNWRITTEN && fallocate(fd, 0, 0, length))
		die("cannot allocate %s", s->path);
	if ((sc->prepare == PREP_WRITTEN || sc->prepare == PREP_SYNCED) && sc->private_map)
		write_old(sc, fd);
	close(fd);
}

void world_remove(struct shared *s)
{
	if (unlink(s->path))
		die("cannot remove %s", s->path);
}

/* What pread shows: the watched words of each page, and which pages lie within the file. */
void file_words(const struct shared *s, int fd, uint64_t words[PAGES_MAX][WORDS], bool within[PAGES_MAX])
{
	static char page[4096];

	for (int p = 0; p < s->scenario.pages; p++) {
		within[p] = pread(fd, page, sizeof(page), p * s->scenario.unit) == (ssize_t)sizeof(page);
		for (int w = 0; w < WORDS; w++)
			memcpy(&words[p][w], page + word_offset(w), sizeof(uint64_t));
	}
}
