/*
 * gen_set.c
 *		Random sets of mappings.
 *
 * Names are made of few stems, so that one is often the beginning or the end
 * of another: that is where a wrong match shows.
 */
#include "gen_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chars.h"
#include "harness.h"
#include "inet6.h"

static const char *const site_names[GEN_SITES] = {"A", "B", "C", "D"};

/* No stem is a key, a scheme or a single letter: see lawful(). */
static const char *const stems[] = {"cn", "fs", "Qlik", "nodo", "dc", "ab",
"ZQ", "n\xC3\xBC", "x9", "be"};
static const char *const tails[] = {"", "1", "2", "10", "-1", "_b", "x",
"01", "\xE2\x82\xAC"};
static const char *const domains[] = {".corp.local", ".local", ".a", ".b-c.d",
".x1"};
static const char *const folders[] = {"Qlik", "QlikShare", "data", "Data 1",
	"x", "xy", "Qlik$", "a.b", "dr", "R&D", "n\xC3\xBC", "(old)", "it's", "1",
"t", "a;b", "-a", "new"};

#define PICK(random, array) \
	(array)[random_below(random, sizeof(array) / sizeof((array)[0]))]

RwKind
gen_kind(GenClass class)
{
	if (class <= GEN_DRIVE)
		return RW_KIND_PATH;
	return class == GEN_VALUE_ONLY ? RW_KIND_VALUE : RW_KIND_HOST;
}

const char *
gen_site(size_t site)
{
	return site_names[site];
}

static void
draw_name(Random *random, char *out, size_t size)
{
	snprintf(out, size, "%s%s", PICK(random, stems), PICK(random, tails));
}

static void
draw_unc(Random *random, char *out, size_t size)
{
	char		server[48];
	size_t		depth = random_below(random, 4);
	size_t		used;

	draw_name(random, server, sizeof(server));
	used = (size_t) snprintf(out, size, "\\\\%s%s", server,
							 random_one_in(random, 3) ?
							 PICK(random, domains) : "");
	while (depth-- > 0)
		used += (size_t) snprintf(out + used, size - used, "\\%s",
								  PICK(random, folders));
}

static void
draw_drive(Random *random, char *out, size_t size)
{
	size_t		depth = random_below(random, 2);
	size_t		used;

	used = (size_t) snprintf(out, size, "%c:\\%s",
							 "BCDEZ"[random_below(random, 5)],
							 PICK(random, folders));
	while (depth-- > 0)
		used += (size_t) snprintf(out + used, size - used, "\\%s",
								  PICK(random, folders));
}

static void
draw_dotted(Random *random, char *out, size_t size)
{
	if (random_one_in(random, 3))
		snprintf(out, size, "%u.%u.%u.%u",
				 10 + (unsigned int) random_below(random, 2) * 100,
				 (unsigned int) random_below(random, 2),
				 (unsigned int) random_below(random, 3),
				 (unsigned int) random_below(random, 3));
	else
	{
		char		name[48];

		draw_name(random, name, sizeof(name));
		snprintf(out, size, "%s%s", name, PICK(random, domains));
	}
}

/* The first group has four digits: see lawful(). */
static void
draw_inet6(Random *random, char *out, size_t size)
{
	unsigned int a = 0xFD00 + (unsigned int) random_below(random, 3);
	unsigned int b = (unsigned int) random_below(random, 3);

	switch (random_below(random, 4))
	{
		case 0:
			snprintf(out, size, "%x:%x::%x", a, b, b + 1);
			break;
		case 1:
			snprintf(out, size, "%X::%x:%x", a, b, b + 1);
			break;
		case 2:
			snprintf(out, size, "%x:1:2:3:4:5:6:%x", a, b);
			break;
		default:
			snprintf(out, size, "%x::10.0.0.%u", a, b);
			break;
	}
}

static void
draw_value(Random *random, GenClass class, char *out)
{
	switch (class)
	{
		case GEN_UNC:
			draw_unc(random, out, GEN_VALUE);
			break;
		case GEN_DRIVE:
			if (random_one_in(random, 3))
				draw_unc(random, out, GEN_VALUE);
			else
				draw_drive(random, out, GEN_VALUE);
			break;
		case GEN_SHORT:
			draw_name(random, out, GEN_VALUE);
			break;
		case GEN_DOTTED:
			draw_dotted(random, out, GEN_VALUE);
			break;
		case GEN_INET6:
			draw_inet6(random, out, GEN_VALUE);
			break;
		default:
			snprintf(out, GEN_VALUE, "%s%s", PICK(random, stems),
					 PICK(random, folders));
			break;
	}
}

static void
draw_mapping(Random *random, size_t n_sites, GenMapping *mapping)
{
	memset(mapping, 0, sizeof(*mapping));
	mapping->class = (GenClass) random_below(random, GEN_CLASSES);
	for (size_t site = 0; site < n_sites; site++)
	{
		draw_value(random, mapping->class, mapping->value[site]);
		/* Now and then the value of the site before. */
		if (site > 0 && random_one_in(random, 12))
			memcpy(mapping->value[site], mapping->value[site - 1], GEN_VALUE);
	}
	if (random_one_in(random, 6))
		draw_value(random, mapping->class, mapping->former);
}

/* A path mapping on the servers of a host mapping, one share everywhere. */
static void
draw_on_host(Random *random, const GenMapping *host, size_t n_sites,
			 GenMapping *mapping)
{
	const char *share = PICK(random, folders);

	memset(mapping, 0, sizeof(*mapping));
	mapping->class = GEN_UNC;
	for (size_t site = 0; site < n_sites; site++)
		snprintf(mapping->value[site], GEN_VALUE, "\\\\%.40s\\%s",
				 host->value[site], share);
}

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

/* One server and one share at every site: what draw_on_host() makes. */
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
 *   draw_mapping() makes none.
 * - A short name of one letter reads as a drive: "host=D:/x".  One that is a
 *   key, a scheme, "tcp" or "lpc" can make a host position of its own.  No
 *   stem does.
 * - An address whose first group has less than four digits is the same when a
 *   zero comes to stand before it.
 */
static bool
lawful(const GenSet *set)
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

static void
count_warning(void *arg, const RwProblem *problem)
{
	size_t	   *n = arg;

	(void) problem;
	(*n)++;
}

/* Is the set accepted, and, where that is asked, lawful? */
static bool
accepted(const GenSet *set, bool all_laws)
{
	TestMemory	memory;
	RwMappings *built;
	size_t		warnings = 0;

	memory_init(&memory);
	built = gen_set_build(set, NULL, &memory);
	if (built != NULL && all_laws)
		rw_mappings_warnings(built, NULL, count_warning, &warnings);
	memory_reset(&memory);
	return built != NULL && warnings == 0 && (!all_laws || lawful(set));
}

/* Add one mapping after the other, where it fits. */
static void
draw_set(Random *random, GenSet *set, bool all_laws)
{
	size_t		wanted = 1 + random_below(random, GEN_MAPPINGS);

	memset(set, 0, sizeof(*set));
	set->n_sites = 2 + random_below(random, GEN_SITES - 1);
	for (int attempt = 0; attempt < 40 && set->n_mappings < wanted; attempt++)
	{
		GenMapping *next = &set->mappings[set->n_mappings];
		const GenMapping *other = set->n_mappings == 0 ? NULL :
		&set->mappings[random_below(random, set->n_mappings)];

		if (other != NULL && random_one_in(random, 4) &&
			(other->class == GEN_SHORT || other->class == GEN_DOTTED))
			draw_on_host(random, other, set->n_sites, next);
		else
			draw_mapping(random, set->n_sites, next);
		if (!all_laws && random_one_in(random, 5))
			next->value[random_below(random, set->n_sites)][0] = '\0';
		set->n_mappings++;
		if (!accepted(set, all_laws))
			set->n_mappings--;
	}
}

void
gen_set_lawful(Random *random, GenSet *set)
{
	do
		draw_set(random, set, true);
	while (set->n_mappings == 0);
}

void
gen_set_any(Random *random, GenSet *set)
{
	do
		draw_set(random, set, false);
	while (set->n_mappings == 0);
}

void
gen_set_fixed(GenSet *set)
{
	static const GenMapping mappings[] = {
		{GEN_UNC, {"\\\\FS-A\\QlikShare", "\\\\FS-B\\Qlik$",
		"\\\\10.3.0.5\\dr\\qlik", "\\\\fs.site-d.corp\\q"}, ""},
		{GEN_DRIVE, {"D:\\QlikData", "E:\\Qlik\\Data", "\\\\10.3.0.5\\data",
		"D:\\Q"}, ""},
		{GEN_UNC, {"\\\\ARCHIVE1", "\\\\ARCHIVE2", "\\\\ARCHIVE3\\x",
		"\\\\ARCHIVE4"}, ""},
		{GEN_SHORT, {"CN1", "CN2", "CENTRAL-C", "P10"}, "CN"},
		{GEN_DOTTED, {"cn1.sitea.corp.local", "cn2.siteb.corp.local",
		"192.168.3.101", "cn4.d"}, ""},
		{GEN_DOTTED, {"192.168.1.101", "192.168.2.101", "192.168.3.102",
		"1.2.3.4"}, ""},
		{GEN_INET6, {"fd00:a::101", "fd00:b::101", "fd00:c:0:0:1:2:3:4",
		"fd00:d::10.0.0.1"}, ""},
		{GEN_VALUE_ONLY, {"0F1E2D", "A0B1C2", "998877", "665544"}, ""},
	};

	set->n_sites = 4;
	set->n_mappings = sizeof(mappings) / sizeof(mappings[0]);
	memcpy(set->mappings, mappings, sizeof(mappings));
	if (!accepted(set, true))
	{
		puts("the fixed set of mappings is not lawful");
		exit(1);
	}
}

typedef struct Addition
{
	size_t		mapping;
	size_t		site;
	bool		former;
} Addition;

static bool
add(RwMappings *built, const GenSet *set, const Addition *a)
{
	const GenMapping *mapping = &set->mappings[a->mapping];
	const char *value = a->former ? mapping->former :
	mapping->value[a->site];
	char		name[8];
	RwProblem	problem;

	if (value[0] == '\0')
		return true;
	snprintf(name, sizeof(name), "m%u", (unsigned int) (a->mapping % 100));
	return rw_mappings_add(built, name, gen_kind(mapping->class),
						   gen_site(a->site), value, !a->former, &problem);
}

RwMappings *
gen_set_build(const GenSet *set, Random *random, TestMemory *memory)
{
	Addition	additions[GEN_MAPPINGS * (GEN_SITES + 1)];
	size_t		n = 0;
	RwMappings *built = rw_mappings_create(&memory->engine);
	RwProblem	problem;
	bool		good = true;

	for (size_t m = 0; m < set->n_mappings; m++)
		for (size_t site = 0; site <= set->n_sites; site++)
		{
			additions[n].mapping = m;
			additions[n].former = site == set->n_sites;
			additions[n++].site = site < set->n_sites ? site : 0;
		}
	for (size_t i = n; random != NULL && i > 1; i--)
	{
		size_t		other = random_below(random, i);
		Addition	moved = additions[other];

		additions[other] = additions[i - 1];
		additions[i - 1] = moved;
	}
	for (size_t i = 0; i < n && good; i++)
		good = add(built, set, &additions[i]);
	if (good && rw_mappings_check(built, &problem))
		return built;
	rw_mappings_free(built);
	return NULL;
}

void
gen_set_print(const GenSet *set)
{
	for (size_t m = 0; m < set->n_mappings; m++)
	{
		const GenMapping *mapping = &set->mappings[m];

		printf("  mapping m%u, a %s\n", (unsigned int) m,
			   rw_kind_name(gen_kind(mapping->class)));
		for (size_t site = 0; site < set->n_sites; site++)
		{
			printf("    %s", gen_site(site));
			harness_print("", mapping->value[site],
						  strlen(mapping->value[site]));
		}
		if (mapping->former[0] != '\0')
			harness_print("    former", mapping->former,
						  strlen(mapping->former));
	}
}
