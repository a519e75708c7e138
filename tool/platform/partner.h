/*
 * partner.h
 *		A program that goes on where this one ends, and that knows when it
 *		does: who has begun what must be ended is not the one that is killed.
 *
 * Both are joined by two pipes, by which they exchange lines.
 */
#ifndef PLATFORM_PARTNER_H
#define PLATFORM_PARTNER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

typedef struct PlatPartner PlatPartner;

typedef enum PlatLine
{
	PLAT_LINE_READ,
	PLAT_LINE_NONE,				/* not within the time, or cancelled */
	PLAT_LINE_END				/* it writes no more */
} PlatLine;

/*
 * plat_partner_start
 *		Start a program without a terminal and apart from this one's signals.
 *		Its standard input comes from here, its output and errors go here.
 *
 * in:     argv: NULL ends it
 * out:    *partner, given up by plat_partner_leave()
 */
extern bool plat_partner_start(const char *const *argv, PlatPartner **partner,
							   Error *error);

/* Send it a line, without its line feed; one that has ended gets nothing. */
extern void plat_partner_tell(PlatPartner *partner, const char *line);

/*
 * plat_partner_line
 *		Wait for its next line.
 *
 * out: *line: what it held is replaced by the line without its line feed
 */
extern PlatLine plat_partner_line(PlatPartner *partner, int timeout_ms,
								  Text *line);

/* Close its input, by which it knows that it is to end. */
extern void plat_partner_hang_up(PlatPartner *partner);

/* Forget it; whether it has ended or goes on is its own matter. */
extern void plat_partner_leave(PlatPartner *partner);

/*
 * plat_partner_serve
 *		Called by the program that was started so: its lines may find nobody,
 *		and the end of its standard input sets plat_cancelled(), as signals do
 *		(cancel.h).
 */
extern void plat_partner_serve(void);

/*
 * plat_partner_alone
 *		The same program from now on goes on whatever becomes of the one that
 *		has started it; plat_cancelled() is false again.
 */
extern void plat_partner_alone(void);

#endif							/* PLATFORM_PARTNER_H */
