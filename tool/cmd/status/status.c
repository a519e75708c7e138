/*
 * status.c
 *		The verb "status": ask every site, show it, again and again with
 *		--watch.
 */
#include "cmd/status/status.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "cmd/config.h"
#include "cmd/status/print.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/system.h"

#define WATCH_MS 1000

/* The one that takes the users' work; NULL: none or several. */
static const ConfigSite *
active_site(const SiteList *sites)
{
	const ConfigSite *active = NULL;

	for (size_t i = 0; i < sites->n; i++)
	{
		const SiteDatabase *answer = site_answer(&sites->list[i]);

		if (answer == NULL || !answer->primary || answer->fenced)
			continue;
		if (active != NULL)
			return NULL;
		active = sites->list[i].site;
	}
	return active;
}

/* One after the other within one connect_timeout, dead ones too. */
static void
read_sites(const Config *config, Arena *arena, SiteList *sites)
{
	int			each = (int) (config->connect_timeout / (long) config->n_sites);

	memset(sites, 0, sizeof(*sites));
	sites->config = config;
	sites->n = config->n_sites;
	sites->list = arena_alloc(arena, sites->n * sizeof(SiteStatus));
	for (size_t i = 0; i < sites->n; i++)
		site_status_read(config, &config->sites[i], each, arena,
						 &sites->list[i]);
	status_read_shares(config, arena, sites);
	if (dns_configured(config))
		dns_show(config, active_site(sites), (int) config->connect_timeout,
				 &sites->alias);
}

/* Over what stands on the screen, line by line: nothing flickers. */
static void
refresh(const char *text)
{
	fputs("\033[H", stdout);
	while (*text != '\0')
	{
		size_t		len = strcspn(text, "\n");

		printf("%.*s\033[K\n", (int) len, text);
		text += len + (text[len] == '\n' ? 1 : 0);
	}
	fputs("\033[J", stdout);
}

static void
show(const SiteList *sites, const char *format, bool again)
{
	Text		text = {NULL, 0, 0};

	if (strcmp(format, "json") == 0)
	{
		json_print(status_as_json(sites));
		return;
	}
	if (strcmp(format, "prometheus") == 0)
		status_as_prometheus(sites, &text);
	else
	{
		status_as_text(sites, &text);
		printable(text.bytes);
	}
	if (again && plat_is_terminal(stdout))
		refresh(text.bytes);
	else
		printf("%s%s", text.bytes, again ? "\n" : "");
	text_free(&text);
}

static int
code_of(const SiteList *sites)
{
	for (size_t i = 0; i < sites->n; i++)
	{
		if (sites->list[i].error != NULL)
			return EXIT_SERVER;
		for (size_t j = 0; j < sites->list[i].n_databases; j++)
			if (sites->list[i].databases[j].error != NULL)
				return EXIT_SERVER;
	}
	return EXIT_OK;
}

static int
show_once(const Config *config, const char *format, bool again)
{
	Arena		arena = {NULL};
	SiteList	sites;
	int			code;

	read_sites(config, &arena, &sites);
	/* What Ctrl-C has cut short is not shown. */
	if (!plat_cancelled())
		show(&sites, format, again);
	fflush(stdout);
	code = code_of(&sites);
	dns_report_free(&sites.alias);
	arena_free(&arena);
	return code;
}

int
cmd_status(const char *file, const char *format, bool watch)
{
	Config		config;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	if (watch)
		plat_cancel_install();
	if (watch && plat_is_terminal(stdout))
		fputs("\033[2J", stdout);
	do
		code = show_once(&config, format, watch);
	while (watch && !ferror(stdout) && plat_sleep_ms(WATCH_MS));
	config_free(&config);
	return watch ? EXIT_OK : code;
}
