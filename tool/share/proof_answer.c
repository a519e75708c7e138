/*
 * proof_answer.c
 *		What smbclient has said to a proof.
 *
 * Its exit code is that of the last command; what happened is in its words: a
 * name of the form NT_STATUS_... with what it was about.  "ls" of a file that
 * is not there yet says whether the folder can be listed.
 */
#include "share/proof_answer.h"

#include <string.h>

#include "chars.h"

bool
proof_same(const char *a, const char *b)
{
	for (; *a != '\0' && rw_fold(*a) == rw_fold(*b); a++)
		b++;
	return *a == '\0' && *b == '\0';
}

/* The line of a text that holds a word; NULL: none does. */
static const char *
line_with(const char *text, const char *word, Arena *arena)
{
	const char *at = strstr(text, word);
	const char *begin = at;

	if (at == NULL)
		return NULL;
	while (begin > text && begin[-1] != '\n')
		begin--;
	return arena_quote(arena, arena_printf(arena, "%.*s",
										   (int) strcspn(begin, "\r\n"),
										   begin));
}

/* "NT_STATUS_ACCESS_DENIED" of a line, or the line. */
static const char *
status_of(const char *line, Arena *arena)
{
	const char *at = line != NULL ? strstr(line, "NT_STATUS_") : NULL;
	size_t		len = 0;

	if (at == NULL)
		return line;
	while (rw_is(at[len], RW_LETTER | RW_DIGIT) || at[len] == '_')
		len++;
	return arena_printf(arena, "%.*s", (int) len, at);
}

static void
conclude(ShareProof *proof, ShareProofState state, const char *problem)
{
	proof->state = state;
	proof->problem = problem;
}

/* Is the token in a line of its own, as "get" prints the file? */
static bool
is_read_back(const char *output, const char *token)
{
	size_t		len = strlen(token);

	for (const char *at = output; (at = strstr(at, token)) != NULL; at += len)
		if ((at == output || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
}

/* What came before the folder; true where that is told. */
static bool
judge_way(const char *output, const char *errors, Arena *arena,
		  ShareProof *proof)
{
	const char *session = line_with(output, "session setup failed", arena);
	const char *tree = line_with(output, "tree connect failed", arena);
	const char *folder = line_with(output, "cd \\", arena);
	const char *connect = line_with(errors, "do_connect", arena);

	if (session != NULL)
		conclude(proof, SHARE_PROOF_LOGON, status_of(session, arena));
	else if (tree != NULL)
		conclude(proof, SHARE_PROOF_NO_SHARE, status_of(tree, arena));
	else if (folder != NULL && strstr(folder, "_NOT_FOUND") != NULL)
		conclude(proof, SHARE_PROOF_MISSING, status_of(folder, arena));
	else if (folder != NULL && strstr(folder, "NT_STATUS_") != NULL)
		conclude(proof, SHARE_PROOF_SHUT, status_of(folder, arena));
	else if (connect != NULL)
		conclude(proof, SHARE_PROOF_SILENT, status_of(connect, arena));
	else
		return false;
	return true;
}

static void
judge_file(const char *output, const char *errors, Arena *arena,
		   ShareProof *proof)
{
	const char *listing = line_with(output, " listing \\", arena);
	const char *opening = line_with(output, " opening remote file", arena);
	const char *deleting = line_with(output, " deleting remote file", arena);

	if (strstr(errors, "putting file") == NULL)
	{
		bool		listed = listing != NULL &&
		(strstr(listing, "NO_SUCH_FILE") != NULL ||
		 strstr(listing, "OBJECT_NAME_NOT_FOUND") != NULL);

		conclude(proof, listed ? SHARE_PROOF_READ_ONLY : listing != NULL ?
				 SHARE_PROOF_SHUT : SHARE_PROOF_FAILED,
				 status_of(opening != NULL ? opening : listing, arena));
	}
	else if (deleting != NULL)
		conclude(proof, SHARE_PROOF_LEFT, status_of(deleting, arena));
	else if (!is_read_back(output, proof->file))
		conclude(proof, SHARE_PROOF_DAMAGED, status_of(opening, arena));
	else
		conclude(proof, SHARE_PROOF_GOOD, NULL);
}

void
proof_answer(const PlatChildResult *result, const Error *failed,
			 Arena *arena, ShareProof *proof)
{
	const char *line;

	if (result->end == PLAT_CHILD_TIMED_OUT)
		conclude(proof, strstr(result->errors, "putting file") != NULL ?
				 SHARE_PROOF_LEFT : SHARE_PROOF_SILENT, "no answer in time");
	else if (result->end != PLAT_CHILD_EXITED)
		conclude(proof, SHARE_PROOF_FAILED,
				 arena_strdup(arena, failed->message));
	else if (!judge_way(result->output, result->errors, arena, proof))
		judge_file(result->output, result->errors, arena, proof);
	if (proof->state != SHARE_PROOF_FAILED || proof->problem != NULL)
		return;
	line = result->errors[0] != '\0' ? result->errors : result->output;
	proof->problem = line[0] != '\0' ?
		arena_quote(arena, arena_printf(arena, "%.*s",
										(int) strcspn(line, "\r\n"), line)) :
		"smbclient said nothing: is the server's name known?";
}
