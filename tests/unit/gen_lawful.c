/*
 * gen_lawful.c
 *		Sets of mappings for which every law can hold.
 */
#include <string.h>

#include "chars.h"
#include "gen_parts.h"
#include "inet6.h"

typedef struct Collector
{
	const char *values[GEN_MAPPINGS * (GEN_SITES + 1)];
	size_t		mapping[GEN_MAPPINGS * (GEN_SITES + 1)];
	size_t		n;
} Collector;

static void
collect(const GenSet *set, Collector *all)
{
	all->n = 0;
	for (size_t m = 0; m < set->n_mappings; m++)
		for (size_t site = 0; site <= set->n_sites; site++)
		{
			const char *value = site < set->n_sites ?
			set->mappings[m].value[site] : set->mappings[m].former;

			if (value[0] != '\0')
			{
				all->values[all->n] = value;
				all->mapping[all->n++] = m;
			}
		}
}

/*
 * Is the path b the path a with something behind it that form text would take
 * for the bytes that follow a?  A nested pair is one; "\\fs\data" and
 * "\\fs\data (old)" are another.
 */
static bool
inside(const char *a, const char *b)
{
	size_t		len = strlen(a);

	if (strlen(b) <= len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (rw_fold(a[i]) != rw_fold(b[i]))
			return false;
	return b[len] == '\\' || b[len] == '.' ||
		rw_is(b[len], RW_SPACE | RW_LISTED);
}

/* The length of a UNC path's server, which begins at path + 2. */
static size_t
server_length(const char *path)
{
	return strcspn(path + 2, "\\");
}

static bool
is_server(const char *path, const char *host)
{
	size_t		len = strlen(host);

	if (path[0] != '\\' || server_length(path) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (rw_fold(path[2 + i]) != rw_fold(host[i]))
			return false;
	return true;
}

/* One server and one share at every site: from gen_draw_on_host(). */
static bool
together(const GenMapping *path, const GenMapping *host, size_t n_sites)
{
	if (path->former[0] != '\0')
		return false;
	for (size_t site = 0; site < n_sites; site++)
	{
		const char *value = path->value[site];
		const char *first = path->value[0];

		if (!is_server(value, host->value[site]) ||
			strcmp(value + 2 + server_length(value),
				   first + 2 + server_length(first)) != 0)
			return false;
	}
	return true;
}

static bool
equal_folded(const char *a, const char *b)
{
	size_t		len = strlen(a);

	for (size_t i = 0; i < len; i++)
		if (rw_fold(a[i]) != rw_fold(b[i]))
			return false;
	return strlen(b) == len;
}

/* Is this one value in two spellings? */
static bool
respelled(GenClass class, const char *a, const char *b)
{
	unsigned char one[16];
	unsigned char other[16];

	if (strcmp(a, b) == 0)
		return false;
	if (class == GEN_INET6)
		return rw_inet6_parse(a, strlen(a), one) &&
			rw_inet6_parse(b, strlen(b), other) &&
			memcmp(one, other, 16) == 0;
	return equal_folded(a, b);
}

/* May another path begin right behind this one? */
static bool
ends_open(const char *path)
{
	size_t		len = strlen(path);

	if (!rw_is(path[len - 1], RW_TOKEN) && path[len - 1] != '$')
		return true;
	return path[len - 2] == '\\' && strchr("nrt", path[len - 1]) != NULL;
}

static bool
is_hex_group(const char *name)
{
	size_t		n = 0;

	while (rw_is(name[n], RW_HEX))
		n++;
	return n <= 4 && name[n] == '\0';
}

/*
 * Can every law hold for texts with these values?
 *
 * - A nested pair makes A's own folder into B's: law 3.
 * - A host that is also the server of a path, at another site or with another
 *   share: the host's new server and a share that happens to be there can
 *   spell a path mapping's value, which laws 2, 3 and 4 cannot bear.
 * - A mapping without a value at some site is not recognized there, so that a
 *   host within the rest of its path is rewritten there and nowhere else.
 *   gen_draw_mapping() makes none.
 * - A short name of one letter reads as a drive: "host=D:/x".  One that is a
 *   key, a scheme, "tcp" or "lpc" can make a host position of its own.  No
 *   stem does.
 * - An address whose first group has less than four digits is the same when a
 *   zero comes to stand before it.
 * - A short name of hexadecimal digits and "::" behind it are an address.
 * - A drive path right behind a path's value, as in "D:\(old)E:\x", keeps that
 *   value from being recognized, and a UNC path does not.  Behind a letter or
 *   a digit no path begins, but for the escapes \n, \r and \t.
 * - A value that two sites share but spell differently stays as it is on the
 *   direct way, and comes in the other's spelling over a third site.
 */
bool
gen_lawful(const GenSet *set)
{
	Collector	all;

	collect(set, &all);
	for (size_t i = 0; i < all.n; i++)
	{
		GenClass	class = set->mappings[all.mapping[i]].class;

		if ((gen_kind(class) == RW_KIND_PATH && ends_open(all.values[i])) ||
			(class == GEN_SHORT && is_hex_group(all.values[i])))
			return false;
		for (size_t j = 0; j < all.n; j++)
		{
			const GenMapping *a = &set->mappings[all.mapping[i]];
			const GenMapping *b = &set->mappings[all.mapping[j]];

			if (a == b && respelled(a->class, all.values[i], all.values[j]))
				return false;
			if (i == j || gen_kind(a->class) != RW_KIND_PATH)
				continue;
			if (gen_kind(b->class) == RW_KIND_PATH &&
				inside(all.values[i], all.values[j]))
				return false;
			if (gen_kind(b->class) == RW_KIND_HOST &&
				is_server(all.values[i], all.values[j]) &&
				!together(a, b, set->n_sites))
				return false;
		}
	}
	return true;
}
