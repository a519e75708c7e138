/*
 * keys.c
 *		The table of sections, and the keys about databases and moves.
 */
#include "config/keys.h"

#include <string.h>

#include "config/config.h"
#include "config/keys_tables.h"
#include "config/paths.h"

static const ConfigKey main_keys[] = {
	{"site", CONFIG_NAME, AT(Config, site),.required = true,.asked = true,
		.variable = "QSREPL_SITE",.example = "A",
		.help = "The site that this machine belongs to. The one line that "
	"differs between the sites."},
	{"mode", CONFIG_CHOICE, AT(Config, mode),.otherwise = "physical",
		.asked = true,.words = "physical logical",
		.help = "How PostgreSQL replicates: the whole server, or databases "
	"table by table."},
	{"databases", CONFIG_NAMES, AT(Config, databases),
		.otherwise = "QSR SenseServices Licenses QSMQ",
	.help = "The databases of Qlik Sense, with blanks between."},
	{"maintenance_database", CONFIG_NAME, AT(Config, maintenance_database),
		.otherwise = "postgres",
	.help = "The database for what concerns the whole server."},
	{"profile", CONFIG_NAME, AT(Config, profile),.otherwise = "qlik-sense",
	.help = "The set of rules that says which columns are rewritten."},
	{"replication_role", CONFIG_NAME, AT(Config, replication_role),
		.otherwise = "qsrepl_replication",
	.help = "The role that replication logs in with."},
	{"replication_name", CONFIG_IDENTIFIER, AT(Config, replication_name),
		.otherwise = "qsrepl",
		.help = "The name that slots, publications and subscriptions begin "
	"with."},
	{"passfile", CONFIG_PATH, AT(Config, passfile),
		.example = "/etc/qsrepl/pgpass",
		.help = "The file with the passwords, in libpq's format, readable by "
		"its owner only. Without it, libpq's own ways hold: ~/.pgpass, a "
	"service file, the environment."},
	{"journal_directory", CONFIG_PATH, AT(Config, journal_directory),
		.otherwise = CONFIG_DEFAULT_JOURNAL,.variable = "QSREPL_JOURNAL",
		.help = "Where the journal of what is being done is kept, on a disk "
	"that survives a restart."},
	{"connect_timeout", CONFIG_DURATION, AT(Config, connect_timeout),
		.otherwise = "5s",.min = SECOND,.max = 5 * MINUTE,
	.help = "How long a server may take to answer."},
	{"drain_timeout", CONFIG_DURATION, AT(Config, drain_timeout),
		.otherwise = "10min",.min = 0,.max = DAY,
		.help = "How long a switchover waits for running tasks of Qlik "
	"Sense."},
	{"replay_timeout", CONFIG_DURATION, AT(Config, replay_timeout),
		.otherwise = "60s",.min = SECOND,.max = DAY,
		.help = "How long a switchover waits for the other site to have "
	"everything."},
	{"stop_timeout", CONFIG_DURATION, AT(Config, stop_timeout),
		.otherwise = "60s",.min = SECOND,.max = DAY,
	.help = "How long a server may take to stop, or to start."},
	{"promote_timeout", CONFIG_DURATION, AT(Config, promote_timeout),
		.otherwise = "60s",.min = SECOND,.max = DAY,
	.help = "How long a promotion may take."},
	{"localize_timeout", CONFIG_DURATION, AT(Config, localize_timeout),
		.otherwise = "10min",.min = SECOND,.max = DAY,
	.help = "How long rewriting the stored rows may take."},
	{"peer_wait", CONFIG_DURATION, AT(Config, peer_wait),.otherwise = "5s",
		.min = 0,.max = HOUR,
		.help = "How long a server that starts as primary asks the other "
	"site's server before it lets clients write."},
	{"peer_unreachable", CONFIG_CHOICE, AT(Config, peer_unreachable),
		.otherwise = "allow",.words = "allow fence",
		.help = "What it does where there is no answer. With \"allow\", both "
	"sites may be written while they do not see each other."},
	{"lag_warning", CONFIG_DURATION, AT(Config, lag_warning),
		.otherwise = "30s",.min = SECOND,.max = DAY,
	.help = "From which lag on a check warns."},
	{"copy_qsmq", CONFIG_SWITCH, AT(Config, copy_qsmq),.otherwise = "off",
		.help = "In logical mode: whether the database QSMQ, which holds "
	"messages of the moment, is replicated too."},
	{"disable_on_error", CONFIG_SWITCH, AT(Config, disable_on_error),
		.otherwise = "off",
		.help = "In logical mode: whether a subscription is disabled at an "
	"error, instead of trying again."},
	{.name = NULL}
};

static const ConfigKey site_keys[] = {
	{"description", CONFIG_TEXT, AT(ConfigSite, description),
	.example = "Zurich",.help = "For display."},
	{"host", CONFIG_HOST, AT(ConfigSite, host),.required = true,
		.asked = true,.example = "db-a.example.com",
		.help = "The database server's host name or address, as the other "
	"site reaches it."},
	{"port", CONFIG_NUMBER, AT(ConfigSite, port),.otherwise = "4432",
		.asked = true,.min = 1,.max = 65535,
	.help = "The database server's port."},
	{"user", CONFIG_NAME, AT(ConfigSite, user),.otherwise = "postgres",
		.help = "The superuser that qsrepl logs in with. Its password is "
	"not for this file."},
	{"conninfo", CONFIG_CONNINFO, AT(ConfigSite, conninfo),
		.example = "sslmode=verify-full sslrootcert=/etc/qsrepl/root.crt",
		.help = "Further parameters of the connection, as libpq takes them, "
		"without host, port, user, dbname and passwords. Of libpq's parameter "
	"passfile too, only the owner may read the file."},
	{"qlik_role", CONFIG_NAME, AT(ConfigSite, qlik_role),
		.otherwise = "qliksenserepository",
	.help = "The role that Qlik Sense logs in with."},
	{"data_directory", CONFIG_PATH, AT(ConfigSite, data_directory),
		.required = true,.asked = true,
		.example = "/var/lib/postgresql/15/main",
	.help = "The server's data directory, on its machine."},
	{"bin_directory", CONFIG_PATH, AT(ConfigSite, bin_directory),
		.asked = true,.example = "/usr/lib/postgresql/15/bin",
		.help = "Where pg_ctl and the like are; without it, they are looked "
	"for as commands are."},
	{"settings_file", CONFIG_PATH, AT(ConfigSite, settings_file),
		.required = true,.asked = true,
		.example = "/etc/postgresql/15/main/conf.d/qsrepl.conf",
		.help = "The file for the extension's settings, which the server's "
		"configuration includes. It must be outside of the data directory, "
	"which base backups copy."},
	{"server_control", CONFIG_CHOICE, AT(ConfigSite, control),
		.otherwise = "pg_ctl",.asked = true,
		.words = "pg_ctl pg_ctlcluster systemctl windows_service command",
	.help = "What starts and stops the server."},
	{"server_name", CONFIG_TEXT, AT(ConfigSite, server_name),
		.asked = true,.example = "15/main",
		.help = "For pg_ctlcluster the version and cluster, as in 15/main; "
	"for systemctl the unit; for windows_service the service."},
	{"server_user", CONFIG_NAME, AT(ConfigSite, server_user),
		.example = "postgres",
		.help = "The user of the operating system that pg_ctl runs as, where "
	"that is another one than qsrepl's."},
	{"start_command", CONFIG_ARGUMENTS, AT(ConfigSite, start_command),
		.example = "/usr/local/sbin/database start",
		.help = "For server_control = command: a program and its arguments. "
	"No shell reads it; double quotes keep blanks."},
	{"stop_command", CONFIG_ARGUMENTS, AT(ConfigSite, stop_command),
		.example = "/usr/local/sbin/database stop",
	.help = "The same to stop the server; it returns when that is done."},
	{"remote_command", CONFIG_ARGUMENTS, AT(ConfigSite, remote_command),
		.example = "ssh -o BatchMode=yes postgres@db-a.example.com qsrepl",
		.help = "What runs qsrepl at this site when it is called at the other "
		"one; further words follow, none of which a shell would change. "
	"Without it, the other site's machine is left alone."},
	{"aside_directory", CONFIG_PATH, AT(ConfigSite, aside_directory),
		.example = "/var/lib/postgresql/aside",
		.help = "Where data that is replaced is moved to, on the disk of the "
	"data directory; without it, beside the data directory."},
	{"drill_directory", CONFIG_PATH, AT(ConfigSite, drill_directory),
		.example = "/var/lib/postgresql/drill",
		.help = "Where a drill puts its copy, which needs as much room as "
		"the databases; without it, in DATA_DIRECTORY.drill. It is empty, or "
	"not there, between two drills."},
	{"drill_port", CONFIG_NUMBER, AT(ConfigSite, drill_port),
		.otherwise = "54329",.min = 1,.max = 65535,
	.help = "The port of a drill's server."},
	{"certificates", CONFIG_CHOICE, AT(ConfigSite, certificates),
		.otherwise = "none",.words = "none directory windows",
		.help = "Where the site's certificates are kept: with \"directory\", "
		"in files on its own machine, which somebody else brings to the "
		"nodes; with \"windows\", in the certificate stores of its nodes, "
	"which are reached by their ssh_command."},
	{"certificate_directory", CONFIG_PATH,
		AT(ConfigSite, certificate_directory),
		.example = "/var/lib/qsrepl/certificates",
		.help = "For certificates = directory: where they are. What is found "
		"there first may be a folder as Qlik Sense exports it, or as the "
	"Snapshots tool does."},
	{"host_cfg", CONFIG_PATH, AT(ConfigSite, host_cfg),
		.example = "/mnt/central/Qlik/Sense/Host.cfg",
		.help = "The file Host.cfg of the site's central node, where it can be "
	"read from the site's machine; its name is compared with certificates."},
	{"dns_target", CONFIG_HOST, AT(ConfigSite, dns_target),
		.example = "qlik-a.example.com",
		.help = "What the public alias of [dns] points to while this site is "
	"the active one: a name for a CNAME, an address for an A record."},
	{"dns_servers", CONFIG_NAMES, AT(ConfigSite, dns_servers),
		.example = "10.1.0.53 10.1.0.54",
		.help = "This site's name servers that know the alias's zone "
		"themselves, as ADDRESS or ADDRESS#PORT. They are asked, and changes "
	"are sent to the first one that takes them."},
	{"dns_required", CONFIG_NAMES, AT(ConfigSite, dns_required),
		.example = "10.1.0.53",
		.help = "The name servers, of any site, that must answer anew before "
		"a switch to this site has succeeded. Without it, the site's "
	"dns_servers."},
	{"hosts_file", CONFIG_PATH, AT(ConfigSite, hosts_file),
		.example = "/etc/hosts",
		.help = "The hosts file of the database server's machine. Without it, "
	"that file is left alone."},
	{"snapshot_directory", CONFIG_PATH, AT(ConfigSite, snapshot_directory),
		.example = "/var/lib/qsrepl/snapshots",
		.help = "Where snapshots are kept, on the site's machine, best on "
	"another disk than the databases."},
	{"snapshot_remote", CONFIG_TEXT, AT(ConfigSite, snapshot_remote),
		.example = "backup@db-a.example.com:/var/lib/qsrepl/snapshots",
		.help = "The same directory as other sites' machines reach it, as "
		"rsync takes it; without it, snapshot_directory is taken for mounted "
	"there."},
	{"snapshot_ssh_command", CONFIG_ARGUMENTS,
		AT(ConfigSite, snapshot_ssh_command),
		.otherwise = "ssh -o BatchMode=yes",
		.help = "What rsync calls where snapshot_remote is of the form "
	"HOST:PATH."},
	{"snapshot_password_file", CONFIG_PATH,
		AT(ConfigSite, snapshot_password_file),
		.example = "/etc/qsrepl/rsync-password",
		.help = "Where snapshot_remote is of the form rsync://: the file with "
	"the password. Only its owner may read it."},
	{.name = NULL}
};

static const ConfigKey mapping_keys[] = {
	{"kind", CONFIG_CHOICE, AT(ConfigMapping, kind),.required = true,
		.words = "path host value",.example = "path",
	.help = "What the values are."},
	{.name = NULL}
};

static const ConfigKey hook_keys[] = {
	{"when", CONFIG_CHOICE, AT(ConfigHook, when),.required = true,
		.words = "before after",.example = "after",
	.help = "Whether it runs before or after the phase."},
	{"phase", CONFIG_CHOICE, AT(ConfigHook, phase),.required = true,
		.words = "switchover failover rejoin restore drain fence stop promote "
		"localize start services_down services_up dns share",.example = "promote",
	.help = "A whole plan, or a phase of it."},
	{"site", CONFIG_NAME, AT(ConfigHook, site),.example = "B",
		.help = "Only where the phase concerns this site; without it, at "
	"every site."},
	{"command", CONFIG_ARGUMENTS, AT(ConfigHook, command),.required = true,
		.example = "/usr/local/bin/after-promote",
		.help = "A program and its arguments. No shell reads it; double "
	"quotes keep blanks. The facts are in its environment."},
	{"timeout", CONFIG_DURATION, AT(ConfigHook, timeout),.otherwise = "60s",
		.min = SECOND,.max = DAY,
	.help = "After which it is ended, and has failed."},
	{"on_failure", CONFIG_CHOICE, AT(ConfigHook, on_failure),
		.otherwise = "stop",.words = "stop ignore",
	.help = "Whether a failure stops the plan, or is only told."},
	{.name = NULL}
};

const ConfigSectionKind config_section_kinds[] = {
	{"qsrepl",.keys = main_keys,
	.help = "What holds for both sites, and which site this is."},
	{"site",.named = true,.keys = site_keys,
		.help = "A site's database server, one section a site. All sites' "
	"sections are in the file of every site."},
	{"mapping",.named = true,.open = true,.keys = mapping_keys,
		.help = "What differs between the sites, one section a difference: a "
		"line SITE = VALUE for each site, and alias.SITE = VALUE, as often as "
		"needed, for former values and other spellings, which are rewritten "
	"to the current one."},
	{"hook",.named = true,.keys = hook_keys,
		.help = "A program of your own that runs before or after a phase of a "
	"plan."},
	{"node",.named = true,.keys = config_node_keys,
		.help = "A machine with services of Qlik Sense, one section a machine, "
	"of all sites. The name is yours; no two nodes have the same."},
	{"certificates",.keys = config_certificate_keys,
		.help = "How Qlik Sense's certificates are read and written, at all "
	"sites."},
	{"services",.keys = config_service_keys,
	.help = "How services of Qlik Sense are stopped, started and probed."},
	{"alias",.named = true,.open = true,.keys = config_alias_keys,
		.help = "A further name in the hosts files, one section a name: a line "
	"SITE = ADDRESS for each site. Nodes' names are there anyway."},
	{"dns",.optional = true,.keys = config_dns_keys,
		.help = "The public alias in the DNS, which is switched with the "
	"active site."},
	{"share",.named = true,.open = true,.keys = config_share_keys,
		.help = "A file share of Qlik Sense, one section a share: a line SITE "
		"= PATH for each site, its root as that site's machine sees it, and "
		"remote.SITE = LOCATION where other sites' machines reach it in "
		"another way: [USER@]HOST:PATH by ssh, or "
	"rsync://HOST[:PORT]/MODULE[/PATH]."},
	{"snapshot",.keys = config_snapshot_keys,
	.help = "How snapshots are made and kept."},
	{.word = NULL}
};

const ConfigKey *
config_key_find(const ConfigSectionKind *kind, const char *name)
{
	for (const ConfigKey *key = kind->keys; key->name != NULL; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

size_t
config_key_count(const ConfigSectionKind *kind)
{
	size_t		n = 0;

	while (kind->keys[n].name != NULL)
		n++;
	return n;
}
