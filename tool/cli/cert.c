/*
 * cert.c
 *		The command line of "qsrepl cert".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/cert/cert.h"

/* Which of the options a command has. */
enum
{
	SITES = 1 << 0,				/* --site */
	FOLDERS = 1 << 1,			/* --folder */
	PASSWORD = 1 << 2,			/* --password-file */
	EXPORT = 1 << 3,			/* --format, --compat */
	ISSUE = 1 << 4,				/* --node, --name, --days */
	FORCE = 1 << 5				/* --force */
};

static int
run(const CliCall *call, unsigned has, int (*verb) (const CertCall *call))
{
	size_t		room = (call->n_given + 1) * sizeof(char *);
	const char **sites = mem_alloc(room);
	const char **folders = mem_alloc(room);
	const char **names = mem_alloc(room);
	const unsigned globals = call->command->globals;
	CertCall	cert = {.sites = sites,.folders = folders,.names = names,
	.operand = call->operand};
	int			code;

	cert.file = cli_value(call, "config");
	cert.json = (globals & CLI_JSON) != 0 && cli_is_on(call, "json");
	cert.dry_run = (globals & CLI_DRY_RUN) != 0 && cli_is_on(call, "dry-run");
	cert.yes = (globals & CLI_YES) != 0 && cli_is_on(call, "yes");
	cert.n_sites = (has & SITES) != 0 ? cli_values(call, "site", sites) : 0;
	cert.n_folders = (has & FOLDERS) != 0 ?
		cli_values(call, "folder", folders) : 0;
	if ((has & PASSWORD) != 0)
		cert.password_file = cli_value(call, "password-file");
	if ((has & EXPORT) != 0)
	{
		cert.format = cli_value(call, "format");
		cert.compat = cli_value(call, "compat");
	}
	if ((has & ISSUE) != 0)
	{
		cert.node = cli_value(call, "node");
		cert.days = cli_value(call, "days");
		cert.n_names = cli_values(call, "name", names);
	}
	cert.force = (has & FORCE) != 0 && cli_is_on(call, "force");
	code = verb(&cert);
	free(sites);
	free(folders);
	free(names);
	return code;
}

static int
run_list(const CliCall *call)
{
	return run(call, SITES | FOLDERS | PASSWORD, cmd_cert_list);
}

static int
run_verify(const CliCall *call)
{
	return run(call, SITES | FOLDERS | PASSWORD, cmd_cert_verify);
}

static int
run_compare(const CliCall *call)
{
	return run(call, SITES | FOLDERS | PASSWORD, cmd_cert_compare);
}

static int
run_export(const CliCall *call)
{
	return run(call, SITES | FOLDERS | PASSWORD | EXPORT, cmd_cert_export);
}

static int
run_import(const CliCall *call)
{
	return run(call, SITES | PASSWORD | FORCE, cmd_cert_import);
}

static int
run_issue(const CliCall *call)
{
	return run(call, SITES | ISSUE, cmd_cert_issue);
}

static int
run_rollback(const CliCall *call)
{
	return run(call, SITES, cmd_cert_rollback);
}

#define SITE_OPTION \
	{.name = "site",.argument = "SITE", \
	.help = "the site, instead of this machine's"}
#define PASSWORD_OPTION \
	{.name = "password-file",.argument = "FILE", \
		.help = "private file whose first line is the password of the files, " \
	"instead of the key password_file"}

static const CliOption look_options[] = {
	SITE_OPTION,
	{.name = "folder",.argument = "FOLDER",
	.help = "a folder or file with certificates, instead of a site's"},
	PASSWORD_OPTION,
	{.name = NULL}
};

static const CliOption compare_options[] = {
	{.name = "site",.argument = "SITE",.many = true,
	.help = "a site; without it, this machine's and the other one"},
	{.name = "folder",.argument = "FOLDER",.many = true,
	.help = "a folder or file with certificates, instead of a site's"},
	PASSWORD_OPTION,
	{.name = NULL}
};

static const CliOption export_options[] = {
	SITE_OPTION,
	{.name = "folder",.argument = "FOLDER",
	.help = "a folder or file with certificates, instead of a site's"},
	PASSWORD_OPTION,
	{.name = "format",.argument = "FORMAT",.otherwise = "pfx",
		.words = "pfx pem file",
		.help = "PFX files or PEM files in a folder, or one encrypted file "
	"for \"cert import\""},
	{.name = "compat",.argument = "SYSTEMS",.words = "windows modern",
		.help = "PFX files that all versions of Windows read (3DES and SHA-1), "
	"or AES-256 and SHA-256; without it, as the key compat says"},
	{.name = NULL}
};

static const CliOption import_options[] = {
	SITE_OPTION,
	PASSWORD_OPTION,
	{.name = "force",.help = "install a set although it is not sound"},
	{.name = NULL}
};

static const CliOption issue_options[] = {
	{.name = "node",.argument = "NODE",.required = true,
	.help = "the node, by its name or alias in the configuration"},
	SITE_OPTION,
	{.name = "name",.argument = "HOST",.many = true,
	.help = "a further name or address for the certificate"},
	{.name = "days",.argument = "DAYS",.otherwise = "3650",
	.help = "how long it is valid, at most to the root's end"},
	{.name = NULL}
};

static const CliOption rollback_options[] = {
	SITE_OPTION,
	{.name = NULL}
};

const CliCommand cli_cert_list = {
	.words = "cert list",
	.summary = "show a site's certificates, or those in a folder",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = look_options,
	.about =
	"Thumbprints are SHA-1, as Windows shows them.  Private keys are never\n"
	"shown.  Of a folder, .pem, .crt, .cer, .key, .pfx and .p12 are read.\n",
	.run = run_list
};

const CliCommand cli_cert_verify = {
	.words = "cert verify",
	.summary = "verify that certificates are whole, sound and expected",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = look_options,
	.about =
	"One root, which has signed the others; each with its key and the\n"
	"extension by which Qlik Sense finds it; names, expiry, strength; of a\n"
	"site, also its nodes, Host.cfg and the thumbprints in its databases; of\n"
	"a folder, PEM files against PFX files.  Exit code 1 where something\n"
	"fails.\n",
	.run = run_verify
};

const CliCommand cli_cert_compare = {
	.words = "cert compare",
	.summary = "compare the certificates of two sites or folders by key",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = compare_options,
	.about =
	"A renewed certificate of the same key is no difference.  Folders come\n"
	"before sites.  Exit code 1 where keys differ or are missing.\n",
	.run = run_compare
};

const CliCommand cli_cert_export = {
	.words = "cert export",
	.summary = "write a site's certificates to a folder, or one file",
	.operand = {.name = "FILE"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_VERBOSE,
	.options = export_options,
	.about =
	"FILE is made, and must not be there.  PFX files and the encrypted file\n"
	"need a password; PEM keys have one where it is given.\n",
	.run = run_export
};

const CliCommand cli_cert_import = {
	.words = "cert import",
	.summary = "install certificates from a folder or file for a site",
	.operand = {.name = "FILE"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = import_options,
	.about =
	"FILE is a folder as Qlik Sense or the Snapshots tool exports it, a PFX\n"
	"or PEM file, or what \"cert export --format file\" wrote.  The set before\n"
	"is kept for \"cert rollback\".\n",
	.run = run_import
};

const CliCommand cli_cert_issue = {
	.words = "cert issue",
	.summary = "issue a server certificate for a node, by the site's root",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = issue_options,
	.about =
	"For nodes that were never registered at the other site.  The node's\n"
	"alias is its common name.  RSA of 2048 bits, SHA-256.\n",
	.run = run_issue
};

const CliCommand cli_cert_rollback = {
	.words = "cert rollback",
	.summary = "bring back the certificates before the last change",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = rollback_options,
	.about = "Once more, it returns to those of the last change.\n",
	.run = run_rollback
};
