// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for the racer: writes what would differ first if two boots were not the same. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define LENGTH 8192

static int touch(int number)
{
	char name[32];
	char *page;
	int fd;

	snprintf(name, sizeof(name), "/mnt/%d", number);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, LENGTH))
		return -1;
	page = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return -1;
	*page = 'x';
	return fsync(fd) | munmap(page, LENGTH) | close(fd);
}

int main(void)
{
	const char *port = getenv("LAB_RECORDS");
	FILE *records = port ? fopen(port, "w") : NULL;

	if (!records)
		return 9;
	setvbuf(records, NULL, _IOLBF, 0);
	for (int number = 0; number < 300; number++) {
		unsigned int random = 0;
		struct timespec now;

		if (touch(number))
			return 8;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
			random = 0;
		fprintf(records, "%d %lld.%09ld %llu %u %p\n", number, (long long)now.tv_sec, now.tv_nsec,
			(unsigned long long)__rdtsc(), random, (void *)&now);
	}
	return 3;
}
