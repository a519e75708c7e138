/*
 * hosts.c
 *		The verbs of "qsrepl hosts".
 */
#include "cmd/hosts.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "cmd/hosts_print.h"

int
cmd_hosts_show(const HostsCall *call)
{
	Config		config;
	Text		block = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	const ConfigSite *site;
	int			code = cmd_load_config(call->file, &config);

	if (code != EXIT_OK)
		return code;
	site = cmd_find_site(&config, call->site != NULL ? call->site :
						 config.site);
	if (site == NULL)
		code = EXIT_USAGE;
	else if (hosts_block(&config, site, &block, &error) && call->json)
		hosts_print_names(block.bytes);
	else if (error.message == NULL)
		fputs(block.bytes, stdout);
	else
	{
		error_report(&error);
		code = EXIT_REFUSED;
	}
	error_free(&error);
	text_free(&block);
	config_free(&config);
	return code;
}

/* The configuration and what it is about; else the exit code. */
static int
load(const HostsCall *call, Config *config, HostsRequest *request)
{
	int			code = cmd_load_config(call->file, config);

	memset(request, 0, sizeof(*request));
	request->config = config;
	request->nodes = call->nodes;
	request->n_nodes = call->n_nodes;
	request->force = call->force;
	for (size_t i = 0; code == EXIT_OK && i < call->n_nodes; i++)
	{
		bool		found = false;

		for (size_t j = 0; j < config->n_nodes; j++)
			found = found || strcmp(config->nodes[j].name,
									call->nodes[i]) == 0;
		if (found)
			continue;
		report_errorf("The nodes are the [node ...] sections of the "
					  "configuration.", "node \"%.80s\" is not defined",
					  call->nodes[i]);
		config_free(config);
		code = EXIT_USAGE;
	}
	return code;
}

static int
code_of(const HostsReport *report)
{
	int			code = EXIT_OK;

	for (size_t i = 0; i < report->n; i++)
		if (report->list[i].state == HOSTS_UNREACHABLE)
			return EXIT_SERVER;
		else if (report->list[i].state != HOSTS_CURRENT &&
				 report->list[i].state != HOSTS_SKIPPED)
			code = EXIT_NOT_SO;
	return code;
}

int
cmd_hosts_check(const HostsCall *call)
{
	Config		config;
	HostsRequest request;
	HostsReport report = {.n = 0};
	int			code = load(call, &config, &request);

	if (code != EXIT_OK)
		return code;
	hosts_check(&request, &report);
	if (call->json)
		hosts_print_json(&config, &report);
	else
	{
		hosts_print_text(&report);
		hosts_print_advice(&config);
	}
	code = code_of(&report);
	hosts_report_free(&report);
	config_free(&config);
	return code;
}

/* How apply ends, or would. */
static int
apply_code(const HostsReport *report)
{
	int			code = EXIT_OK;

	for (size_t i = 0; i < report->n; i++)
		if (report->list[i].state == HOSTS_UNREACHABLE)
			return EXIT_SERVER;
		else if (report->list[i].failed ||
				 report->list[i].state == HOSTS_CONFLICT ||
				 report->list[i].state == HOSTS_DAMAGED)
			code = EXIT_NOT_SO;
	return code;
}

static bool
is_to_write(const HostsFinding *finding)
{
	return finding->state == HOSTS_MISSING ||
		finding->state == HOSTS_DIFFERENT;
}

/* Show what would be changed. */
static void
print_changes(const HostsReport *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (is_to_write(&report->list[i]))
			printf("%s (site %s)\n%s", report->list[i].machine,
				   report->list[i].site->name, report->list[i].diff);
		else if (report->list[i].state != HOSTS_CURRENT)
			hosts_print_finding(&report->list[i]);
}

/* May it be written?  Else the exit code. */
static bool
confirmed(const HostsCall *call, const HostsReport *report, int *code)
{
	size_t		n = 0;

	for (size_t i = 0; i < report->n; i++)
		n += is_to_write(&report->list[i]);
	*code = apply_code(report);
	if (n > 0 && !call->json)
		print_changes(report);
	if (call->dry_run || n == 0)
		return false;
	if (call->yes || (ask_possible() &&
					  ask_confirmed("Write them? (yes or no) ")))
		return true;
	report_error("not confirmed", NULL, "Nothing was changed. Give --yes "
				 "where nobody is there to answer.");
	*code = EXIT_REFUSED;
	return false;
}

int
cmd_hosts_apply(const HostsCall *call)
{
	Config		config;
	HostsRequest request;
	HostsReport report = {.n = 0};
	int			code = load(call, &config, &request);
	bool		applied;

	if (code != EXIT_OK)
		return code;
	hosts_check(&request, &report);
	applied = confirmed(call, &report, &code);
	if (applied)
	{
		hosts_apply(&request, &report);
		code = apply_code(&report);
	}
	if (call->json)
		hosts_print_json(&config, &report);
	else if (applied || !call->dry_run)
		hosts_print_text(&report);
	hosts_report_free(&report);
	config_free(&config);
	return code;
}
