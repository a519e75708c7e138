/*
 * certificates.c
 *		Would the site's certificates do for its databases as they are when it
 *		is active: for the names of the nodes, and the thumbprints that are in
 *		the localized copy?
 */
#include <string.h>

#include "cert/store.h"
#include "check/thumbprints.h"
#include "drill/drill.h"
#include "pg/query.h"
#include "pg/statements.h"

/* Not every database has nodes. */
static const char has_nodes[] =
"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
"pg_catalog.to_regclass('public.\"ServerNodeConfigurations\"') AND "
"a.attname = 'HostName' AND " PG_READABLE ")";

static const char nodes_query[] =
"SELECT DISTINCT \"HostName\" FROM public.\"ServerNodeConfigurations\" "
"WHERE \"HostName\" <> '' ORDER BY 1";

/* What the copy's databases expect. */
typedef struct Wanted
{
	Drill	   *drill;
	SiteThumbprints thumbprints;
	const char **aliases;
	size_t		n;
} Wanted;

static bool
take_node(void *arg, const PgRow *row, Error *error)
{
	Wanted	   *wanted = arg;
	Arena	   *arena = &wanted->drill->arena;
	const char **aliases = arena_alloc(arena, (wanted->n + 1) *
									   sizeof(char *));

	(void) error;
	if (wanted->n > 0)
		memcpy(aliases, wanted->aliases, wanted->n * sizeof(char *));
	aliases[wanted->n++] = arena_strdup(arena, pg_row_text(row, 0));
	wanted->aliases = aliases;
	return true;
}

static bool
ask_database(Wanted *wanted, const char *name, Error *error)
{
	Drill	   *drill = wanted->drill;
	PgConnection *copy = drill_connect(drill, name, NULL, error);
	bool		nodes = false;
	bool		good = copy != NULL &&
	site_thumbprints_look(copy, arena_strdup(&drill->arena, name),
						  &drill->arena, &wanted->thumbprints, error) &&
	pg_ask(copy, has_nodes, PG_NONE, &nodes, error) &&
	(!nodes || pg_rows(copy, nodes_query, PG_NONE, take_node, wanted, error));

	pg_close(copy);
	return good;
}

static void
verify(Wanted *wanted, const CertSet *set)
{
	Drill	   *drill = wanted->drill;
	CertFindings findings = {.n = 0};
	CertExpectations expected;
	Text		wrong = {NULL, 0, 0};

	cert_expect(drill->config, drill->site, &expected, &findings);
	check_expect_named(&wanted->thumbprints, &expected, &findings);
	if (wanted->n > 0)
	{
		expected.aliases = wanted->aliases;
		expected.n_aliases = wanted->n;
	}
	if (cert_verify(set, &expected, &findings))
		drill_check(drill, "certificates", "passed", "%lu certificates are "
					"good for %lu nodes and %lu thumbprints in the copy.",
					(unsigned long) set->n,
					(unsigned long) expected.n_aliases,
					(unsigned long) expected.n_named);
	for (size_t i = 0; i < findings.n; i++)
		if (findings.list[i].severity == CERT_FAIL)
			text_addf(&wrong, "%s%s %s", wrong.len > 0 ? "; " : "",
					  findings.list[i].object, findings.list[i].problem);
	if (wrong.len > 0)
		drill_check(drill, "certificates", "failed", "%s", wrong.bytes);
	text_free(&wrong);
	cert_findings_free(&findings);
}

bool
drill_certificates(Drill *drill, Error *error)
{
	Wanted		wanted = {.drill = drill};
	CertSet		set = CERT_SET_NONE;
	Error		unread = ERROR_NONE;
	bool		good = true;

	if (!cert_is_configured(drill->site))
		return true;
	for (size_t i = 0; good && i < json_array_size(drill->databases); i++)
	{
		const		json_t *database = json_array_get(drill->databases, i);

		good = ask_database(&wanted,
							json_string_value(json_object_get(database,
															  "name")),
							error);
	}
	if (good && cert_store_read(drill->config, drill->site, &set, &unread) &&
		set.n > 0)
		verify(&wanted, &set);
	else if (good)
		drill_check(drill, "certificates", "failed", "%s", unread.message !=
					NULL ? unread.message : "The site has no certificates.");
	cert_set_free(&set);
	error_free(&unread);
	return good;
}
