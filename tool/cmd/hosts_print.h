/*
 * hosts_print.h
 *		What was found in hosts files, in each format; private to the verbs.
 */
#ifndef CMD_HOSTS_PRINT_H
#define CMD_HOSTS_PRINT_H

#include "hosts/hosts.h"

/* One file with what differs; all files; the same as a JSON document. */
extern void hosts_print_finding(const HostsFinding *finding);
extern void hosts_print_text(const HostsReport *report);
extern void hosts_print_json(const Config *config,
							 const HostsReport *report);

/* What Windows needs for the names of file servers. */
extern void hosts_print_advice(const Config *config);

/* The lines of hosts_block() as a document. */
extern void hosts_print_names(const char *block);

#endif							/* CMD_HOSTS_PRINT_H */
