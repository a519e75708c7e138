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
#include "site/active.h"

/* What a visit of a site's databases needs. */
typedef struct Visit
{
	CheckRun   *run;
	size_t		site;
} Visit;

/*
 * A standby's rows are another site's: leaks are counted at primaries.  All
 * databases share the time for scan().
 */
static void
visit(void *arg, PgConnection *connection, const SiteDatabase *database)
{
	const Visit *at = arg;
	CheckRun   *run = at->run;
	unsigned	parts = run->brief ? 0 :
	(run->servers[at->site].standby ? 0 : SITE_LEAKS) |
	(site_may_be_active(run->config, &run->servers[at->site]) ? SITE_DEFINITIONS : 0);
	SiteInsight *insight = &run->insights[run->n_insights++];
	int			left = CHECK_SCAN_MS - run->scan_ms;

	insight->site = run->servers[at->site].site;
	insight->database = database->name;
	site_insight_read(connection, run->config, parts,
					  left > CHECK_SCAN_LEAST_MS ? left : CHECK_SCAN_LEAST_MS,
					  &run->report->arena, insight);
	run->scan_ms += insight->scan_ms;
	if (strcmp(database->name, run->config->databases.words[0]) == 0)
		site_transport_read(connection, &run->report->arena,
							&run->transports[at->site]);
}

static void
read_site(CheckRun *run, size_t site)
{
	const Config *config = run->config;
	Arena	   *arena = &run->report->arena;
	Visit		at = {run, site};
	SiteVisit	how = {config, &config->sites[site],
	(int) config->connect_timeout, arena, visit, &at};

	if (run->servers[site].error != NULL)
		return;
	site_status_visit(&how, &run->statuses[site]);
	site_login_read(config, &config->sites[site], arena, &run->logins[site]);
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
	run->logins = arena_alloc(arena, run->n * sizeof(SiteLogin));
	run->insights = arena_alloc(arena, run->n * config->databases.n *
								sizeof(SiteInsight));
	run->transports = arena_alloc(arena, run->n * sizeof(SiteTransport));
	for (size_t i = 0; i < run->n; i++)
		site_server_read(config, &config->sites[i], arena, &run->servers[i]);
	for (size_t i = 0; i < run->n; i++)
		read_site(run, i);
	run->active = site_active(config, run->servers, run->statuses);
	if (config->mode == CONFIG_LOGICAL)
		read_pairs(run);
	if (run->active != NULL)
		run->report->active = run->active->site->name;
}

void
check_run(const Config *config, unsigned how, CheckReport *report)
{
	CheckRun	run = {.config = config,.report = report,
		.brief = (how & CHECK_BRIEF) != 0,
	.under_way = (how & CHECK_UNDER_WAY) != 0};
	const bool	strict = (how & CHECK_STRICT) != 0;
	unsigned	blocked = 0;

	memset(report, 0, sizeof(*report));
	report->risk_bytes = -1;
	report->risk_seconds = -1;
	read_sites(&run);
	for (const CheckConcern *c = check_concerns; c->name != NULL; c++)
	{
		run.concern = c->name;
		if ((config->mode == CONFIG_LOGICAL ? c->logical : c->physical) &&
			!(run.brief && c->reads))
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

unsigned
check_site_blocks(const CheckRun *run, const ConfigSite *site)
{
	const SiteServer *active = run->active;

	/* Without an active site, the silent one may be it. */
	for (size_t i = 0; active == NULL && i < run->n; i++)
		if (run->servers[i].site == site && run->servers[i].error != NULL)
			return CHECK_SWITCHOVER;
	return active != NULL && active->site == site ? CHECK_SWITCHOVER :
		CHECK_BOTH;
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
