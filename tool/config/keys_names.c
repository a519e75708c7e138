/*
 * keys_names.c
 *		Keys about names: of hosts files, and the public alias.
 */
#include "config/config.h"
#include "config/keys_tables.h"

const ConfigKey config_alias_keys[] = {
	{"kind", CONFIG_CHOICE, AT(ConfigAlias, kind),.otherwise = "server",
		.words = "server database file_server",.example = "file_server",
		.help = "What it is the name of; for a file server, checks say what "
	"Windows needs."},
	{.name = NULL}
};

const ConfigKey config_dns_keys[] = {
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
