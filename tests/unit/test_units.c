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

int
main(void)
{
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
	check(units_unit("ms") == 1 && units_unit("d") == 86400000);
	check(units_unit("") == 0 && units_unit("H") == 0);
	check(units_duration("0s", 10) == 0);
	check(units_duration("90 min", 86400000) == 5400000);
	check(units_duration("10ms", 10) == 10);
	check(units_duration("11ms", 10) == -1);
	check(units_duration("25d", 86400000) == -1);
	check(units_duration("5", 86400000) == -1);
	check(units_duration("-5s", 86400000) == -1);
	check(units_duration("", 86400000) == -1);
	check(units_duration("99999999999999999999s", 86400000) == -1);
	return harness_finish();
}
