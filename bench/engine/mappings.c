/*
 * mappings.c
 *		Ten thousand mappings between two sites.
 *
 * They come in turns of ten: qualified and short hosts, IP addresses, shares,
 * folders, drives.  Every value holds its number with a fixed width, so that
 * none begins with another: a peer that knows nothing of where a name ends
 * must not be led astray, it shall do the same work.
 *
 * The first is a qualified host, which every corpus can name in every place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* One value; site is 'a' or 'b'. */
static void
write_value(char *value, size_t size, unsigned int i, char site)
{
	bool		a = site == 'a';

	switch (i % 10)
	{
		case 0:
		case 5:
			snprintf(value, size, "%s%05u.site%c.corp.local",
					 i % 20 < 10 ? "cn" : "sql", i, site);
			break;
		case 1:
			snprintf(value, size, "\\\\FS%05u%s\\%s", i, a ? "" : "-B",
					 a ? "QlikShare" : "Qlik$");
			break;
		case 2:
		case 7:
			snprintf(value, size, "%s%05u%c", i % 20 < 10 ? "SRV" : "rim-", i,
					 site);
			break;
		case 3:
			snprintf(value, size, "10.%u.%u.%u", a ? 101u : 201u,
					 100 + i / 1000, 100 + i / 10 % 100);
			break;
		case 4:
			snprintf(value, size, "\\\\nas%05u.site%c.corp.local\\Qlik\\Data",
					 i, site);
			break;
		case 6:
			snprintf(value, size, "%s\\V%05u", a ? "D:\\QlikData" :
					 "E:\\Qlik", i);
			break;
		case 8:
			snprintf(value, size, "\\\\corp.local\\%s\\q%05u",
					 a ? "dfs" : "dr", i);
			break;
		default:
			snprintf(value, size, "fd00:%c::%x", site, 0x1000 + i);
			break;
	}
}

const Pair *
mappings_create(void)
{
	static const RwKind kinds[10] = {
		RW_KIND_HOST, RW_KIND_PATH, RW_KIND_HOST, RW_KIND_HOST, RW_KIND_PATH,
		RW_KIND_HOST, RW_KIND_PATH, RW_KIND_HOST, RW_KIND_PATH, RW_KIND_HOST
	};
	Pair	   *pairs = heap_alloc(MAPPINGS_MAX * sizeof(Pair));

	for (unsigned int i = 0; i < MAPPINGS_MAX; i++)
	{
		Pair	   *pair = &pairs[i];

		pair->kind = kinds[i % 10];
		snprintf(pair->name, sizeof(pair->name), "m%05u", i);
		write_value(pair->foreign, sizeof(pair->foreign), i, 'a');
		write_value(pair->local, sizeof(pair->local), i, 'b');
		pair->foreign_len = strlen(pair->foreign);
		pair->local_len = strlen(pair->local);
	}
	return pairs;
}

static void
fail(const RwProblem *problem)
{
	fprintf(stderr, "engine: error: %s\ndetail: %s\n", problem->message,
			problem->detail);
	exit(1);
}

RwMatcher *
mappings_compile(const Pair *pairs, size_t n)
{
	RwMappings *set = rw_mappings_create(&heap_memory);
	RwMatcher  *matcher;
	RwProblem	problem;

	for (size_t i = 0; i < n; i++)
		if (!rw_mappings_add(set, pairs[i].name, pairs[i].kind, SITE_FOREIGN,
							 pairs[i].foreign, true, &problem) ||
			!rw_mappings_add(set, pairs[i].name, pairs[i].kind, SITE_LOCAL,
							 pairs[i].local, true, &problem))
			fail(&problem);
	if (!rw_mappings_check(set, &problem))
		fail(&problem);
	matcher = rw_matcher_create(set, SITE_LOCAL, &heap_memory);
	rw_mappings_free(set);
	return matcher;
}
