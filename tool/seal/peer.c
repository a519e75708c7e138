/*
 * peer.c
 *		What this machine knows of another site.
 */
#include "seal/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/json.h"
#include "base/memory.h"
#include "platform/file.h"

#define FILE_MAX ((size_t) 64 * 1024)

static char *
path_of(const char *directory, const char *site)
{
	return text_format("%s/site-%s.json", directory, site);
}

static char *
text_of(const json_t * document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	return text != NULL ? mem_strdup(text) : NULL;
}

static int64_t
number_of(const json_t * document, const char *name)
{
	return json_integer_value(json_object_get(document, name));
}

static bool
parse(const Text *content, const char *path, SealPeer *peer, Error *error)
{
	json_t	   *document = json_loadb(content->bytes, content->len, 0, NULL);

	if (!json_is_object(document) ||
		!json_is_integer(json_object_get(document, "installed")))
	{
		json_decref(document);
		return error_set(error, NULL, "Put it back from a backup: without it, "
						 "old certificates could be passed off as new ones.",
						 "file \"%s\" is damaged", path);
	}
	peer->certificate = text_of(document, "certificate");
	peer->serial = (int) number_of(document, "serial");
	peer->system = text_of(document, "system");
	peer->installed = number_of(document, "installed");
	peer->installed_digest = text_of(document, "installed_digest");
	peer->sealed = number_of(document, "sealed");
	peer->sealed_digest = text_of(document, "sealed_digest");
	json_decref(document);
	return true;
}

bool
seal_peer_read(const char *directory, const char *site, SealPeer *peer,
			   Error *error)
{
	char	   *path = path_of(directory, site);
	Text		content = {NULL, 0, 0};
	PlatFileInfo info;
	bool		good;

	memset(peer, 0, sizeof(*peer));
	good = plat_file_info(path, &info, error);
	if (good && info.exists)
		good = plat_file_private(path, error) &&
			plat_file_read(path, FILE_MAX, &content, error) &&
			parse(&content, path, peer, error);
	text_free(&content);
	free(path);
	return good;
}

bool
seal_peer_write(const char *directory, const char *site,
				const SealPeer *peer, Error *error)
{
	char	   *path = path_of(directory, site);
	json_t	   *document = json_object();
	char	   *text;
	bool		good;

	json_set_text(document, "site", site);
	json_set_text(document, "certificate", peer->certificate);
	json_object_set_new(document, "serial", json_integer(peer->serial));
	json_set_text(document, "system", peer->system);
	json_object_set_new(document, "installed", json_integer(peer->installed));
	json_set_text(document, "installed_digest", peer->installed_digest);
	json_object_set_new(document, "sealed", json_integer(peer->sealed));
	json_set_text(document, "sealed_digest", peer->sealed_digest);
	text = json_dumps(document, JSON_INDENT(1));
	good = plat_file_write(path, text, strlen(text), true, error);
	free(text);
	json_decref(document);
	free(path);
	return good;
}

void
seal_peer_free(SealPeer *peer)
{
	free(peer->certificate);
	free(peer->system);
	free(peer->installed_digest);
	free(peer->sealed_digest);
	memset(peer, 0, sizeof(*peer));
}

void
seal_peer_set(char **field, const char *value)
{
	char	   *copy = value != NULL ? mem_strdup(value) : NULL;

	free(*field);
	*field = copy;
}

bool
seal_peer_pin(SealPeer *peer, const char *certificate, int serial,
			  const char *system, Error *error)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE];

	if (!seal_certificate_fingerprint(certificate, fingerprint, error))
		return false;
	/* Numbers begin anew with another system. */
	if (peer->system != NULL && strcmp(peer->system, system) != 0)
		peer->installed = 0;
	seal_peer_set(&peer->certificate, certificate);
	seal_peer_set(&peer->system, system);
	peer->serial = serial;
	return true;
}

void
seal_digest(const void *bytes, size_t len, const char *const *strings,
			char digest[SEAL_FINGERPRINT_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	digest[0] = '\0';
	if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
	{
		EVP_DigestUpdate(context, bytes, len);
		for (; *strings != NULL; strings++)
			EVP_DigestUpdate(context, *strings, strlen(*strings) + 1);
		EVP_DigestFinal_ex(context, sum, &n);
	}
	EVP_MD_CTX_free(context);
	for (unsigned int i = 0; i < n && i < SEAL_FINGERPRINT_SIZE / 2; i++)
		snprintf(digest + 2 * (size_t) i, 3, "%02x", sum[i]);
}
