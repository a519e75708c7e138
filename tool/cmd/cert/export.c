/*
 * export.c
 *		"qsrepl cert export": to a folder for those who carry it, or one file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cert/bundle.h"
#include "cmd/cert/work.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/system.h"

/* An export that replaces nothing; an empty folder is nothing. */
static bool
is_free(const char *path, bool folder, Error *error)
{
	PlatFileInfo info;
	PlatNames	names = {NULL, 0};
	bool		empty;

	if (!plat_file_info(path, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (folder && info.directory)
	{
		if (!plat_directory_list(path, &names, error))
			return false;
		empty = names.count == 0;
		plat_names_free(&names);
		if (empty)
			return true;
	}
	return error_set(error, "Nothing was changed.", "Give another name, or "
					 "remove it.", "\"%s\" is there already", path);
}

/*
 * All of the folder at once: it has its name when it is whole, also where an
 * empty one had it.  It is made anew, since it may be beside what is others'.
 */
static bool
write_folder(const char *path, const CertSet *set, const CertFormat *format,
			 Error *error)
{
	char	   *work = text_format("%s.%ld.tmp", path, (long) plat_process());
	Error		ignored = ERROR_NONE;
	bool		made = plat_directory_remove(work, error) &&
	plat_directory_new(work, error);
	bool		good = made &&
	cert_folder_write(work, set, format, error) &&
	plat_file_rename(work, path, error);

	if (made && !good && !plat_directory_remove(work, &ignored))
		error_free(&ignored);
	free(work);
	return good;
}

static bool
write_bundle(const char *path, const CertSet *set, const char *password,
			 Error *error)
{
	Text		bytes = {NULL, 0, 0};
	bool		good;

	if (password == NULL)
		return error_set(error, NULL, "Give it by --password-file.",
						 "a password is needed for the file");
	good = cert_bundle_write(set, password, &bytes, error) &&
		plat_file_write(path, bytes.bytes, bytes.len, true, error);
	text_free(&bytes);
	return good;
}

static CertFormat
format_of(const CertWork *work)
{
	const CertCall *call = work->call;
	bool		old = !work->loaded || work->config.certificates.compat ==
	CONFIG_COMPAT_WINDOWS;

	if (call->compat != NULL)
		old = strcmp(call->compat, "windows") == 0;
	return (CertFormat)
	{
		.pem = strcmp(call->format, "pem") == 0,
			.pfx = strcmp(call->format, "pfx") == 0,.old = old,
			.password = work->password.bytes,
			.pem_sealed = work->password.bytes != NULL
	};
}

/* As it was given, without slashes behind it. */
static const char *
target(CertWork *work)
{
	char	   *path = arena_strdup(&work->arena, work->call->operand);

	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	return path;
}

static int
export(CertWork *work, const CertSide *side)
{
	const CertCall *call = work->call;
	const char *path = target(work);
	const CertFormat format = format_of(work);
	bool		file = !format.pem && !format.pfx;
	Error		error = ERROR_NONE;
	char	   *done;
	bool		good = true;

	if (side->found.set.n == 0)
	{
		error_set(&error, NULL, NULL, "%s has no certificates", side->title);
		return cert_work_fail(&error, EXIT_NOT_SO);
	}
	if (!is_free(path, !file, &error))
		return cert_work_fail(&error, EXIT_REFUSED);
	if (!call->dry_run)
		good = file ? write_bundle(path, &side->found.set,
								   work->password.bytes, &error) :
			write_folder(path, &side->found.set, &format, &error);
	if (!good)
		return cert_work_fail(&error, EXIT_SYSTEM);
	done = text_format("%s %lu certificates of %s to \"%s\"",
					   call->dry_run ? "would export" : "exported",
					   (unsigned long) side->found.set.n, side->title,
					   path);
	cert_work_done(work, !call->dry_run, done, NULL);
	free(done);
	return EXIT_OK;
}

int
cmd_cert_export(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	int			code = cert_work_begin(&work, call, call->n_folders == 0);

	if (code == EXIT_OK)
		code = cert_work_sides(&work, &side, 1);
	if (code == EXIT_OK)
		code = export(&work, &side);
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}
