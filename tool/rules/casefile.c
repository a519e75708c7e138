/*
 * casefile.c
 *		Files of mappings and of worked cases of rewriting.
 */
#include "rules/casefile.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "base/report.h"

#define MAX_COLUMNS 256

typedef struct Reader
{
	const char *name;
	size_t		line;			/* the current one, from 1 */
	bool		report;
	bool		good;
	CaseFile   *file;
} Reader;

static void
wrong(Reader *reader, const RwProblem *problem)
{
	reader->good = false;
	if (reader->report)
		report_problem(reader->name, reader->line, problem);
}

static void
wrong_line(Reader *reader, const char *message, const char *hint)
{
	RwProblem	problem = {.code = RW_PROBLEM_INVALID};

	memcpy(problem.message, message, strlen(message) + 1);
	memcpy(problem.hint, hint, strlen(hint) + 1);
	wrong(reader, &problem);
}

/* Cut a line at its tabs; returns the number of columns. */
static size_t
split(char *bytes, char **columns)
{
	size_t		n = 0;

	columns[n++] = bytes;
	while ((bytes = strchr(bytes, '\t')) != NULL && n < MAX_COLUMNS)
	{
		*bytes++ = '\0';
		columns[n++] = bytes;
	}
	return n;
}

static void
read_mapping(Reader *reader, char **columns, size_t n, bool current)
{
	RwProblem	problem;
	RwKind		kind;

	if (n < 5 || n % 2 == 0)
	{
		wrong_line(reader, "mapping line has the wrong number of columns",
				   "Give a name, a kind, and then site and value in turn.");
		return;
	}
	if (!rw_kind_parse(columns[2], &kind))
	{
		wrong_line(reader, "kind of mapping is not recognized",
				   "The kinds are path, host and value.");
		return;
	}
	for (size_t i = 3; i < n; i += 2)
		if (!rw_mappings_add(reader->file->mappings, columns[1], kind,
							 columns[i], columns[i + 1], current, &problem))
			wrong(reader, &problem);
}

static void
read_case(Reader *reader, char **columns, size_t n)
{
	CaseFile   *file = reader->file;
	Case	   *added;
	RwForm		form;

	if (n != 6)
	{
		wrong_line(reader, "case line has the wrong number of columns",
				   "Give an id, a form, a site, the input and what is "
				   "expected.");
		return;
	}
	if (!rw_form_parse(columns[2], &form))
	{
		wrong_line(reader, "form is not recognized",
				   "The forms are path, host, text and value.");
		return;
	}
	if (file->n_cases == file->capacity)
	{
		file->capacity = file->capacity > 0 ? file->capacity * 2 : 64;
		file->cases = mem_grow(file->cases,
							   file->capacity * sizeof(Case));
	}
	added = &file->cases[file->n_cases++];
	added->id = mem_strdup(columns[1]);
	added->form = form;
	added->site = mem_strdup(columns[3]);
	added->input = mem_strdup(columns[4]);
	added->expected = mem_strdup(columns[5]);
	added->line = reader->line;
}

static void
read_line(Reader *reader, Line *line)
{
	char	   *columns[MAX_COLUMNS];
	size_t		n;

	if (memchr(line->bytes, '\0', line->len) != NULL)
	{
		wrong_line(reader, "line holds a NUL byte", "");
		return;
	}
	if (line->len > 0 && line->bytes[line->len - 1] == '\r')
		line->bytes[--line->len] = '\0';
	if (line->len == 0 || line->bytes[0] == '#')
		return;
	n = split(line->bytes, columns);
	if (strcmp(columns[0], "mapping") == 0)
		read_mapping(reader, columns, n, true);
	else if (strcmp(columns[0], "alias") == 0)
		read_mapping(reader, columns, n, false);
	else if (strcmp(columns[0], "case") == 0)
		read_case(reader, columns, n);
	else
		wrong_line(reader, "line is not recognized",
				   "A line begins with \"mapping\", \"alias\", \"case\" or "
				   "\"#\", and a tab follows.");
}

static void
print_warning(void *arg, const RwProblem *problem)
{
	Reader	   *reader = arg;

	report_problem(reader->name, reader->line, problem);
}

bool
casefile_read(FILE *stream, const char *name, bool report, CaseFile *file)
{
	Reader		reader = {.name = name,.report = report,.good = true};
	Line		line = {0};
	RwProblem	problem;

	memset(file, 0, sizeof(*file));
	reader.file = file;
	file->mappings = rw_mappings_create(&mem_engine);
	while (lines_next(stream, &line))
	{
		reader.line++;
		read_line(&reader, &line);
	}
	lines_free(&line);
	if (!rw_mappings_check(file->mappings, &problem))
		wrong(&reader, &problem);
	if (reader.good && report)
		rw_mappings_warnings(file->mappings, NULL, print_warning, &reader);
	return reader.good;
}

void
casefile_free(CaseFile *file)
{
	for (size_t i = 0; i < file->n_cases; i++)
	{
		free(file->cases[i].id);
		free(file->cases[i].site);
		free(file->cases[i].input);
		free(file->cases[i].expected);
	}
	free(file->cases);
	rw_mappings_free(file->mappings);
}
