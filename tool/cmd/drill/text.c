/*
 * text.c
 *		A drill's plan and its record, for people.
 */
#include <string.h>

#include "base/printable.h"
#include "base/units.h"
#include "cmd/drill/work.h"

/* Print a text in which ${site}, ${root} and ${port} stand for the drill's. */
static void
print_filled(const Drill *drill, const char *text)
{
	while (*text != '\0')
	{
		if (strncmp(text, "${site}", 7) == 0)
			printed("%s", drill->site->name);
		else if (strncmp(text, "${root}", 7) == 0)
			printed("%s", drill->place.root);
		else if (strncmp(text, "${port}", 7) == 0)
			printed("%d", drill->site->drill_port);
		else
		{
			putchar(*text++);
			continue;
		}
		text += 7;
	}
}

void
drill_print_plan(const Drill *drill)
{
	json_t	   *last = drill_record_last(drill->config, drill->site->name);
	char		bytes[UNITS_SIZE];

	units_bytes(drill->needed, bytes);
	printed("A drill of site %s in \"%s\", which needs about %s. Nothing is "
			"changed now.\n", drill->site->name, drill->place.root, bytes);
	for (int i = 0; i < DRILL_PHASES; i++)
	{
		double		seconds = drill_seconds(last, drill_words[i].name);

		printed("%3d. ", i + 1);
		print_filled(drill, drill_words[i].title);
		if (seconds >= 0)
			printed(" (%.2f s)", seconds);
		printed("\n     By hand:\n       ");
		print_filled(drill, drill_words[i].manual);
		putchar('\n');
	}
	if (last == NULL)
		puts("There is no record of a drill, so no times are known.");
	else
		printed("Times are those of the drill of %s.\n",
				drill_member(last, "started"));
	json_decref(last);
}

static void
print_seconds(const json_t * record, const char *name, const char *words)
{
	double		seconds = drill_seconds(record, name);
	double		before = drill_seconds(json_object_get(record, "last"), name);

	if (seconds < 0)
		return;
	printed("  %-36s %8.2f s", words, seconds);
	if (before >= 0)
		printed("   (last drill: %.2f s)", before);
	putchar('\n');
}

static void
print_times(const json_t * record)
{
	for (int i = 0; i < DRILL_PHASES; i++)
		print_seconds(record, drill_words[i].name, drill_words[i].name);
	print_seconds(record, "total", "total");
	print_seconds(record, "takeover", "a takeover: promoted and localized");
}

static void
print_checks(const json_t * record)
{
	const		json_t *checks = json_object_get(record, "checks");

	for (size_t i = 0; i < json_array_size(checks); i++)
	{
		const		json_t *check = json_array_get(checks, i);

		printed("%-7s  %s: %s\n", drill_member(check, "result"),
				drill_member(check, "name"), drill_member(check, "detail"));
	}
}

void
drill_print_text(const json_t * record)
{
	char		bytes[UNITS_SIZE];
	const char *until = drill_member(record, "data_until");
	const char *open = drill_member(record, "open_until");

	units_bytes(json_integer_value(json_object_get(record, "bytes")), bytes);
	printed("Drill of site %s (%s), %s, PostgreSQL %s\n",
			drill_member(record, "site"), drill_member(record, "role"), bytes,
			drill_member(record, "postgresql"));
	printed("From %s to %s", drill_member(record, "started"),
			drill_member(record, "finished"));
	printed(until[0] != '\0' ? "; the last change in the copy is of %s\n" :
			"%s\n", until);
	print_times(record);
	print_checks(record);
	printed("Verdict: %s\n", drill_member(record, "verdict"));
	if (open[0] != '\0')
		printed("The copy is open on 127.0.0.1, port %d, until %s. \"qsrepl "
				"drill end\" removes it.\n",
				(int) json_integer_value(json_object_get(record, "port")),
				open);
}
