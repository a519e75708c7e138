/*
 * powershell.h
 *		Scripts that are run at Windows nodes by ssh_command.
 *
 * A node needs nothing but OpenSSH and Windows PowerShell 5.1: the scripts are
 * compiled into the tool.  The command line holds a small bootstrap alone
 * (-EncodedCommand; cmd.exe, the usual shell of OpenSSH for Windows, takes no
 * more than 8191 characters); it reads the script, its parameters and its
 * input from standard input, where nobody sees them, checks that they are
 * whole, and runs the script.  Everything on the way is ASCII, since what
 * code page a session has is not known: base64 there, JSON with escapes back.
 */
#ifndef POWERSHELL_POWERSHELL_H
#define POWERSHELL_POWERSHELL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "platform/child.h"

/* The scripts, by name; their own heads say what they read and write. */
#define POWERSHELL_CERTIFICATES "Install-QlikCertificates"
#define POWERSHELL_SERVICES "Invoke-QlikServiceRequest"
#define POWERSHELL_HOSTS "Set-QlikHostsFile"
#define POWERSHELL_SHARE "Invoke-QlikShareRequest"
#define POWERSHELL_SHARE_COPY "Copy-QlikShareContent"

/* What to run where.  All that points is the caller's. */
typedef struct PowershellCall
{
	const ConfigNode *node;		/* with an ssh_command */
	const char *script;			/* one of the above */
	json_t	   *parameters;		/* an object: the script's named parameters,
								 * no secret; NULL: none */
	const char *const *lines;	/* the script's input, without line feeds; may
								 * be secret */
	size_t		n_lines;
	void		(*on_line) (void *arg, const json_t * line);	/* an object that the
																 * script wrote */
	void	   *arg;			/* for on_line */
	int			deadline_ms;	/* for all of it; 0: none */
	int			answer_ms;		/* for the node's first words; 0: none */
} PowershellCall;

/*
 * powershell_run
 *		Run a script at a node and hand its lines of JSON to on_line as they
 *		come.
 *
 * errors: no way to the node; a connection that ended before the script did
 *		   (what it had written was handed over); an error of the script, with
 *		   its words as the detail
 */
extern bool powershell_run(const PowershellCall *call, Error *error);

/*
 * powershell_run_all
 *		Run calls at many nodes at the same time; one that fails stops no other.
 *
 * in:  most: so many at the same time
 * out: errors: an element a call, begun as ERROR_NONE; filled where the call
 *      failed.  True where none did
 */
extern bool powershell_run_all(const PowershellCall *calls, size_t n,
							   size_t most, Error *errors);

/*
 * The same in parts, for who runs many at once: a child is made, its lines are
 * read, its end is judged.
 */
typedef struct PowershellChild
{
	PlatChild	child;			/* set what is left: on_line, which calls
								 * powershell_read() with standard output's
								 * lines, and arg */
	const char **argv;			/* the child's */
	char	   *bootstrap;		/* its last word */
	Text		input;			/* the child's; wiped when freed */
} PowershellChild;

/* What has been read of an answer.  Begin with POWERSHELL_ANSWER(&call). */
typedef struct PowershellAnswer
{
	const PowershellCall *call;
	bool		begun;			/* the bootstrap has spoken */
	bool		ended;			/* and said that the script has ended */
	bool		good;			/* without an error */
	char	   *problem;		/* else: its words */
	char	   *noise;			/* the last line that was no JSON: a banner, a
								 * shell's complaint */
} PowershellAnswer;

#define POWERSHELL_ANSWER(call) {(call), false, false, false, NULL, NULL}

/*
 * powershell_prepare
 *		Make the child of a call; free it with powershell_free().
 *
 * errors: a node without ssh_command
 */
extern bool powershell_prepare(const PowershellCall *call,
							   PowershellChild *child, Error *error);
extern void powershell_free(PowershellChild *child);

/* Take a line of the child's standard output. */
extern void powershell_read(PowershellAnswer *answer, const char *line);

/*
 * powershell_judge
 *		Say what became of a call whose child has ended; frees what the answer
 *		holds.
 *
 * in:     ran, error: what plat_child_run() returned
 * errors: as powershell_run(); error holds the child's, and gets this
 */
extern bool powershell_judge(PowershellAnswer *answer, bool ran,
							 const PlatChildResult *result, Error *error);

#endif							/* POWERSHELL_POWERSHELL_H */
