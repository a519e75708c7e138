/*
 * check.c
 *		The verb "check".
 */
#include "cmd/check.h"

#include <stdio.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/units.h"
#include "check/check.h"
#include "cmd/config.h"
#include "plan/plan.h"

static json_t *
finding_object(const CheckFinding *finding)
{
	json_t	   *object = json_object();

	json_set_text(object, "severity", check_word(finding->severity));
	json_set_text(object, "concern", finding->concern);
	json_set_text(object, "object", finding->object);
	json_set_text(object, "problem", finding->problem);
	json_set_text(object, "hint", finding->hint);
	return object;
}

static json_t *
integer(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *
real(double number)
{
	return number < 0 ? json_null() : json_real(number);
}

/* What a silent site may have written, of which the passive one knows */
static json_t *
silence_object(const SiteRisk *silence)
{
	json_t	   *object = json_object();

	json_object_set_new(object, "seconds", real(silence->silent_seconds));
	json_object_set_new(object, "known_bytes", integer(silence->known_bytes));
	json_object_set_new(object, "wal_rate", real(silence->wal_rate));
	json_object_set_new(object, "xact_rate", real(silence->xact_rate));
	json_object_set_new(object, "estimated_bytes",
						integer(silence->most_bytes));
	json_object_set_new(object, "estimated_transactions",
						integer(silence->most_transactions));
	json_object_set_new(object, "estimated_seconds",
						real(silence->most_seconds));
	json_object_set_new(object, "still_streaming",
						json_boolean(silence->streaming));
	return object;
}

static json_t *
risk_object(const CheckReport *report)
{
	json_t	   *object = json_object();

	json_object_set_new(object, "bytes", integer(report->risk_bytes));
	json_object_set_new(object, "seconds", real(report->risk_seconds));
	json_set_text(object, "last_heard", report->last_heard);
	json_object_set_new(object, "silence", report->last_heard != NULL ?
						silence_object(&report->silence) : json_null());
	return object;
}

static void
print_json(const CheckReport *report)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < report->n; i++)
		json_array_append_new(list, finding_object(&report->findings[i]));
	json_set_text(document, "active", report->active);
	json_object_set_new(document, "findings", list);
	json_object_set_new(document, "warnings",
						json_integer((json_int_t)
									 report->counts[CHECK_WARN]));
	json_object_set_new(document, "failures",
						json_integer((json_int_t)
									 report->counts[CHECK_FAIL]));
	json_object_set_new(document, "ready_for_switchover",
						json_boolean(report->switchover));
	json_object_set_new(document, "ready_for_failover",
						json_boolean(report->failover));
	json_object_set_new(document, "at_risk", risk_object(report));
	json_print(document);
}

/*
 * "312 kB and more, last heard TIME, unknown since", never 0; and what it
 * would be if the site had gone on as before.
 */
static void
print_silence(const CheckReport *report)
{
	const SiteRisk *silence = &report->silence;
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];

	units_bytes(silence->known_bytes, bytes);
	if (silence->known_bytes > 0)
		printed(", at risk %s and more: last heard %s, unknown since", bytes,
				report->last_heard);
	else
		printed(", at risk unknown: last heard %s, unknown since",
				report->last_heard);
	if (silence->most_bytes <= 0)
		return;
	units_bytes(silence->most_bytes, bytes);
	units_seconds(silence->most_seconds, seconds);
	printed(" (about %s, %lld transactions, %s at the rate before)", bytes,
			(long long) silence->most_transactions, seconds);
}

/* ", at risk 312 kB / 1.4 s" */
static void
print_risk(const CheckReport *report)
{
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];

	units_bytes(report->risk_bytes, bytes);
	units_seconds(report->risk_seconds, seconds);
	if (report->risk_bytes >= 0)
		printed(", at risk %s / %s", bytes, seconds);
	else if (report->last_heard != NULL)
		print_silence(report);
	else
		printed(", at risk unknown");
}

static void
print_text(const CheckReport *report)
{
	for (size_t i = 0; i < report->n; i++)
	{
		const CheckFinding *finding = &report->findings[i];

		printed("%s  %-12s  %s: %s\n", check_word(finding->severity),
				finding->concern, finding->object, finding->problem);
		if (finding->hint != NULL && finding->severity != CHECK_PASS)
			printed("%20shint: %s\n", "", finding->hint);
	}
	printed("%lu passed, %lu warnings, %lu failed\n",
			(unsigned long) report->counts[CHECK_PASS],
			(unsigned long) report->counts[CHECK_WARN],
			(unsigned long) report->counts[CHECK_FAIL]);
	printed("Ready for switchover: %s.\n", report->switchover ? "yes" : "no");
	printed("Ready for failover: %s", report->failover ? "yes" : "no");
	print_risk(report);
	puts(".");
}

/* Has a run begun here and not ended?  A journal that is damaged tells of none. */
static bool
is_under_way(const Config *config)
{
	Error		ignored = ERROR_NONE;
	PlanJournal *journal = NULL;
	bool		is = plan_unfinished(config->journal_directory, NULL,
									 &journal, &ignored) && journal != NULL;

	plan_journal_free(journal);
	error_free(&ignored);
	return is;
}

int
cmd_check(const char *file, bool strict, bool json)
{
	Config		config;
	CheckReport report;
	unsigned	how = strict ? CHECK_STRICT : 0;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	if (is_under_way(&config))
		how |= CHECK_UNDER_WAY;
	check_run(&config, how, &report);
	if (json)
		print_json(&report);
	else
		print_text(&report);
	code = report.switchover && report.failover ? EXIT_OK : EXIT_NOT_SO;
	check_free(&report);
	config_free(&config);
	return code;
}
