/*
 * session.h
 *		A connection to a node's service control manager, and the requests that
 *		can be made of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_SESSION_H
#define SCM_SESSION_H

#include <stdio.h>

#include <jansson.h>

#include "programs/scm/scmr.h"

typedef struct Session
{
	Rpc			rpc;
	ScmrHandle	manager;		/* with SCMR_CONNECT */
	FILE	   *out;			/* for answers */
} Session;

/*
 * session_begin
 *		Bind, and open the manager, over session->rpc.pipe.
 *
 * errors: session->rpc.failure
 */
extern bool session_begin(Session *session);
extern void session_end(Session *session);

/*
 * session_request
 *		Carry out a request and print its answer.
 *
 * out: whether it succeeded; where the connection is lost there is no answer,
 *      and session->rpc.failure tells
 */
extern bool session_request(Session *session, const json_t * request);

/* Answer a request that is left out because one before has failed. */
extern void session_skip(Session *session, const json_t * request);

/* Print a failure that ends the run, or that there is none. */
extern void session_print_failure(FILE *out, const Failure *failure);
extern void session_print_connected(FILE *out);

/*
 * op_*
 *		One kind of request each; request has been checked for "service" where
 *		it needs one.  They return whether it succeeded, as above.
 */
extern bool op_list(Session *session, const json_t * request);
extern bool op_query(Session *session, const json_t * request);
extern bool op_start(Session *session, const json_t * request);
extern bool op_stop(Session *session, const json_t * request);
extern bool op_config(Session *session, const json_t * request);
extern bool op_rights(Session *session, const json_t * request);
extern bool op_kill(Session *session, const json_t * request);

/*
 * answer_new
 *		The beginning of an answer: the request's op and service.
 */
extern json_t * answer_new(const json_t * request);

/* Add ok, error, error_name; and print it.  SCMR_BROKEN prints nothing. */
extern bool answer_end(Session *session, json_t * answer, uint32_t code);

/* Add a word about why, for people. */
extern void answer_text(json_t * answer, const char *text);

/* Print an answer as it is, and release it. */
extern void answer_print(FILE *out, json_t * answer);

/* What is common to list and query; NULL display and start: not known. */
extern void answer_status(json_t * answer, const ScmrStatus *status);
extern void answer_config(json_t * answer, const ScmrConfig *config);
extern void answer_recovery(json_t * answer, const ScmrRecovery *recovery);

/* A request's text; NULL where it has none. */
extern const char *request_text(const json_t * request, const char *name);

/* Open the service of a request. */
extern uint32_t request_open(Session *session, const json_t * request,
							 uint32_t access, ScmrHandle *handle);

#endif							/* SCM_SESSION_H */
