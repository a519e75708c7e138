/*
 * windows.c
 *		The store "windows": the certificate stores of a site's nodes.
 *
 * Each node has the root (its key on the central one alone), its own server
 * certificate and the client's.  A node changes all of them or none; here that
 * is made to hold for the site: where one node fails, those that have done it
 * go back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cert/stores.h"
#include "cert/windows_nodes.h"

static bool
node_configured(const ConfigNode *node, Error *error)
{
	if (node->system != CONFIG_WINDOWS)
		return error_set(error, NULL, NULL, "node \"%s\" does not run Windows, "
						 "and its site has certificates = windows",
						 node->name);
	return node->ssh_command.n > 0 ||
		error_set(error, NULL, "For example: ssh_command = ssh -o "
				  "BatchMode=yes qlikservice@%s", "key \"ssh_command\" is "
				  "missing from section \"[node %s]\"", node->name);
}

bool
cert_windows_configured(const CertPlace *place, Error *error)
{
	const Config *config = place->config;
	const char *site = place->site->name;

	if (config_central_node(config, site) == NULL)
		return error_set(error, NULL, "Add a section \"[node NAME]\" for each "
						 "of its machines.",
						 "site \"%s\" has no nodes, whose certificate stores "
						 "hold its certificates", site);
	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].site, site) == 0 &&
			!node_configured(&config->nodes[i], error))
			return false;
	return true;
}

bool
cert_windows_read(const CertPlace *place, CertSet *set, Error *error)
{
	WindowsSite site;
	CertPool	pool = CERT_POOL_NONE;
	bool		good = windows_begin(&site, place, error);

	*set = (CertSet) CERT_SET_NONE;
	for (size_t i = 0; good && i < site.n; i++)
		site.nodes[i].pool = &pool;
	if (good && !windows_ask(&site, "Export", false, NULL))
		good = windows_failed(&site, "read the certificates", error);
	good = good && cert_pool_set(&pool, CERT_ANY_FILE, set, NULL, error);
	if (!good)
		cert_set_free(set);
	cert_pool_free(&pool);
	windows_end(&site);
	return good;
}

/* It has another set than before. */
static bool
has_changed(const WindowsNode *node)
{
	return node->set != NULL && !node->already;
}

/* Bring those back that have changed; *error gets what is not back. */
static void
undo(WindowsSite *site, Error *error)
{
	Text		detail = {NULL, 0, 0};
	Error		more = ERROR_NONE;

	for (size_t i = 0; i < site->n; i++)
	{
		error_free(&site->nodes[i].failed);
		free(site->nodes[i].expected);
		site->nodes[i].expected = NULL;
	}
	if (windows_ask(site, "Install", true, has_changed))
		return;
	windows_failed(site, "undo that", &more);
	text_addf(&detail, "%s\n%s: %s", error->detail != NULL ? error->detail :
			  "", more.message, more.detail);
	error_take_detail(error, text_take(&detail));
	error_take_hint(error, mem_strdup("Some nodes have another set than the "
									  "others now: install again."));
	error_free(&more);
}

bool
cert_windows_install(const CertPlace *place, const CertSet *set, Error *error)
{
	WindowsSite site;
	bool		good = windows_begin(&site, place, error);

	for (size_t i = 0; good && i < site.n; i++)
		good = windows_put(&site, &site.nodes[i], set, error);
	if (good && !windows_ask(&site, "Install", false, NULL))
	{
		good = windows_failed(&site, "install the certificates", error);
		undo(&site, error);
	}
	windows_end(&site);
	return good;
}

bool
cert_windows_rollback(const CertPlace *place, Error *error)
{
	WindowsSite site;
	bool		good = windows_begin(&site, place, error);

	if (good && !windows_ask(&site, "Install", true, NULL))
	{
		good = windows_failed(&site, "bring the certificates back", error);
		undo(&site, error);
	}
	windows_end(&site);
	return good;
}
