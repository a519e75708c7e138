/*
 * init.c
 *		"qsrepl init": collect answers, write the file from the table of keys,
 *		and let the parser judge it before it goes to the disk.
 */
#include "cmd/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/cert/transport.h"
#include "config/describe.h"
#include "config/template.h"
#include "config/words.h"
#include "platform/file.h"

typedef struct Init
{
	const InitRequest *request;
	ConfigWords sites;
	ConfigAnswers answers;
	Arena		arena;
} Init;

static void
keep(Init *init, const char *section, const char *key, const char *value)
{
	ConfigAnswers *answers = &init->answers;
	ConfigAnswer *answer;

	answers->list = mem_grow(answers->list,
							 (answers->n + 1) * sizeof(ConfigAnswer));
	answer = &answers->list[answers->n++];
	answer->section = section;
	answer->key = key;
	answer->value = value;
}

/* Would the text begin a line of its own? */
static bool
is_one_line(const char *text)
{
	return strpbrk(text, "\r\n") == NULL;
}

static bool
keep_set(Init *init, const char *set)
{
	char	   *section = arena_strdup(&init->arena, set);
	char	   *key = strchr(section, ':');
	char	   *value = key != NULL ? strchr(key, '=') : NULL;

	if (value == NULL || key == section || value == key + 1 ||
		!is_one_line(set))
	{
		report_errorf("Write SECTION:KEY=VALUE, as in --set \"site "
					  "A:host=db-a\".",
					  "value \"%s\" of option \"--set\" is not recognized",
					  arena_quote(&init->arena, set));
		return false;
	}
	*key++ = '\0';
	*value++ = '\0';
	keep(init, section, key, value);
	return true;
}

/* What the options say. */
static bool
collect(Init *init)
{
	const InitRequest *request = init->request;

	words_split(request->sites, false, &init->arena, &init->sites);
	init->answers.sites = &init->sites;
	if (init->sites.n < 2)
	{
		report_error("fewer than two sites are named", NULL,
					 "Name all sites, as in --sites \"A B\".");
		return false;
	}
	if (!is_one_line(request->sites) ||
		(request->site != NULL && !words_has(request->sites, request->site)))
	{
		report_errorf("Name all sites, as in --sites \"A B\".",
					  "site \"%s\" is not among the sites \"%s\"",
					  arena_quote(&init->arena, request->site != NULL ?
								  request->site : ""),
					  arena_quote(&init->arena, request->sites));
		return false;
	}
	if (request->site != NULL)
		keep(init, "qsrepl", "site", request->site);
	if (request->mode != NULL)
		keep(init, "qsrepl", "mode", request->mode);
	if (request->recovery_key != NULL)
		keep(init, "certificates", "recovery_certificate",
			 arena_printf(&init->arena, "%s.crt", request->recovery_key));
	for (size_t i = 0; i < request->n_sets; i++)
		if (!keep_set(init, request->sets[i]))
			return false;
	return true;
}

/*
 * Write the text, and let the parser judge it: false after a report.
 * *missing: how much is left to fill in.
 */
static bool
judge(const Init *init, Text *text, size_t *missing)
{
	Config		config;
	Problems	problems;
	bool		good;

	config_template_add(text, &init->answers);
	config_load_text(init->request->file, text->bytes, text->len, &config,
					 &problems);
	*missing = problems.missing;
	good = problems.errors == problems.missing;
	for (size_t i = 0; !good && i < problems.n; i++)
		if (problems.list[i].severity == REPORT_ERROR &&
			!problems.list[i].missing)
			report_error(problems.list[i].message, problems.list[i].detail,
						 problems.list[i].hint);
	problems_free(&problems);
	config_free(&config);
	return good;
}

/* Keep an answer that fits what is there already. */
static bool
keep_good(Init *init, const char *section, const char *key,
		  const char *answer)
{
	Text		text = {NULL, 0, 0};
	size_t		missing;
	bool		good;

	keep(init, section, key, arena_strdup(&init->arena, answer));
	good = judge(init, &text, &missing);
	if (!good)
		init->answers.n--;
	text_free(&text);
	return good;
}

/* Ask for one key; false at the end of the input. */
static bool
ask_key(Init *init, const char *section, const ConfigKey *key)
{
	const char *question = arena_printf(&init->arena, "[%s] %s%s%s%s: ",
										section, key->name,
										key->otherwise != NULL ? " [" : "",
										key->otherwise != NULL ?
										key->otherwise : "",
										key->otherwise != NULL ? "]" : "");
	bool		done = false;

	fprintf(stderr, "\n%s (%s)\n", key->help,
			describe_type(key, &init->arena));
	while (!done)
	{
		char	   *answer = ask_line(question);

		if (answer == NULL)
			return false;
		done = answer[0] == '\0' ||
			keep_good(init, section, key->name, answer);
		free(answer);
	}
	return true;
}

static bool
ask_section(Init *init, const char *section, const ConfigSectionKind *kind)
{
	for (const ConfigKey *key = kind->keys; key->name != NULL; key++)
		if (key->asked &&
			config_answer(&init->answers, section, key->name) == NULL &&
			!ask_key(init, section, key))
			return false;
	return true;
}

/* Ask for what the options have not said. */
static bool
ask_all(Init *init)
{
	fputs("An empty answer takes the default, or leaves the key for "
		  "later.\n", stderr);
	if (!ask_section(init, "qsrepl", &config_section_kinds[CONFIG_KIND_MAIN]))
		return false;
	for (size_t i = 0; i < init->sites.n; i++)
		if (!ask_section(init, arena_printf(&init->arena, "site %s",
											init->sites.words[i]),
						 &config_section_kinds[CONFIG_KIND_SITE]))
			return false;
	return true;
}

/* May the file be written?  The exit code. */
static int
may_write(const InitRequest *request)
{
	Error		error = ERROR_NONE;
	PlatFileInfo info;
	bool		known = plat_file_info(request->file, &info, &error);

	if (known && info.directory)
		known = error_set(&error, NULL, NULL, "\"%s\" is a directory",
						  request->file);
	if (!known)
	{
		error_report(&error);
		error_free(&error);
		return EXIT_SYSTEM;
	}
	if (!info.exists || request->yes || request->dry_run)
		return EXIT_OK;
	if (ask_possible())
	{
		fprintf(stderr, "File \"%s\" exists.\n", request->file);
		if (ask_confirmed("Overwrite it? Type \"yes\": "))
			return EXIT_OK;
	}
	report_errorf("--yes overwrites it; --config names another file.",
				  "file \"%s\" exists", request->file);
	return EXIT_REFUSED;
}

static void
tell(const Init *init, const Text *text, size_t missing)
{
	const InitRequest *request = init->request;
	json_t	   *document;

	if (!request->json)
	{
		if (request->dry_run)
			fputs(text->bytes, stdout);
		else
			printf("wrote \"%s\"; values still to be filled in: %lu\n",
				   request->file, (unsigned long) missing);
		return;
	}
	document = json_object();
	json_set_text(document, "file", request->file);
	json_object_set_new(document, "written", json_boolean(!request->dry_run));
	json_object_set_new(document, "missing",
						json_integer((json_int_t) missing));
	json_set_text(document, "content", text->bytes);
	json_print(document);
}

/* The recovery key, where one is wanted; the file names its certificate. */
static bool
write_recovery(const InitRequest *request, Error *error)
{
	char	   *certificate;

	if (request->recovery_key == NULL)
		return true;
	if (!transport_recovery_make(request->recovery_key,
								 request->passphrase_file, &certificate,
								 error))
		return false;
	fprintf(stderr, "Wrote the recovery key to \"%s\": take it off this "
			"machine.\nCopy \"%s\" to the other site's.\n",
			request->recovery_key, certificate);
	free(certificate);
	return true;
}

static int
write_file(const Init *init, const Text *text, size_t missing)
{
	const InitRequest *request = init->request;
	Error		error = ERROR_NONE;

	if (request->dry_run ||
		(write_recovery(request, &error) &&
		 plat_file_write(request->file, text->bytes, text->len, true, &error)))
	{
		tell(init, text, missing);
		return EXIT_OK;
	}
	error_report(&error);
	error_free(&error);
	return EXIT_SYSTEM;
}

/* What the options leave open is asked, where somebody is there. */
static int
complete(Init *init)
{
	if (!ask_possible() || init->request->yes || ask_all(init))
		return EXIT_OK;
	report_error("the questions were not answered", NULL,
				 "Nothing was written.");
	return EXIT_REFUSED;
}

int
cmd_init(const InitRequest *request)
{
	Init		init = {request, {NULL, 0}, {NULL, NULL, 0}, {NULL}};
	Text		text = {NULL, 0, 0};
	size_t		missing;
	int			code = EXIT_USAGE;

	/* What the options say must be good before anything is asked. */
	if (collect(&init) && judge(&init, &text, &missing))
		code = may_write(request);
	if (code == EXIT_OK)
		code = complete(&init);
	if (code == EXIT_OK)
	{
		text_free(&text);
		code = judge(&init, &text, &missing) ?
			write_file(&init, &text, missing) : EXIT_USAGE;
	}
	text_free(&text);
	free(init.answers.list);
	arena_free(&init.arena);
	return code;
}
