// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: JSON lines on a port of their own. They are buffered, since a write to the port costs as much as a tenth of
 * a schedule; whatever a panic must not lose is flushed by the caller before the next schedule begins.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "racer.h"

static int out = 1;

/* Shared with a scenario's process, so that what it had not written yet outlives its being killed. */
static struct {
	size_t used;
	char text[65536];
} *buffer;

void record_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		out = fd;
	buffer = mmap(NULL, sizeof(*buffer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED)
		_exit(4);
}

void record_flush(void)
{
	size_t done = 0;

	while (done < buffer->used) {
		ssize_t n = write(out, buffer->text + done, buffer->used - done);

		if (n <= 0)
			_exit(4);
		done += n;
	}
	buffer->used = 0;
}

void record_raw(const char *text, size_t length)
{
	if (buffer->used + length > sizeof(buffer->text))
		record_flush();
	if (length > sizeof(buffer->text))
		_exit(4);
	memcpy(buffer->text + buffer->used, text, length);
	buffer->used += length;
}

void record_text(const char *text)
{
	record_raw(text, strlen(text));
}

/* Returns the end of the digits, where there is no NUL. */
char *decimal(char *to, unsigned int value)
{
	char digits[10];
	int n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		*to++ = digits[--n];
	return to;
}

void record_number(unsigned int value)
{
	char text[10];

	record_raw(text, decimal(text, value) - text);
}

/* Eight digits. */
void record_hex(uint32_t value)
{
	char text[8];

	for (int i = 7; i >= 0; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	record_raw(text, sizeof(text));
}

void record(const char *format, ...)
{
	static char line[32768];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(line))
		_exit(4);
	record_raw(line, n);
}

/* Escapes text for a JSON string; what is not printable ASCII becomes \u00XX. */
void json_text(char *out_text, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 7 < size; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			n += snprintf(out_text + n, size - n, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			n += snprintf(out_text + n, size - n, "\\u%04x", c);
		else
			out_text[n++] = c;
	}
	out_text[n] = 0;
}

/* Ends the racer for a reason of the lab's own: the run is BROKEN, nothing is said of the kernel. */
void die(const char *format, ...)
{
	char text[512], quoted[1024];
	int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_text(quoted, sizeof(quoted), text);
	record("{\"t\":\"broken\",\"why\":\"%s\",\"errno\":%d,\"error\":\"%s\"}\n", quoted, error, strerror(error));
	record_flush();
	fprintf(stderr, "lab: racer: %s: %s\n", text, strerror(error));
	_exit(3);
}
