/*
 * windows_ask.c
 *		What the nodes of a site are asked, and what they answer.
 *
 * Keys travel in PFX files under a password that is made for each call, both
 * on standard input alone: the way is encrypted by ssh, and at the node they
 * are in the memory of PowerShell only.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "cert/describe.h"
#include "cert/internal.h"
#include "cert/windows_nodes.h"

/* So many nodes at once, and so long for one. */
#define NODES_AT_ONCE 20
#define DEADLINE_MS 120000

/* PowerShell takes its time to start: so many times connect_timeout. */
#define ANSWER_TIMES 3

static const CertRole roles[] = {CERT_CLIENT, CERT_ROOT, CERT_SERVER};

#define N_ROLES (sizeof(roles) / sizeof(roles[0]))

static bool
make_password(Text *password, Error *error)
{
	unsigned char random[24];

	if (RAND_priv_bytes(random, sizeof(random)) != 1)
		return crypto_error(error, CRYPTO_HINT, "could not make a password");
	base64_add(password, random, sizeof(random));
	OPENSSL_cleanse(random, sizeof(random));
	return true;
}

static void
add_request(WindowsNode *node, const char *password)
{
	static const char begin[] = "{\"password\":\"";

	secret_add(&node->request, begin, strlen(begin));
	secret_add(&node->request, password, strlen(password));
	secret_add(&node->request, "\"}", 2);
}

bool
windows_begin(WindowsSite *site, const CertPlace *place, Error *error)
{
	const Config *config = place->config;

	memset(site, 0, sizeof(*site));
	site->place = place;
	if (!make_password(&site->password, error))
		return false;
	site->nodes = mem_alloc(config->n_nodes * sizeof(WindowsNode));
	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].site, place->site->name) == 0)
		{
			WindowsNode *node = &site->nodes[site->n++];

			memset(node, 0, sizeof(*node));
			node->node = &config->nodes[i];
			node->central = config_node_has_role(node->node, "central");
			node->password = site->password.bytes;
			add_request(node, site->password.bytes);
		}
	return true;
}

void
windows_end(WindowsSite *site)
{
	for (size_t i = 0; i < site->n; i++)
	{
		secret_free(&site->nodes[i].request);
		free(site->nodes[i].expected);
		free(site->nodes[i].set);
		error_free(&site->nodes[i].problem);
		error_free(&site->nodes[i].failed);
	}
	free(site->nodes);
	secret_free(&site->password);
}

/* The file that a node gets: PFX where there is a key, else DER. */
static bool
make_file(const CertEntry *entry, const char *password, Text *bytes,
		  Error *error)
{
	unsigned char *der = NULL;
	int			len;

	if (entry->key != NULL)
		return cert_write_pfx(entry, password, true, bytes, error);
	len = i2d_X509(entry->certificate, &der);
	if (len < 0)
		return crypto_error(error, CRYPTO_HINT, "could not encode a certificate");
	text_add_bytes(bytes, der, (size_t) len);
	OPENSSL_free(der);
	return true;
}

/* Put a member in front of the request's closing brace. */
static bool
add_member(WindowsNode *node, const CertEntry *entry, Error *error)
{
	const char *word = cert_role_word(entry->role);
	Text		bytes = {NULL, 0, 0};
	bool		good = make_file(entry, node->password, &bytes, error);

	if (good)
	{
		node->request.len--;
		secret_add(&node->request, ",\"", 2);
		secret_add(&node->request, word, strlen(word));
		secret_add(&node->request, "\":\"", 3);
		base64_add(&node->request, bytes.bytes, bytes.len);
		secret_add(&node->request, "\"}", 2);
	}
	secret_free(&bytes);
	return good;
}

static bool
put_role(WindowsNode *node, const CertSet *set, CertRole role, Text *expected,
		 Error *error)
{
	const CertEntry *entry = cert_set_find(set, role, NULL);
	bool		keyed = role != CERT_ROOT || node->central;
	char		thumbprint[CERT_THUMBPRINT_SIZE];

	if (entry == NULL || (keyed && entry->key == NULL))
		return error_set(error, NULL, NULL, "the set has no %s certificate%s, "
						 "which node \"%s\" needs", cert_role_word(role),
						 entry == NULL ? "" : " with a private key",
						 node->node->name);
	cert_thumbprint(entry->certificate, thumbprint);
	text_addf(expected, "%s%s-%s", expected->len > 0 ? " " : "",
			  cert_role_word(role), thumbprint);
	return add_member(node, entry, error);
}

bool
windows_put(WindowsSite *site, WindowsNode *node, const CertSet *set,
			Error *error)
{
	CertSet		part = CERT_SET_NONE;
	Text		expected = {NULL, 0, 0};
	bool		good = cert_set_for_node(set, config_node_alias(node->node),
										 node->central, &part, error);

	(void) site;
	for (size_t i = 0; good && i < N_ROLES; i++)
		good = put_role(node, &part, roles[i], &expected, error);
	node->expected = text_take(&expected);
	cert_set_free(&part);
	return good;
}

/* A certificate that has come back, with its key where it may leave. */
static bool
take_certificate(WindowsNode *node, const json_t * line, Error *error)
{
	const char *pfx = json_string_value(json_object_get(line, "pfx"));
	const char *der = json_string_value(json_object_get(line, "certificate"));
	Text		bytes = {NULL, 0, 0};
	CertEntry	entry = {.name = NULL};
	const unsigned char *at;
	bool		good = base64_decode(pfx != NULL ? pfx : der != NULL ? der :
									 "?", &bytes);

	if (good && pfx != NULL)
		good = cert_read_pfx(&bytes, node->node->name, node->password,
							 node->pool, error);
	else if (good)
	{
		at = (const unsigned char *) bytes.bytes;
		entry.certificate = d2i_X509(NULL, &at, (long) bytes.len);
		good = entry.certificate != NULL;
		if (good)
			cert_pool_add(node->pool, &entry, node->node->name, false);
	}
	secret_free(&bytes);
	return good || error->message != NULL ||
		error_set(error, NULL, "Look at the certificate in the node's store (certlm.msc).", "invalid certificate from node \"%s\"",
				  node->node->name);
}

static void
take_line(void *arg, const json_t * line)
{
	WindowsNode *node = arg;
	const char *set = json_string_value(json_object_get(line, "set"));

	if (node->pool != NULL && json_object_get(line, "role") != NULL &&
		node->problem.message == NULL)
		take_certificate(node, line, &node->problem);
	if (json_object_get(line, "done") == NULL || set == NULL)
		return;
	free(node->set);
	node->set = mem_strdup(set);
	node->already = json_is_true(json_object_get(line, "already"));
}

/* What is asked of one node; parameters are released by the caller. */
static PowershellCall
call_of(const WindowsSite *site, WindowsNode *node, const char *const *lines,
		const char *mode, bool rollback)
{
	return (PowershellCall)
	{
		.node = node->node,.script = POWERSHELL_CERTIFICATES,
			.parameters = json_pack("{s:s, s:b, s:b}", "Mode", mode,
									"Rollback", rollback, "Central",
									node->central),
			.lines = lines,.n_lines = 1,.on_line = take_line,.arg = node,
			.deadline_ms = DEADLINE_MS,
			.answer_ms = ANSWER_TIMES *
			(int) site->place->config->connect_timeout
	};
}

/* A call that went well may have given what is none. */
static bool
look_at(WindowsNode *node, Error *called)
{
	if (called->message == NULL && node->problem.message != NULL)
		error_set(called, node->problem.detail, node->problem.hint, "%s",
				  node->problem.message);
	if (called->message == NULL && node->expected != NULL &&
		(node->set == NULL || strcmp(node->set, node->expected) != 0))
		error_set(called, NULL, NULL, "node \"%s\" says that it has \"%s\" "
				  "instead of \"%s\"", node->node->name,
				  node->set != NULL ? node->set : "", node->expected);
	node->failed = *called;
	return called->message == NULL;
}

bool
windows_ask(WindowsSite *site, const char *mode, bool rollback,
			bool (*which) (const WindowsNode *node))
{
	WindowsNode **asked = mem_alloc((site->n + 1) * sizeof(WindowsNode *));
	const char **lines = mem_alloc((site->n + 1) * sizeof(*lines));
	PowershellCall *calls = mem_alloc((site->n + 1) * sizeof(*calls));
	Error	   *errors = mem_alloc((site->n + 1) * sizeof(*errors));
	size_t		n = 0;
	bool		good = true;

	memset(errors, 0, (site->n + 1) * sizeof(*errors));
	for (size_t i = 0; i < site->n; i++)
		if (which == NULL || which(&site->nodes[i]))
		{
			asked[n] = &site->nodes[i];
			lines[n] = asked[n]->request.bytes;
			calls[n] = call_of(site, asked[n], &lines[n], mode, rollback);
			n++;
		}
	powershell_run_all(calls, n, NODES_AT_ONCE, errors);
	for (size_t i = 0; i < n; i++)
	{
		good = look_at(asked[i], &errors[i]) && good;
		json_decref(calls[i].parameters);
	}
	free(asked);
	free(lines);
	free(calls);
	free(errors);
	return good;
}

bool
windows_failed(const WindowsSite *site, const char *what, Error *error)
{
	Text		detail = {NULL, 0, 0};

	for (size_t i = 0; i < site->n; i++)
	{
		const Error *failed = &site->nodes[i].failed;

		if (failed->message != NULL)
			text_addf(&detail, "%s%s%s%s", detail.len > 0 ? "\n" : "",
					  failed->message, failed->detail != NULL ? ": " : "",
					  failed->detail != NULL ? failed->detail : "");
	}
	error_set(error, NULL, NULL, "could not %s at the nodes of site \"%s\"",
			  what, site->place->site->name);
	error_take_detail(error, text_take(&detail));
	return false;
}
