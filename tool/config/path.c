/*
 * path.c
 *		Paths of either operating system, as text.
 */
#include "config/path.h"

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Windows's, with a drive or a server? */
static bool
is_windows(const char *path)
{
	if (is_letter(path[0]) && path[1] == ':')
		return path[2] == '\\' || path[2] == '/';
	return path[0] == '\\' && path[1] == '\\';
}

bool
path_is_absolute(const char *path)
{
	return path[0] == '/' || is_windows(path);
}

static const char *
separators(const char *path)
{
	return is_windows(path) ? "/\\" : "/";
}

/* The next component; its length is 0 at the end. */
static size_t
component(const char **path, const char *separator)
{
	size_t		len;

	do
	{
		*path += strspn(*path, separator);
		len = strcspn(*path, separator);
		if (len != 1 || **path != '.')
			return len;
		*path += 1;
	} while (true);
}

bool
path_has_parent(const char *path)
{
	const char *separator = separators(path);
	size_t		len;

	while ((len = component(&path, separator)) > 0)
	{
		if (len == 2 && strncmp(path, "..", 2) == 0)
			return true;
		path += len;
	}
	return false;
}

static bool
same(const char *a, const char *b, size_t len, bool windows)
{
	for (size_t i = 0; i < len; i++)
		if (windows ? ascii_lower(a[i]) != ascii_lower(b[i]) : a[i] != b[i])
			return false;
	return true;
}

bool
path_is_inside(const char *path, const char *folder)
{
	bool		windows = is_windows(folder);
	const char *separator = separators(folder);
	size_t		len;

	if (is_windows(path) != windows)
		return false;
	while ((len = component(&folder, separator)) > 0)
	{
		if (component(&path, separator) != len ||
			!same(path, folder, len, windows))
			return false;
		path += len;
		folder += len;
	}
	return true;
}
