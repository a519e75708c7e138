/*
 * content.c
 *		Whether files of two shares have the same content.
 *
 * The pairs are cut into parts of about the same number of bytes, and each is
 * a child's, until none is left: a large file holds up one child only.
 */
#include "share/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/children.h"
#include "platform/system.h"
#include "share/content_rsync.h"
#include "share/content_node.h"

#define CHILDREN 4

/* A child's part: at most so many files; and so many parts at least. */
#define PART_FILES 20000
#define PARTS 8

/* What a child may print, with the problems of all its files. */
#define OUTPUT_LIMIT ((size_t) PART_FILES * 512)

typedef struct Part
{
	size_t		begin;			/* in the pairs */
	size_t		n;
	Text		input;
} Part;

typedef struct Comparing
{
	SharePairs *pairs;
	Arena	   *arena;
	const char *words[6];		/* of all children */
	Part	   *parts;
	size_t		n_parts;
	size_t		next;
	Error	   *error;			/* the first child's that failed */
} Comparing;

static void
cut_parts(Comparing *comparing)
{
	const SharePairs *pairs = comparing->pairs;
	uint64_t	most_bytes = pairs->bytes / PARTS + 1;
	size_t		most = pairs->n / PARTS + 1;

	if (most > PART_FILES)
		most = PART_FILES;
	comparing->parts = arena_alloc(comparing->arena,
								   (pairs->n + 1) * sizeof(Part));
	for (size_t i = 0; i < pairs->n;)
	{
		Part	   *part = &comparing->parts[comparing->n_parts++];
		uint64_t	bytes = 0;

		part->begin = i;
		while (i < pairs->n && part->n < most && bytes < most_bytes)
		{
			bytes += pairs->list[i].source->size;
			part->n++;
			i++;
		}
	}
}

static void
fill_input(const Comparing *comparing, Part *part)
{
	for (size_t i = part->begin; i < part->begin + part->n; i++)
	{
		const SharePair *pair = &comparing->pairs->list[i];

		text_add_bytes(&part->input, pair->source->path,
					   strlen(pair->source->path) + 1);
		text_add_bytes(&part->input, pair->target->path,
					   strlen(pair->target->path) + 1);
	}
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Comparing  *comparing = arg;
	Part	   *part;

	if (comparing->next == comparing->n_parts ||
		comparing->error->message != NULL)
		return PLAT_NEXT_NONE;
	*number = comparing->next++;
	part = &comparing->parts[*number];
	fill_input(comparing, part);
	memset(child, 0, sizeof(*child));
	child->argv = comparing->words;
	child->input = part->input.bytes;
	child->input_len = part->input.len;
	child->output_limit = OUTPUT_LIMIT;
	child->cancellable = true;
	return PLAT_NEXT_START;
}

/* "N" or "N words" */
static void
take_line(Comparing *comparing, const Part *part, const char *line,
		  size_t len)
{
	char	   *end;
	unsigned long number = strtoul(line, &end, 10);
	SharePair  *pair;

	if (end == line || number >= part->n)
		return;
	pair = &comparing->pairs->list[part->begin + number];
	if (*end == ' ')
		pair->problem = arena_printf(comparing->arena, "%.*s",
									 (int) (len - (size_t) (end + 1 - line)),
									 end + 1);
	else
		pair->differs = true;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *failed)
{
	Comparing  *comparing = arg;
	Part	   *part = &comparing->parts[number];
	const char *line = result->output;

	text_free(&part->input);
	if (failed->message == NULL && result->output_cut)
		error_set(comparing->error, NULL, NULL,
				  "too many files could not be read");
	if (failed->message != NULL && comparing->error->message == NULL)
		error_set(comparing->error, failed->detail, failed->hint, "%s",
				  failed->message);
	while (failed->message == NULL && *line != '\0')
	{
		size_t		len = strcspn(line, "\n");

		take_line(comparing, part, line, len);
		line += len + (line[len] == '\n');
	}
}

static bool
compare_here(const ShareAccess *source, const ShareAccess *target,
			 SharePairs *pairs, Arena *arena, Error *error)
{
	char	   *program = NULL;
	Comparing	comparing = {.pairs = pairs,.arena = arena,.error = error};
	const PlatChildren children = {CHILDREN, next, ended, &comparing};

	if (!plat_own_path(&program, error))
		return false;
	comparing.words[0] = program;
	comparing.words[1] = "share";
	comparing.words[2] = "hash";
	comparing.words[3] = arena_printf(arena, "--source=%s", source->place);
	comparing.words[4] = arena_printf(arena, "--target=%s", target->place);
	cut_parts(&comparing);
	plat_children_run(&children);
	free(program);
	return error->message == NULL;
}

bool
share_pairs_compare(const ShareAccess *source, const ShareAccess *target,
					SharePairs *pairs, Arena *arena, Error *error)
{
	if (source->backend == &share_windows)
		return share_pairs_compare_windows(source, target, pairs, arena,
										   error);
	if (source->here && target->here)
		return compare_here(source, target, pairs, arena, error);
	if ((source->here && target->backend == &share_rsync) ||
		(target->here && source->backend == &share_rsync))
		return share_pairs_compare_rsync(source, target, pairs, arena, error);
	return error_set(error, NULL, "Run it at the machine of one of both sites.",
					 "could not compare content: none of both shares is on "
					 "this machine, or rsync cannot reach the other one");
}
