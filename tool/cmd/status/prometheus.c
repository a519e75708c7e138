/*
 * prometheus.c
 *		The sites' status in Prometheus' text format.
 */
#include "cmd/status/print.h"

/* A metric of a database; a value of less than nothing is left out. */
typedef struct Metric
{
	const char *name;
	const char *help;
	double		(*value) (const SiteDatabase *database);
} Metric;

static double
value_primary(const SiteDatabase *database)
{
	return database->primary;
}

static double
value_timeline(const SiteDatabase *database)
{
	return (double) database->timeline;
}

static double
value_epoch(const SiteDatabase *database)
{
	return (double) database->epoch;
}

static double
value_lag_bytes(const SiteDatabase *database)
{
	return (double) database->lag_bytes;
}

static double
value_lag_seconds(const SiteDatabase *database)
{
	return database->lag_seconds;
}

static double
value_localized(const SiteDatabase *database)
{
	return database->localized;
}

static double
value_residue(const SiteDatabase *database)
{
	return (double) database->residues;
}

static double
value_fenced(const SiteDatabase *database)
{
	return database->fenced;
}

static double
value_heard(const SiteDatabase *database)
{
	return database->heard;
}

static double
value_heard_bytes(const SiteDatabase *database)
{
	return (double) database->heard_bytes;
}

static double
value_wal_rate(const SiteDatabase *database)
{
	return database->wal_rate;
}

static const Metric metrics[] = {
	{"qsrepl_primary", "1 where the server is a primary, 0 on a standby",
	value_primary},
	{"qsrepl_timeline", "The server's timeline", value_timeline},
	{"qsrepl_epoch", "How often the active role has moved", value_epoch},
	{"qsrepl_lag_bytes", "Bytes of log that are not replayed: of a standby, "
	"or of a primary's farthest one", value_lag_bytes},
	{"qsrepl_lag_seconds", "The same as time", value_lag_seconds},
	{"qsrepl_localized", "1 where the rows are the site's own",
	value_localized},
	{"qsrepl_residue", "Rules that left rows as they were", value_residue},
	{"qsrepl_fenced", "1 where the server is closed for all but superusers",
	value_fenced},
	{"qsrepl_heard_seconds", "When a standby heard its primary last, as "
	"seconds since 1970", value_heard},
	{"qsrepl_heard_bytes", "Bytes of log that the primary had written then "
	"and that are not received", value_heard_bytes},
	{"qsrepl_wal_bytes_per_second", "What the primary wrote in the minute "
	"before", value_wal_rate},
	{NULL, NULL, NULL}
};

static void
add_label(Text *out, const char *value)
{
	for (; *value != '\0'; value++)
		if (*value == '\n')
			text_add(out, "\\n");
		else
			text_addf(out, "%s%c", *value == '"' || *value == '\\' ?
					  "\\" : "", *value);
}

static void
add_head(Text *out, const char *name, const char *help)
{
	text_addf(out, "# HELP %s %s.\n# TYPE %s gauge\n", name, help, name);
}

static void
add_value(Text *out, const char *name, const char *site,
		  const char *database, double value)
{
	text_addf(out, "%s{site=\"", name);
	add_label(out, site);
	if (database != NULL)
	{
		text_add(out, "\",database=\"");
		add_label(out, database);
	}
	text_addf(out, "\"} %.15g\n", value);
}

static void
add_metric(Text *out, const SiteList *sites, const Metric *metric)
{
	add_head(out, metric->name, metric->help);
	for (size_t i = 0; i < sites->n; i++)
		for (size_t j = 0; j < sites->list[i].n_databases; j++)
		{
			const SiteDatabase *database = &sites->list[i].databases[j];

			if (database->error == NULL && metric->value(database) >= 0)
				add_value(out, metric->name, sites->list[i].site->name,
						  database->name, metric->value(database));
		}
}

static void
add_shares(Text *out, const SiteList *sites)
{
	if (sites->n_shares > 0)
		add_head(out, "qsrepl_share_behind_seconds", "How far the passive "
				 "site's content of a share is behind, by this machine's last "
				 "synchronization");
	for (size_t i = 0; i < sites->n_shares; i++)
		if (sites->shares[i].behind_ms >= 0)
		{
			text_add(out, "qsrepl_share_behind_seconds{share=\"");
			add_label(out, sites->shares[i].share->name);
			text_addf(out, "\"} %.15g\n",
					  (double) sites->shares[i].behind_ms / 1000);
		}
}

void
status_as_prometheus(const SiteList *sites, Text *out)
{
	add_head(out, "qsrepl_up", "1 where the site's server answers");
	for (size_t i = 0; i < sites->n; i++)
		add_value(out, "qsrepl_up", sites->list[i].site->name, NULL,
				  sites->list[i].error == NULL);
	add_head(out, "qsrepl_database_up", "1 where the database could be read");
	for (size_t i = 0; i < sites->n; i++)
		for (size_t j = 0; j < sites->list[i].n_databases; j++)
			add_value(out, "qsrepl_database_up", sites->list[i].site->name,
					  sites->list[i].databases[j].name,
					  sites->list[i].databases[j].error == NULL);
	for (const Metric *metric = metrics; metric->name != NULL; metric++)
		add_metric(out, sites, metric);
	add_shares(out, sites);
}
