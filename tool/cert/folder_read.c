/*
 * folder_read.c
 *		A set from files.
 */
#include "cert/folder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/secret.h"
#include "cert/bundle.h"
#include "cert/internal.h"
#include "cert/pool.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/secret.h"

#define FILE_BYTES_MAX (4 * 1024 * 1024)
#define FOLDER_FILES_MAX 4096
#define PASSWORD_FILE_MAX 4096

static bool
read_der(const Text *bytes, const char *file, CertPool *pool)
{
	const unsigned char *end = (const unsigned char *) bytes->bytes;
	X509	   *certificate = bytes->len < INT_MAX ?
	d2i_X509(NULL, &end, (long) bytes->len) : NULL;
	CertEntry	entry = {.certificate = certificate};

	ERR_clear_error();
	if (certificate == NULL)
		return false;
	cert_pool_add(pool, &entry, file, false);
	return true;
}

static bool
is_pem(const Text *bytes)
{
	return strstr(bytes->bytes, "-----BEGIN ") != NULL;
}

static bool
ends(const char *string, const char *with)
{
	size_t		len = strlen(string);
	size_t		n = strlen(with);

	return len > n && ascii_same(string + len - n, with);
}

/* Without its algorithms, all that libcrypto reads seems to be damaged. */
static bool
has_algorithms(const char *file, Error *error)
{
	EVP_MD	   *digest = EVP_MD_fetch(NULL, "SHA256", NULL);

	EVP_MD_free(digest);
	return digest != NULL ||
		crypto_error(error, CRYPTO_HINT, "could not read file \"%s\"", file);
}

static bool
read_bytes(const Text *bytes, const char *file, const char *password,
		   CertPool *pool, Error *error)
{
	if (!has_algorithms(file, error))
		return false;
	if (bytes->len == 0)
		return error_set(error, NULL, NULL, "file \"%s\" is empty", file);
	if (is_pem(bytes))
		return cert_read_pem(bytes, file, password, pool, error);
	if (read_der(bytes, file, pool))
		return true;
	if (ends(file, ".pem") || ends(file, ".key") || ends(file, ".crt"))
		return error_set(error, NULL, "Look whether it is the right file, and complete.", "no certificate or key in PEM "
						 "file \"%s\"", file);
	return cert_read_pfx(bytes, file, password, pool, error);
}

bool
cert_read_file(const char *path, const char *file, const char *password,
			   CertPool *pool, Error *error)
{
	Text		bytes = {NULL, 0, 0};
	bool		good = plat_secret_read(path, FILE_BYTES_MAX, false, &bytes,
										error) &&
	read_bytes(&bytes, file, password, pool, error);

	secret_free(&bytes);
	return good;
}

static bool
is_ours(const char *name)
{
	static const char *const kinds[] = {
		".pem", ".crt", ".cer", ".key", ".pfx", ".p12"
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ends(name, kinds[i]))
			return true;
	return false;
}

/* A folder that is read, into a pool. */
typedef struct Walk
{
	const char *password;
	bool		(*pass) (const char *name); /* over a folder; NULL: none */
	CertPool   *pool;
	size_t		files;
	Error	   *error;
} Walk;

static bool walk(Walk *at, const char *folder, const char *within, int depth);

/* A file, or a folder, of this name; within: its folder, for messages. */
static bool
walk_name(Walk *at, const char *folder, const char *within, const char *name,
		  int depth)
{
	char	   *path = text_format("%s/%s", folder, name);
	char	   *shown = text_format("%s%s%s", within, within[0] != '\0' ? "/" :
									"", name);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, at->error);

	if (good && info.directory && depth == 0)
		good = (at->pass != NULL && at->pass(name)) ||
			walk(at, path, shown, depth + 1);
	else if (good && info.exists && !info.directory && is_ours(name))
	{
		at->files++;
		good = at->files <= FOLDER_FILES_MAX ?
			cert_read_file(path, shown, at->password, at->pool, at->error) :
			error_set(at->error, NULL, NULL, "folder \"%s\" has too many "
					  "files", folder);
	}
	free(shown);
	free(path);
	return good;
}

/* NOLINTNEXTLINE(misc-no-recursion): two folders deep */
static bool
walk(Walk *at, const char *folder, const char *within, int depth)
{
	PlatNames	names;
	bool		good = plat_directory_list(folder, &names, at->error);

	for (size_t i = 0; good && i < names.count; i++)
		good = walk_name(at, folder, within, names.names[i], depth);
	if (good || names.count > 0)
		plat_names_free(&names);
	return good;
}

static bool
find_in_folder(const char *path, const char *password,
			   bool (*pass) (const char *name), CertFound *found,
			   Error *error)
{
	CertPool	pool = CERT_POOL_NONE;
	Walk		at = {password, pass, &pool, 0, error};
	bool		good = walk(&at, path, "", 0) &&
	cert_pool_set(&pool, CERT_ANY_FILE, &found->set, &found->orphans,
				  error) &&
	cert_pool_set(&pool, CERT_PEM_FILE, &found->pem, NULL, error) &&
	cert_pool_set(&pool, CERT_PFX_FILE, &found->pfx, NULL, error);

	found->files = at.files;
	cert_pool_free(&pool);
	return good;
}

static bool
find_in_file(const char *path, const char *password, CertFound *found,
			 Error *error)
{
	Text		bytes = {NULL, 0, 0};
	CertPool	pool = CERT_POOL_NONE;
	const char *file = cert_base_name(path);
	bool		good = plat_secret_read(path, FILE_BYTES_MAX, false, &bytes,
										error);

	found->files = 1;
	if (good && bytes.len > 0 && cert_bundle_is(&bytes))
		good = password != NULL ?
			cert_bundle_read(&bytes, password, &found->set, error) :
			error_set(error, NULL, "Give its password by --password-file.",
					  "file \"%s\" needs a password", path);
	else if (good)
		good = read_bytes(&bytes, file, password, &pool, error) &&
			cert_pool_set(&pool, CERT_ANY_FILE, &found->set, &found->orphans,
						  error);
	cert_pool_free(&pool);
	secret_free(&bytes);
	return good;
}

bool
cert_find_beside(const char *path, const char *password,
				 bool (*pass) (const char *name), CertFound *found,
				 Error *error)
{
	PlatFileInfo info;
	bool		good;

	*found = (CertFound) CERT_FOUND_NONE;
	if (!plat_file_info(path, &info, error))
		return false;
	if (!info.exists)
		return error_set(error, NULL, NULL, "folder or file \"%s\" is not "
						 "there", path);
	good = info.directory ?
		find_in_folder(path, password, pass, found, error) :
		find_in_file(path, password, found, error);
	if (!good)
		cert_found_free(found);
	secret_stack();
	return good;
}

bool
cert_find(const char *path, const char *password, CertFound *found,
		  Error *error)
{
	return cert_find_beside(path, password, NULL, found, error);
}

void
cert_found_free(CertFound *found)
{
	cert_set_free(&found->set);
	cert_set_free(&found->pem);
	cert_set_free(&found->pfx);
	text_free(&found->orphans);
}

bool
cert_password_read(const char *path, Text *password, Error *error)
{
	size_t		len;

	if (!plat_secret_read(path, PASSWORD_FILE_MAX, true, password, error))
		return false;
	len = password->len > 0 ? strcspn(password->bytes, "\r\n") : 0;
	if (len == 0)
	{
		secret_free(password);
		return error_set(error, "It is its first line.", NULL,
						 "file \"%s\" has no password", path);
	}
	password->bytes[len] = '\0';
	password->len = len;
	return true;
}
