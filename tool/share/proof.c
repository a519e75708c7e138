/*
 * proof.c
 *		Whether an account can read and write folders: which to try, and when.
 *
 * The folder goes to smbclient as an argument (-D), without which it would
 * have to be part of a command, and a semicolon in a connection would begin
 * another one.
 */
#include "share/proof.h"

#include <string.h>

#include <openssl/rand.h>

#include "base/crypto.h"
#include "platform/children.h"
#include "platform/clock.h"
#include "share/proof_answer.h"
#include "share/rules.h"

#define AT_ONCE 8

/* What smbclient takes beyond the server's time; ms. */
#define START_MS 3000

/* A server with an account. */
typedef struct Server
{
	const char *name;
	const char *account;
	const char *address;		/* NULL: the system knows it */
	int			port;			/* 0: the usual one */
	bool		asked;			/* the first path is under way, or was */
	bool		good;			/* has let in */
	bool		bad;			/* has not */
} Server;

typedef struct Proving
{
	const Config *config;
	const ConfigSite *site;
	ShareProofs *proofs;
	Server	   *servers;
	size_t		n_servers;
	Server	  **server_of;		/* of each path; NULL: not to be tried */
	bool	   *started;
} Proving;

static bool
same_place(const ShareProof *proof, const ShareUnc *unc, const char *path)
{
	if (!proof->parsed)
		return unc == NULL && strcmp(proof->path, path) == 0;
	return unc != NULL && proof_same(proof->unc.server, unc->server) &&
		proof_same(proof->unc.share, unc->share) &&
		proof_same(proof->unc.rest, unc->rest);
}

void
share_proofs_add(ShareProofs *proofs, const char *what, const char *path,
				 const char *account, unsigned how)
{
	ShareUnc	unc;
	Arena	   *arena = &proofs->arena;
	bool		parsed = share_unc_parse(path, arena, &unc);
	ShareProof *list;

	for (size_t i = 0; i < proofs->n; i++)
		if (same_place(&proofs->list[i], parsed ? &unc : NULL, path))
		{
			proofs->list[i].how |= how;
			return;
		}
	if ((proofs->n & (proofs->n - 1)) == 0)
	{
		list = arena_alloc(arena, (2 * proofs->n + 1) * sizeof(ShareProof));
		if (proofs->n > 0)
			memcpy(list, proofs->list, proofs->n * sizeof(ShareProof));
		proofs->list = list;
	}
	list = &proofs->list[proofs->n++];
	*list = (ShareProof)
	{
		.what = arena_strdup(arena, what),.path = arena_strdup(arena, path),
			.account = arena_strdup(arena, account),.how = how,
			.parsed = parsed,.state = SHARE_PROOF_NO_PATH
	};
	if (parsed)
		list->unc = unc;
}

/* Where the configuration knows the server by a name of the site. */
static void
find_address(const Proving *proving, Server *server)
{
	const Config *config = proving->config;

	for (size_t i = 0; i < config->n_nodes; i++)
	{
		const ConfigNode *node = &config->nodes[i];

		if (strcmp(node->site, proving->site->name) == 0 &&
			(config_same_name(config_node_alias(node), server->name) ||
			 config_same_name(node->address, server->name)))
		{
			server->address = node->address;
			server->port = node->smb_port;
			return;
		}
	}
	for (size_t i = 0; i < config->n_aliases; i++)
		if (config_same_name(config->aliases[i].name, server->name))
			server->address = config_alias_address(&config->aliases[i],
												   proving->site->name);
}

static Server *
server_of(Proving *proving, const ShareProof *proof)
{
	Server	   *server;

	for (size_t i = 0; i < proving->n_servers; i++)
		if (proof_same(proving->servers[i].name, proof->unc.server) &&
			strcmp(proving->servers[i].account, proof->account) == 0)
			return &proving->servers[i];
	server = &proving->servers[proving->n_servers++];
	server->name = proof->unc.server;
	server->account = proof->account;
	find_address(proving, server);
	return server;
}

/* Hidden by its name, and nobody else's. */
static const char *
make_name(Arena *arena)
{
	unsigned char bytes[8];
	char		text[2 * sizeof(bytes) + 1];
	static const char digits[] = "0123456789abcdef";

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(bytes); i++)
	{
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * sizeof(bytes)] = '\0';
	return arena_printf(arena, SHARE_PROOF "%s", text);
}

static void
prepare(Proving *proving, size_t number, PlatChild *child)
{
	ShareProof *proof = &proving->proofs->list[number];
	const Server *server = proving->server_of[number];
	Arena	   *arena = &proving->proofs->arena;
	const char **words = arena_alloc(arena, 20 * sizeof(char *));
	size_t		n = 0;
	char	   *input = arena_printf(arena, "%s\n", proof->file);

	words[n++] = "smbclient";
	words[n++] = arena_printf(arena, "//%s/%s", proof->unc.server,
							  proof->unc.share);
	words[n++] = "-A";
	words[n++] = proof->account;
	if (server->address != NULL)
	{
		words[n++] = "-I";
		words[n++] = server->address;
	}
	if (server->port > 0)
	{
		words[n++] = "-p";
		words[n++] = arena_printf(arena, "%d", server->port);
	}
	if (proof->unc.rest[0] != '\0')
	{
		words[n++] = "-D";
		words[n++] = proof->unc.rest;
	}
	words[n++] = "-c";
	words[n++] = arena_printf(arena, "ls %s; put /dev/stdin %s; get %s -; "
							  "del %s", proof->file, proof->file, proof->file,
							  proof->file);
	memset(child, 0, sizeof(*child));
	child->argv = words;
	child->input = input;
	child->input_len = strlen(input);
	child->deadline_ms = START_MS + (int) proving->config->connect_timeout;
	child->cancellable = true;
}

/* Why there is no name, in OpenSSL's words. */
static const char *
random_problem(Arena *arena)
{
	Error		error = ERROR_NONE;
	const char *problem;

	crypto_error(&error, CRYPTO_HINT, "could not make a random name");
	problem = arena_printf(arena, "%s: %s %s", error.message, error.detail,
						   error.hint);
	error_free(&error);
	return problem;
}

/* May a path be tried now, or never? */
static PlatNext
turn_of(Proving *proving, size_t number)
{
	Server	   *server = proving->server_of[number];
	ShareProof *proof = &proving->proofs->list[number];

	if (server->bad)
	{
		proof->state = SHARE_PROOF_NOT_TRIED;
		return PLAT_NEXT_NONE;
	}
	if (server->asked && !server->good)
		return PLAT_NEXT_LATER;
	proof->file = make_name(&proving->proofs->arena);
	if (proof->file == NULL)
	{
		proof->state = SHARE_PROOF_FAILED;
		proof->problem = random_problem(&proving->proofs->arena);
		return PLAT_NEXT_NONE;
	}
	server->asked = true;
	return PLAT_NEXT_START;
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Proving    *proving = arg;
	PlatNext	answer = PLAT_NEXT_NONE;

	for (size_t i = 0; i < proving->proofs->n; i++)
	{
		PlatNext	turn;

		if (proving->started[i] || proving->server_of[i] == NULL)
			continue;
		turn = turn_of(proving, i);
		if (turn == PLAT_NEXT_LATER)
			answer = PLAT_NEXT_LATER;
		else
			proving->started[i] = true;
		if (turn != PLAT_NEXT_START)
			continue;
		*number = i;
		prepare(proving, i, child);
		return PLAT_NEXT_START;
	}
	return answer;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *failed)
{
	Proving    *proving = arg;
	ShareProof *proof = &proving->proofs->list[number];
	Server	   *server = proving->server_of[number];

	proof_answer(result, failed, &proving->proofs->arena, proof);
	if (proof->state == SHARE_PROOF_LOGON ||
		proof->state == SHARE_PROOF_SILENT ||
		(proof->state == SHARE_PROOF_FAILED && !server->good))
		server->bad = true;
	else
		server->good = true;
}

void
share_prove(const Config *config, const ConfigSite *site,
			ShareProofs *proofs)
{
	Arena	   *arena = &proofs->arena;
	Proving		proving = {.config = config,.site = site,.proofs = proofs};
	const PlatChildren children = {AT_ONCE, next, ended, &proving};

	proving.servers = arena_alloc(arena, (proofs->n + 1) * sizeof(Server));
	proving.server_of = arena_alloc(arena, (proofs->n + 1) *
									sizeof(Server *));
	proving.started = arena_alloc(arena, proofs->n + 1);
	for (size_t i = 0; i < proofs->n; i++)
		if (proofs->list[i].parsed)
			proving.server_of[i] = server_of(&proving, &proofs->list[i]);
	plat_children_run(&children);
}

void
share_proofs_free(ShareProofs *proofs)
{
	arena_free(&proofs->arena);
	memset(proofs, 0, sizeof(*proofs));
}
