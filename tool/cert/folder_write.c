/*
 * folder_write.c
 *		A set into files, in the names that Qlik Sense and the Snapshots tool
 *		use.
 */
#include "cert/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "cert/describe.h"
#include "cert/internal.h"
#include "cert/pool.h"
#include "platform/directory.h"
#include "platform/file.h"

/* A folder that is written. */
typedef struct Writer
{
	const char *path;
	const CertSet *set;
	const CertFormat *format;
	Error	   *error;
} Writer;

static bool
write_file(const Writer *writer, const char *stem, const char *ending,
		   const Text *bytes)
{
	char	   *path = text_format("%s/%s%s", writer->path, stem, ending);
	bool		good = plat_file_write(path, bytes->bytes, bytes->len, true,
									   writer->error);

	free(path);
	return good;
}

static bool
write_pem(const Writer *writer, const CertEntry *entry, const char *stem)
{
	Text		bytes = {NULL, 0, 0};
	bool		good = cert_write_certificate(entry, &bytes, writer->error) &&
	write_file(writer, stem, ".pem", &bytes);

	secret_free(&bytes);
	if (good && entry->key != NULL)
	{
		good = cert_write_key(entry, writer->format->pem_sealed ?
							  writer->format->password : NULL, &bytes,
							  writer->error) &&
			write_file(writer, stem, "_key.pem", &bytes);
		secret_free(&bytes);
	}
	return good;
}

static bool
write_pfx(const Writer *writer, const CertEntry *entry, const char *stem)
{
	Text		bytes = {NULL, 0, 0};
	bool		good = cert_write_pfx(entry, writer->format->password,
									  writer->format->old, &bytes,
									  writer->error) &&
	write_file(writer, stem, ".pfx", &bytes);

	secret_free(&bytes);
	return good;
}

/* Does the root carry the node's name, as in "CN-CA"? */
static bool
is_central(const CertSet *set, const CertEntry *server)
{
	const CertEntry *root = cert_set_find(set, CERT_ROOT, NULL);
	Arena		arena = {NULL};
	const char *name = root != NULL ?
	cert_common_name(root->certificate, &arena) : NULL;
	bool		central = name != NULL &&
	ascii_same(name, arena_printf(&arena, "%s-CA", server->name));

	arena_free(&arena);
	return central;
}

/* As a name of a folder, on any system. */
static bool
is_name(const char *name)
{
	size_t		len = strlen(name);

	return len > 0 && len <= 200 && name[0] != '.' && name[len - 1] != '.' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-_.") == len;
}

/* How many of the entries before this one have its role and name. */
static size_t
twins_before(const CertSet *set, const CertEntry *entry)
{
	size_t		n = 0;

	for (const CertEntry *e = set->entries; e < entry; e++)
		n += e->role == entry->role && ascii_same(e->name, entry->name) ?
			1 : 0;
	return n;
}

/* The stem of an entry's files; NULL with an error. */
static char *
stem_of(const Writer *writer, const CertEntry *entry)
{
	const char *word = cert_role_word(entry->role);
	size_t		twins = twins_before(writer->set, entry);
	char		more[32] = "";
	char	   *folder;
	bool		good;

	/* A second one of its name is kept, for verify to tell. */
	if (twins > 0)
		snprintf(more, sizeof(more), "-%lu", (unsigned long) twins + 1);
	if (entry->role >= CERT_BROWSER)
		return text_format("%s-%s", word, entry->name);
	if (entry->role != CERT_SERVER ||
		cert_set_count(writer->set, CERT_SERVER, NULL) == 1 ||
		is_central(writer->set, entry))
		return text_format("%s%s", word, more);
	if (!is_name(entry->name))
	{
		error_set(writer->error, NULL, NULL, "\"%.120s\" cannot be the name "
				  "of a node's folder", entry->name);
		return NULL;
	}
	folder = text_format("%s/%s", writer->path, entry->name);
	good = plat_directory_make(folder, writer->error);
	free(folder);
	return good ? text_format("%s/%s%s", entry->name, word, more) : NULL;
}

static bool
write_entry(const Writer *writer, const CertEntry *entry)
{
	char	   *stem = stem_of(writer, entry);
	bool		good = stem != NULL;

	if (good && writer->format->pem)
		good = write_pem(writer, entry, stem);
	if (good && writer->format->pfx)
		good = write_pfx(writer, entry, stem);
	free(stem);
	return good;
}

bool
cert_folder_write(const char *path, const CertSet *set,
				  const CertFormat *format, Error *error)
{
	const Writer writer = {path, set, format, error};
	bool		good = true;

	if ((format->pfx || format->pem_sealed) && format->password == NULL)
		return error_set(error, NULL, "Give it by --password-file, or the "
						 "key password_file.",
						 "a password is needed for the files");
	for (size_t i = 0; good && i < set->n; i++)
		good = write_entry(&writer, &set->entries[i]);
	secret_stack();
	return good;
}
