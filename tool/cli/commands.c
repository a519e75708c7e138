/*
 * commands.c
 *		The table of all commands, in the order of the help.
 */
#include "cli/commands.h"

const CliGroup cli_groups[] = {
	{"config", "validate and show the configuration"},
	{"setup", "set up the database servers of the sites"},
	{"maintenance", "hold the passive site while Qlik Sense is upgraded"},
	{"service", "services of Qlik Sense on the nodes"},
	{"rules", "test and try the rules of rewriting"},
	{"dns", "the public alias in the DNS"},
	{"hosts", "the names in the nodes' hosts files"},
	{"cert", "keep, verify and move the site's certificates"},
	{"snapshot", "a site's databases, shares and certificates in one folder"},
	{"completion", "print a script for a shell's completion"},
	{"docs", "print what is made from the tool's own tables"},
	{NULL, NULL}
};

const CliCommand *const cli_commands[] = {
	&cli_init,
	&cli_config_check,
	&cli_config_show,
	&cli_setup_primary,
	&cli_setup_standby,
	&cli_setup_remove,
	&cli_setup_publisher,
	&cli_setup_subscriber,
	&cli_status,
	&cli_is_active,
	&cli_check,
	&cli_switchover,
	&cli_failover,
	&cli_rejoin,
	&cli_failback,
	&cli_maintenance_begin,
	&cli_maintenance_end,
	&cli_resume,
	&cli_abort,
	&cli_do,
	&cli_compare,
	&cli_drill,
	&cli_drill_end,
	&cli_drill_status,
	&cli_service_list,
	&cli_service_status,
	&cli_service_stop,
	&cli_service_start,
	&cli_service_passive,
	&cli_service_active,
	&cli_rules_test,
	&cli_rules_rewrite,
	&cli_rules_preview,
	&cli_rules_scan,
	&cli_rules_leaks,
	&cli_dns_show,
	&cli_dns_switch,
	&cli_hosts_show,
	&cli_hosts_check,
	&cli_hosts_apply,
	&cli_cert_list,
	&cli_cert_verify,
	&cli_cert_compare,
	&cli_cert_export,
	&cli_cert_import,
	&cli_cert_issue,
	&cli_cert_rollback,
	&cli_cert_sync,
	&cli_cert_keys,
	&cli_cert_rotate,
	&cli_cert_trust,
	&cli_cert_open,
	&cli_cert_recovery,
	&cli_snapshot_create,
	&cli_snapshot_list,
	&cli_snapshot_prune,
	&cli_completion_bash,
	&cli_docs_man,
	&cli_docs_configuration,
	NULL
};

const CliCommand *const cli_internal_commands[] = {
	&cli_drill_keep,
	&cli_service_work,
	NULL
};
