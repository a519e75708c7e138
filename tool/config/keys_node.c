/*
 * keys_node.c
 *		Keys of a node.
 */
#include "config/config.h"
#include "config/keys_tables.h"

const ConfigKey config_node_keys[] = {
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
