/*
 * keys.c
 *		The table of keys.
 */
#include "config/keys.h"

#include <string.h>

#include "config/config.h"
#include "config/paths.h"

#define SECOND 1000L
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define AT(type, field) .offset = offsetof(type, field)

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
		.words = "switchover failover rejoin drain fence stop promote "
		"localize start services_down services_up dns",.example = "promote",
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

static const ConfigKey node_keys[] = {
	{"site", CONFIG_NAME, AT(ConfigNode, site),.required = true,
	.example = "A",.help = "The site that it belongs to."},
	{"alias", CONFIG_HOST, AT(ConfigNode, alias),.example = "CN",
		.help = "The host name that Qlik Sense knows it by, which is also the "
		"name in its server certificate. Nodes of two sites that take each "
		"other's place have the same one. Without it, the name of the "
	"section."},
	{"address", CONFIG_HOST, AT(ConfigNode, address),.required = true,
		.example = "10.1.0.11",
		.help = "Its address, as it is reached from this machine and as the "
	"hosts files of its site have it."},
	{"roles", CONFIG_NAMES, AT(ConfigNode, roles),
		.otherwise = "repository engine proxy scheduler printing",
		.example = "central repository engine proxy scheduler printing",
		.help = "What it does, of: central repository engine proxy scheduler "
	"printing. Each site with nodes has one that is central."},
	{"system", CONFIG_CHOICE, AT(ConfigNode, system),.otherwise = "windows",
	.words = "windows linux",.help = "Its operating system."},
	{"ssh_command", CONFIG_ARGUMENTS, AT(ConfigNode, ssh_command),
		.example = "ssh -o BatchMode=yes qlikservice@10.1.0.11",
		.help = "What runs a command there, which follows as further words; "
	"it must not ask for a password."},
	{"credentials", CONFIG_PATH, AT(ConfigNode, credentials),
		.example = "/etc/qsrepl/windows-logon",
		.help = "The file with the logon for a Windows node, in Samba's "
		"format: lines username = NAME, password = PASSWORD, domain = DOMAIN. "
	"Only its owner may read it."},
	{"smb_port", CONFIG_NUMBER, AT(ConfigNode, smb_port),.otherwise = "445",
	.min = 1,.max = 65535,.help = "The port of its file and pipe service."},
	{"service_control", CONFIG_CHOICE, AT(ConfigNode, service_control),
		.otherwise = "none",.words = "none scm rpc ssh systemd exec",
		.help = "What stops and starts its services: scm is the service "
		"control manager of Windows over the network, by qsrepl-scm; rpc the "
		"same by Samba's net, which cannot set start types; ssh PowerShell or "
		"systemctl by ssh_command; systemd this machine's systemctl; exec "
	"service_command. With none they are left alone."},
	{"service_command", CONFIG_ARGUMENTS, AT(ConfigNode, service_command),
		.example = "/usr/local/sbin/qlik-services node1",
		.help = "For service_control = exec: a program and its arguments, "
		"behind which come list; query, stop or start and a service; config, "
		"a service, a start type and recovery actions; or run and a command. "
	"See the guide."},
	{"services", CONFIG_NAMES, AT(ConfigNode, services),
		.example = "engine=qlik-engine proxy=qlik-proxy",
		.help = "Names of services where they are not those that Qlik Sense "
		"gives them, as KIND=NAME; kinds are: database dispatcher logging "
	"repository proxy engine scheduler printing."},
	{"kerberos", CONFIG_SWITCH, AT(ConfigNode, kerberos),.otherwise = "off",
		.help = "Whether qsrepl logs on at a Windows node with the Kerberos "
	"tickets of the user that runs it, instead of with credentials."},
	{"keytab", CONFIG_PATH, AT(ConfigNode, keytab),
		.example = "/etc/qsrepl/qlik.keytab",
		.help = "A file with the Kerberos key of principal, to log on with. "
	"Only its owner may read it."},
	{"principal", CONFIG_TEXT, AT(ConfigNode, principal),
		.example = "qsrepl@CORP.EXAMPLE.COM",
	.help = "For keytab: whose key it is."},
	{"bootstrap_command", CONFIG_ARGUMENTS, AT(ConfigNode, bootstrap_command),
		.example = "C:/Qlik/Repository.exe -bootstrap -standalone "
		"-restorehostname",
		.help = "On a central node: what is run there, through ssh_command or "
		"service_command, before the repository starts after a move. Left out "
		"while host name and certificates are those of the last time. "
	"Bootstrapping mends the host name that the database has."},
	{"hosts_access", CONFIG_CHOICE, AT(ConfigNode, hosts_access),
		.otherwise = "none",.words = "none local ssh share",
		.help = "How its hosts file is reached: not at all; as a file, by a "
		"qsrepl that runs there; by ssh_command; or on its administrative "
	"share, with credentials."},
	{"hosts_file", CONFIG_PATH, AT(ConfigNode, hosts_file),
		.example = "C:\\Windows\\System32\\drivers\\etc\\hosts",
	.help = "Its hosts file; without it, the one where its system has it."},
	{"hosts_address", CONFIG_HOST, AT(ConfigNode, hosts_address),
		.example = "10.1.0.11",
		.help = "Its address in the hosts files of its site, where that is "
	"not the one it is reached by, or that is a name."},
	{.name = NULL}
};

#define IN_SERVICES(field) \
	.offset = offsetof(Config, services) + offsetof(ConfigServices, field)

static const ConfigKey service_keys[] = {
	{"parallel", CONFIG_NUMBER, IN_SERVICES(parallel),.otherwise = "16",
		.min = 1,.max = 256,
	.help = "How many nodes are worked on at the same time."},
	{"answer_timeout", CONFIG_DURATION, IN_SERVICES(answer_timeout),
		.otherwise = "10s",.min = 100,.max = HOUR,
	.help = "How long a node may take to answer."},
	{"stop_timeout", CONFIG_DURATION, IN_SERVICES(stop_timeout),
		.otherwise = "2min",.min = 100,.max = DAY,
	.help = "How long a service may take to stop."},
	{"start_timeout", CONFIG_DURATION, IN_SERVICES(start_timeout),
		.otherwise = "5min",.min = 100,.max = DAY,
	.help = "How long a service may take to start."},
	{"probe_timeout", CONFIG_DURATION, IN_SERVICES(probe_timeout),
		.otherwise = "10min",.min = 100,.max = DAY,
		.help = "How long the repository may take, once its service runs, "
	"until it answers."},
	{"bootstrap_timeout", CONFIG_DURATION, IN_SERVICES(bootstrap_timeout),
		.otherwise = "10min",.min = 100,.max = DAY,
	.help = "How long bootstrap_command may take."},
	{"kill_engine", CONFIG_SWITCH, IN_SERVICES(kill_engine),
		.otherwise = "off",
		.help = "Whether an engine that does not stop in time is killed, "
	"where the node has a way to run commands."},
	{"state_url", CONFIG_TEXT, IN_SERVICES(state_url),
		.otherwise = "http://{node}:4444/status/servicestate",
		.help = "What the central node's repository answers with a number "
		"above 0 when it is ready; {node} stands for the node's alias, which "
	"is reached at its address. With off, it is not asked."},
	{"about_url", CONFIG_TEXT, IN_SERVICES(about_url),
		.otherwise = "https://{node}:4242/qrs/about?xrfkey=0123456789abcdef",
	.help = "What the repository is asked at last; or off."},
	{"alive_url", CONFIG_TEXT, IN_SERVICES(alive_url),
		.otherwise = "https://{node}:4243/qps/alive",
	.help = "What each proxy is asked at last; or off."},
	{"alias_url", CONFIG_TEXT, IN_SERVICES(alias_url),
		.example = "https://qliksense.example.com/",
		.help = "What users open. It is asked at the site's own proxy, "
	"wherever the name leads at that moment."},
	{"probe_ca", CONFIG_PATH, IN_SERVICES(probe_ca),
		.example = "/etc/qsrepl/qlik-root.pem",
		.help = "The root certificate of Qlik Sense, which the nodes' "
	"certificates are verified against; without it they are not."},
	{"probe_certificate", CONFIG_PATH, IN_SERVICES(probe_certificate),
		.example = "/etc/qsrepl/qlik-client.pem",
		.help = "A client certificate with its key, in PEM, for about_url. "
		"Without it, the answer that one is needed is good enough. Only its "
	"owner may read it."},
	{"alias_ca", CONFIG_PATH, IN_SERVICES(alias_ca),
		.example = "/etc/ssl/certs/ca-certificates.crt",
		.help = "What the certificate of alias_url is verified against; "
	"without it, what the system trusts."},
	{.name = NULL}
};

static const ConfigKey certificate_keys[] = {
	{"format", CONFIG_CHOICE, AT(ConfigCertificates, format),
		.otherwise = "pem",.words = "pem pfx",
		.help = "What is written into a site's certificate_directory. PFX "
		"files have a password; keys in PEM files have one where "
	"password_file is given."},
	{"password_file", CONFIG_PATH, AT(ConfigCertificates, password_file),
		.example = "/etc/qsrepl/certificate-password",
		.help = "The file with the password of PFX files and encrypted keys, "
		"as its first line; only its owner may read it. Without it, files "
	"are read with the password that the Snapshots tool gives."},
	{"compat", CONFIG_CHOICE, AT(ConfigCertificates, compat),
		.otherwise = "windows",.words = "windows modern",
		.help = "How exported PFX files are encrypted: with 3DES and SHA-1, "
		"which all versions of Windows read, or with AES-256 and SHA-256, "
		"which older ones report as a wrong password. Files of a site's "
	"certificate_directory have the latter."},
	{"expiry_warning_days", CONFIG_NUMBER,
		AT(ConfigCertificates, expiry_days),.otherwise = "90",
		.min = 0,.max = 3650,
	.help = "How many days before a certificate ends a check warns."},
	{"key_directory", CONFIG_PATH, AT(ConfigCertificates, key_directory),
		.otherwise = CONFIG_DEFAULT_KEYS,
		.help = "Where the key is that certificates are sealed and opened "
		"with on their way between the sites. Only its owner may enter the "
		"directory, which each machine has of its own, with backups apart from "
	"the databases'."},
	{"recovery_certificate", CONFIG_PATH,
		AT(ConfigCertificates, recovery_certificate),
		.example = "/etc/qsrepl/recovery.crt",
		.help = "The certificate of the recovery key, which opens sealed "
		"certificates where both sites' keys are lost. The key itself is kept "
		"away from all machines; \"qsrepl init\" and \"qsrepl cert recovery\" "
	"make both."},
	{.name = NULL}
};

static const ConfigKey dns_keys[] = {
	{"name", CONFIG_HOST, AT(ConfigDns, name),.required = true,
		.example = "qliksense.example.com",
	.help = "The public alias, which users have in their browsers."},
	{"type", CONFIG_CHOICE, AT(ConfigDns, type),.otherwise = "CNAME",
	.words = "CNAME A",.help = "The type of its record."},
	{"zone", CONFIG_HOST, AT(ConfigDns, zone),.example = "example.com",
		.help = "The zone it is in. Without it, nsupdate asks the server for "
	"it."},
	{"ttl", CONFIG_DURATION, AT(ConfigDns, ttl),.otherwise = "60s",
		.min = SECOND,.max = DAY,
		.help = "The time to live that the record is given: what users need at "
	"most to learn of a switch."},
	{"provider", CONFIG_CHOICE, AT(ConfigDns, provider),
		.otherwise = "rfc2136",.words = "rfc2136 exec",
		.help = "What changes the record: dynamic updates by nsupdate, or a "
	"program of your own."},
	{"key_file", CONFIG_PATH, AT(ConfigDns, key_file),
		.example = "/etc/qsrepl/dns.key",
		.help = "For rfc2136: the file with the TSIG key, as tsig-keygen "
	"writes it. Only its owner may read it."},
	{"gssapi", CONFIG_SWITCH, AT(ConfigDns, gssapi),.otherwise = "off",
		.help = "For rfc2136: whether changes are signed by Kerberos, as "
		"Active Directory wants it, with the ticket in the credential "
	"cache."},
	{"command", CONFIG_ARGUMENTS, AT(ConfigDns, command),
		.example = "/usr/local/bin/change-alias",
		.help = "For exec: a program and its arguments; the words NAME TYPE "
		"OLD NEW TTL follow, TTL in seconds. It must change the record only "
	"if it points to OLD."},
	{"timeout", CONFIG_DURATION, AT(ConfigDns, timeout),.otherwise = "2s",
		.min = SECOND,.max = MINUTE,
	.help = "How long a name server may take to answer."},
	{"wait", CONFIG_DURATION, AT(ConfigDns, wait),.otherwise = "30s",
		.min = 0,.max = HOUR,
		.help = "How long a switch waits for the required name servers to "
	"answer anew."},
	{"probe", CONFIG_CHOICE, AT(ConfigDns, probe),.otherwise = "tls",
		.words = "tls tcp off",
		.help = "How a failover tries whether the lost site still serves "
		"users where the alias points to: a TLS handshake, a connection, or "
	"not at all."},
	{"probe_port", CONFIG_NUMBER, AT(ConfigDns, probe_port),
	.otherwise = "443",.min = 1,.max = 65535,.help = "The port for that."},
	{.name = NULL}
};

static const ConfigKey alias_keys[] = {
	{"kind", CONFIG_CHOICE, AT(ConfigAlias, kind),.otherwise = "server",
		.words = "server database file_server",.example = "file_server",
		.help = "What it is the name of; for a file server, checks say what "
	"Windows needs."},
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
	{"node",.named = true,.keys = node_keys,
		.help = "A machine with services of Qlik Sense, one section a machine, "
	"of all sites. The name is yours; no two nodes have the same."},
	{"certificates",.keys = certificate_keys,
		.help = "How Qlik Sense's certificates are read and written, at all "
	"sites."},
	{"services",.keys = service_keys,
	.help = "How services of Qlik Sense are stopped, started and probed."},
	{"alias",.named = true,.open = true,.keys = alias_keys,
		.help = "A further name in the hosts files, one section a name: a line "
	"SITE = ADDRESS for each site. Nodes' names are there anyway."},
	{"dns",.optional = true,.keys = dns_keys,
		.help = "The public alias in the DNS, which is switched with the "
	"active site."},
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
