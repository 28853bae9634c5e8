// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job file: lines of KEY VALUE, written by the harness (harness/sweep/job.py).
 *
 *	build-id HEX			what /sys/kernel/notes must say
 *	points FILE			addresses, 8 bytes each, little endian
 *	resume SCHEDULE			the first scenario goes on behind this schedule, none of whose children can be run
 *	known SCHEDULE			... behind this one and before its children: its row is known
 *	flush N				rows are written after N that passed
 *	only SCHEDULE			each scenario runs this one schedule
 *	silent FILE			behind `points`: a byte each, 1 where a stop equals one at the actor's next point
 *	sample N			one of N schedules pruned by that is run all the same
 *	both-wake-ups 1			also the schedules in which a resumed actor runs before those it wakes
 *	atomic-stops 1			also a stop in an atomic section, the others on a second CPU meanwhile
 *	races N / cpus N / seed N	stress
 *	trials N			what the operations cost, N times
 *	tape 1				all that reaches the media goes to the records
 *	filesystem NAME			of the images
 *	image FILE OFFSETS		of the next NVDIMM: a file to look at, offsets of words: 64,576,1088
 *	scenario name=N prepare=P map=M as=A [mapping=own|shared] unit=BYTES pages=N bound=C tags=0|1 durable=0|1 actor=OP:PAGE:PAGES ...
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "racer.h"

static const char *const prepare_name[] = {
	"hole", "read", "written", "synced", "unwritten", "full", "full-written", "cloned",
};

static void parse_actor(struct scenario *s, char *value)
{
	struct actor_spec *spec = &s->actor[s->actors];
	char *op = strtok_r(value, ":", &value), *page = strtok_r(NULL, ":", &value), *pages = strtok_r(NULL, ":", &value);

	if (s->actors == ACTORS_MAX || !op || !page || !pages)
		die("scenario %s: more than %d actors, or one without op:page:pages", s->name, ACTORS_MAX);
	spec->op = find_op(op);
	if (!spec->op)
		die("scenario %s: no operation is called %s", s->name, op);
	spec->page = atoi(page);
	spec->pages = atoi(pages);
	if (spec->page < 0 || spec->pages < 1 || spec->page + spec->pages > s->pages)
		die("scenario %s: actor %d reaches beyond the file's %d pages", s->name, s->actors, s->pages);
	s->actors++;
}

static void parse_prepare(struct scenario *s, const char *value)
{
	for (size_t i = 0; i < sizeof(prepare_name) / sizeof(*prepare_name); i++) {
		if (!strcmp(value, prepare_name[i])) {
			s->prepare = i;
			return;
		}
	}
	die("scenario %s: no preparation is called %s", s->name, value);
}

static bool one_of(const struct scenario *s, const char *key, const char *value, const char *no, const char *yes)
{
	if (strcmp(value, no) && strcmp(value, yes))
		die("scenario %s: %s is %s, not %s or %s", s->name, key, value, no, yes);
	return !strcmp(value, yes);
}

static void parse_scenario(struct scenario *s, char *line)
{
	char *word, *rest = line;

	memset(s, 0, sizeof(*s));
	while ((word = strtok_r(NULL, " ", &rest))) {
		char *value = strchr(word, '=');

		if (!value)
			die("scenario: `%s` is not KEY=VALUE", word);
		*value++ = 0;
		if (!strcmp(word, "name"))
			snprintf(s->name, sizeof(s->name), "%s", value);
		else if (!strcmp(word, "prepare"))
			parse_prepare(s, value);
		else if (!strcmp(word, "map"))
			s->private_map = one_of(s, word, value, "shared", "private");
		else if (!strcmp(word, "as"))
			s->processes = one_of(s, word, value, "threads", "processes");
		else if (!strcmp(word, "mapping"))
			s->one_mapping = one_of(s, word, value, "own", "shared");
		else if (!strcmp(word, "unit"))
			s->unit = strtoul(value, NULL, 0);
		else if (!strcmp(word, "pages"))
			s->pages = atoi(value);
		else if (!strcmp(word, "bound"))
			s->bound = atoi(value);
		else if (!strcmp(word, "tags"))
			s->tags = atoi(value);
		else if (!strcmp(word, "durable"))
			s->durable = atoi(value);
		else if (!strcmp(word, "actor"))
			parse_actor(s, value);
		else
			die("scenario: unknown key %s", word);
	}
	if (s->actors < 1 || s->pages < 1 || s->pages > PAGES_MAX || s->bound < 0 || s->bound > IL_STOPS)
		die("scenario %s: actors, pages or bound out of range", s->name);
	if (s->unit != 4096 && s->unit != 2 << 20)
		die("scenario %s: unit is %zu, not 4096 or 2097152", s->name, s->unit);
}

static void read_points(struct job *job, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die("points file %s", path);
	job->points = st.st_size / sizeof(*job->address);
	job->address = calloc(job->points + 1, sizeof(*job->address));
	job->status = calloc(job->points + 1, sizeof(*job->status));
	if (read(fd, job->address, st.st_size) != st.st_size)
		die("points file %s is short", path);
	close(fd);
}

static void read_silent(struct job *job, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	job->silent = calloc(job->points + 1, 1);
	if (fd < 0 || read(fd, job->silent, job->points) != (ssize_t)job->points)
		die("silent file %s does not have a byte for each of %u points", path, job->points);
	close(fd);
}

static void parse_image(struct job *job, char *value)
{
	char *file = strtok_r(value, " ", &value), *offset;
	struct crash_image *image;

	if (!file)
		die("job: an image without a file");
	job->image = realloc(job->image, (job->images + 1) * sizeof(*job->image));
	image = &job->image[job->images++];
	memset(image, 0, sizeof(*image));
	snprintf(image->file, sizeof(image->file), "%s", file);
	while ((offset = strtok_r(NULL, ",", &value))) {
		if (image->words == PAGES_MAX * WORDS)
			die("job: an image with more than %d words", PAGES_MAX * WORDS);
		image->offset[image->words++] = strtol(offset, NULL, 0);
	}
}

static void parse_line(struct job *job, char *key, char *value)
{
	if (!strcmp(key, "build-id"))
		snprintf(job->build_id, sizeof(job->build_id), "%s", value);
	else if (!strcmp(key, "points"))
		read_points(job, value);
	else if (!strcmp(key, "resume") || !strcmp(key, "known")) {
		snprintf(job->resume, sizeof(job->resume), "%s", value);
		job->resume_known = !strcmp(key, "known");
	} else if (!strcmp(key, "flush"))
		job->flush = strtoul(value, NULL, 0);
	else if (!strcmp(key, "only"))
		snprintf(job->only, sizeof(job->only), "%s", value);
	else if (!strcmp(key, "silent"))
		read_silent(job, value);
	else if (!strcmp(key, "prune-from"))
		job->prune_from = atoi(value);
	else if (!strcmp(key, "sample"))
		job->sample = strtoul(value, NULL, 0);
	else if (!strcmp(key, "both-wake-ups"))
		job->both_wake_ups = atoi(value);
	else if (!strcmp(key, "atomic-stops"))
		job->atomic_stops = atoi(value);
	else if (!strcmp(key, "tape"))
		job->tape = atoi(value);
	else if (!strcmp(key, "filesystem"))
		snprintf(job->filesystem, sizeof(job->filesystem), "%s", value);
	else if (!strcmp(key, "image"))
		parse_image(job, value);
	else if (!strcmp(key, "races"))
		job->races = atoi(value);
	else if (!strcmp(key, "seconds"))
		job->seconds = atoi(value);
	else if (!strcmp(key, "cpus"))
		job->cpus = atoi(value);
	else if (!strcmp(key, "trials"))
		job->trials = atoi(value);
	else if (!strcmp(key, "seed"))
		job->seed = strtoul(value, NULL, 0);
	else if (!strcmp(key, "scenario")) {
		job->scenario = realloc(job->scenario, (job->scenarios + 1) * sizeof(*job->scenario));
		parse_scenario(&job->scenario[job->scenarios++], value);
	} else
		die("job: unknown key %s", key);
}

void job_read(struct job *job, const char *path)
{
	char line[2048];
	FILE *f = fopen(path, "re");

	memset(job, 0, sizeof(*job));
	if (!f)
		die("job file %s", path);
	while (fgets(line, sizeof(line), f)) {
		char *value;

		line[strcspn(line, "\n")] = 0;
		value = strchr(line, ' ');
		if (!*line || *line == '#')
			continue;
		if (!value)
			die("job: `%s` is not KEY VALUE", line);
		*value++ = 0;
		parse_line(job, line, value);
	}
	fclose(f);
	if (job->races && job->cpus < 1)
		die("job: races without cpus");
	if (job->silent && job->prune_from < 1)
		die("job: silent points without prune-from");
}
