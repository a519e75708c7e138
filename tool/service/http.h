/*
 * http.h
 *		Questions over HTTP, many at the same time.
 */
#ifndef SERVICE_HTTP_H
#define SERVICE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

typedef enum HttpGood
{
	HTTP_SUCCESS,				/* 2xx and 3xx */
	HTTP_ANSWER,				/* anything below 500: somebody is there */
	HTTP_NUMBER					/* 2xx, and a number above 0 */
} HttpGood;

typedef struct HttpQuestion
{
	const char *node;			/* for display */
	const char *url;
	const char *address;		/* to connect to, whatever the URL's host */
	bool		verify;			/* its certificate */
	const char *ca;				/* against this file; NULL: the system's */
	const char *certificate;	/* one's own, with its key; NULL: none */
	HttpGood	good;
	/* the answer */
	bool		answered;		/* as it should */
	int64_t		ms;				/* since the first try */
	const char *problem;		/* else why not; in the arena */
	const char *hint;			/* and what to do; NULL where it answered */
} HttpQuestion;

/*
 * http_ask
 *		Ask until all have answered as they should, or the time is over.
 *
 * in:  each_ms: how long one answer may take; all_ms: all of it
 * out: true where all have
 */
extern bool http_ask(HttpQuestion *questions, size_t n, int64_t each_ms,
					 int64_t all_ms, Arena *arena);

#endif							/* SERVICE_HTTP_H */
