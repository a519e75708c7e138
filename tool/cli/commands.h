/*
 * commands.h
 *		The commands, each in the file of its concern.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const CliCommand cli_init;
extern const CliCommand cli_config_check;
extern const CliCommand cli_config_show;
extern const CliCommand cli_setup_primary;
extern const CliCommand cli_setup_standby;
extern const CliCommand cli_setup_remove;
extern const CliCommand cli_setup_publisher;
extern const CliCommand cli_setup_subscriber;
extern const CliCommand cli_status;
extern const CliCommand cli_is_active;
extern const CliCommand cli_check;
extern const CliCommand cli_switchover;
extern const CliCommand cli_failover;
extern const CliCommand cli_rejoin;
extern const CliCommand cli_failback;
extern const CliCommand cli_maintenance_begin;
extern const CliCommand cli_maintenance_end;
extern const CliCommand cli_resume;
extern const CliCommand cli_abort;
extern const CliCommand cli_do;
extern const CliCommand cli_compare;
extern const CliCommand cli_drill;
extern const CliCommand cli_drill_end;
extern const CliCommand cli_drill_status;
extern const CliCommand cli_drill_keep;
extern const CliCommand cli_snapshot_restore;
extern const CliCommand cli_service_list;
extern const CliCommand cli_service_status;
extern const CliCommand cli_service_stop;
extern const CliCommand cli_service_start;
extern const CliCommand cli_service_passive;
extern const CliCommand cli_service_active;
extern const CliCommand cli_service_work;
extern const CliCommand cli_share_sync;
extern const CliCommand cli_share_verify;
extern const CliCommand cli_share_hash;
extern const CliCommand cli_rules_test;
extern const CliCommand cli_rules_rewrite;
extern const CliCommand cli_rules_preview;
extern const CliCommand cli_rules_scan;
extern const CliCommand cli_rules_leaks;
extern const CliCommand cli_dns_show;
extern const CliCommand cli_dns_switch;
extern const CliCommand cli_hosts_show;
extern const CliCommand cli_hosts_check;
extern const CliCommand cli_hosts_apply;
extern const CliCommand cli_cert_list;
extern const CliCommand cli_cert_verify;
extern const CliCommand cli_cert_compare;
extern const CliCommand cli_cert_export;
extern const CliCommand cli_cert_import;
extern const CliCommand cli_cert_issue;
extern const CliCommand cli_cert_rollback;
extern const CliCommand cli_cert_sync;
extern const CliCommand cli_cert_keys;
extern const CliCommand cli_cert_rotate;
extern const CliCommand cli_cert_trust;
extern const CliCommand cli_cert_open;
extern const CliCommand cli_cert_recovery;
extern const CliCommand cli_snapshot_create;
extern const CliCommand cli_snapshot_list;
extern const CliCommand cli_snapshot_verify;
extern const CliCommand cli_snapshot_copy;
extern const CliCommand cli_snapshot_decrypt;
extern const CliCommand cli_snapshot_receive;
extern const CliCommand cli_snapshot_prune;
extern const CliCommand cli_completion_bash;
extern const CliCommand cli_docs_man;
extern const CliCommand cli_docs_configuration;

#endif							/* CLI_COMMANDS_H */
