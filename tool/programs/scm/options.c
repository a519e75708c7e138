/*
 * options.c
 *		The command line of qsrepl-scm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"

static const char help[] =
"qsrepl-scm: starts, stops and configures services of a Windows node\n"
"\n"
"usage: qsrepl-scm --host ADDRESS --credentials FILE [OPTION ...]\n"
"       qsrepl-scm --host NAME --kerberos [OPTION ...]\n"
"       qsrepl-scm --host NAME --keytab FILE --principal NAME [OPTION ...]\n"
"\n"
"  --host ADDRESS      the node; with Kerberos, its full name\n"
"  --port N            of SMB; 445 if not given\n"
"  --credentials FILE  username, password and domain, as Samba's programs\n"
"                      read them; only its owner may read it\n"
"  --kerberos          log on with the tickets that are there (KRB5CCNAME)\n"
"  --keytab FILE       get a ticket by kinit first, and forget it at the end\n"
"  --principal NAME    whose key of the keytab\n"
"  --timeout MS        to connect, and for each answer; 5000 if not given\n"
"\n"
"Requests are lines of JSON on standard input, answers on standard output.\n";

static bool
wrong(const char *what, const char *value)
{
	report_errorf("See qsrepl-scm --help.", "%s \"%s\"", what, value);
	return false;
}

static bool
take_number(const char *text, long most, long *number)
{
	char	   *end;

	*number = strtol(text, &end, 10);
	if (end != text && *end == '\0' && *number >= 1 && *number <= most)
		return true;
	return wrong("invalid number", text);
}

static bool
take_value(const char *name, const char *value, Options *options)
{
	long		number;

	if (strcmp(name, "--host") == 0)
		options->host = value;
	else if (strcmp(name, "--credentials") == 0)
		options->credentials = value;
	else if (strcmp(name, "--keytab") == 0)
		options->keytab = value;
	else if (strcmp(name, "--principal") == 0)
		options->principal = value;
	else if (strcmp(name, "--port") == 0)
	{
		if (!take_number(value, UINT16_MAX, &number))
			return false;
		options->port = (uint16_t) number;
	}
	else if (strcmp(name, "--timeout") == 0)
	{
		if (!take_number(value, 3600 * 1000, &number))
			return false;
		options->timeout_ms = (int) number;
	}
	else
		return wrong("unrecognized option", name);
	return true;
}

static bool
check(const Options *options)
{
	int			ways = (options->credentials != NULL) + options->kerberos
	+ (options->keytab != NULL);

	if (options->host == NULL || options->host[0] == '\0'
		|| strpbrk(options->host, "/\\@?%:") != NULL)
		return wrong("invalid value of --host",
					 options->host == NULL ? "" : options->host);
	if (ways == 1 && (options->keytab == NULL)
		== (options->principal == NULL))
		return true;
	report_errorf("See qsrepl-scm --help.",
				  "exactly one of --credentials, --kerberos, and --keytab "
				  "with --principal must be given");
	return false;
}

bool
options_take(int argc, char **argv, Options *options, int *exit_code)
{
	*options = (Options)
	{
		.port = 445,.timeout_ms = 5000
	};
	*exit_code = EXIT_USAGE;
	for (int i = 1; i < argc; i++)
	{
		if (strcmp(argv[i], "--help") == 0)
		{
			fputs(help, stdout);
			*exit_code = EXIT_OK;
			return false;
		}
		if (strcmp(argv[i], "--version") == 0)
		{
			puts("qsrepl-scm " QSREPL_VERSION);
			*exit_code = EXIT_OK;
			return false;
		}
		if (strcmp(argv[i], "--kerberos") == 0)
			options->kerberos = true;
		else if (i + 1 == argc)
			return wrong("missing value of option", argv[i]);
		else if (!take_value(argv[i], argv[i + 1], options))
			return false;
		else
			i++;
	}
	return check(options);
}
