/*
 * gen_set.c
 *		Random sets of mappings.
 */
#include "gen_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen_parts.h"
#include "harness.h"

static const char *const site_names[GEN_SITES] = {"A", "B", "C", "D"};

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
	return built != NULL && warnings == 0 && (!all_laws || gen_lawful(set));
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
			gen_draw_on_host(random, other, set->n_sites, next);
		else
			gen_draw_mapping(random, set->n_sites, next);
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
