/*
 * exchange.c
 *		Sealed sets and transport keys in a database.
 */
#include "seal/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/query.h"

#define NUMBER_SIZE 32

/* "undefined_table", "undefined_function", "invalid_schema_name" */
static bool
is_missing(const Error *error)
{
	return strcmp(error->sqlstate, "42P01") == 0 ||
		strcmp(error->sqlstate, "42883") == 0 ||
		strcmp(error->sqlstate, "3F000") == 0;
}

static bool
explain(bool good, Error *error)
{
	if (!good && is_missing(error))
		error_take_hint(error, mem_strdup("Certificates travel in the first "
										  "database of the configuration, "
										  "which needs a current extension: "
										  "\"qsrepl setup\" creates it."));
	return good;
}

static const char *
number_text(int64_t number, char *out)
{
	snprintf(out, NUMBER_SIZE, "%lld", (long long) number);
	return out;
}

/* Bytes as PostgreSQL reads them: \x and hexadecimal digits. */
static void
add_hex(Text *out, const Text *bytes)
{
	static const char digits[] = "0123456789abcdef";

	text_add(out, "\\x");
	for (size_t i = 0; i < bytes->len; i++)
	{
		const unsigned char byte = (unsigned char) bytes->bytes[i];
		const char	pair[] = {digits[byte >> 4], digits[byte & 15]};

		text_add_bytes(out, pair, 2);
	}
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
take_hex(Text *out, const char *hex)
{
	text_free(out);
	if (hex == NULL)
		return;
	for (; digit_of(hex[0]) >= 0 && digit_of(hex[1]) >= 0; hex += 2)
	{
		const char	byte = (char) (digit_of(hex[0]) << 4 | digit_of(hex[1]));

		text_add_bytes(out, &byte, 1);
	}
}

void
seal_row_free(SealRow *row)
{
	free(row->certificate);
	text_free(&row->statement);
	memset(row, 0, sizeof(*row));
}

static bool
take_row(void *arg, const PgRow *found, Error *error)
{
	SealRow    *row = arg;

	(void) error;
	row->serial = (int) strtol(pg_row_text(found, 0), NULL, 10);
	free(row->certificate);
	row->certificate = mem_strdup(pg_row_text(found, 1));
	take_hex(&row->statement, pg_row_text(found, 2));
	return true;
}

bool
seal_exchange_key(PgConnection *connection, const char *site, int serial,
				  SealRow *row, Error *error)
{
	static const char query[] =
	"SELECT t.serial, t.certificate,"
	" pg_catalog.encode(t.statement, 'hex') FROM qsrepl.transport_key t"
	" WHERE t.site OPERATOR(pg_catalog.=) $1"
	" AND $2::pg_catalog.int4 OPERATOR(pg_catalog.=) ANY"
	" (ARRAY[0, t.serial]) ORDER BY t.serial DESC LIMIT 1";
	char		number[NUMBER_SIZE];

	memset(row, 0, sizeof(*row));
	return explain(pg_rows(connection, query,
						   PG_PARAMETERS(site, number_text(serial, number)),
						   take_row, row, error), error);
}

bool
seal_exchange_put_key(PgConnection *connection, const char *site,
					  const SealRow *row, Error *error)
{
	char		number[NUMBER_SIZE];
	Text		hex = {NULL, 0, 0};
	bool		good;

	if (row->statement.len > 0)
		add_hex(&hex, &row->statement);
	good = explain(pg_run(connection, "SELECT qsrepl.set_transport_key($1, "
						  "$2::pg_catalog.int4, $3, $4::pg_catalog.bytea)",
						  PG_PARAMETERS(site, number_text(row->serial, number),
										row->certificate, hex.bytes), error),
				   error);
	text_free(&hex);
	return good;
}

bool
seal_exchange_number(PgConnection *connection, const char *from,
					 const char *to, int64_t * number, Error *error)
{
	char	   *text = NULL;

	if (!explain(pg_value(connection, "SELECT pg_catalog.max(s.counter) FROM "
						  "qsrepl.sealed_set s WHERE s.site_from "
						  "OPERATOR(pg_catalog.=) $1 AND s.site_to "
						  "OPERATOR(pg_catalog.=) $2", PG_PARAMETERS(from, to),
						  &text, error), error))
		return false;
	*number = text != NULL ? strtoll(text, NULL, 10) : 0;
	free(text);
	return true;
}

static bool
take_set(void *arg, const PgRow *row, Error *error)
{
	(void) error;
	take_hex(arg, pg_row_text(row, 0));
	return true;
}

bool
seal_exchange_set(PgConnection *connection, const char *from, const char *to,
				  int64_t number, Text *sealed, Error *error)
{
	static const char query[] =
	"SELECT pg_catalog.encode(s.sealed, 'hex') FROM"
	" qsrepl.sealed_set s WHERE s.site_from OPERATOR(pg_catalog.=) $1"
	" AND s.site_to OPERATOR(pg_catalog.=) $2"
	" AND s.counter OPERATOR(pg_catalog.=) $3::pg_catalog.int8";
	char		digits[NUMBER_SIZE];

	text_free(sealed);
	return pg_rows(connection, query,
				   PG_PARAMETERS(from, to, number_text(number, digits)),
				   take_set, sealed, error);
}

bool
seal_exchange_put_set(PgConnection *connection, const char *from,
					  const char *to, int64_t number, const Text *sealed,
					  Error *error)
{
	char		digits[NUMBER_SIZE];
	Text		hex = {NULL, 0, 0};
	bool		good;

	add_hex(&hex, sealed);
	good = explain(pg_run(connection, "SELECT qsrepl.add_sealed_set($1, $2, "
						  "$3::pg_catalog.int8, $4::pg_catalog.bytea)",
						  PG_PARAMETERS(from, to, number_text(number, digits),
										hex.bytes), error), error);
	text_free(&hex);
	return good;
}

bool
seal_exchange_note(PgConnection *connection, const char *what,
				   const char *from, const char *to, int64_t number,
				   const char *about, Error *error)
{
	char		digits[NUMBER_SIZE];

	return explain(pg_run(connection, "SELECT qsrepl._note_certificates($1, "
						  "$2, $3, $4, $5::pg_catalog.int8)",
						  PG_PARAMETERS(what, from, to, about,
										number_text(number, digits)), error),
				   error);
}

bool
seal_exchange_system(PgConnection *connection, char **system, Error *error)
{
	return pg_value(connection, "SELECT system_identifier::pg_catalog.text "
					"FROM pg_catalog.pg_control_system()", PG_NONE, system,
					error);
}
