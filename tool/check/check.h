/*
 * check.h
 *		Whether the passive site is ready to take over.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "site/risk.h"

typedef enum CheckSeverity
{
	CHECK_PASS,
	CHECK_WARN,
	CHECK_FAIL
} CheckSeverity;

/* What a finding stands in the way of. */
enum CheckBlocks
{
	CHECK_SWITCHOVER = 1 << 0,
	CHECK_FAILOVER = 1 << 1,
	CHECK_BOTH = CHECK_SWITCHOVER | CHECK_FAILOVER
};

typedef struct CheckFinding
{
	CheckSeverity severity;
	unsigned	blocks;			/* of enum CheckBlocks; a warning only with
								 * strict */
	const char *concern;
	const char *object;			/* "site B", "site A, database QSR" */
	const char *problem;
	const char *hint;			/* what to do; or NULL */
} CheckFinding;

typedef struct CheckReport
{
	CheckFinding *findings;		/* in the order of the concerns */
	size_t		n;
	size_t		counts[CHECK_FAIL + 1]; /* by severity */
	const char *active;			/* the active site; NULL: none is known */
	bool		switchover;		/* ready for it */
	bool		failover;
	int64_t		risk_bytes;		/* what a failover would lose; -1: unknown */
	double		risk_seconds;	/* -1: unknown */
	const char *last_heard;		/* where that is unknown; or NULL */
	SiteRisk	silence;		/* what is known then, if last_heard is set */
	Arena		arena;			/* holds the strings */
} CheckReport;

enum CheckHow
{
	CHECK_STRICT = 1 << 0,		/* warnings stand in the way too */
	CHECK_BRIEF = 1 << 1,		/* without what reads tables and can only
								 * warn: leaks, mappings, scan, keys */
	CHECK_UNDER_WAY = 1 << 2	/* a run has begun and not ended: what it
								 * needs has not been left by another one */
};

/*
 * check_run
 *		Ask the sites of the configuration and look at everything.
 *
 * in:     how: of enum CheckHow
 * out:    *report, freed with check_free()
 */
extern void check_run(const Config *config, unsigned how,
					  CheckReport *report);
extern void check_free(CheckReport *report);

/* "pass", "warn" or "fail" */
extern const char *check_word(CheckSeverity severity);

#endif							/* CHECK_CHECK_H */
