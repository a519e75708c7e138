/*
 * dns.c
 *		The command line of "qsrepl dns".
 */
#include "cli/commands.h"
#include "cmd/dns.h"

static DnsRequest
request_of(const CliCall *call)
{
	const DnsRequest request = {
		.file = cli_value(call, "config"),
		.json = cli_is_on(call, "json")
	};

	return request;
}

static int
run_show(const CliCall *call)
{
	const DnsRequest request = request_of(call);

	return cmd_dns_show(&request);
}

static int
run_switch(const CliCall *call)
{
	DnsRequest	request = request_of(call);

	request.site = cli_value(call, "to");
	request.expected = cli_value(call, "expect");
	request.dry_run = cli_is_on(call, "dry-run");
	request.yes = cli_is_on(call, "yes");
	return cmd_dns_switch(&request);
}

const CliCommand cli_dns_show = {
	.words = "dns show",
	.summary = "show where the public alias points to",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.about =
	"At each name server of the configuration, asked directly, and in this\n"
	"machine's resolver.  Exit code 7 where a name server does not answer.\n",
	.run = run_show
};

static const CliOption switch_options[] = {
	{.name = "to",.argument = "SITE",.required = true,
	.help = "the site that it is to point to"},
	{.name = "expect",.argument = "TARGET",
	.help = "what it may point to now, where that is no site's target"},
	{.name = NULL}
};

const CliCommand cli_dns_switch = {
	.words = "dns switch",
	.summary = "let the public alias point to a site",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = switch_options,
	.about =
	"Only where it still points to what was seen just before.  Succeeds when\n"
	"the site's required name servers answer anew; the others are listed.\n"
	"Where it points there already, nothing is changed.  Exit code 6: nothing\n"
	"was changed; 8: a server has taken the change, but required ones do not\n"
	"answer anew.\n",
	.run = run_switch
};
