/*
 * powershell.c
 *		Access: a file of a Windows node by ssh, with a script of PowerShell
 *		there, which reads it or replaces it in one step.
 */
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "hosts/internal.h"
#include "powershell/powershell.h"

/* Of base64 in one line. */
#define PIECE 8192

/* A file that is being read. */
typedef struct HostsWay
{
	PowershellCall call;
	PowershellAnswer answer;
	PowershellChild child;
	Text		pieces;
} HostsWay;

static void
take_piece(void *arg, const json_t * line)
{
	HostsWay   *way = arg;
	const char *piece = json_string_value(json_object_get(line, "content"));

	if (piece != NULL && way->pieces.len < 2 * HOSTS_BYTES_MAX)
		text_add(&way->pieces, piece);
}

static void
read_line(void *arg, PlatStream stream, const char *line)
{
	HostsWay   *way = arg;

	if (stream == PLAT_STDOUT)
		powershell_read(&way->answer, line);
}

static PowershellCall
call_of(const HostsFinding *finding)
{
	const PowershellCall call = {
		.node = finding->node,.script = POWERSHELL_HOSTS,
		.parameters = json_pack("{s:s}", "Path", finding->path),
		.deadline_ms = HOSTS_DEADLINE_MS
	};

	return call;
}

void
hosts_powershell_prepare(HostsFinding *finding, Arena *arena,
						 PlatChild *child)
{
	HostsWay   *way = arena_alloc(arena, sizeof(HostsWay));
	Error		error = ERROR_NONE;

	finding->way = way;
	way->call = call_of(finding);
	way->call.on_line = take_piece;
	way->call.arg = way;
	way->answer = (PowershellAnswer) POWERSHELL_ANSWER(&way->call);
	/* It has an ssh_command: that is checked with the configuration. */
	(void) powershell_prepare(&way->call, &way->child, &error);
	error_free(&error);
	*child = way->child.child;
	child->on_line = read_line;
	child->arg = way;
	child->deadline_ms = HOSTS_DEADLINE_MS;
}

bool
hosts_powershell_take(HostsFinding *finding, const PlatChildResult *result,
					  const Error *failed, Text *content, Error *error)
{
	HostsWay   *way = finding->way;
	const bool	ran = failed->message == NULL;
	bool		good;

	if (!ran)
		error_set(error, failed->detail, failed->hint, "%s", failed->message);
	good = powershell_judge(&way->answer, ran, result, error);
	if (good && (!base64_decode(way->pieces.bytes != NULL ?
								way->pieces.bytes : "", content) ||
				 content->len > HOSTS_BYTES_MAX))
		good = error_set(error, NULL, NULL, "hosts file is too large");
	text_free(&way->pieces);
	powershell_free(&way->child);
	json_decref(way->call.parameters);
	finding->way = NULL;
	return good;
}

/* The bytes in base64, in lines. */
static const char *const *
lines_of(const Text *bytes, Arena *arena, size_t *n)
{
	Text		text = {NULL, 0, 0};
	const char **lines;

	base64_add(&text, bytes->bytes, bytes->len);
	*n = (text.len + PIECE - 1) / PIECE;
	lines = arena_alloc(arena, (*n + 1) * sizeof(char *));
	for (size_t i = 0; i < *n; i++)
		lines[i] = arena_printf(arena, "%.*s", PIECE,
								text.bytes + i * PIECE);
	secret_free(&text);
	return lines;
}

bool
hosts_powershell_write(const HostsFinding *finding, Arena *arena,
					   Error *error)
{
	PowershellCall call = call_of(finding);
	bool		good;

	call.lines = lines_of(&finding->result, arena, &call.n_lines);
	good = powershell_run(&call, error);
	json_decref(call.parameters);
	return good;
}
