/*
 * capture.h
 *		What a child writes: kept, and cut into lines.
 */
#ifndef PLATFORM_POSIX_CAPTURE_H
#define PLATFORM_POSIX_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "platform/child.h"

typedef struct Capture
{
	const PlatChild *child;
	PlatStream	stream;
	size_t		limit;			/* bytes that are kept */
	bool		tail;			/* the last ones, else the first ones */
	bool		cut;			/* there were more */
	Text		kept;
	Text		line;			/* the one that has not ended */
} Capture;

/*
 * capture_read
 *		Take what a descriptor that does not block has now; false at its end.
 */
extern bool capture_read(Capture *capture, int fd);

/* Give out the last line, where no line feed ended it. */
extern void capture_end(Capture *capture);

#endif							/* PLATFORM_POSIX_CAPTURE_H */
