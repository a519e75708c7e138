/*
 * dns.c
 *		The verbs of "qsrepl dns".
 */
#include "cmd/dns.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "platform/cancel.h"

/* The configuration with an alias in it; else the exit code. */
static int
load(const DnsRequest *request, Config *config)
{
	int			code = cmd_load_config(request->file, config);

	if (code != EXIT_OK || dns_configured(config))
		return code;
	report_error("no public alias is configured", NULL,
				 "Add a section [dns] to the configuration file.");
	config_free(config);
	return EXIT_REFUSED;
}

static void
print(const Config *config, const DnsReport *report, bool json)
{
	Text		text = {NULL, 0, 0};

	if (json)
	{
		json_t	   *document = dns_as_json(config, report);

		json_object_set_new(document, "changed",
							json_boolean(report->changed));
		json_set_text(document, "note", report->note);
		json_print(document);
		return;
	}
	dns_as_text(config, report, &text);
	fputs(text.bytes, stdout);
	text_free(&text);
}

int
cmd_dns_show(const DnsRequest *request)
{
	Config		config;
	DnsReport	report = {.n = 0};
	int			code = load(request, &config);

	if (code != EXIT_OK)
		return code;
	dns_show(&config, NULL, (int) config.connect_timeout, &report);
	print(&config, &report, request->json);
	for (size_t i = 0; i < report.n; i++)
		if (report.answers[i].state == DNS_SILENT)
			code = EXIT_SERVER;
	dns_report_free(&report);
	config_free(&config);
	return code;
}

/* What would be changed; true: there is something. */
static bool
tell(const Config *config, DnsReport *report)
{
	if (dns_reached(report))
	{
		printf("Alias %s points to site %s already.\n", config->dns.name,
			   report->to->name);
		return false;
	}
	printf("Alias %s is to point to %s (site %s). Not yet: %s.\nUsers learn of "
		   "it within %ld s.\n", config->dns.name, report->to->dns_target,
		   report->to->name, dns_behind(report), dns_longest(config, report));
	return true;
}

static bool
confirmed(const DnsRequest *request, const Config *config,
		  const ConfigSite *to, int *code)
{
	DnsReport	report = {.n = 0};
	bool		go = true;

	if (request->yes && !request->dry_run)
		return true;
	dns_show(config, to, (int) config->connect_timeout, &report);
	if (request->json && request->dry_run)
		print(config, &report, true);
	else
		go = tell(config, &report);
	dns_report_free(&report);
	*code = EXIT_OK;
	if (request->dry_run || !go)
		return false;
	if (ask_possible() && ask_confirmed("Change it? (yes or no) "))
		return true;
	report_error("not confirmed", NULL, "Nothing was changed. Give --yes "
				 "where nobody is there to answer.");
	*code = EXIT_REFUSED;
	return false;
}

static void
tell_end(const Config *config, DnsReport *report)
{
	const char *behind = dns_behind(report);

	if (report->changed)
		printf("Alias %s points to site %s now; users learn of it within "
			   "%ld s.\n", config->dns.name, report->to->name,
			   dns_longest(config, report));
	else
		printf("Alias %s points to site %s already.\n", config->dns.name,
			   report->to->name);
	if (report->note != NULL)
		printf("%s\n", report->note);
	if (behind != NULL)
		report_at(REPORT_WARNING, config->dns.name, 0,
				  "some name servers do not answer anew yet",
				  behind, "\"qsrepl status\" tells which, as long as there "
				  "are.");
}

static int
switch_to(const DnsRequest *request, const Config *config,
		  const ConfigSite *to)
{
	DnsReport	report = {.n = 0};
	Error		error = ERROR_NONE;
	bool		good;
	int			code = EXIT_OK;

	plat_cancel_install();
	good = dns_switch(config, to, request->expected, &report, &error);
	if (request->json)
		print(config, &report, true);
	if (good && !request->json)
		tell_end(config, &report);
	if (!good)
	{
		error_report(&error);
		code = report.changed ? EXIT_STOPPED : EXIT_REFUSED;
	}
	error_free(&error);
	dns_report_free(&report);
	return code;
}

int
cmd_dns_switch(const DnsRequest *request)
{
	Config		config;
	const ConfigSite *to;
	int			code = load(request, &config);

	if (code != EXIT_OK)
		return code;
	to = cmd_find_site(&config, request->site);
	if (to == NULL)
		code = EXIT_USAGE;
	else if (confirmed(request, &config, to, &code))
		code = switch_to(request, &config, to);
	config_free(&config);
	return code;
}
