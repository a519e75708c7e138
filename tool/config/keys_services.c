/*
 * keys_services.c
 *		Keys about services.
 */
#include "config/config.h"
#include "config/keys_tables.h"

const ConfigKey config_service_keys[] = {
	{"parallel", CONFIG_NUMBER, AT(ConfigServices, parallel),.otherwise = "16",
		.min = 1,.max = 256,
	.help = "How many nodes are worked on at the same time."},
	{"answer_timeout", CONFIG_DURATION, AT(ConfigServices, answer_timeout),
		.otherwise = "10s",.min = 100,.max = HOUR,
	.help = "How long a node may take to answer."},
	{"stop_timeout", CONFIG_DURATION, AT(ConfigServices, stop_timeout),
		.otherwise = "2min",.min = 100,.max = DAY,
	.help = "How long a service may take to stop."},
	{"start_timeout", CONFIG_DURATION, AT(ConfigServices, start_timeout),
		.otherwise = "5min",.min = 100,.max = DAY,
	.help = "How long a service may take to start."},
	{"probe_timeout", CONFIG_DURATION, AT(ConfigServices, probe_timeout),
		.otherwise = "10min",.min = 100,.max = DAY,
		.help = "How long the repository may take, once its service runs, "
	"until it answers."},
	{"bootstrap_timeout", CONFIG_DURATION, AT(ConfigServices, bootstrap_timeout),
		.otherwise = "10min",.min = 100,.max = DAY,
	.help = "How long bootstrap_command may take."},
	{"kill_engine", CONFIG_SWITCH, AT(ConfigServices, kill_engine),
		.otherwise = "off",
		.help = "Whether an engine that does not stop in time is killed, "
	"where the node has a way to run commands."},
	{"state_url", CONFIG_TEXT, AT(ConfigServices, state_url),
		.otherwise = "http://{node}:4444/status/servicestate",
		.help = "What the central node's repository answers with a number "
		"above 0 when it is ready; {node} stands for the node's alias, which "
	"is reached at its address. With off, it is not asked."},
	{"about_url", CONFIG_TEXT, AT(ConfigServices, about_url),
		.otherwise = "https://{node}:4242/qrs/about?xrfkey=0123456789abcdef",
	.help = "What the repository is asked at last; or off."},
	{"alive_url", CONFIG_TEXT, AT(ConfigServices, alive_url),
		.otherwise = "https://{node}:4243/qps/alive",
	.help = "What each proxy is asked at last; or off."},
	{"alias_url", CONFIG_TEXT, AT(ConfigServices, alias_url),
		.example = "https://qliksense.example.com/",
		.help = "What users open. It is asked at the site's own proxy, "
	"wherever the name leads at that moment."},
	{"probe_ca", CONFIG_PATH, AT(ConfigServices, probe_ca),
		.example = "/etc/qsrepl/qlik-root.pem",
		.help = "The root certificate of Qlik Sense, which the nodes' "
	"certificates are verified against; without it they are not."},
	{"probe_certificate", CONFIG_PATH, AT(ConfigServices, probe_certificate),
		.example = "/etc/qsrepl/qlik-client.pem",
		.help = "A client certificate with its key, in PEM, for about_url. "
		"Without it, the answer that one is needed is good enough. Only its "
	"owner may read it."},
	{"alias_ca", CONFIG_PATH, AT(ConfigServices, alias_ca),
		.example = "/etc/ssl/certs/ca-certificates.crt",
		.help = "What the certificate of alias_url is verified against; "
	"without it, what the system trusts."},
	{.name = NULL}
};
