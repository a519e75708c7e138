/*
 * test_units.c
 *		Amounts for people.
 */
#include "base/units.h"
#include "harness.h"

static void
check_bytes(int64_t bytes, const char *expected)
{
	char		out[UNITS_SIZE];

	units_bytes(bytes, out);
	check_text(out, expected);
}

static void
check_seconds(double seconds, const char *expected)
{
	char		out[UNITS_SIZE];

	units_seconds(seconds, out);
	check_text(out, expected);
}

static void
check_parse(UnitsProblem (*parse) (const char *text, int64_t * amount),
			const char *text, UnitsProblem problem, int64_t expected)
{
	int64_t		amount = -1;

	check(parse(text, &amount) == problem);
	check(amount == (problem == UNITS_GOOD ? expected : -1));
}

static void
test_parse(void)
{
	check_parse(units_parse_duration, "0", UNITS_GOOD, 0);
	check_parse(units_parse_duration, "30s", UNITS_GOOD, 30000);
	check_parse(units_parse_duration, "2 min", UNITS_GOOD, 120000);
	check_parse(units_parse_duration, "1d", UNITS_GOOD, 86400000);
	check_parse(units_parse_duration, "", UNITS_NO_NUMBER, 0);
	check_parse(units_parse_duration, "-1s", UNITS_NO_NUMBER, 0);
	check_parse(units_parse_duration, "30", UNITS_NO_UNIT, 0);
	check_parse(units_parse_duration, "30S", UNITS_STRANGE_UNIT, 0);
	check_parse(units_parse_duration, "30s ", UNITS_STRANGE_UNIT, 0);
	check_parse(units_parse_duration, "99999999999999999999s",
				UNITS_TOO_LARGE, 0);
	check_parse(units_parse_bytes, "16MB", UNITS_GOOD, 16 * 1024 * 1024);
	check_parse(units_parse_bytes, "312 kB", UNITS_GOOD, 312 * 1024);
	check_parse(units_parse_bytes, "7B", UNITS_GOOD, 7);
	check_parse(units_parse_bytes, "7b", UNITS_STRANGE_UNIT, 0);
	check_parse(units_parse_bytes, "9999999999TB", UNITS_TOO_LARGE, 0);
}

int
main(void)
{
	test_parse();
	check_bytes(-1, "unknown");
	check_bytes(0, "0 bytes");
	check_bytes(10239, "10239 bytes");
	check_bytes(10240, "10 kB");
	check_bytes(312 * 1024, "312 kB");
	check_bytes(INT64_C(528) * 1024 * 1024, "528 MB");
	check_bytes(INT64_MAX, "8388608 TB");
	check_seconds(-1, "unknown");
	check_seconds(0, "0.0 s");
	check_seconds(1.44, "1.4 s");
	check_seconds(119.9, "119.9 s");
	check_seconds(720, "12 min");
	check_seconds(7200, "2 h");
	return harness_finish();
}
