/*
 * test_lsn.c
 *		Places in the log, and timelines.
 */
#include <string.h>

#include "harness.h"
#include "pg/lsn.h"

static void
check_lsn(const char *text, PgLsn expected)
{
	char		out[PG_LSN_SIZE];
	PgLsn		lsn = 1;

	check(pg_lsn_parse(text, &lsn) && lsn == expected);
	pg_lsn_format(lsn, out);
	check_text(out, text);
}

int
main(void)
{
	static const char *const wrong[] = {
		"", "/", "0", "0/", "/0", "0/0 ", " 0/0", "0/0/0", "g/0", "0/g",
		"123456789/0", "0/123456789", "-1/0", "0x1/0", NULL
	};
	static const char *const no_timeline[] = {
		"", "0", "-1", "1 ", "4294967296", "99999999999999999999", "x", NULL
	};
	PgLsn		lsn = 7;
	PgTimeline	timeline = 7;

	check_lsn("0/3000000", 0x3000000);
	check_lsn("16/B374D848", UINT64_C(0x16B374D848));
	check_lsn("FFFFFFFF/FFFFFFFF", UINT64_MAX);
	check_lsn("0/0", 0);
	check(pg_lsn_parse("ab/cdef", &lsn) && lsn == UINT64_C(0xAB0000CDEF));
	check(pg_lsn_parse("00000001/00000002", &lsn) &&
		  lsn == UINT64_C(0x100000002));
	for (int i = 0; wrong[i] != NULL; i++)
		check(!pg_lsn_parse(wrong[i], &lsn));
	check(!pg_lsn_parse(NULL, &lsn) && lsn == UINT64_C(0x100000002));
	check(pg_lsn_distance(0x1000000, 0x3000000) == 0x2000000);
	check(pg_lsn_distance(3, 1) == 0);
	check(pg_lsn_distance(0, UINT64_MAX) == UINT64_MAX);
	check(pg_timeline_parse("1", &timeline) && timeline == 1);
	check(pg_timeline_parse("4294967295", &timeline) &&
		  timeline == UINT32_MAX);
	for (int i = 0; no_timeline[i] != NULL; i++)
		check(!pg_timeline_parse(no_timeline[i], &timeline));
	check(!pg_timeline_parse(NULL, &timeline));
	return harness_finish();
}
