/*
 * import.c
 *		What changes a site's set: "qsrepl cert import", "issue", "rollback".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cert/issue.h"
#include "cmd/cert/work.h"
#include "platform/clock.h"

#define DAYS_MAX 7300

/*
 * Only a sound set is installed: Qlik Sense would replace another by its own.
 * What the site's nodes expect is told, but may come later.
 */
static bool
is_sound(const CertFound *found, CertFindings *findings)
{
	const CertExpectations expected = {.central = "",
		.now_ms = plat_wall_ms()
	};

	cert_verify_files(found, findings);
	cert_verify(&found->set, &expected, findings);
	return findings->counts[CERT_FAIL] == 0;
}

static int
install(CertWork *work, const CertSide *side, const CertSet *set,
		const char *done, const CertFindings *findings)
{
	const CertPlace place = {&work->config, side->site};
	Error		error = ERROR_NONE;
	char	   *would;

	if (!work->call->dry_run && !side->store->install(&place, set, &error))
		return cert_work_fail(&error, EXIT_SYSTEM);
	would = text_format("%s%s", work->call->dry_run ? "would have " : "",
						done);
	cert_work_done(work, !work->call->dry_run, would, findings);
	free(would);
	return EXIT_OK;
}

static int
check_sound(const CertWork *work, const CertFound *found,
			CertFindings *findings)
{
	Error		error = ERROR_NONE;
	bool		sound = is_sound(found, findings);

	if (!work->call->json)
		cert_print_findings(findings, false);
	if (sound || work->call->force)
		return EXIT_OK;
	if (work->call->json)
		cert_work_done(work, false, "nothing was changed", findings);
	error_set(&error, "Nothing was changed.", "Mend what failed; --force "
			  "installs the set as it is.",
			  "certificates in \"%s\" are no set to install",
			  work->call->operand);
	return cert_work_fail(&error, EXIT_REFUSED);
}

static int
import(CertWork *work, const CertSide *side, const CertFound *found)
{
	CertFindings findings = {.n = 0};
	char	   *question = text_format("This replaces the certificates of %s "
									   "by the %lu in \"%s\".\nGo on? Type "
									   "\"yes\": ", side->title,
									   (unsigned long) found->set.n,
									   work->call->operand);
	char	   *done = text_format("imported %lu certificates for %s",
								   (unsigned long) found->set.n, side->title);
	int			code = check_sound(work, found, &findings);

	if (code == EXIT_OK)
		code = cert_work_confirm(work, question);
	if (code == EXIT_OK)
		code = install(work, side, &found->set, done, &findings);
	cert_findings_free(&findings);
	free(done);
	free(question);
	return code;
}

int
cmd_cert_import(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	CertFound	found = CERT_FOUND_NONE;
	Error		error = ERROR_NONE;
	int			code = cert_work_begin(&work, call, true);

	if (code == EXIT_OK)
		code = cert_work_site(&work, &side);
	if (code == EXIT_OK && !cert_find(call->operand, work.password.bytes,
									  &found, &error))
		code = cert_work_fail(&error, EXIT_INPUT);
	if (code == EXIT_OK)
		code = import(&work, &side, &found);
	cert_found_free(&found);
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}

/* The node of the site that is meant, by either name; NULL: none. */
static const ConfigNode *
find_node(const Config *config, const ConfigSite *site, const char *name)
{
	for (size_t i = 0; i < config->n_nodes; i++)
	{
		const ConfigNode *node = &config->nodes[i];

		if (strcmp(node->site, site->name) == 0 &&
			(config_same_name(node->name, name) ||
			 config_same_name(config_node_alias(node), name)))
			return node;
	}
	return NULL;
}

static bool
read_days(const char *text, int *days)
{
	char	   *end;
	long		number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (text[0] == '\0' || *end != '\0' || errno != 0 || number < 1 ||
		number > DAYS_MAX)
	{
		report_errorf(NULL, "--days takes a number from 1 to %d, not "
					  "\"%.80s\"", DAYS_MAX, text);
		return false;
	}
	*days = (int) number;
	return true;
}

static int
issue(CertWork *work, CertSide *side, CertRequest *request)
{
	const CertPlace place = {&work->config, side->site};
	CertSet    *set = &side->found.set;
	Error		error = ERROR_NONE;
	char	   *text;
	int			code = EXIT_OK;

	if (!side->store->read(&place, set, &error))
		return cert_work_fail(&error, EXIT_SYSTEM);
	if (cert_set_find(set, CERT_SERVER, request->alias) != NULL)
	{
		text = text_format("Node \"%s\" has a server certificate, which this "
						   "replaces.\nGo on? Type \"yes\": ",
						   request->alias);
		code = cert_work_confirm(work, text);
		free(text);
	}
	if (code == EXIT_OK && !cert_issue(set, request, &error))
		code = cert_work_fail(&error, EXIT_REFUSED);
	if (code == EXIT_OK)
	{
		text = text_format("issued a server certificate for node \"%s\" of %s",
						   request->alias, side->title);
		code = install(work, side, set, text, NULL);
		free(text);
	}
	return code;
}

int
cmd_cert_issue(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	CertRequest request = {.names = call->names,.n_names = call->n_names,
	.now_ms = plat_wall_ms()};
	const ConfigNode *node = NULL;
	int			code;

	if (!read_days(call->days, &request.days))
		return EXIT_USAGE;
	code = cert_work_begin(&work, call, true);
	if (code == EXIT_OK)
		code = cert_work_site(&work, &side);
	if (code == EXIT_OK)
		node = find_node(&work.config, side.site, call->node);
	if (code == EXIT_OK && node == NULL)
	{
		report_errorf("The nodes are the [node ...] sections of the "
					  "configuration.", "site \"%s\" has no node \"%.80s\"",
					  side.site->name, call->node);
		code = EXIT_USAGE;
	}
	if (code == EXIT_OK)
	{
		request.alias = config_node_alias(node);
		code = issue(&work, &side, &request);
	}
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}

static int
rollback(CertWork *work, const CertSide *side)
{
	const CertPlace place = {&work->config, side->site};
	Error		error = ERROR_NONE;
	char	   *question = text_format("This brings back the certificates that "
									   "%s had before the last change.\nGo on? "
									   "Type \"yes\": ", side->title);
	int			code = cert_work_confirm(work, question);

	free(question);
	if (code != EXIT_OK)
		return code;
	if (!work->call->dry_run && !side->store->rollback(&place, &error))
		return cert_work_fail(&error, EXIT_REFUSED);
	question = text_format("%s the certificates of %s before the last change",
						   work->call->dry_run ? "would bring back" :
						   "brought back", side->title);
	cert_work_done(work, !work->call->dry_run, question, NULL);
	free(question);
	return EXIT_OK;
}

int
cmd_cert_rollback(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	int			code = cert_work_begin(&work, call, true);

	if (code == EXIT_OK)
		code = cert_work_site(&work, &side);
	if (code == EXIT_OK)
		code = rollback(&work, &side);
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}
