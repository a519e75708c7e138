/*
 * json.c
 *		The sites' status as a document.
 */
#include "base/json.h"
#include "base/timestamp.h"
#include "cmd/dns.h"
#include "cmd/status/print.h"

static json_t *
events_of(const SiteDatabase *database)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < database->n_events; i++)
	{
		json_t	   *object = json_object();

		json_set_text(object, "at", database->events[i].at);
		json_set_text(object, "what", database->events[i].what);
		json_set_text(object, "detail", database->events[i].detail);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
residue_of(const SiteDatabase *database)
{
	json_t	   *list = database->residue != NULL ?
	json_loads(database->residue, 0, NULL) : NULL;

	return list != NULL ? list : json_array();
}

static void
set_real(json_t * object, const char *name, double value)
{
	json_object_set_new(object, name, value < 0 ? json_null() :
						json_real(value));
}

/* What a standby knows of its primary */
static void
add_heard(json_t * object, const SiteDatabase *database)
{
	char		text[TIMESTAMP_SIZE];

	if (database->heard >= 0)
		timestamp_format((int64_t) (database->heard * 1000), text);
	json_set_text(object, "heard", database->heard >= 0 ? text : NULL);
	json_set_count(object, "heard_bytes", database->heard_bytes);
	set_real(object, "wal_rate", database->wal_rate);
	set_real(object, "xact_rate", database->xact_rate);
}

static void
add_row(json_t * object, const SiteDatabase *database)
{
	json_set_text(object, "role", site_role(database));
	json_set_text(object, "local_site", database->site);
	json_set_text(object, "state", database->state);
	json_set_count(object, "timeline", database->timeline);
	json_set_count(object, "epoch", database->epoch);
	json_set_count(object, "lag_bytes", database->lag_bytes);
	set_real(object, "lag_seconds", database->lag_seconds);
	json_object_set_new(object, "localized",
						json_boolean(database->localized));
	json_object_set_new(object, "residue", residue_of(database));
	json_object_set_new(object, "fenced", json_boolean(database->fenced));
	json_set_text(object, "fence_reason", database->fence_reason);
	json_set_text(object, "peer", database->peer);
	json_set_text(object, "stored_site", database->stored_site);
	json_set_text(object, "localizer", database->localizer);
	add_heard(object, database);
	json_object_set_new(object, "events", events_of(database));
}

static json_t *
database_object(const SiteDatabase *database)
{
	json_t	   *object = json_object();

	json_set_text(object, "name", database->name);
	json_set_text(object, "error", database->error);
	if (database->error == NULL)
		add_row(object, database);
	return object;
}

static json_t *
site_object(const SiteStatus *status)
{
	json_t	   *object = json_object();
	json_t	   *list = json_array();

	json_set_text(object, "name", status->site->name);
	json_set_text(object, "description", status->site->description);
	json_set_text(object, "host", status->site->host);
	json_set_count(object, "port", status->site->port);
	json_object_set_new(object, "reachable",
						json_boolean(status->error == NULL));
	json_set_text(object, "error", status->error);
	for (size_t i = 0; status->error == NULL && i < status->n_databases; i++)
		json_array_append_new(list, database_object(&status->databases[i]));
	json_object_set_new(object, "databases", list);
	return object;
}

json_t *
status_as_json(const SiteList *sites)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < sites->n; i++)
		json_array_append_new(list, site_object(&sites->list[i]));
	json_object_set_new(document, "sites", list);
	json_object_set_new(document, "alias", sites->alias.n > 0 ?
						dns_as_json(sites->config, &sites->alias) :
						json_null());
	json_object_set_new(document, "shares", status_shares_as_json(sites));
	return document;
}
