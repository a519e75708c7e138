/*
 * check.c
 *		A check: ask all sites first, then let every concern look.
 */
#include "check/check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "check/internal.h"
#include "server/logical.h"
#include "server/settings.h"

/* A server's part in the run, as far as its status tells. */
static bool
is_fenced(const CheckRun *run, size_t i)
{
	const SiteDatabase *answer = site_answer(&run->statuses[i]);

	return answer != NULL && answer->fenced;
}

/* In logical mode both are primaries: the active one subscribes to nothing. */
static bool
may_be_active(const CheckRun *run, size_t i)
{
	const SiteServer *server = &run->servers[i];

	if (server->error != NULL || server->standby)
		return false;
	return run->config->mode != CONFIG_LOGICAL || server->subscriptions == 0;
}

/* One that is fenced only where there is no other. */
static void
find_active(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (may_be_active(run, i) && !is_fenced(run, i))
		{
			run->active = &run->servers[i];
			return;
		}
	for (size_t i = 0; run->active == NULL && i < run->n; i++)
		if (may_be_active(run, i))
			run->active = &run->servers[i];
}

/* A subscriber stores rows of its own; a standby has those of its primary. */
static bool
has_insight(const CheckRun *run, size_t i)
{
	return &run->servers[i] == run->active ||
		run->config->mode == CONFIG_LOGICAL;
}

static void
read_insights(CheckRun *run)
{
	const Config *config = run->config;
	Arena	   *arena = &run->report->arena;

	run->insights = arena_alloc(arena, run->n * config->databases.n *
								sizeof(SiteInsight));
	for (size_t i = 0; i < run->n; i++)
		for (size_t j = 0; has_insight(run, i) &&
			 j < run->statuses[i].n_databases; j++)
			if (run->statuses[i].databases[j].error == NULL)
				site_insight_read(config, run->servers[i].site,
								  run->statuses[i].databases[j].name, arena,
								  &run->insights[run->n_insights++]);
}

static const SiteLogical *
read_logical(CheckRun *run, const CheckPair *pair, const ConfigSite *site)
{
	Arena	   *arena = &run->report->arena;
	SiteLogical *logical = arena_alloc(arena, sizeof(SiteLogical));
	const SiteLogicalQuery query = {
		run->config, site, pair->database, pair->subscription
	};

	site_logical_read(&query, arena, logical);
	return logical;
}

/* A database that could not be read is told elsewhere. */
static bool
is_read(const CheckRun *run, const SiteServer *server, size_t database)
{
	const SiteStatus *status = &run->statuses[server - run->servers];

	return server->error == NULL && database < status->n_databases &&
		status->databases[database].error == NULL;
}

static void
read_pair(CheckRun *run, const SiteServer *passive, size_t database)
{
	const Config *config = run->config;
	CheckPair  *pair;

	if (passive == run->active || !is_read(run, passive, database) ||
		(run->active != NULL && !is_read(run, run->active, database)))
		return;
	pair = &run->pairs[run->n_pairs++];
	pair->database = config->databases.words[database];
	pair->subscription = server_subscription(config, passive->site,
											 pair->database,
											 &run->report->arena);
	pair->replicated = logical_replicates(config, pair->database);
	pair->passive = passive;
	pair->own = read_logical(run, pair, passive->site);
	if (run->active != NULL)
		pair->other = read_logical(run, pair, run->active->site);
}

static void
read_pairs(CheckRun *run)
{
	size_t		n = run->config->databases.n;

	run->pairs = arena_alloc(&run->report->arena, run->n * n *
							 sizeof(CheckPair));
	for (size_t i = 0; i < run->n; i++)
		for (size_t j = 0; j < n; j++)
			read_pair(run, &run->servers[i], j);
}

static void
read_sites(CheckRun *run)
{
	const Config *config = run->config;
	Arena	   *arena = &run->report->arena;

	run->n = config->n_sites;
	run->servers = arena_alloc(arena, run->n * sizeof(SiteServer));
	run->statuses = arena_alloc(arena, run->n * sizeof(SiteStatus));
	for (size_t i = 0; i < run->n; i++)
		site_server_read(config, &config->sites[i], arena, &run->servers[i]);
	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL)
			site_status_read(config, &config->sites[i],
							 (int) config->connect_timeout, arena,
							 &run->statuses[i]);
	find_active(run);
	if (config->mode == CONFIG_LOGICAL)
		read_pairs(run);
	if (run->active == NULL)
		return;
	run->report->active = run->active->site->name;
	read_insights(run);
}

void
check_run(const Config *config, bool strict, CheckReport *report)
{
	CheckRun	run = {.config = config,.report = report};
	unsigned	blocked = 0;

	memset(report, 0, sizeof(*report));
	report->risk_bytes = -1;
	report->risk_seconds = -1;
	read_sites(&run);
	for (const CheckConcern *c = check_concerns; c->name != NULL; c++)
	{
		run.concern = c->name;
		if (config->mode == CONFIG_LOGICAL ? c->logical : c->physical)
			c->look(&run);
	}
	for (size_t i = 0; i < report->n; i++)
		if (report->findings[i].severity == CHECK_FAIL ||
			(strict && report->findings[i].severity == CHECK_WARN))
			blocked |= report->findings[i].blocks;
	report->switchover = (blocked & CHECK_SWITCHOVER) == 0;
	report->failover = (blocked & CHECK_FAILOVER) == 0;
}

void
check_free(CheckReport *report)
{
	free(report->findings);
	arena_free(&report->arena);
}

static void
			add(CheckRun *run, const CheckFinding *finding, const char *format,
				va_list args) TEXT_PRINTF(3, 0);

static void
add(CheckRun *run, const CheckFinding *finding, const char *format,
	va_list args)
{
	CheckReport *report = run->report;
	CheckFinding *added;
	char		problem[1024];

	vsnprintf(problem, sizeof(problem), format, args);
	report->findings = mem_grow(report->findings,
								(report->n + 1) * sizeof(CheckFinding));
	added = &report->findings[report->n++];
	*added = *finding;
	added->concern = run->concern;
	added->object = arena_strdup(&report->arena, finding->object);
	added->problem = arena_strdup(&report->arena, problem);
	if (finding->hint != NULL)
		added->hint = arena_strdup(&report->arena, finding->hint);
	report->counts[finding->severity]++;
}

void
check_pass(CheckRun *run, const char *object, const char *format,...)
{
	CheckFinding finding = {.severity = CHECK_PASS,.object = object};
	va_list		args;

	va_start(args, format);
	add(run, &finding, format, args);
	va_end(args);
}

void
check_warn(CheckRun *run, const char *object, const char *hint,
		   const char *format,...)
{
	CheckFinding finding = {.severity = CHECK_WARN,.blocks = CHECK_BOTH,
	.object = object,.hint = hint};
	va_list		args;

	va_start(args, format);
	add(run, &finding, format, args);
	va_end(args);
}

void
check_fail(CheckRun *run, unsigned blocks, const char *object,
		   const char *hint, const char *format,...)
{
	CheckFinding finding = {.severity = CHECK_FAIL,.blocks = blocks,
	.object = object,.hint = hint};
	va_list		args;

	va_start(args, format);
	add(run, &finding, format, args);
	va_end(args);
}

void
check_note_risk(CheckRun *run, int64_t bytes, double seconds)
{
	CheckReport *report = run->report;

	if (bytes <= report->risk_bytes)
		return;
	report->risk_bytes = bytes;
	report->risk_seconds = seconds;
}

const char *
check_site(CheckRun *run, const ConfigSite *site)
{
	return arena_printf(&run->report->arena, "site %s", site->name);
}

const char *
check_database(CheckRun *run, const ConfigSite *site, const char *database)
{
	return arena_printf(&run->report->arena, "site %s, database %s",
						site->name, database);
}

bool
check_is_standby(const SiteServer *server)
{
	return server->error == NULL && server->standby;
}

const char *
check_word(CheckSeverity severity)
{
	static const char *const words[] = {"pass", "warn", "fail"};

	return words[severity];
}
