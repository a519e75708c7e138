/*
 * capture.c
 *		What a child writes: kept, and cut into lines.
 */
#include "platform/posix/posix.h"

#include <string.h>

#include "platform/posix/capture.h"

#define LINE_LIMIT 65536

/* Reads in a row: more than a pipe holds, fewer than an endless stream has. */
#define READS_LIMIT 64

static void
keep_tail(Capture *capture, const char *bytes, size_t len)
{
	Text	   *kept = &capture->kept;
	size_t		over;

	text_add_bytes(kept, bytes, len);
	/* Moved once for each limit's worth of bytes, not at each read. */
	if (kept->len <= 2 * capture->limit)
		return;
	over = kept->len - capture->limit;
	memmove(kept->bytes, kept->bytes + over, capture->limit);
	kept->len = capture->limit;
	kept->bytes[kept->len] = '\0';
	capture->cut = true;
}

static void
keep_head(Capture *capture, const char *bytes, size_t len)
{
	size_t		room = capture->limit - capture->kept.len;

	if (len > room)
	{
		len = room;
		capture->cut = true;
	}
	text_add_bytes(&capture->kept, bytes, len);
}

static void
give_line(Capture *capture)
{
	if (capture->line.len == 0)
		return;
	capture->child->on_line(capture->child->arg, capture->stream,
							capture->line.bytes);
	capture->line.len = 0;
}

/* Empty lines are left out, and so is what is between \r and \n. */
static void
cut_lines(Capture *capture, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if (bytes[i] == '\n' || bytes[i] == '\r')
			give_line(capture);
		else if (bytes[i] != '\0')
			text_add_bytes(&capture->line, &bytes[i], 1);
		if (capture->line.len >= LINE_LIMIT)
			give_line(capture);
	}
}

bool
capture_read(Capture *capture, int fd)
{
	char		buffer[16384];
	ssize_t		n;

	for (int i = 0; i < READS_LIMIT; i++)
	{
		n = read(fd, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		if (capture->tail)
			keep_tail(capture, buffer, (size_t) n);
		else
			keep_head(capture, buffer, (size_t) n);
		if (capture->child->on_line != NULL)
			cut_lines(capture, buffer, (size_t) n);
	}
	return true;
}

void
capture_end(Capture *capture)
{
	if (capture->child->on_line != NULL)
		give_line(capture);
	text_free(&capture->line);
}
