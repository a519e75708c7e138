/*
 * advice.c
 *		What to do about libpq's words, those of PostgreSQL's programs, and the
 *		server's: each gets a hint.
 */
#include "pg/advice.h"

#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "pg/internal.h"
#include "platform/clock.h"

const char *
pg_advice(const char *text)
{
	const PgAdvice *advice = pg_advice_words;

	while (strstr(text, advice->of) == NULL)
		advice++;
	return advice->hint;
}

/* "2026-11-27 10:00:00", with a blank as the log has it */
static void
tell_now(char now[TIMESTAMP_SIZE])
{
	timestamp_format(plat_wall_ms(), now);
	now[19] = '\0';
	now[10] = ' ';
}

char *
pg_state_advice(const char *sqlstate, const char *severity,
				const char *message)
{
	char		now[TIMESTAMP_SIZE];

	for (const PgAdvice *advice = pg_advice_states; advice->of != NULL;
		 advice++)
		if (strncmp(sqlstate, advice->of, strlen(advice->of)) == 0)
			return mem_strdup(advice->hint);
	tell_now(now);
	return text_format("Look into the server's log, at %s UTC, for the line "
					   "\"%s:  %s\": the lines behind it tell of which "
					   "statement it is, and what led to it.", now, severity,
					   message);
}

bool
pg_advise(Error *error)
{
	if (error->hint == NULL && error->detail != NULL)
		error_take_hint(error, mem_strdup(pg_advice(error->detail)));
	return false;
}
