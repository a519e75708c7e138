/*
 * value.c
 *		Names of kinds and forms; checking and normalizing a mapping's value.
 */
#include <string.h>

#include "chars.h"
#include "inet6.h"
#include "problem.h"
#include "rw.h"

static const char *const kind_names[] = {"path", "host", "value"};
static const char *const form_names[] = {"path", "host", "text", "value"};

static int
find_name(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool
rw_kind_parse(const char *name, RwKind *kind)
{
	int			i = find_name(kind_names, 3, name);

	if (i >= 0)
		*kind = (RwKind) i;
	return i >= 0;
}

bool
rw_form_parse(const char *name, RwForm *form)
{
	int			i = find_name(form_names, 4, name);

	if (i >= 0)
		*form = (RwForm) i;
	return i >= 0;
}

const char *
rw_kind_name(RwKind kind)
{
	return kind_names[kind];
}

const char *
rw_form_name(RwForm form)
{
	return form_names[form];
}

static bool
refuse_path(RwProblem *problem, const char *value, const char *why)
{
	rw_problem_start(problem, RW_PROBLEM_INVALID);
	RW_PART(problem->message, "path \"%s\" cannot be mapped", value);
	RW_PART(problem->detail, "%s", why);
	RW_PART(problem->hint,
			"Write \\\\server\\share\\folder, \\\\server or D:\\folder.");
	return false;
}

/* May this byte stand in a server's name within a UNC path? */
static bool
server_byte(char c)
{
	return rw_is(c, RW_TOKEN) || c == '@';
}

/* Check one component of a path, [start, end). */
static bool
check_component(const char *value, const char *start, const char *end,
				bool server, RwProblem *problem)
{
	for (const char *p = start; p < end; p++)
	{
		if (rw_is(*p, RW_CONTROL) || strchr("<>:\"|?*", *p) != NULL)
			return refuse_path(problem, value,
							   "A folder's name cannot hold control "
							   "characters or any of < > : \" | ? *.");
		if (server && !server_byte(*p))
			return refuse_path(problem, value,
							   "The server of a UNC path must be a host name "
							   "or an IPv4 address.");
	}
	if (start == end)
		return refuse_path(problem, value,
						   "The path names no server or no folder.");
	if (end[-1] == '.' || end[-1] == ' ' || *start == ' ')
		return refuse_path(problem, value,
						   "A folder's name cannot begin with a blank or end "
						   "with a blank or a dot.");
	return true;
}

/* Copy with single backslashes and without trailing ones. */
static size_t
copy_components(const char *value, size_t root, char *stored)
{
	size_t		used = root;

	for (const char *p = value + root; *p != '\0'; p++)
	{
		char		c = *p == '/' ? '\\' : *p;

		if (c != '\\' || (used > root && stored[used - 1] != '\\'))
			stored[used++] = c;
	}
	while (used > root && stored[used - 1] == '\\')
		used--;
	stored[used] = '\0';
	return used;
}

static bool
is_separator(char c)
{
	return c == '\\' || c == '/';
}

static bool
normalize_path(const char *value, char *stored, RwProblem *problem)
{
	bool		drive = false;
	const char *p;

	if (is_separator(value[0]) && is_separator(value[1]))
	{
		if (is_separator(value[2]))
			return refuse_path(problem, value,
							   "A UNC path begins with two separators.");
		memcpy(stored, "\\\\", 2);
		copy_components(value, 2, stored);
		p = stored + 2;
	}
	else if (rw_is(value[0], RW_LETTER) && value[1] == ':' &&
			 is_separator(value[2]))
	{
		drive = true;
		memcpy(stored, value, 2);
		stored[2] = '\\';
		if (copy_components(value, 3, stored) == 3)
			return refuse_path(problem, value,
							   "A whole drive cannot be mapped; name a "
							   "folder on it.");
		p = stored + 3;
	}
	else
		return refuse_path(problem, value,
						   "It is neither a UNC path nor a drive path.");
	for (bool first = true;; first = false)
	{
		const char *end = p + strcspn(p, "\\");

		if (!check_component(value, p, end, first && !drive, problem))
			return false;
		if (*end == '\0')
			return true;
		p = end + 1;
	}
}

static bool
is_loopback(const char *value)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xFF, 0xFF};
	unsigned char address[16];
	char		name[RW_VALUE_MAX + 8];
	size_t		len = strlen(value);

	if (rw_equal_fold(value, "localhost", 9 < len ? 9 : len) &&
		(len == 9 || (len > 9 && value[9] == '.')))
		return true;
	if (rw_inet6_parse(value, len, address))
	{
		static const unsigned char one[16] = {[15] = 1};

		return memcmp(address, one, 16) == 0 ||
			(memcmp(address, mapped, 12) == 0 && address[12] == 127);
	}
	/* An IPv4 address: let the parser see it as a mapped one. */
	memcpy(name, "::ffff:", 7);
	memcpy(name + 7, value, len + 1);
	return rw_inet6_parse(name, len + 7, address) && address[12] == 127;
}

static bool
normalize_host(const char *value, char *stored, RwProblem *problem)
{
	unsigned char address[16];
	size_t		len = strlen(value);
	bool		good = rw_inet6_parse(value, len, address);

	rw_problem_start(problem, RW_PROBLEM_INVALID);
	if (is_loopback(value))
	{
		RW_PART(problem->message, "host \"%s\" cannot be mapped", value);
		RW_PART(problem->detail,
				"localhost and loopback addresses mean each server itself.");
		RW_PART(problem->hint, "Leave it out: it needs no rewriting.");
		return false;
	}
	if (!good)
	{
		good = value[0] != '.' && value[len - 1] != '.';
		for (size_t i = 0; i < len && good; i++)
			good = rw_is(value[i], RW_TOKEN);
	}
	if (!good)
	{
		RW_PART(problem->message, "host \"%s\" cannot be mapped", value);
		RW_PART(problem->detail,
				"It is neither a host name nor an IP address.");
		RW_PART(problem->hint,
				"Give it without port, brackets, URL or trailing dot.");
		return false;
	}
	memcpy(stored, value, len + 1);
	return true;
}

bool
rw_value_normalize(RwKind kind, const char *value, char *stored,
				   RwProblem *problem)
{
	size_t		len = strlen(value);

	rw_problem_start(problem, RW_PROBLEM_INVALID);
	if (len == 0)
	{
		RW_PART(problem->message, "value of a %s mapping must not be empty",
				kind_names[kind]);
		RW_PART(problem->hint,
				"Leave the site out if it has no such %s.",
				kind_names[kind]);
		return false;
	}
	if (len > RW_VALUE_MAX)
	{
		RW_PART(problem->message, "value \"%s\" is too long", value);
		RW_PART(problem->detail, "A value has at most 1024 bytes.");
		return false;
	}
	if (kind == RW_KIND_PATH)
		return normalize_path(value, stored, problem);
	if (kind == RW_KIND_HOST)
		return normalize_host(value, stored, problem);
	memcpy(stored, value, len + 1);
	return true;
}
