/*
 * gen_draw.c
 *		Random mappings.
 *
 * Names are made of few stems, so that one is often the beginning or the end
 * of another: that is where a wrong match shows.
 */
#include <stdio.h>
#include <string.h>

#include "gen_parts.h"

/* No stem is a key, a scheme or a single letter: see gen_lawful(). */
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

/* The first group has four digits: see gen_lawful(). */
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

void
gen_draw_mapping(Random *random, size_t n_sites, GenMapping *mapping)
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

void
gen_draw_on_host(Random *random, const GenMapping *host, size_t n_sites,
				 GenMapping *mapping)
{
	const char *share = PICK(random, folders);

	memset(mapping, 0, sizeof(*mapping));
	mapping->class = GEN_UNC;
	for (size_t site = 0; site < n_sites; site++)
		snprintf(mapping->value[site], GEN_VALUE, "\\\\%.40s\\%s",
				 host->value[site], share);
}
