// SPDX-License-Identifier: GPL-2.0-only
/*
 * After a power cut: mounts each crash image, so that the kernel replays its journal or log, and tells what is in the
 * file. Without DAX, without any module of the lab. Whether that is what was promised is judged on the host.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "racer.h"

#define WHERE "/mnt"

#define MODULES_MAX 64

struct module {
	unsigned long long address;
	int number;		/* of /dev/pmemN */
};

/* Where the memory of /dev/pmemN begins; waits until the kernel has made the device. */
static unsigned long long address_of(int number)
{
	char path[80], device[32], text[64] = "";
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/sys/block/pmem%d/device/resource", number);
	snprintf(device, sizeof(device), "/dev/pmem%d", number);
	for (int tries = 0; access(path, F_OK) || access(device, F_OK); tries++) {
		if (tries == 200)
			die("the kernel has made no %s", device);
		usleep(20000);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		got = read(fd, text, sizeof(text) - 1);
	if (got <= 0)
		die("%s", path);
	close(fd);
	return strtoull(text, NULL, 0);
}

static int by_address(const void *one, const void *other)
{
	const struct module *a = one, *b = other;

	return (a->address > b->address) - (a->address < b->address);
}

/*
 * QEMU puts the modules behind each other in memory in the order of its command line. The kernel numbers them as its
 * asynchronous probing comes by, which is another order.
 */
static void find_modules(struct module *module, int count)
{
	if (count > MODULES_MAX)
		die("job: %d images, %d at most", count, MODULES_MAX);
	for (int i = 0; i < count; i++)
		module[i] = (struct module){ address_of(i), i };
	qsort(module, count, sizeof(*module), by_address);
}

/* The image's last word is behind the file system and says which image it is. */
static long long stamp_of(const char *device)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	long long stamp = -1;

	if (fd < 0 || lseek(fd, -(off_t)sizeof(stamp), SEEK_END) < 0 || read(fd, &stamp, sizeof(stamp)) != sizeof(stamp))
		die("%s", device);
	close(fd);
	return stamp;
}

static void record_words(const struct crash_image *image, int fd)
{
	for (int i = 0; i < image->words; i++) {
		unsigned long long value = 0;
		ssize_t got = pread(fd, &value, sizeof(value), image->offset[i]);

		if (got == sizeof(value))
			record("%s%llu", i ? "," : "", value);
		else	/* behind the end, or an error */
			record("%s%d", i ? "," : "", got < 0 ? -errno : -1);
	}
}

static void record_file(const struct crash_image *image)
{
	char path[2 * NAME_LEN];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), WHERE "/%s", image->file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		record(",\"open\":%d,\"size\":-1,\"w\":[]", errno);
		return;
	}
	record(",\"open\":0,\"size\":%lld,\"w\":[", (long long)st.st_size);
	record_words(image, fd);
	record("]");
	close(fd);
}

/* The first record goes out at once: should the kernel die of an image, that names it. */
static void look_at(const struct crash_image *image, int number, int pmem, const char *filesystem)
{
	char device[32];

	snprintf(device, sizeof(device), "/dev/pmem%d", pmem);
	record("{\"t\":\"image\",\"n\":%d,\"stamp\":%lld}\n", number, stamp_of(device));
	record_flush();
	if (mount(device, WHERE, filesystem, MS_NOATIME, NULL)) {
		record("{\"t\":\"rebooted\",\"n\":%d,\"mount\":%d,\"umount\":0,\"open\":0,\"size\":-1,\"w\":[]}\n", number, errno);
	} else {
		record("{\"t\":\"rebooted\",\"n\":%d,\"mount\":0", number);
		record_file(image);
		record(",\"umount\":%d}\n", umount(WHERE) ? errno : 0);
	}
	kernel_log_drain(NULL, NULL);
	record_flush();
}

int reboot_guest(struct job *job)
{
	struct module module[MODULES_MAX];

	find_modules(module, job->images);
	kernel_log_open();
	kernel_log_drain(NULL, NULL);
	record("{\"t\":\"modules\",\"pmem\":[");
	for (int i = 0; i < job->images; i++)
		record("%s%d", i ? "," : "", module[i].number);
	record("]}\n");
	for (int i = 0; i < job->images; i++)
		look_at(&job->image[i], i, module[i].number, job->filesystem);
	record("{\"t\":\"bye\",\"missed\":0}\n");
	record_flush();
	return 0;
}
