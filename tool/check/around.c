/*
 * around.c
 *		Concerns: transactions, clocks, disks.
 */
#include "check/internal.h"

#include <math.h>
#include <string.h>

#include "base/units.h"
#include "platform/directory.h"
#include "platform/file.h"

/* From how many seconds on clocks differ too much. */
#define CLOCK_SECONDS 2.0

#define GIGABYTE ((uint64_t) 1024 * 1024 * 1024)

void
check_prepared(CheckRun *run)
{
	const SiteServer *active = run->active;

	if (active == NULL)
		return;
	for (size_t i = 0; i < active->n_prepared; i++)
		check_warn(run, check_database(run, active->site,
									   active->prepared[i].database),
				   "COMMIT PREPARED or ROLLBACK PREPARED it.",
				   "transaction \"%s\" is prepared since %s: if it has "
				   "written to tables with rules, it holds up the localizer",
				   active->prepared[i].gid, active->prepared[i].since);
	if (active->n_prepared == 0)
		check_pass(run, check_site(run, active->site),
				   "no transaction is prepared");
}

static void
check_clock(CheckRun *run, const SiteServer *server)
{
	const char *object = check_site(run, server->site);
	double		difference = server->clock - server->host_clock;
	char		text[UNITS_SIZE];

	units_seconds(fabs(difference), text);
	if (fabs(difference) > CLOCK_SECONDS + server->asking)
		check_warn(run, object, "Let both machines follow a time server: "
				   "lag and tickets depend on it.",
				   "its clock is %s %s of this machine's", text,
				   difference > 0 ? "ahead" : "behind");
	else
		check_pass(run, object, "its clock is within %s of this machine's",
				   text);
}

void
check_clocks(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL)
			check_clock(run, &run->servers[i]);
}

/* The most that slots may still put on the disk. */
static uint64_t
needed(const SiteServer *server)
{
	uint64_t	kept = server->keep_megabytes > 0 ?
	(uint64_t) server->keep_megabytes * 1024 * 1024 : 0;

	return kept > GIGABYTE ? kept : GIGABYTE;
}

/* Of this machine's own server: others' disks are not seen from here. */
static void
check_own_disk(CheckRun *run, const SiteServer *server)
{
	const char *object = check_site(run, server->site);
	const char *path = server->data_directory;
	Error		error = ERROR_NONE;
	PlatFileInfo info = {.exists = false};
	uint64_t	bytes = 0;
	char		text[UNITS_SIZE];

	if (plat_file_info(path, &info, &error) && info.directory &&
		plat_free_space(path, &bytes, &error))
	{
		units_bytes((int64_t) bytes, text);
		if (bytes < needed(server))
			check_warn(run, object, "Make room, or decrease "
					   "max_slot_wal_keep_size.",
					   "the data directory's disk has %s left", text);
		else
			check_pass(run, object, "the data directory's disk has %s left",
					   text);
	}
	else if (error.message != NULL)
		check_warn(run, object, NULL, "free space is not known: %s",
				   error.message);
	error_free(&error);
}

/* What SQL tells of another machine; its free space is not among it. */
static void
tell_sizes(CheckRun *run, const SiteServer *server)
{
	char		wal[UNITS_SIZE];
	char		data[UNITS_SIZE];

	units_bytes(server->wal_bytes, wal);
	units_bytes(server->data_bytes, data);
	check_pass(run, check_site(run, server->site), "databases of %s and log "
			   "of %s; its free space is seen by a check at its own machine",
			   data, wal);
}

void
check_disk(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL &&
			strcmp(run->servers[i].site->name, run->config->site) == 0)
			check_own_disk(run, &run->servers[i]);
		else if (run->servers[i].error == NULL)
			tell_sizes(run, &run->servers[i]);
}
