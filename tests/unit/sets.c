/*
 * sets.c
 *		Sets of mappings for tests.
 */
#include "sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const SetLine set_usual[] = {
	{"share", RW_KIND_PATH, "A", "\\\\CN\\QlikShare", false},
	{"share", RW_KIND_PATH, "B", "\\\\FS-B\\Qlik$", false},
	{"share", RW_KIND_PATH, "C", "\\\\10.3.0.5\\dr\\qlik", false},
	{"data", RW_KIND_PATH, "A", "D:\\QlikData", false},
	{"data", RW_KIND_PATH, "B", "E:\\Qlik\\Data", false},
	{"data", RW_KIND_PATH, "C", "\\\\10.3.0.5\\data", false},
	{"cn1", RW_KIND_HOST, "A", "CN1", false},
	{"cn1", RW_KIND_HOST, "B", "CN2", false},
	{"cn1", RW_KIND_HOST, "C", "CN3", false},
	{"cn1fq", RW_KIND_HOST, "A", "cn1.sitea.corp.local", false},
	{"cn1fq", RW_KIND_HOST, "B", "cn2.siteb.corp.local", false},
	{"cn1fq", RW_KIND_HOST, "C", "cn3.sitec.corp.local", false},
	{"cn1ip", RW_KIND_HOST, "A", "192.168.1.101", false},
	{"cn1ip", RW_KIND_HOST, "B", "192.168.2.101", false},
	{"cn1ip", RW_KIND_HOST, "C", "192.168.3.101", false},
	{"cn1v6", RW_KIND_HOST, "A", "fd00:a::101", false},
	{"cn1v6", RW_KIND_HOST, "B", "fd00:b::101", false},
	{"cn1v6", RW_KIND_HOST, "C", "fd00:c::101", false},
	{"cn1fq", RW_KIND_HOST, "A", "old.sitea.corp.local", true},
	{"thumb", RW_KIND_VALUE, "A", "0F1E2D3C4B5A6978", false},
	{"thumb", RW_KIND_VALUE, "B", "A0B1C2D3E4F50617", false},
	{"thumb", RW_KIND_VALUE, "C", "9988776655443322", false},
};
const size_t set_usual_size = sizeof(set_usual) / sizeof(set_usual[0]);

bool
set_add(RwMappings *set, const SetLine *line, RwProblem *problem)
{
	memset(problem, 'x', sizeof(*problem));
	return rw_mappings_add(set, line->name, line->kind, line->site,
						   line->value, !line->former, problem);
}

static void
refused(const RwProblem *problem)
{
	printf("set of mappings was refused: %s: %s\n", problem->message,
		   problem->detail);
	exit(1);
}

RwMappings *
set_collect(TestMemory *memory, const SetLine *lines, size_t n)
{
	RwMappings *set = rw_mappings_create(&memory->engine);
	RwProblem	problem;

	for (size_t i = 0; i < n; i++)
		if (!set_add(set, &lines[i], &problem))
			refused(&problem);
	return set;
}

void
set_shuffle(Random *random, SetLine *lines, size_t n)
{
	for (; n > 1; n--)
	{
		size_t		other = random_below(random, n);
		SetLine		line = lines[other];

		lines[other] = lines[n - 1];
		lines[n - 1] = line;
	}
}

RwMappings *
set_build(const SetLine *lines, size_t n, TestMemory *memory)
{
	RwMappings *set = set_collect(memory, lines, n);
	RwProblem	problem;

	if (!rw_mappings_check(set, &problem))
		refused(&problem);
	return set;
}

RwMatcher *
set_compile(const SetLine *lines, size_t n, const char *site,
			TestMemory *memory)
{
	RwMappings *set = set_build(lines, n, memory);
	RwMatcher  *matcher = rw_matcher_create(set, site, &memory->engine);

	rw_mappings_free(set);
	return matcher;
}

const char *
set_rewrite(const RwMatcher *matcher, RwForm form, const char *in,
			TestMemory *memory)
{
	char	   *out;
	size_t		len;

	if (rw_rewrite(matcher, form, in, strlen(in), &memory->engine, &out,
				   &len) == RW_SAME)
		return in;
	return out;
}
