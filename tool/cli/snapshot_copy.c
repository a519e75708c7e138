/*
 * snapshot_copy.c
 *		The command line of "qsrepl snapshot": verify, copy, decrypt.
 */
#include "cli/commands.h"
#include "cmd/snapshot/copy.h"

static int
run_verify(const CliCall *call)
{
	const SnapshotVerifyRequest request = {
		.file = cli_value(call, "config"),
		.snapshot = call->operand,
		.key = cli_value(call, "key"),
		.passphrase_file = cli_value(call, "passphrase-file"),
		.deep = cli_is_on(call, "deep"),
		.json = cli_is_on(call, "json")
	};

	return cmd_snapshot_verify(&request);
}

static int
run_copy(const CliCall *call)
{
	const SnapshotCopyRequest request = {
		.file = cli_value(call, "config"),
		.name = call->operand,
		.to = cli_value(call, "to"),
		.encrypt_to = cli_value(call, "encrypt-to"),
		.plain = cli_is_on(call, "plain"),
		.json = cli_is_on(call, "json")
	};

	return cmd_snapshot_copy(&request);
}

static int
run_decrypt(const CliCall *call)
{
	const SnapshotDecryptRequest request = {
		.file = cli_value(call, "config"),
		.snapshot = call->operand,
		.key = cli_value(call, "key"),
		.passphrase_file = cli_value(call, "passphrase-file"),
		.output = cli_value(call, "output"),
		.json = cli_is_on(call, "json")
	};

	return cmd_snapshot_decrypt(&request);
}

static int
run_receive(const CliCall *call)
{
	return cmd_snapshot_receive(cli_value(call, "config"),
								cli_value(call, "site"));
}

static const CliOption verify_options[] = {
	{.name = "deep",
		.help = "restore the databases into a server of its own, count their "
	"rows, and rewrite them for this site"},
	{.name = "key",.argument = "FILE",
		.help = "the private key of an encrypted snapshot, or the recovery key "
	"of sealed certificates"},
	{.name = "passphrase-file",.argument = "FILE",
	.help = "a private file whose first line is the key's passphrase"},
	{.name = NULL}
};

const CliCommand cli_snapshot_verify = {
	.words = "snapshot verify",
	.summary = "tell whether a snapshot can be relied on",
	.operand = {.name = "NAME"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = verify_options,
	.about =
	"All files are read and compared with the manifest; nothing may be missing,\n"
	"and nothing besides.  Dumps must have a list that pg_restore reads, and\n"
	"this site must be able to open the certificates.  With a separator in it,\n"
	"NAME is a folder, also one that Snapshots.cmd has made, which has no\n"
	"hashes: its dumps are read to their end.  Exit code 1: it cannot be\n"
	"relied on.\n",
	.run = run_verify
};

static const CliOption copy_options[] = {
	{.name = "to",.argument = "SITE",.required = true,
	.help = "the site that it goes to"},
	{.name = "encrypt-to",.argument = "FILE",
		.help = "encrypt it to the certificate in FILE on the way; without it, "
	"as the key encrypt_to says where it leaves this machine"},
	{.name = "plain",
	.help = "do not encrypt it, whatever is configured"},
	{.name = NULL}
};

const CliCommand cli_snapshot_copy = {
	.words = "snapshot copy",
	.summary = "bring a snapshot to another site, and verify it there",
	.operand = {.name = "NAME"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = copy_options,
	.about =
	"By rsync, into the other site's snapshot_directory, under a name that is\n"
	"no snapshot's until all of it was verified there.  Files that a snapshot\n"
	"there has already become further names of them, and do not go.  What was\n"
	"interrupted, however that was, is gone on with by the same command.\n",
	.run = run_copy
};

static const CliOption decrypt_options[] = {
	{.name = "key",.argument = "FILE",.required = true,
	.help = "the private key"},
	{.name = "passphrase-file",.argument = "FILE",
	.help = "a private file whose first line is the key's passphrase"},
	{.name = "output",.argument = "DIRECTORY",.required = true,
	.help = "a new directory for the snapshot in clear text"},
	{.name = NULL}
};

const CliCommand cli_snapshot_decrypt = {
	.words = "snapshot decrypt",
	.summary = "open an encrypted snapshot",
	.operand = {.name = "NAME"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = decrypt_options,
	.about =
	"The directory is a snapshot then, for \"snapshot verify\" and \"snapshot\n"
	"restore\".  Nobody but its owner may enter it.  With a separator in it,\n"
	"NAME is a folder.\n",
	.run = run_decrypt
};

static const CliOption receive_options[] = {
	{.name = "site",.argument = "SITE",.required = true,
	.help = "the site, which must be this machine's"},
	{.name = NULL}
};

const CliCommand cli_snapshot_receive = {
	.words = "snapshot receive",
	.summary = "what \"snapshot copy\" calls at the other site",
	.globals = CLI_CONFIG | CLI_VERBOSE,
	.options = receive_options,
	.run = run_receive
};
