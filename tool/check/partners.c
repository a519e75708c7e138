/*
 * partners.c
 *		Concerns: whether physical partners fit.
 */
#include "check/internal.h"

#include <string.h>

#define MAJOR(server) ((server)->version_number / 10000)

/* Call a function for each other server that answers. */
static void
for_partners(CheckRun *run, void (*look) (CheckRun *run,
										  const SiteServer *partner))
{
	for (size_t i = 0; run->active != NULL && i < run->n; i++)
		if (&run->servers[i] != run->active && run->servers[i].error == NULL)
			look(run, &run->servers[i]);
}

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static void
compare_system(CheckRun *run, const SiteServer *partner)
{
	const char *object = check_site(run, partner->site);

	if (is_same(partner->system_identifier, run->active->system_identifier))
		check_pass(run, object, "a copy of site %s, system identifier %s",
				   run->active->site->name, partner->system_identifier);
	else
		check_fail(run, CHECK_BOTH, object, "It needs a base backup of the "
				   "active site, or host and port are wrong.",
				   "it is no copy of site %s: its system identifier is %s "
				   "instead of %s", run->active->site->name,
				   partner->system_identifier,
				   run->active->system_identifier);
}

void
check_system(CheckRun *run)
{
	for_partners(run, compare_system);
}

/*
 * "x86_64-pc-linux-gnu" of "PostgreSQL 15.8 (Debian ...) on x86_64-pc-linux-gnu,
 * compiled by gcc"; PostgreSQL for Windows names the compiler only.
 */
static const char *
system_of(CheckRun *run, const SiteServer *server)
{
	const char *on = strstr(server->version, " on ");
	const char *compiler = strstr(server->version, ", compiled by Visual");
	char	   *system;

	if (on == NULL)
		return compiler != NULL ? "Windows" : "";
	system = arena_strdup(&run->report->arena, on + strlen(" on "));
	system[strcspn(system, ",")] = '\0';
	return system;
}

static void
compare_version(CheckRun *run, const SiteServer *partner)
{
	const char *object = check_site(run, partner->site);

	if (!is_same(system_of(run, partner), system_of(run, run->active)))
		check_fail(run, CHECK_BOTH, object, "Physical replication needs the "
				   "same operating system and processor.",
				   "it runs on %s, but site %s on %s",
				   system_of(run, partner), run->active->site->name,
				   system_of(run, run->active));
	else if (MAJOR(partner) != MAJOR(run->active))
		check_fail(run, CHECK_BOTH, object,
				   "Physical replication needs the same major version.",
				   "\"%s\", but site %s has \"%s\"", partner->version,
				   run->active->site->name, run->active->version);
	else if (!is_same(partner->version, run->active->version))
		check_warn(run, object, "Install the same packages at all sites.",
				   "\"%s\", but site %s has \"%s\"", partner->version,
				   run->active->site->name, run->active->version);
	else
		check_pass(run, object, "%s", partner->version);
}

void
check_versions(CheckRun *run)
{
	for_partners(run, compare_version);
}

static bool
compare_database(CheckRun *run, const SiteServer *partner,
				 const char *database)
{
	const SiteCatalog *a = site_catalog(run->active, database);
	const SiteCatalog *b = site_catalog(partner, database);
	const char *object = check_database(run, partner->site, database);

	/* What is missing is told elsewhere. */
	if (a == NULL || b == NULL)
		return true;
	if (!is_same(a->encoding, b->encoding) ||
		!is_same(a->collate, b->collate) || !is_same(a->ctype, b->ctype))
		check_fail(run, CHECK_BOTH, object, "They are not copies of each "
				   "other.", "encoding and locale are %s, %s, %s instead of "
				   "%s, %s, %s", b->encoding, b->collate, b->ctype,
				   a->encoding, a->collate, a->ctype);
	else if (!is_same(a->version, b->version))
		check_fail(run, CHECK_BOTH, object, "Use the same version of the "
				   "operating system at all sites: indexes on text would be "
				   "wrong, or reindex them after each switchover.",
				   "the system's collation \"%s\" has version %s instead of "
				   "%s", b->collate, b->version != NULL ? b->version : "none",
				   a->version != NULL ? a->version : "none");
	else
		return true;
	return false;
}

/* Without the databases' own, the system's library tells. */
static bool
compare_libc(CheckRun *run, const SiteServer *partner)
{
	if (partner->libc == NULL || run->active->libc == NULL ||
		strcmp(partner->libc, run->active->libc) == 0)
		return true;
	check_fail(run, CHECK_BOTH, check_site(run, partner->site),
			   "Use the same version of the operating system at all sites: "
			   "indexes on text would be wrong, or reindex them after each "
			   "switchover.", "the system's library has locales of version "
			   "%s instead of %s", partner->libc, run->active->libc);
	return false;
}

/* The system has been upgraded since: indexes on text may be wrong. */
static void
check_recorded(CheckRun *run, const SiteCatalog *catalog)
{
	if (catalog == NULL || catalog->recorded == NULL ||
		catalog->version == NULL || is_same(catalog->recorded,
											catalog->version))
		return;
	check_warn(run, check_database(run, run->active->site, catalog->name),
			   "REINDEX the database, then ALTER DATABASE ... REFRESH "
			   "COLLATION VERSION.", "it was made with collation version %s, "
			   "and the system has %s: indexes on text may be wrong",
			   catalog->recorded, catalog->version);
}

static void
compare_collations(CheckRun *run, const SiteServer *partner)
{
	bool		good = compare_libc(run, partner);

	for (size_t i = 0; i < run->config->databases.n; i++)
		good = compare_database(run, partner,
								run->config->databases.words[i]) && good;
	if (good)
		check_pass(run, check_site(run, partner->site),
				   "encodings and collations are those of site %s",
				   run->active->site->name);
}

void
check_collations(CheckRun *run)
{
	for (size_t i = 0; run->active != NULL &&
		 i < run->config->databases.n; i++)
		check_recorded(run, site_catalog(run->active, run->config->
										 databases.words[i]));
	for_partners(run, compare_collations);
}
