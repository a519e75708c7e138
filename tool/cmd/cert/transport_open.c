/*
 * transport_open.c
 *		The recovery key: made, and used where no site is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/timestamp.h"
#include "cert/folder.h"
#include "cmd/cert/transport.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/private.h"
#include "platform/secret.h"
#include "seal/seal.h"

/* It outlives the sites' keys. */
#define RECOVERY_YEARS 20

static bool
refuse_existing(const char *path, Error *error)
{
	PlatFileInfo info;

	if (!plat_file_info(path, &info, error))
		return false;
	return !info.exists ||
		error_set(error, NULL, "Nothing was changed. Name another file.",
				  "file \"%s\" exists", path);
}

/* The key, then the certificate, which names it: none without the other. */
static bool
write_both(const SealKey *key, const char *key_file, const char *passphrase,
		   const char *certificate_file, Error *error)
{
	char	   *pem = seal_key_certificate(key);
	bool		good = seal_key_write(key, key_file, passphrase, error) &&
	plat_file_write(certificate_file, pem, strlen(pem), false, error);

	free(pem);
	return good;
}

bool
transport_recovery_make(const char *key_file, const char *passphrase_file,
						char **certificate, Error *error)
{
	SealKey    *key = NULL;
	Text		passphrase = {NULL, 0, 0};
	bool		good;

	plat_secret_process();
	*certificate = text_format("%s.crt", key_file);
	good = refuse_existing(key_file, error) &&
		refuse_existing(*certificate, error) &&
		(passphrase_file == NULL ||
		 cert_password_read(passphrase_file, &passphrase, error)) &&
		seal_key_make("qsrepl recovery key", RECOVERY_YEARS, &key, error) &&
		write_both(key, key_file, passphrase.bytes, *certificate, error);
	seal_key_free(key);
	secret_free(&passphrase);
	if (good)
		return true;
	free(*certificate);
	*certificate = NULL;
	return false;
}

static int
finish(bool good, Error *error)
{
	if (!good)
		error_report(error);
	error_free(error);
	return good ? EXIT_OK : EXIT_REFUSED;
}

int
cmd_cert_recovery(const char *key_file, const char *passphrase_file,
				  bool json)
{
	Error		error = ERROR_NONE;
	char	   *certificate;
	json_t	   *document;
	bool		good = transport_recovery_make(key_file, passphrase_file,
											   &certificate, &error);

	if (good && json)
	{
		document = json_object();
		json_set_text(document, "key", key_file);
		json_set_text(document, "certificate", certificate);
		json_print(document);
	}
	else if (good)
		printf("wrote the recovery key to \"%s\": take it off this machine\n"
			   "wrote its certificate to \"%s\": for recovery_certificate, at "
			   "both sites\n", key_file, certificate);
	if (good)
		free(certificate);
	return finish(good, &error);
}

/* A folder of its own, which holds keys without a password. */
static bool
write_folder(const CertSet *set, const char *path, Error *error)
{
	const CertFormat format = {.pem = true};
	PlatNames	names;
	bool		empty;

	if (!plat_directory_private(path, error) ||
		!plat_directory_list(path, &names, error))
		return false;
	empty = names.count == 0;
	plat_names_free(&names);
	return empty ? cert_folder_write(path, set, &format, error) :
		error_set(error, NULL, "Name a new one.",
				  "directory \"%s\" is not empty", path);
}

static void
print_opened(const TransportOpening *opening, const SealHeader *header)
{
	char		time[TIMESTAMP_SIZE];
	json_t	   *document;

	timestamp_format(header->time_ms, time);
	if (opening->json)
	{
		document = json_object();
		json_set_text(document, "site_from", header->from);
		json_set_text(document, "site_to", header->to);
		json_object_set_new(document, "number",
							json_integer((json_int_t) header->counter));
		json_set_text(document, "time", time);
		json_set_text(document, "signer", header->signer);
		json_set_text(document, "output", opening->output);
		json_print(document);
		return;
	}
	printf("opened the certificates of site %s for site %s, number %lld, "
		   "sealed at %s\n", header->from, header->to,
		   (long long) header->counter, time);
	if (opening->signer == NULL)
		printf("Nothing but the set itself says that it was sealed by site "
			   "%s:\ncompare the signer's fingerprint, %s\n", header->from,
			   header->signer);
	printf("wrote them to \"%s\", with keys\n", opening->output);
}

/* The set in a file, opened by a key in another one. */
static bool
open_file(const TransportOpening *opening, Arena *arena, SealHeader *header,
		  Text *packed, Error *error)
{
	Text		sealed = {NULL, 0, 0};
	Text		passphrase = {NULL, 0, 0};
	SealKey    *key = NULL;
	bool		good = plat_file_read(opening->file, SEAL_BYTES_MAX, &sealed,
									  error) &&
	(opening->passphrase_file == NULL ||
	 cert_password_read(opening->passphrase_file, &passphrase, error)) &&
	seal_key_read(opening->key, passphrase.bytes, &key, error) &&
	seal_open(sealed.bytes != NULL ? sealed.bytes : "", sealed.len, key, NULL,
			  arena, header, packed, error);

	if (good && opening->signer != NULL &&
		strcmp(opening->signer, header->signer) != 0)
		good = error_set(error, NULL, NULL, "the set is signed by the key "
						 "with the fingerprint %s", header->signer);
	seal_key_free(key);
	secret_free(&passphrase);
	text_free(&sealed);
	return good;
}

int
cmd_cert_open(const TransportOpening *opening)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	SealHeader	header = {.from = NULL};
	Text		packed = {NULL, 0, 0};
	CertSet		set = CERT_SET_NONE;
	bool		good;

	plat_secret_process();
	good = open_file(opening, &arena, &header, &packed, &error) &&
		cert_set_unpack(packed.bytes, packed.len, &set, &error) &&
		write_folder(&set, opening->output, &error);
	if (good)
		print_opened(opening, &header);
	cert_set_free(&set);
	secret_free(&packed);
	arena_free(&arena);
	return finish(good, &error);
}
