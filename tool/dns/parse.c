/*
 * parse.c
 *		Reading what dig prints.
 *
 * Of the comments only the one with the status counts:
 *
 *		;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4711
 *
 * and of the rest the lines NAME TTL CLASS TYPE DATA.
 */
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "dns/internal.h"

#define FIELDS 5

static const char blanks[] = " \t";

/* The word behind "status: " in a comment, or NULL. */
static const char *
status_of(const char *line, Arena *arena)
{
	static const char mark[] = "status: ";
	const char *found = line[0] == ';' ? strstr(line, mark) : NULL;

	if (found == NULL)
		return NULL;
	found += sizeof(mark) - 1;
	return arena_printf(arena, "%.*s", (int) strcspn(found, ", "), found);
}

/* Cut a record into its fields; false: it is none. */
static bool
cut(char *line, char *fields[FIELDS])
{
	if (*line == ';')
		return false;
	for (int i = 0; i < FIELDS; i++)
	{
		line += strspn(line, blanks);
		if (*line == '\0')
			return false;
		fields[i] = line;
		line += strcspn(line, blanks);
		if (*line != '\0')
			*line++ = '\0';
	}
	return line[strspn(line, blanks)] == '\0';
}

static void
take_record(char *const fields[FIELDS], const char *name, const char *type,
			Arena *arena, DnsAnswer *answer)
{
	char	   *target = fields[4];
	size_t		len = strlen(target);

	if (!address_is_same(fields[0], name))
		return;
	if (strcmp(fields[3], type) != 0)
	{
		answer->problem = arena_printf(arena, "has a %s record, not %s",
									   fields[3], type);
		return;
	}
	if (len > 1 && target[len - 1] == '.')
		target[len - 1] = '\0';
	if (answer->target != NULL)
		answer->problem = "has several records";
	answer->target = arena_strdup(arena, target);
	answer->ttl = strtol(fields[1], NULL, 10);
}

/* What the status and the records come to. */
static void
conclude(const char *status, Arena *arena, DnsAnswer *answer)
{
	if (status == NULL)
	{
		answer->state = DNS_SILENT;
		answer->problem = "what it answers is not understood";
	}
	else if (strcmp(status, "NXDOMAIN") == 0)
		answer->state = DNS_NO_RECORD;
	else if (strcmp(status, "NOERROR") != 0)
	{
		answer->state = DNS_REFUSES;
		answer->problem = arena_printf(arena, "answers %s", status);
	}
	else if (answer->problem != NULL)
		answer->state = DNS_REFUSES;
	else
		answer->state = answer->target != NULL ? DNS_POINTS : DNS_NO_RECORD;
	if (answer->state == DNS_POINTS)
		return;
	answer->target = NULL;
	answer->ttl = -1;
	if (answer->state == DNS_NO_RECORD)
		answer->problem = "has no such record";
}

void
dns_parse(const char *output, const char *name, const char *type,
		  Arena *arena, DnsAnswer *answer)
{
	char	   *rest = arena_strdup(arena, output);
	const char *status = NULL;
	char	   *fields[FIELDS];

	answer->target = NULL;
	answer->problem = NULL;
	answer->ttl = -1;
	while (*rest != '\0')
	{
		char	   *line = rest;

		rest += strcspn(rest, "\n");
		if (*rest != '\0')
			*rest++ = '\0';
		if (status == NULL)
			status = status_of(line, arena);
		if (cut(line, fields))
			take_record(fields, name, type, arena, answer);
	}
	conclude(status, arena, answer);
}
