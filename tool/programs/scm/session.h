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
 * scm_begin
 *		Bind, and open the manager, over session->rpc.pipe.
 *
 * errors: session->rpc.failure
 */
extern bool scm_begin(Session *session);
extern void scm_end(Session *session);

/*
 * scm_request
 *		Carry out a request and print its answer.
 *
 * out: whether it succeeded; where the connection is lost there is no answer,
 *      and session->rpc.failure tells
 */
extern bool scm_request(Session *session, const json_t * request);

/* Answer a request that is left out because one before has failed. */
extern void scm_skip(Session *session, const json_t * request);

/* Print a failure that ends the run, or that there is none. */
extern void scm_print_failure(FILE *out, const Failure *failure);
extern void scm_print_connected(FILE *out);

/*
 * scm_op_*
 *		One kind of request each; request has been checked for "service" where
 *		it needs one.  They return whether it succeeded, as above.
 */
extern bool scm_op_list(Session *session, const json_t * request);
extern bool scm_op_query(Session *session, const json_t * request);
extern bool scm_op_start(Session *session, const json_t * request);
extern bool scm_op_stop(Session *session, const json_t * request);
extern bool scm_op_config(Session *session, const json_t * request);
extern bool scm_op_rights(Session *session, const json_t * request);
extern bool scm_op_kill(Session *session, const json_t * request);

/*
 * scm_answer_new
 *		The beginning of an answer: the request's op and service.
 */
extern json_t * scm_answer_new(const json_t * request);

/* Add ok, error, error_name; and print it.  SCMR_BROKEN prints nothing. */
extern bool scm_answer_end(Session *session, json_t * answer, uint32_t code);

/* Add a word about why, for people. */
extern void scm_answer_text(json_t * answer, const char *text);

/* Print an answer as it is, and release it. */
extern void scm_answer_print(FILE *out, json_t * answer);

/* What is common to list and query; NULL display and start: not known. */
extern void scm_answer_status(json_t * answer, const ScmrStatus *status);
extern void scm_answer_config(json_t * answer, const ScmrConfig *config);
extern void scm_answer_recovery(json_t * answer, const ScmrRecovery *recovery);

/* A request's text; NULL where it has none. */
extern const char *scm_request_text(const json_t * request, const char *name);

/* Open the service of a request. */
extern uint32_t scm_request_open(Session *session, const json_t * request,
								 uint32_t access, ScmrHandle *handle);

#endif							/* SCM_SESSION_H */
