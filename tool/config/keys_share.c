/*
 * keys_share.c
 *		Keys about the file share's content, and snapshots.
 */
#include "config/config.h"
#include "config/keys_tables.h"

const ConfigKey config_share_keys[] = {
	{"mapping", CONFIG_NAME, AT(ConfigShare, mapping),.example = "share",
		.help = "The mapping of kind path whose value at each site is this "
	"share's root, as Qlik Sense knows it: \\\\server\\share."},
	{"mirror", CONFIG_ARGUMENTS, AT(ConfigShare, mirror),
		.otherwise = "Apps StaticContent CustomData",
		.help = "The folders below the root whose content becomes the same at "
		"the passive site, deletions included; double quotes keep blanks. "
	"Nothing outside of these and \"add\" is touched."},
	{"add", CONFIG_ARGUMENTS, AT(ConfigShare, add),
		.example = "ArchivedLogs",
		.help = "Further folders, to which new and changed files are brought, "
	"and where nothing is ever deleted."},
	{"leave_out", CONFIG_ARGUMENTS, AT(ConfigShare, leave_out),
		.otherwise = "\"Exported Certificates\" \"Archived Logs\" PostgreSQL "
		"TempContent \"Transaction Logs\" DefaultExtensionTemplates "
		"DefaultApps CustomData/*.log",
		.help = "What is left out of them: names of files and folders at any "
		"depth, or paths below the root, with * and ? for any characters and "
	"for one. Upper and lower case are the same."},
	{"replicated_by", CONFIG_CHOICE, AT(ConfigShare, replicated_by),
		.otherwise = "qsrepl",.words = "qsrepl external",
		.help = "Who brings the content to the passive site: \"qsrepl share "
		"sync\", or something else, as DFS Replication or a storage system. "
	"With the latter, qsrepl only measures and verifies."},
	{"method", CONFIG_CHOICE, AT(ConfigShare, method),.otherwise = "rsync",
		.words = "rsync robocopy",
		.help = "What copies: rsync at this machine, or robocopy at a Windows "
	"node, whose paths the sites' lines then are."},
	{"node", CONFIG_NAME, AT(ConfigShare, node),.example = "CN-B",
		.help = "For method = robocopy: the node that does it, by its "
	"ssh_command. It must reach the shares of both sites."},
	{"ssh_command", CONFIG_ARGUMENTS, AT(ConfigShare, ssh_command),
		.otherwise = "ssh -o BatchMode=yes",
	.help = "What rsync calls for locations of the form HOST:PATH."},
	{"password_file", CONFIG_PATH, AT(ConfigShare, password_file),
		.example = "/etc/qsrepl/rsync-password",
		.help = "For locations of the form rsync://: the file with the "
	"password. Only its owner may read it."},
	{"account", CONFIG_PATH, AT(ConfigShare, account),
		.example = "/etc/qsrepl/service-account",
		.help = "The file with the logon of the services' account, as "
		"credentials of a node: by it, checks prove that the account can read "
		"and write the share, and with method = robocopy the node reaches "
		"roots of the form \\\\server\\share. Only its owner may read "
	"it."},
	{"copy_security", CONFIG_SWITCH, AT(ConfigShare, copy_security),
		.otherwise = "off",
		.help = "For method = robocopy: whether the access rights of files are "
		"copied too, which only makes sense where both sites have the same "
		"accounts. Without it, files have those of their folder; those of "
	"folders are never copied."},
	{"max_change", CONFIG_NUMBER, AT(ConfigShare, max_change),
		.otherwise = "10",.min = 0,.max = 100,
		.help = "How many percent of the target's files may be deleted, or "
	"overwritten though they are newer, without being asked for by number."},
	{"trash_days", CONFIG_NUMBER, AT(ConfigShare, trash_days),
		.otherwise = "30",.min = 0,.max = 3650,
		.help = "How many days files that were deleted or replaced are kept in "
	"the folder .qsrepl-trash of the share."},
	{"timeout", CONFIG_DURATION, AT(ConfigShare, timeout),
		.otherwise = "10min",.min = SECOND,.max = DAY,
		.help = "How long the last pass of a switchover may take, or "
	"replication by something else may need to bring everything."},
	{"age_warning", CONFIG_DURATION, AT(ConfigShare, age_warning),
		.otherwise = "1h",.min = SECOND,.max = 20 * DAY,
	.help = "From which age of the last synchronization on a check warns."},
	{"writable_command", CONFIG_ARGUMENTS,
		AT(ConfigShare, writable_command),
		.example = "/usr/local/sbin/replica writable",
		.help = "For replicated_by = external: a program that makes the "
		"replica writable at the site that becomes active, whose name "
	"follows as a word. No shell reads it."},
	{.name = NULL}
};

const ConfigKey config_snapshot_keys[] = {
	{"parallel", CONFIG_NUMBER, AT(ConfigSnapshot, parallel),
		.otherwise = "2",.min = 1,.max = 64,
		.help = "Jobs of pg_dump and pg_restore at the same time, shared by the "
	"databases; each has one at least."},
	{"compression", CONFIG_NUMBER, AT(ConfigSnapshot, compression),
		.otherwise = "1",.min = 0,.max = 9,
		.help = "How much the databases are compressed; 0: not at all. The "
	"default takes half the time of 6, and a tenth more place."},
	{"archived_logs", CONFIG_SWITCH, AT(ConfigSnapshot, archived_logs),
		.otherwise = "off",
		.help = "Whether folders of shares that are listed under \"add\" are "
	"part of each snapshot."},
	{"encrypt_to", CONFIG_PATH, AT(ConfigSnapshot, encrypt_to),
		.example = "/etc/qsrepl/recovery.crt",
		.help = "The certificate that snapshots are encrypted to where they "
	"leave the machine."},
	{"plain_pfx", CONFIG_SWITCH, AT(ConfigSnapshot, plain_pfx),
		.otherwise = "off",
		.help = "Whether certificates are written as root.pfx, server.pfx and "
	"client.pfx, as the Snapshots tool does, instead of sealed."},
	{"keep_last", CONFIG_NUMBER, AT(ConfigSnapshot, keep_last),
		.otherwise = "7",.min = 1,.max = 10000,
	.help = "How many of the newest snapshots \"qsrepl snapshot prune\" keeps."},
	{"keep_daily", CONFIG_NUMBER, AT(ConfigSnapshot, keep_daily),
		.otherwise = "0",.min = 0,.max = 10000,
	.help = "For how many days it keeps the newest one of the day as well."},
	{"keep_weekly", CONFIG_NUMBER, AT(ConfigSnapshot, keep_weekly),
		.otherwise = "0",.min = 0,.max = 10000,
	.help = "The same for weeks, which begin on Monday."},
	{"keep_monthly", CONFIG_NUMBER, AT(ConfigSnapshot, keep_monthly),
		.otherwise = "0",.min = 0,.max = 10000,
	.help = "The same for months."},
	{.name = NULL}
};
