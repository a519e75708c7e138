/*
 * pair_lock.h
 *		The advisory lock of a pair, which each site's server has in its
 *		maintenance database.
 *
 * A move takes it for itself; who must not be at work during one shares it.
 */
#ifndef CMD_MOVE_PAIR_LOCK_H
#define CMD_MOVE_PAIR_LOCK_H

/* "qsrepl" as bytes. */
#define PAIR_LOCK "124740654428268"

/* So that a machine that is lost does not hold it for two hours. */
#define PAIR_LOCK_ALIVE \
	"SELECT pg_catalog.set_config(n, v, false) FROM (VALUES " \
	"('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '2'), " \
	"('tcp_keepalives_count', '3')) AS s (n, v)"

#endif							/* CMD_MOVE_PAIR_LOCK_H */
