/*
 * html.c
 *		A drill's record as a page: one file that needs no other, without
 *		scripts, made to be printed and kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/drill/work.h"
#include "platform/directory.h"
#include "platform/file.h"

static const char head[] =
"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
"<meta name=\"viewport\" content=\"width=device-width\">\n"
"<style>\n"
"body { font: 11pt/1.45 \"Segoe UI\", \"Helvetica Neue\", Arial, sans-serif;"
" color: #1a1a1a; background: #fff; max-width: 52rem; margin: 2rem auto;"
" padding: 0 1rem }\n"
"h1 { font-size: 1.6rem; margin: 0 0 .2rem }\n"
"h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; border-bottom: 1px solid"
" #999; padding-bottom: .2rem }\n"
"table { border-collapse: collapse; width: 100% }\n"
"th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem"
" 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }\n"
"th { font-weight: 600 }\n"
"thead th { border-bottom: 1px solid #999 }\n"
"td.n, th.n { text-align: right; font-variant-numeric: tabular-nums;"
" white-space: nowrap }\n"
"tr.sum > * { border-top: 1px solid #999; font-weight: 600 }\n"
".facts th { width: 14rem; font-weight: 400; color: #555 }\n"
".verdict { display: inline-block; font-weight: 700; padding: .25rem .8rem;"
" border: 2px solid; margin: .6rem 0 }\n"
".passed { color: #0a6b2d } .failed { color: #b00020 }"
" .skipped { color: #555 }\n"
"td.passed, td.failed, td.skipped { font-weight: 600; white-space: nowrap }\n"
"footer { margin-top: 2rem; color: #555; font-size: .85rem }\n"
"@media print { body { margin: 0; max-width: none; font-size: 10pt }"
" tr { break-inside: avoid } h2 { break-after: avoid } }\n"
"</style>\n";

/* Text in which nothing is markup. */
static void
add(Text *page, const char *text)
{
	for (; *text != '\0'; text++)
	{
		if (*text == '<')
			text_add(page, "&lt;");
		else if (*text == '>')
			text_add(page, "&gt;");
		else if (*text == '&')
			text_add(page, "&amp;");
		else if (*text == '"')
			text_add(page, "&quot;");
		else
			text_add_bytes(page, text, 1);
	}
}

static void
add_fact(Text *page, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	text_addf(page, "<tr><th scope=\"row\">%s</th><td>", name);
	add(page, value);
	text_add(page, "</td></tr>\n");
}

static void
add_facts(Text *page, const json_t * record)
{
	char		bytes[UNITS_SIZE];

	units_bytes(json_integer_value(json_object_get(record, "bytes")), bytes);
	text_add(page, "<table class=\"facts\">\n");
	add_fact(page, "Site", drill_member(record, "site"));
	add_fact(page, "Machine", drill_member(record, "host"));
	add_fact(page, "The site's server was a", drill_member(record, "role"));
	add_fact(page, "Begun (UTC)", drill_member(record, "started"));
	add_fact(page, "Ended (UTC)", drill_member(record, "finished"));
	add_fact(page, "Last change in the copy (UTC)",
			 drill_member(record, "data_until"));
	add_fact(page, "Size of the databases", bytes);
	add_fact(page, "Timeline of the copy", drill_member(record, "timeline"));
	add_fact(page, "PostgreSQL", drill_member(record, "postgresql"));
	add_fact(page, "qsrepl", drill_member(record, "qsrepl"));
	add_fact(page, "Kept open until (UTC)",
			 drill_member(record, "open_until"));
	text_add(page, "</table>\n");
}

static void
add_seconds(Text *page, double seconds)
{
	if (seconds < 0)
		text_add(page, "<td class=\"n\">&ndash;</td>");
	else
		text_addf(page, "<td class=\"n\">%.2f s</td>", seconds);
}

static void
add_time(Text *page, const json_t * record, const char *name,
		 const char *words, bool sum)
{
	text_addf(page, "<tr%s><td>%s</td>", sum ? " class=\"sum\"" : "", words);
	add_seconds(page, drill_seconds(record, name));
	add_seconds(page, drill_seconds(json_object_get(record, "last"), name));
	text_add(page, "</tr>\n");
}

static void
add_times(Text *page, const json_t * record)
{
	static const char *const words[] = {
		"Copy of the server", "Start of the copy, and its recovery",
		"Promotion", "Rewriting for this site", "Checks",
		"Removal of the copy"
	};

	text_add(page, "<h2>Times</h2>\n<table>\n<thead><tr><th>Part</th>"
			 "<th class=\"n\">This drill</th><th class=\"n\">The one before"
			 "</th></tr></thead>\n<tbody>\n");
	for (int i = 0; i < DRILL_PHASES; i++)
		add_time(page, record, drill_words[i].name, words[i], false);
	add_time(page, record, "total", "Together", true);
	add_time(page, record, "takeover", "A takeover of the databases: "
			 "promotion and rewriting", true);
	text_add(page, "</tbody>\n</table>\n");
}

static void
add_databases(Text *page, const json_t * record)
{
	const		json_t *list = json_object_get(record, "databases");

	if (json_array_size(list) == 0)
		return;
	text_add(page, "<h2>Databases</h2>\n<table>\n<thead><tr><th>Database</th>"
			 "<th class=\"n\">Size</th><th class=\"n\">Rewritten after</th>"
			 "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
	{
		const		json_t *database = json_array_get(list, i);
		const		json_t *after = json_object_get(database, "localized_seconds");
		char		bytes[UNITS_SIZE];

		units_bytes(json_integer_value(json_object_get(database, "bytes")),
					bytes);
		text_add(page, "<tr><td>");
		add(page, drill_member(database, "name"));
		text_addf(page, "</td><td class=\"n\">%s</td>", bytes);
		add_seconds(page, json_is_number(after) ? json_number_value(after) :
					-1);
		text_add(page, "</tr>\n");
	}
	text_add(page, "</tbody>\n</table>\n");
}

static void
add_checks(Text *page, const json_t * record)
{
	const		json_t *checks = json_object_get(record, "checks");

	text_add(page, "<h2>Checks</h2>\n<table>\n<thead><tr><th>Check</th>"
			 "<th>Result</th><th>Detail</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < json_array_size(checks); i++)
	{
		const		json_t *check = json_array_get(checks, i);
		const char *result = drill_member(check, "result");

		text_add(page, "<tr><td>");
		add(page, drill_member(check, "name"));
		text_addf(page, "</td><td class=\"%s\">%s</td><td>", result, result);
		add(page, drill_member(check, "detail"));
		text_add(page, "</td></tr>\n");
	}
	text_add(page, "</tbody>\n</table>\n");
}

static void
add_page(Text *page, const json_t * record)
{
	const char *verdict = drill_member(record, "verdict");

	text_add(page, head);
	text_add(page, "<title>Drill of site ");
	add(page, drill_member(record, "site"));
	text_addf(page, ", %.10s: %s</title>\n</head>\n<body>\n<h1>Drill of site ",
			  drill_member(record, "started"), verdict);
	add(page, drill_member(record, "site"));
	text_addf(page, ", %.10s</h1>\n<p>A copy of the site's database server was "
			  "started beside it, closed to the network, promoted, rewritten "
			  "for the site and checked. The server itself went on "
			  "meanwhile.</p>\n<p class=\"verdict %s\">Verdict: %s</p>\n",
			  drill_member(record, "started"), verdict, verdict);
	add_facts(page, record);
	add_times(page, record);
	add_databases(page, record);
	add_checks(page, record);
	text_add(page, "<footer>Written by qsrepl drill. Times are measured on "
			 "this machine, with its load of the moment.</footer>\n"
			 "</body>\n</html>\n");
}

/* "drill-B-2026-11-23T005202Z.html": as a name of a file anywhere. */
static const char *
page_path(const json_t * record, const char *directory, Arena *arena)
{
	const char *started = drill_member(record, "started");
	Text		text = {NULL, 0, 0};
	const char *path;

	text_addf(&text, "%s/drill-%s-", directory, drill_member(record, "site"));
	for (; *started != '\0' && *started != '.'; started++)
		if (*started != ':')
			text_add_bytes(&text, started, 1);
	text_add(&text, "Z.html");
	path = arena_strdup(arena, text.bytes);
	text_free(&text);
	return path;
}

bool
drill_write_page(const json_t * record, const char *directory, Arena *arena,
				 const char **path, Error *error)
{
	Text		page = {NULL, 0, 0};
	bool		good;

	*path = page_path(record, directory, arena);
	add_page(&page, record);
	good = plat_directory_make(directory, error) &&
		plat_file_write(*path, page.bytes, page.len, false, error);
	text_free(&page);
	return good;
}
