/*
 * advice.c
 *		What to do about libpq's words, and the server's while it is connected
 *		to: of both there is only the text.
 *
 * A line's words are what libpq 13 to 18 and servers 13 to 18 say in English;
 * what is said in another language gets the last line's advice.
 */
#include <string.h>

#include "pg/internal.h"

typedef struct Advice
{
	const char *words;			/* a part of the text */
	const char *hint;
} Advice;

/* The first that fits counts. */
static const Advice connecting[] = {
	{"Connection refused", "Look whether the server runs, whether host and "
		"port are right, whether its listen_addresses has the address, and "
	"whether a firewall is between."},
	{"No such file or directory\n", "Look whether the server runs, and whether "
	"port and the directory of its socket (host) are right."},
	{"could not translate host name", "Look whether the host's name is right, "
	"and have it resolved: by DNS, or in the hosts file."},
	{"No route to host", "Look whether the machine is on, and whether the "
	"network leads to it."},
	{"Network is unreachable", "Look whether the network leads to the "
	"machine."},
	{"timed out", "Look whether the machine is on, and whether a firewall is "
	"between."},
	{"timeout expired", "Look whether the machine is on, and whether a "
	"firewall is between."},
	{"password authentication failed", "Correct the password in the password "
	"file (passfile): in the line for this host, port, database and user."},
	{"no password supplied", "Write a line for this host, port, database and "
	"user into the password file (passfile)."},
	{"no pg_hba.conf entry", "Add a line for this user, database, address and "
		"kind of encryption to the server's pg_hba.conf, and have it read by "
	"pg_reload_conf()."},
	{"pg_hba.conf rejects", "A line of the server's pg_hba.conf refuses this "
		"user, database or address: put one that allows it before, and have it "
	"read by pg_reload_conf()."},
	{"Peer authentication failed", "Run it as the operating system's user of "
		"that name, or map the user in pg_ident.conf, or connect by host with "
	"a password."},
	{"Ident authentication failed", "Map the user in pg_ident.conf, or use a "
	"password for this connection in pg_hba.conf."},
	{"certificate authentication failed", "The name in the client's "
		"certificate (sslcert) has to be the user's, or to be mapped to it in "
	"pg_ident.conf."},
	{"is not permitted to log in", "Let it: ALTER ROLE ... LOGIN."},
	{"too many clients", "End sessions that are not needed, or increase "
	"max_connections and restart the server."},
	{"too many connections", "End sessions that are not needed, or increase "
	"the CONNECTION LIMIT of the role or database."},
	{"role \"", "Look whether user is right in the connection string, or "
	"create the role."},
	{"database \"", "Look whether dbname, and \"databases\" in the "
	"configuration, are right, or create the database."},
	{"remaining connection slots", "End sessions that are not needed, or "
	"increase max_connections and restart the server."},
	{"starting up", "Wait until it accepts connections; the server's log says "
	"how far it is."},
	{"not yet accepting connections", "Wait until it accepts connections; the "
	"server's log says how far it is."},
	{"in recovery mode", "Wait until it has recovered; the server's log says "
	"why it must."},
	{"shutting down", "Somebody stops the server: start it again where it is "
	"needed."},
	{"does not support SSL", "Switch on ssl at the server, or choose another "
	"sslmode."},
	{"root certificate file", "Write the certificate of the authority that "
		"issued the server's into that file, or name another one by "
	"sslrootcert."},
	{"certificate verify failed", "Look whether the server's certificate has "
		"expired, and whether the file that sslrootcert names has the "
	"authority that issued it."},
	{"does not match host name", "Connect by a name that is in the server's "
	"certificate, or issue one for this name."},
	{"private key file", "Look whether the file that sslkey names is there, "
	"fits sslcert, and is readable by this account alone (chmod 0600)."},
	{"certificate file", "Look whether the file that sslcert names is there "
	"and complete."},
	{"alert", "The server refuses the client's certificate: look whether it "
		"has expired, and whether the server's ssl_ca_file has the authority "
	"that issued it."},
	{"SSL", "Compare sslmode, sslcert, sslkey and sslrootcert with what the "
	"server's pg_hba.conf and ssl settings want."},
	{"closed the connection unexpectedly", "The server was stopped, or has "
	"failed: its log says why. Run the command again when it is up."},
	{"terminating connection", "The server, or an administrator, has ended "
	"the session: the server's log says why."}
};

const char *
pg_advice(const char *text)
{
	for (size_t i = 0; i < sizeof(connecting) / sizeof(connecting[0]); i++)
		if (strstr(text, connecting[i].words) != NULL)
			return connecting[i].hint;
	return "See the server's log, and compare the connection string with what "
		"the server expects.";
}

/* By class, or whole. */
static const Advice states[] = {
	{"25006", "A standby, or a server that is fenced, takes no writes: look "
	"which site is active by \"qsrepl status\"."},
	{"42501", "Connect as a superuser: user in the connection string."},
	{"53100", "Make room on the server's disk."},
	{"53300", "End sessions that are not needed, or increase max_connections "
	"and restart the server."},
	{"53", "Look how much memory, disk and connections the server has left."},
	{"55P03", "Somebody else holds the lock: pg_locks and pg_stat_activity "
	"tell who. Try again then."},
	{"40", "Another transaction was in the way: try again."},
	{"57014", "It was cancelled, by an administrator or by statement_timeout: "
	"the server's log says why."},
	{"57P", "The server, or an administrator, has ended the session: the "
	"server's log says why. Run the command again when it is up."},
	{"58", "See the server's log, and look after its disk."},
	{"XX001", "Data of the server are damaged: see its log, and do not go on "
	"with it before it is known why."},
	{"XX", "See the server's log."}
};

const char *
pg_state_advice(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strncmp(sqlstate, states[i].words, strlen(states[i].words)) == 0)
			return states[i].hint;
	return NULL;
}
