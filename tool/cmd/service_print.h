/*
 * service_print.h
 *		What is known of services, as a table and as JSON.
 */
#ifndef CMD_SERVICE_PRINT_H
#define CMD_SERVICE_PRINT_H

#include <stdbool.h>

#include "service/service.h"

/*
 * Print a row a service: node, service, before, now, how long, problem; and
 * the rights, where they were asked for.
 */
extern void service_print_text(const ServiceReport *report);

/* The same as a document; error may hold none. */
extern void service_print_json(const ServiceReport *report,
							   const Error *error);

#endif							/* CMD_SERVICE_PRINT_H */
