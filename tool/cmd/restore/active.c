/*
 * active.c
 *		Whether the site that is restored is the active one, which has to be
 *		named then; who follows it, and which site is held as the way back.
 */
#include <string.h>

#include "base/exitcode.h"
#include "cmd/restore/work.h"
#include "pg/statements.h"
#include "server/settings.h"

static const ConfigSite *
other_site(const Restore *restore)
{
	return config_other_site(&restore->move.config, restore->site);
}

/* The configured databases as a list of JSON: their names need no escapes. */
static const char *
configured(Restore *restore)
{
	const Config *config = &restore->move.config;
	const char *list = "[";

	for (size_t i = 0; i < config->databases.n; i++)
		list = arena_printf(&restore->move.arena, "%s%s\"%s\"", list,
							i > 0 ? "," : "", config->databases.words[i]);
	return arena_printf(&restore->move.arena, "%s]", list);
}

#define HAS_DATABASES \
	"EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname IN (SELECT " \
	"pg_catalog.json_array_elements_text($1::pg_catalog.json)))"

/* Nobody works with it: no standby, no session of Qlik Sense. */
static bool
is_idle(Restore *restore, bool *idle, Error *error)
{
	return move_true(&restore->move, restore->site, "SELECT NOT EXISTS (SELECT "
					 "FROM pg_catalog.pg_stat_replication) AND NOT EXISTS "
					 "(SELECT FROM pg_catalog.pg_stat_activity WHERE usename = "
					 "$1)", PG_PARAMETERS(restore->site->qlik_role != NULL ?
										  restore->site->qlik_role : ""),
					 idle, error);
}

/* Is the other site evidently the active one?  A silent one is not. */
static bool
other_is_active(Restore *restore)
{
	const Config *config = &restore->move.config;
	const ConfigSite *other = other_site(restore);
	Error		ignored = ERROR_NONE;
	PgConnection *server = move_connect(&restore->move, other,
										config->databases.words[0],
										&ignored);
	bool		fenced = false;
	bool		active = false;
	bool		passive = true;

	if (server == NULL)
	{
		error_free(&ignored);
		return false;
	}
	if (pg_ask(server, "SELECT NOT pg_catalog.pg_is_in_recovery() AND "
			   HAS_DATABASES, PG_PARAMETERS(configured(restore)), &active,
			   &ignored) && active &&
		move_is_passive(&restore->move, other, &passive, &ignored) &&
		!passive &&
		!pg_ask(server, "SELECT f.fenced FROM qsrepl._fence_state() f",
				PG_NONE, &fenced, &ignored))
		fenced = false;
	error_free(&ignored);
	pg_close(server);
	return active && !passive && !fenced;
}

static bool
find_out(Restore *restore, Error *error)
{
	bool		has;
	bool		idle;

	if (!move_true(&restore->move, restore->site, "SELECT " HAS_DATABASES,
				   PG_PARAMETERS(configured(restore)), &has, error) ||
		!is_idle(restore, &idle, error))
		return false;
	restore->active = has && !(idle && other_is_active(restore));
	return true;
}

static bool
collect(void *arg, const PgRow *row, Error *error)
{
	Text	   *list = arg;

	(void) error;
	text_addf(list, "%s%s", list->len > 0 ? ", " : "", pg_row_text(row, 0));
	return true;
}

/* All that follow, whether in the configuration or not. */
static bool
list_followers(Restore *restore, Text *list, Error *error)
{
	PgConnection *server = restore_server(restore, error);

	return server != NULL &&
		pg_rows(server, "SELECT pg_catalog.concat(application_name, "
				"coalesce(' at ' || host(client_addr), '')) FROM "
				"pg_catalog.pg_stat_replication ORDER BY 1", PG_NONE, collect,
				list, error);
}

static int
refuse_active(Restore *restore, const Text *followers, Error *error)
{
	const char *name = restore->site->name;

	error_set(error, followers->len > 0 ?
			  arena_printf(&restore->move.arena, "These follow it, and would "
						   "get what is restored: %s.", followers->bytes) :
			  "Nothing follows it.",
			  arena_printf(&restore->move.arena, "With --replace-active %s its "
						   "databases are replaced. Nothing was changed.",
						   name), "site \"%s\" is the active one", name);
	return EXIT_REFUSED;
}

/* Does the site have a slot for the other one, which does not answer? */
static bool
has_slot(Restore *restore, bool *has, Error *error)
{
	const Config *config = &restore->move.config;
	const ConfigSite *other = other_site(restore);
	const char *slot = config->mode == CONFIG_LOGICAL ?
	server_subscription(config, other, config->databases.words[0],
						&restore->move.arena) :
	server_slot(config, other, &restore->move.arena);

	return move_true(&restore->move, restore->site, "SELECT EXISTS (SELECT "
					 "FROM pg_catalog.pg_replication_slots WHERE slot_name = "
					 "$1)", PG_PARAMETERS(slot), has, error);
}

static bool
same_system(Restore *restore, bool *same, Error *error)
{
	const char *system;

	if (!move_value(&restore->move, other_site(restore), "SELECT "
					"system_identifier FROM pg_catalog.pg_control_system()",
					PG_NONE, &system, error))
		return false;
	*same = restore->move.config.mode == CONFIG_LOGICAL ||
		strcmp(system, restore->move.system_identifier) == 0;
	return true;
}

static int
without_passive(Restore *restore, Error *silent, Error *error)
{
	const char *name = other_site(restore)->name;
	bool		follows;

	if (!has_slot(restore, &follows, error))
		return EXIT_SERVER;
	if (!follows)
		return EXIT_OK;
	if (restore->request->force)
	{
		text_addf(&restore->told, "Warning: site %s follows, does not answer, "
				  "and is not held as the way back: it gets what is "
				  "restored.\n", name);
		return EXIT_OK;
	}
	error_set(error, silent->message, "Bring it back, or pass it over by "
			  "--force. Nothing was changed.", "site \"%s\" follows, and "
			  "cannot be held as the way back", name);
	return EXIT_REFUSED;
}

/* The site that is held, so that it can take over as it is now. */
static int
find_passive(Restore *restore, Error *error)
{
	const ConfigSite *other = other_site(restore);
	Error		silent = ERROR_NONE;
	bool		passive = false;
	bool		same = false;
	int			code = EXIT_OK;

	if (!move_is_passive(&restore->move, other, &passive, &silent) ||
		(passive && !same_system(restore, &same, &silent)))
		code = without_passive(restore, &silent, error);
	else if (passive && same)
		restore->passive = other;
	error_free(&silent);
	return code;
}

static bool
has_share(const Restore *restore, const ConfigSite *site)
{
	const Config *config = &restore->move.config;

	for (size_t i = 0; i < config->n_shares; i++)
		if (config_share_path(&config->shares[i], site->name) != NULL)
			return true;
	return false;
}

/*
 * Of files alone, the passive site is not held: that would keep back rows, which
 * do not change.  Its content is no way back, so that is told; where it does not
 * answer, too.
 */
static void
tell_not_held(Restore *restore)
{
	const ConfigSite *other = other_site(restore);
	Error		silent = ERROR_NONE;
	bool		passive = true;

	if (!restore->active || !has_share(restore, other))
		return;
	if (!move_is_passive(&restore->move, other, &passive, &silent))
		passive = true;
	error_free(&silent);
	if (passive)
		text_addf(&restore->told, "Site %s is not held, since no rows change: "
				  "what is restored goes on to its share, by the next \"qsrepl "
				  "share sync\" or by what else replicates it.\n",
				  other->name);
}

int
restore_check_active(Restore *restore, Error *error)
{
	const char *named = restore->request->replace_active;
	Text		followers = {NULL, 0, 0};
	int			code = EXIT_OK;

	if (named != NULL && strcmp(named, restore->site->name) != 0)
	{
		error_set(error, NULL, "Name the site whose data is replaced. Nothing "
				  "was changed.", "--replace-active names site \"%s\", and "
				  "the restore is at site \"%s\"",
				  arena_quote(&restore->move.arena, named),
				  restore->site->name);
		return EXIT_USAGE;
	}
	if (!find_out(restore, error) ||
		!list_followers(restore, &followers, error))
		code = EXIT_SERVER;
	else if (restore->active && named == NULL)
		code = refuse_active(restore, &followers, error);
	else if (followers.len > 0)
		text_addf(&restore->told, "These follow site %s: %s.\n",
				  restore->site->name, followers.bytes);
	text_free(&followers);
	if (code == EXIT_OK && restore->request->files_only)
		tell_not_held(restore);
	else if (code == EXIT_OK)
		code = find_passive(restore, error);
	if (code == EXIT_OK && restore->passive != NULL)
		text_addf(&restore->told, restore->move.config.mode == CONFIG_LOGICAL ?
				  "Site %s is held until the end, and copied anew then.\n" :
				  "Site %s is held as it is, as the way back.\n",
				  restore->passive->name);
	return code;
}
