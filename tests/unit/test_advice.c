/*
 * test_advice.c
 *		What libpq, servers, libcrypto and nodes say, and the hint that it leads
 *		to.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/crypto.h"
#include "harness.h"
#include "pg/advice.h"
#include "pg/internal.h"
#include "service/service.h"

/* As versions 13 to 18 say it, and a part of the hint. */
static const PgAdvice said[] = {
	{"connection to server at \"10.0.0.9\", port 5432 failed: Connection "
	"refused\n\tIs the server running", "listen_addresses"},
	{"connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such "
	"file or directory\n\tIs the server running", "directory of its socket"},
	{"could not translate host name \"x\" to address: Name or service not "
	"known", "by DNS"},
	{"failed: No route to host\n\tIs the server", "the network leads to it"},
	{"failed: Network is unreachable\n", "leads to the machine"},
	{"failed: Connection timed out\n\tIs the server", "firewall"},
	{"failed: timeout expired", "firewall"},
	{"invalid port number: \"0\"", "from 1 to 65535"},
	{"definition of service \"x\" not found", "pg_service.conf"},
	{"FATAL:  password authentication failed for user \"x\"", "Correct the "
	"password"},
	{"fe_sendauth: no password supplied", "Write a line"},
	{"FATAL:  no pg_hba.conf entry for host \"::1\", user \"x\", database "
	"\"y\", SSL encryption", "Add a line"},
	{"FATAL:  pg_hba.conf rejects connection for host \"::1\"", "before"},
	{"FATAL:  Peer authentication failed for user \"x\"", "pg_ident.conf"},
	{"FATAL:  Ident authentication failed for user \"x\"", "pg_ident.conf"},
	{"FATAL:  certificate authentication failed for user \"x\"", "sslcert"},
	{"FATAL:  GSSAPI authentication failed for user \"x\"", "kinit"},
	{"could not initiate GSSAPI security context: No credentials were "
	"supplied", "klist"},
	{"FATAL:  LDAP authentication failed for user \"x\"", "server's log"},
	{"FATAL:  role \"x\" is not permitted to log in", "LOGIN"},
	{"FATAL:  sorry, too many clients already", "max_connections"},
	{"FATAL:  too many connections for role \"x\"", "CONNECTION LIMIT"},
	{"FATAL:  too many connections for database \"x\"", "CONNECTION LIMIT"},
	{"FATAL:  must be superuser or replication role to start walsender",
	"REPLICATION"},
	{"FATAL:  permission denied to start WAL sender", "REPLICATION"},
	{"FATAL:  number of requested standby connections exceeds "
	"max_wal_senders (currently 2)", "pg_stat_replication"},
	{"FATAL:  permission denied for database \"x\"\nDETAIL:  User does not "
	"have CONNECT privilege.", "GRANT CONNECT"},
	{"FATAL:  database \"x\" is not currently accepting connections",
	"ALLOW_CONNECTIONS"},
	{"FATAL:  role \"x\" does not exist", "create the role"},
	{"FATAL:  database \"x\" does not exist", "create the database"},
	{"FATAL:  remaining connection slots are reserved for roles with the "
	"SUPERUSER attribute", "max_connections"},
	{"FATAL:  the database system is starting up", "Wait"},
	{"FATAL:  the database system is not yet accepting connections", "Wait"},
	{"FATAL:  the database system is in recovery mode", "recovered"},
	{"FATAL:  the database system is shutting down", "start it again"},
	{"server closed the connection unexpectedly\n\tThis probably means",
	"its log says why"},
	{"SSL connection has been closed unexpectedly", "its log says why"},
	{"could not receive data from server: Connection reset by peer",
	"its log says why"},
	{"could not send data to server: Broken pipe", "its log says why"},
	{"SSL SYSCALL error: EOF detected", "its log says why"},
	{"received invalid response to SSL negotiation: H", "host and port"},
	{"server does not support SSL, but SSL was required", "Switch on ssl"},
	{"root certificate file \"/root.crt\" does not exist", "sslrootcert"},
	{"SSL error: certificate verify failed", "has expired"},
	{"server certificate for \"a\" does not match host name \"b\"", "Connect "
	"by a name"},
	{"private key file \"/x.key\" has group or world access", "chmod 0600"},
	{"could not read certificate file \"/x.crt\": no start line", "complete"},
	{"SSL error: tlsv1 alert unknown ca", "ssl_ca_file"},
	{"SSL error: unsupported protocol", "sslmode"},
	{"FATAL:  terminating connection due to administrator command", "ended"},
	{"pg_dump: error: could not write to file: No space left on device",
	"Make room"},
	{"pg_dump: error: query failed: ERROR:  permission denied for table x",
	"superuser"},
	{"FATAL:  Datenbank \"x\" existiert nicht", "connection string"},
	{"", "connection string"}
};

#define N_SAID (sizeof(said) / sizeof(said[0]))

static void
each_word_is_said(void)
{
	for (size_t i = 0; i < N_SAID; i++)
		check(strstr(pg_advice(said[i].of), said[i].hint) != NULL);
	for (const PgAdvice *advice = pg_advice_words;; advice++)
	{
		bool		found = false;

		/* By itself, not by another line with the same hint. */
		for (size_t i = 0; i < N_SAID; i++)
		{
			const PgAdvice *first = pg_advice_words;

			while (strstr(said[i].of, first->of) == NULL)
				first++;
			found = found || first == advice;
		}
		check(found && strlen(advice->hint) > 20);
		if (advice->of[0] == '\0')
			break;
	}
}

/* All that a server may ever say has a hint: five digits and letters. */
static void
each_state_has_one(void)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char		state[6] = "00000";
	bool		all = true;

	for (size_t i = 0; i < 36 * 36 * 36; i++)
	{
		char	   *hint;

		state[0] = digits[i / 36 / 36];
		state[1] = digits[i / 36 % 36];
		state[4] = digits[i % 36];
		hint = pg_state_advice(state, "ERROR", "it was so");
		all = all && strlen(hint) > 20;
		free(hint);
	}
	check(all);
	for (const PgAdvice *one = pg_advice_states; one->of != NULL; one++)
	{
		char	   *hint = pg_state_advice(one->of, "ERROR", "it was so");

		/* None stands behind one that takes its place. */
		check_text(hint, one->hint);
		free(hint);
	}
}

/* Of a class that is in no table, the line in the log is told. */
static void
others_are_in_the_log(void)
{
	char	   *hint = pg_state_advice("21000", "ERROR", "it was so");

	check(strstr(hint, " UTC, for the line \"ERROR:  it was so\":") != NULL);
	free(hint);
	hint = pg_state_advice("", "FATAL", "x");
	check(strstr(hint, "\"FATAL:  x\"") != NULL);
	free(hint);
}

static void
programs_are_advised(void)
{
	Error		error = ERROR_NONE;

	error_set(&error, "pg_dump: error: FATAL:  sorry, too many clients already",
			  NULL, "program \"pg_dump\" failed");
	check(!pg_advise(&error) &&
		  strstr(error.hint, "max_connections") != NULL);
	error_set(&error, "Connection refused", "Its own.", "x");
	pg_advise(&error);
	check_text(error.hint, "Its own.");
	/* What has not even begun has said nothing. */
	error_set(&error, NULL, NULL, "could not run it");
	pg_advise(&error);
	check(error.hint == NULL);
	error_free(&error);
}

/* The reason is libcrypto's, once, and the hint the caller's. */
static void
crypto_has_both(void)
{
	const unsigned char bytes[] = "no certificate";
	const unsigned char *at = bytes;
	Error		error = ERROR_NONE;

	ERR_clear_error();
	check(d2i_X509(NULL, &at, sizeof(bytes)) == NULL);
	check(!crypto_error(&error, CRYPTO_HINT, "could not read \"%s\"", "x"));
	check_text(error.message, "could not read \"x\"");
	check(strncmp(error.detail, "OpenSSL says: ", 14) == 0 &&
		  strcmp(error.detail, "OpenSSL says: nothing.") != 0);
	check_text(error.hint, CRYPTO_HINT);
	check(ERR_peek_error() == 0);
	crypto_error(&error, CRYPTO_HINT, "x");
	check_text(error.detail, "OpenSSL says: nothing.");
	error_free(&error);
}

/* A node that lets nobody in, is silent, or says what makes no sense. */
static void
nodes_have_one(void)
{
	ConfigNode	config = {.kerberos = false};
	ServiceNode node = {.node = &config,.answer = SERVICE_REFUSED};

	check(service_hint(&node) == NULL);
	node.problem = "the account is locked";
	check(strstr(service_hint(&node), "too many attempts lock it") != NULL);
	config.kerberos = true;
	check(strstr(service_hint(&node), "keytab") != NULL);
	node.answer = SERVICE_SILENT;
	check(strstr(service_hint(&node), "firewall") != NULL);
	node.answer = SERVICE_BROKEN;
	check(strstr(service_hint(&node), "service_control") != NULL);
	node.hint = "Its own.";
	check_text(service_hint(&node), "Its own.");
}

int
main(void)
{
	nodes_have_one();
	each_word_is_said();
	each_state_has_one();
	others_are_in_the_log();
	programs_are_advised();
	crypto_has_both();
	return harness_finish();
}
