/*
 * advice_table.c
 *		What to do about what libpq, PostgreSQL's programs and servers say.
 *
 * Words are what versions 13 to 18 say in English; what is said in another
 * language gets the last line's advice. Codes are the same everywhere.
 */
#include "pg/internal.h"

/* By a part of the text; the first that fits counts, and the last always. */
const PgAdvice pg_advice_words[] = {
	{"Connection refused",
		"Look whether the server runs, whether host and port are right, "
		"whether its listen_addresses has the address, and whether a "
	"firewall is between."},
	{"No such file or directory\n",
		"Look whether the server runs, and whether port and the directory "
	"of its socket (host) are right."},
	{"could not translate host name",
		"Look whether the host's name is right, and have it resolved: by "
	"DNS, or in the hosts file."},
	{"No route to host",
		"Look whether the machine is on, and whether the network leads to "
	"it."},
	{"Network is unreachable",
	"Look whether the network leads to the machine."},
	{"timed out",
	"Look whether the machine is on, and whether a firewall is between."},
	{"timeout expired",
	"Look whether the machine is on, and whether a firewall is between."},
	{"invalid port number",
		"Correct port in the connection string: a number from 1 to 65535, "
	"mostly 5432, and 4432 of a database that came with Qlik Sense."},
	{"definition of service",
		"Write the service into the file of services (pg_service.conf), or "
	"take service out of the connection string."},
	{"password authentication failed",
		"Correct the password in the password file (passfile): in the line "
	"for this host, port, database and user."},
	{"no password supplied",
		"Write a line for this host, port, database and user into the "
	"password file (passfile)."},
	{"no pg_hba.conf entry",
		"Add a line for this user, database, address and kind of "
		"encryption to the server's pg_hba.conf, and have it read by "
	"pg_reload_conf()."},
	{"pg_hba.conf rejects",
		"A line of the server's pg_hba.conf refuses this user, database or "
		"address: put one that allows it before, and have it read by "
	"pg_reload_conf()."},
	{"Peer authentication failed",
		"Run it as the operating system's user of that name, or map the "
	"user in pg_ident.conf, or connect by host with a password."},
	{"Ident authentication failed",
		"Map the user in pg_ident.conf, or use a password for this "
	"connection in pg_hba.conf."},
	{"certificate authentication failed",
		"The name in the client's certificate (sslcert) has to be the "
	"user's, or to be mapped to it in pg_ident.conf."},
	{"GSSAPI",
		"Get a ticket of Kerberos (kinit), look by klist whether it is "
	"valid, and whether the clocks of both machines agree."},
	{"authentication failed",
		"The server's log says at that time why it has refused the user, "
	"and by which line of pg_hba.conf."},
	{"is not permitted to log in",
	"Let it: ALTER ROLE ... LOGIN."},
	{"too many clients",
		"End sessions that are not needed, or increase max_connections and "
	"restart the server."},
	{"too many connections",
		"End sessions that are not needed, or increase the CONNECTION "
	"LIMIT of the role or database."},
	{"replication role to start",
	"Give the role the right: ALTER ROLE ... REPLICATION."},
	{"permission denied to start WAL",
	"Give the role the right: ALTER ROLE ... REPLICATION."},
	{"max_wal_senders",
		"End replication connections that are not needed "
		"(pg_stat_replication), or increase max_wal_senders and restart "
	"the server."},
	{"permission denied for database",
	"Let the role in: GRANT CONNECT ON DATABASE ... TO ...."},
	{"not currently accepting",
		"Look who has closed the database, and why; it is opened by ALTER "
	"DATABASE ... ALLOW_CONNECTIONS true."},
	{"FATAL:  role \"",
		"Look whether user is right in the connection string, or create "
	"the role."},
	{"FATAL:  database \"",
		"Look whether dbname, and \"databases\" in the configuration, are "
	"right, or create the database."},
	{"remaining connection slots",
		"End sessions that are not needed, or increase max_connections and "
	"restart the server."},
	{"starting up",
		"Wait until it accepts connections; the server's log says how far "
	"it is."},
	{"not yet accepting connections",
		"Wait until it accepts connections; the server's log says how far "
	"it is."},
	{"in recovery mode",
	"Wait until it has recovered; the server's log says why it must."},
	{"shutting down",
	"Somebody stops the server: start it again where it is needed."},
	{"closed the connection unexpectedly",
		"The server was stopped, or has failed: its log says why. Run the "
	"command again when it is up."},
	{"has been closed unexpectedly",
		"The server was stopped, or has failed: its log says why. Run the "
	"command again when it is up."},
	{"Connection reset by peer",
		"The server was stopped, or has failed: its log says why. Run the "
	"command again when it is up."},
	{"Broken pipe",
		"The server was stopped, or has failed: its log says why. Run the "
	"command again when it is up."},
	{"EOF detected",
		"The server was stopped, or has failed: its log says why. Run the "
	"command again when it is up."},
	{"response to SSL negotiation",
		"What answers there does not seem to be PostgreSQL: look whether "
	"host and port are right."},
	{"does not support SSL",
	"Switch on ssl at the server, or choose another sslmode."},
	{"root certificate file",
		"Write the certificate of the authority that issued the server's "
	"into that file, or name another one by sslrootcert."},
	{"certificate verify failed",
		"Look whether the server's certificate has expired, and whether "
	"the file that sslrootcert names has the authority that issued it."},
	{"does not match host name",
		"Connect by a name that is in the server's certificate, or issue "
	"one for this name."},
	{"private key file",
		"Look whether the file that sslkey names is there, fits sslcert, "
	"and is readable by this account alone (chmod 0600)."},
	{"certificate file",
	"Look whether the file that sslcert names is there and complete."},
	{"alert",
		"The server refuses the client's certificate: look whether it has "
		"expired, and whether the server's ssl_ca_file has the authority "
	"that issued it."},
	{"SSL",
		"Compare sslmode, sslcert, sslkey and sslrootcert with what the "
	"server's pg_hba.conf and ssl settings want."},
	{"terminating connection",
		"The server, or an administrator, has ended the session: the "
	"server's log says why."},
	{"No space left on device",
		"Make room on the disk: at the server, or here where a program of "
	"PostgreSQL writes."},
	{"permission denied for",
	"Connect as a superuser: user in the connection string."},
	{"",
		"The server's log says at that time what it thinks of the session, "
		"where it has heard of it; compare the connection string with what "
	"the server expects."}
};

/* By the server's code, its class, or a part of it; NULL is the end. */
const PgAdvice pg_advice_states[] = {
	{"08",
		"The connection was lost on its way: look whether server and "
	"network are up, and run the command again."},
	{"0A",
		"The server cannot do this: look whether its version (SHOW "
		"server_version) is one of 13 to 18, and whether the extension is "
	"of the tool's version (qsrepl --version, \\dx)."},
	{"22",
		"A value does not fit: correct the one that the message names, in "
	"the configuration or in the database."},
	{"23",
		"A row is in the way: look at the table and the constraint that "
		"the message names, and correct that row, or the one that it "
	"refers to."},
	{"25006",
		"A standby, or a server that is fenced, takes no writes: look "
	"which site is active by \"qsrepl status\"."},
	{"25P03",
		"The session waited for too long inside of a transaction "
	"(idle_in_transaction_session_timeout): run the command again."},
	{"28",
		"Look whether user and password file are right, and whether the "
	"server's pg_hba.conf lets the user in."},
	{"2BP01",
		"Something else depends on it, which the detail names: change or "
	"drop that before."},
	{"3D000",
		"Look whether dbname, and \"databases\" in the configuration, are "
	"right, or create the database."},
	{"40",
	"Another transaction was in the way: try again."},
	{"42501",
	"Connect as a superuser: user in the connection string."},
	{"42P04",
		"There is one of that name: look who has made it; rename or drop "
	"it where nobody needs it, and run the command again."},
	{"42P06",
		"There is one of that name: look who has made it; rename or drop "
	"it where nobody needs it, and run the command again."},
	{"42P07",
		"There is one of that name: look who has made it; rename or drop "
	"it where nobody needs it, and run the command again."},
	{"42710",
		"There is one of that name: look who has made it; rename or drop "
	"it where nobody needs it, and run the command again."},
	{"42",
		"What is asked for is not in this database, or otherwise: look "
		"whether dbname is right, whether Qlik Sense has made its tables, "
		"and whether the extension qsrepl is there and of the tool's "
	"version (qsrepl --version, \\dx)."},
	{"3F000",
		"What is asked for is not in this database: look whether dbname is "
	"right, and whether the extension qsrepl is there (\\dx)."},
	{"53100",
	"Make room on the server's disk."},
	{"53300",
		"End sessions that are not needed, or increase max_connections and "
	"restart the server."},
	{"53",
	"Look how much memory, disk and connections the server has left."},
	{"54",
		"The server has a limit there, which the message names: ask for "
	"less, or for something shorter."},
	{"55006",
		"Somebody uses it: pg_stat_activity, and pg_replication_slots for "
	"slots, tell who. End that session and try again."},
	{"55P02",
		"It changes with a restart of the server only: write it into "
	"postgresql.conf, and restart the server."},
	{"55P03",
		"Somebody else holds the lock: pg_locks and pg_stat_activity tell "
	"who. Try again then."},
	{"55",
		"The server is not ready for this, or not set up for it: \"qsrepl "
	"check\" tells what lacks."},
	{"57014",
		"It was cancelled, by an administrator or by statement_timeout: "
	"the server's log says why."},
	{"57P03",
		"The server does not accept connections yet, or no longer: its log "
	"says why. Run the command again when it does."},
	{"57P",
		"The server, or an administrator, has ended the session: the "
	"server's log says why. Run the command again when it is up."},
	{"58",
	"See the server's log, and look after its disk."},
	{"F0",
		"Correct the server's configuration files: pg_file_settings and "
	"pg_hba_file_rules tell which line is wrong."},
	{"P0",
		"A function or trigger in the database refuses it, in its own "
	"words: ask who has written it."},
	{"38",
		"A function or trigger in the database refuses it, in its own "
	"words: ask who has written it."},
	{"XX001",
		"Data of the server are damaged: see its log, and do not go on "
	"with it before it is known why."},
	{"XX002",
		"An index of the server is damaged: REINDEX it, see the server's "
	"log, and find out why."},
	{NULL, NULL}
};
