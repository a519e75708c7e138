/*
 * scratch.c
 *		A directory for a test program.
 */
#define _GNU_SOURCE
#include "scratch.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/file.h"

static char directory[256];
static pid_t owner;

static int
remove_one(const char *path, const struct stat *info, int type,
		   struct FTW *place)
{
	(void) info;
	(void) type;
	(void) place;
	return remove(path);
}

void
scratch_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
clean(void)
{
	if (getpid() == owner)
		scratch_remove(directory);
}

const char *
scratch_begin(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/qsrepl-unit.XXXXXX",
			 base != NULL ? base : "/tmp");
	if (mkdtemp(directory) == NULL)
	{
		perror(directory);
		exit(1);
	}
	owner = getpid();
	atexit(clean);
	return directory;
}

const char *
scratch_path(const char *format,...)
{
	static char paths[64][512];
	static int	turn;
	char	   *path = paths[turn++ % 64];
	int			n = snprintf(path, sizeof(paths[0]), "%s/", directory);
	va_list		args;

	va_start(args, format);
	vsnprintf(path + n, sizeof(paths[0]) - (size_t) n, format, args);
	va_end(args);
	return path;
}

void
scratch_write(const char *path, const char *bytes, unsigned long len)
{
	FILE	   *file = fopen(path, "wb");

	if (file == NULL || fwrite(bytes, 1, len, file) != len ||
		fclose(file) != 0)
	{
		perror(path);
		exit(1);
	}
}

char *
scratch_read(const char *path)
{
	Text		text = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		good = plat_file_read(path, 1 << 26, &text, &error);

	error_free(&error);
	if (good)
		return text_take(&text);
	text_free(&text);
	return NULL;
}
