/*
 * share.c
 *		Concern: the file shares, their content, and who may write it.
 */
#include "check/share.h"

#include <string.h>

#include "platform/clock.h"

const char *
check_share_object(const CheckShare *check, const ConfigSite *site)
{
	Arena	   *arena = &check->run->report->arena;

	return site == NULL ?
		arena_printf(arena, "share %s", check->share->name) :
		arena_printf(arena, "site %s, share %s", site->name,
					 check->share->name);
}

void
check_share_problem(const CheckShare *check, const ConfigSite *site,
					unsigned blocks, Error *error)
{
	check_fail(check->run, blocks, check_share_object(check, site),
			   error->hint, "%s%s%s", error->message,
			   error->detail != NULL && error->detail[0] != '\0' ? ": " : "",
			   error->detail != NULL ? error->detail : "");
	error_free(error);
}

/* A node starts a program first, which takes seconds on Windows. */
static int64_t
patience(const CheckShare *check)
{
	const Config *config = check->run->config;

	return config->connect_timeout +
		(check->share->method == CONFIG_SHARE_ROBOCOPY ?
		 config->services.answer_timeout : 0);
}

static void
open_ways(CheckShare *check)
{
	CheckRun   *run = check->run;
	Arena	   *arena = &run->report->arena;

	check->ways = arena_alloc(arena, run->n * sizeof(ShareAccess));
	check->open = arena_alloc(arena, run->n * sizeof(bool));
	for (size_t i = 0; i < run->n; i++)
	{
		const ConfigSite *site = run->servers[i].site;
		Error		error = ERROR_NONE;

		check->open[i] = share_access_open(run->config, check->share, site,
										   &check->rules, arena,
										   &check->ways[i], &error);
		if (check->open[i] && check->ways[i].here)
			check->open[i] = share_local_answers(&check->ways[i], &error);
		if (check->open[i])
			check->ways[i].end = plat_clock_ms() + patience(check);
		else
			check_share_problem(check, site, check_site_blocks(run, site),
								&error);
	}
}

static void
find_direction(CheckShare *check)
{
	CheckRun   *run = check->run;
	Error		error = ERROR_NONE;

	if (share_direction_judge(run->config, run->servers, run->statuses,
							  &check->direction, &error) == SHARE_AGREED)
		return;
	memset(&check->direction, 0, sizeof(check->direction));
	check->no_direction = arena_strdup(&run->report->arena, error.message);
	error_free(&error);
}

static void
check_one(CheckRun *run, const ConfigShare *share,
		  const SiteContent *contents)
{
	CheckShare	check = {.run = run,.share = share};

	share_rules_make(share, &run->report->arena, &check.rules);
	find_direction(&check);
	open_ways(&check);
	check_share_mounts(&check);
	if (check.direction.from == NULL)
		check_warn(run, check_share_object(&check, NULL), NULL,
				   "from which site to which its content goes is not known: "
				   "%s", check.no_direction);
	else if (share->replicated_by == CONFIG_REPLICATED_EXTERNALLY)
		check_share_canary(&check);
	else
		check_share_markers(&check);
	if (!run->brief)
		check_share_files(&check, contents);
}

static SiteContent *
read_contents(CheckRun *run)
{
	Arena	   *arena = &run->report->arena;
	SiteContent *contents = arena_alloc(arena, run->n * sizeof(SiteContent));

	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL)
			site_content_read(run->config, run->servers[i].site,
							  SITE_CONTENT_FILES | SITE_CONTENT_FOLDERS,
							  plat_clock_ms() + run->config->connect_timeout,
							  arena, &contents[i]);
		else
		{
			contents[i].site = run->servers[i].site;
			contents[i].error = run->servers[i].error;
		}
	return contents;
}

void
check_shares(CheckRun *run)
{
	const Config *config = run->config;
	const SiteContent *contents = NULL;

	if (config->n_shares == 0)
		return;
	if (!run->brief)
		contents = read_contents(run);
	for (size_t i = 0; i < config->n_shares; i++)
		check_one(run, &config->shares[i], contents);
	for (size_t i = 0; i < run->n && !run->brief; i++)
		if (strcmp(run->servers[i].site->name, config->site) == 0)
			check_share_accounts(run, &contents[i]);
}
