/*
 * own_rows.h
 *		Rows of the extension that a site has of its own, however its databases
 *		are made anew.
 */
#ifndef CMD_OWN_ROWS_H
#define CMD_OWN_ROWS_H

#include "pg/connection.h"

/*
 * own_rows_copy
 *		Copy start types that services had, transport keys and sealed
 *		certificates into a database that has none of them.
 */
extern bool own_rows_copy(PgConnection *from, PgConnection *to,
						  Error *error);

#endif							/* CMD_OWN_ROWS_H */
