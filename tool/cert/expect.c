/*
 * expect.c
 *		What the configuration expects of a site's set.
 */
#include "cert/verify.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "platform/clock.h"
#include "platform/file.h"

/* A host's name is at most 255 bytes; lines may be broken. */
#define HOST_CFG_MAX 4096

/* Base64 without blanks, line ends and a byte order mark; NULL: it is none. */
static char *
decode(const Text *text, size_t *len)
{
	char	   *plain = mem_alloc(text->len + 1);
	unsigned char *bytes = mem_alloc(text->len + 1);
	size_t		n = 0;
	int			out;

	for (size_t i = 0; i < text->len; i++)
		if (strchr("\r\n\t \357\273\277", text->bytes[i]) == NULL)
			plain[n++] = text->bytes[i];
	out = n > 0 && n % 4 == 0 ? EVP_DecodeBlock(bytes, (unsigned char *) plain,
												(int) n) : -1;
	/* What stands for nothing is decoded to zeros. */
	for (size_t i = n; out > 0 && i > n - 2 && plain[i - 1] == '='; i--)
		out--;
	free(plain);
	if (out <= 0)
	{
		free(bytes);
		return NULL;
	}
	bytes[out] = '\0';
	*len = (size_t) out;
	return (char *) bytes;
}

static bool
is_name(const char *name, size_t len)
{
	for (size_t i = 0, step; i < len; i += step)
	{
		step = utf8_length(name + i, len - i);
		if (step == 0 || (unsigned char) name[i] <= 0x20)
			return false;
	}
	return true;
}

bool
cert_host_cfg(const char *path, char **name, Error *error)
{
	Text		text = {NULL, 0, 0};
	size_t		len = 0;

	if (!plat_file_read(path, HOST_CFG_MAX, &text, error))
		return false;
	*name = text.len > 0 ? decode(&text, &len) : NULL;
	text_free(&text);
	if (*name != NULL && is_name(*name, len))
		return true;
	free(*name);
	*name = NULL;
	return error_set(error, "It should be the base64 of a host's name.", NULL,
					 "file \"%s\" does not name a host", path);
}

static void
expect_nodes(const Config *config, const ConfigSite *site, Arena *arena,
			 CertExpectations *expected)
{
	const ConfigNode *central = config_central_node(config, site->name);
	const char **aliases = arena_alloc(arena, (config->n_nodes + 1) *
									   sizeof(char *));

	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].site, site->name) == 0)
			aliases[expected->n_aliases++] =
				config_node_alias(&config->nodes[i]);
	expected->aliases = aliases;
	expected->central = central != NULL ? config_node_alias(central) : NULL;
}

void
cert_expect(const Config *config, const ConfigSite *site,
			CertExpectations *expectations, CertFindings *findings)
{
	Arena	   *arena = &findings->arena;
	Error		error = ERROR_NONE;
	char	   *name = NULL;

	memset(expectations, 0, sizeof(*expectations));
	expectations->now_ms = plat_wall_ms();
	expectations->expiry_ms = config->certificates.expiry_days *
		INT64_C(86400000);
	expect_nodes(config, site, arena, expectations);
	if (site->host_cfg == NULL)
		return;
	if (cert_host_cfg(site->host_cfg, &name, &error))
		expectations->host_name = arena_strdup(arena, name);
	else
		cert_findings_add(findings, CERT_WARN, "Host.cfg", error.detail,
						  "%s", error.message);
	free(name);
	error_free(&error);
}
