/*
 * transport.c
 *		The command line of certificates on their way to the other site.
 */
#include "cli/commands.h"
#include "cmd/cert/transport.h"

static int
run_sync(const CliCall *call)
{
	const TransportRequest request = {
		.file = cli_value(call, "config"),
		.dry_run = cli_is_on(call, "dry-run"),
		.json = cli_is_on(call, "json")
	};

	return cmd_cert_sync(&request, cli_value(call, "copy"));
}

static int
run_keys(const CliCall *call)
{
	return cmd_cert_keys(cli_value(call, "config"), cli_is_on(call, "json"));
}

static int
run_rotate(const CliCall *call)
{
	return cmd_cert_rotate(cli_value(call, "config"), cli_is_on(call, "json"));
}

static int
run_trust(const CliCall *call)
{
	return cmd_cert_trust(cli_value(call, "config"), call->operand,
						  cli_value(call, "fingerprint"),
						  cli_is_on(call, "json"));
}

static int
run_open(const CliCall *call)
{
	const TransportOpening opening = {
		.file = call->operand,
		.key = cli_value(call, "key"),
		.passphrase_file = cli_value(call, "passphrase-file"),
		.signer = cli_value(call, "signer"),
		.output = cli_value(call, "output"),
		.json = cli_is_on(call, "json")
	};

	return cmd_cert_open(&opening);
}

static int
run_recovery(const CliCall *call)
{
	return cmd_cert_recovery(call->operand,
							 cli_value(call, "passphrase-file"),
							 cli_is_on(call, "json"));
}

static const CliOption sync_options[] = {
	{.name = "copy",.argument = "FILE",
	.help = "at the active site: write the sealed set to a file, too"},
	{.name = NULL}
};

const CliCommand cli_cert_sync = {
	.words = "cert sync",
	.summary = "bring the certificates to the other site, sealed",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_VERBOSE,
	.options = sync_options,
	.about =
	"At the active site: its certificates are signed, encrypted for the other\n"
	"site and for the recovery key, and put into the database, which brings\n"
	"them there; remote_command has them installed.  At the passive site: the\n"
	"newest ones are opened and installed.  Older ones than those that were\n"
	"installed, and others' than those of the pinned key, are refused.\n",
	.run = run_sync
};

const CliCommand cli_cert_keys = {
	.words = "cert keys",
	.summary = "make this site's transport key, and show all",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.run = run_keys
};

const CliCommand cli_cert_rotate = {
	.words = "cert rotate",
	.summary = "give this site a new transport key",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.about =
	"The old key signs a statement about the new one, by which the other site\n"
	"follows.  Run \"qsrepl cert sync\" at the active site afterwards.\n",
	.run = run_rotate
};

static const CliOption trust_options[] = {
	{.name = "fingerprint",.argument = "SHA256",.required = true,
	.help = "as \"qsrepl cert keys\" tells it at that site"},
	{.name = NULL}
};

const CliCommand cli_cert_trust = {
	.words = "cert trust",
	.summary = "pin another transport key of the other site",
	.operand = {.name = "SITE"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = trust_options,
	.about =
	"Where that site has lost its key and has a new one that the old one does\n"
	"not vouch for.  Learn the fingerprint by another way than the database.\n",
	.run = run_trust
};

static const CliOption open_options[] = {
	{.name = "key",.argument = "FILE",.required = true,
	.help = "the recovery key"},
	{.name = "passphrase-file",.argument = "FILE",
	.help = "a private file whose first line is the key's passphrase"},
	{.name = "signer",.argument = "SHA256",
	.help = "the fingerprint of the transport key that must have signed it"},
	{.name = "output",.argument = "DIRECTORY",.required = true,
	.help = "a new directory for the certificates and their keys"},
	{.name = NULL}
};

const CliCommand cli_cert_open = {
	.words = "cert open",
	.summary = "open sealed certificates with the recovery key",
	.operand = {.name = "FILE"},
	.globals = CLI_JSON,
	.options = open_options,
	.about =
	"Needs no server and no configuration: for the day on which both sites'\n"
	"keys are lost.  \"qsrepl cert sync --copy\" writes such a file.\n",
	.run = run_open
};

static const CliOption recovery_options[] = {
	{.name = "passphrase-file",.argument = "FILE",
	.help = "a private file whose first line the key is encrypted with"},
	{.name = NULL}
};

const CliCommand cli_cert_recovery = {
	.words = "cert recovery",
	.summary = "make a recovery key for sealed certificates",
	.operand = {.name = "FILE"},
	.globals = CLI_JSON,
	.options = recovery_options,
	.about =
	"Writes the key to FILE, which is then taken off the machine, and its\n"
	"certificate to FILE.crt, which recovery_certificate names.\n",
	.run = run_recovery
};
