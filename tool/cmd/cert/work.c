/*
 * work.c
 *		What the verbs of "qsrepl cert" share.
 */
#include "cmd/cert/work.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/secret.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "platform/secret.h"

int
cert_work_fail(Error *error, int code)
{
	error_report(error);
	error_free(error);
	return code;
}

int
cert_work_begin(CertWork *work, const CertCall *call, bool with_config)
{
	Error		error = ERROR_NONE;
	const char *file = call->password_file;
	int			code = EXIT_OK;

	memset(work, 0, sizeof(*work));
	work->call = call;
	plat_secret_process();
	if (with_config || call->n_sites > 0)
	{
		code = cmd_load_config(call->file, &work->config);
		work->loaded = code == EXIT_OK;
	}
	if (code == EXIT_OK && file == NULL && work->loaded)
		file = work->config.certificates.password_file;
	if (code == EXIT_OK && file != NULL &&
		!cert_password_read(file, &work->password, &error))
		code = cert_work_fail(&error, EXIT_SYSTEM);
	return code;
}

void
cert_work_end(CertWork *work)
{
	secret_free(&work->password);
	if (work->loaded)
		config_free(&work->config);
	arena_free(&work->arena);
}

static int
open_site(CertWork *work, const char *name, CertSide *side)
{
	Error		error = ERROR_NONE;
	CertPlace	place = {&work->config, NULL};

	side->site = config_site(&work->config, name);
	place.site = side->site;
	if (side->site == NULL)
	{
		error_set(&error, NULL, "The sites are the [site ...] sections of "
				  "the configuration.", "site \"%.80s\" is not defined", name);
		return cert_work_fail(&error, EXIT_USAGE);
	}
	side->title = arena_printf(&work->arena, "site %s", name);
	side->store = cert_store_of(&place, &error);
	return side->store != NULL ? EXIT_OK : cert_work_fail(&error, EXIT_INPUT);
}

static int
read_site(CertWork *work, const char *name, CertSide *side)
{
	Error		error = ERROR_NONE;
	CertPlace	place = {&work->config, NULL};
	int			code = open_site(work, name, side);

	if (code != EXIT_OK)
		return code;
	place.site = side->site;
	return side->store->read(&place, &side->found.set, &error) ? EXIT_OK :
		cert_work_fail(&error, EXIT_SYSTEM);
}

static int
read_folder(CertWork *work, const char *folder, CertSide *side)
{
	Error		error = ERROR_NONE;

	side->title = folder;
	return cert_find(folder, work->password.bytes, &side->found, &error) ?
		EXIT_OK : cert_work_fail(&error, EXIT_INPUT);
}

/* The site for a place that nothing is given for: this one, another one. */
static const char *
other_site(const CertWork *work, size_t place)
{
	const Config *config = &work->config;

	if (place == 0)
		return config->site;
	for (size_t i = 0; i < config->n_sites; i++)
		if (strcmp(config->sites[i].name, config->site) != 0 && --place == 0)
			return config->sites[i].name;
	return config->site;
}

int
cert_work_sides(CertWork *work, CertSide *sides, size_t n)
{
	const CertCall *call = work->call;
	int			code = EXIT_OK;

	for (size_t i = 0; i < n; i++)
		sides[i] = (CertSide)
	{
		.found = CERT_FOUND_NONE
	};
	if (call->n_folders + call->n_sites > n)
	{
		Error		error = ERROR_NONE;

		error_set(&error, NULL, NULL, n == 1 ? "only one site or folder can "
				  "be given" : "only two sites or folders can be given");
		return cert_work_fail(&error, EXIT_USAGE);
	}
	for (size_t i = 0; i < n && code == EXIT_OK; i++)
	{
		size_t		given = call->n_folders + call->n_sites;

		if (i < call->n_folders)
			code = read_folder(work, call->folders[i], &sides[i]);
		else if (i < given)
			code = read_site(work, call->sites[i - call->n_folders],
							 &sides[i]);
		else
			code = read_site(work, other_site(work, i - given), &sides[i]);
	}
	return code;
}

void
cert_side_free(CertSide *side)
{
	cert_found_free(&side->found);
}

int
cert_work_site(CertWork *work, CertSide *side)
{
	*side = (CertSide)
	{
		.found = CERT_FOUND_NONE
	};
	return open_site(work, work->call->n_sites > 0 ? work->call->sites[0] :
					 work->config.site, side);
}

int
cert_work_confirm(const CertWork *work, const char *question)
{
	Error		error = ERROR_NONE;

	if (work->call->yes || work->call->dry_run)
		return EXIT_OK;
	if (ask_possible() && ask_confirmed(question))
		return EXIT_OK;
	error_set(&error, "Nothing was changed.", "Answer \"yes\", or give --yes.",
			  "not confirmed");
	return cert_work_fail(&error, EXIT_REFUSED);
}

/* In the order of CertSeverity. */
static const char *const severities[] = {"pass", "warn", "fail"};

void
cert_print_findings(const CertFindings *findings, bool all)
{
	for (size_t i = 0; i < findings->n; i++)
	{
		const CertFinding *finding = &findings->list[i];

		if (finding->severity == CERT_PASS && !all)
			continue;
		printf("%s  %s: %s\n", severities[finding->severity],
			   finding->object, finding->problem);
		if (finding->hint != NULL && finding->severity != CERT_PASS)
			printf("      hint: %s\n", finding->hint);
	}
}

json_t *
cert_findings_json(const CertFindings *findings)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < findings->n; i++)
	{
		const CertFinding *finding = &findings->list[i];
		json_t	   *object = json_object();

		json_set_text(object, "severity", severities[finding->severity]);
		json_set_text(object, "object", finding->object);
		json_set_text(object, "problem", finding->problem);
		json_set_text(object, "hint", finding->hint);
		json_array_append_new(list, object);
	}
	return list;
}

void
cert_work_done(const CertWork *work, bool changed, const char *sentence,
			   const CertFindings *findings)
{
	json_t	   *document;

	if (!work->call->json)
	{
		printf("%s\n", sentence);
		return;
	}
	document = json_object();
	json_object_set_new(document, "changed", json_boolean(changed));
	json_set_text(document, "message", sentence);
	if (findings != NULL)
		json_object_set_new(document, "findings",
							cert_findings_json(findings));
	json_print(document);
}
