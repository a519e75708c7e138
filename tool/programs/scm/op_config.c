/*
 * op_config.c
 *		The request "config": start type and recovery actions, read back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/memory.h"
#include "programs/scm/session.h"
#include "programs/scm/words.h"

enum
{
	INVALID_DATA = 13,
	INVALID_PARAMETER = 87
};

/* What is wanted; bytes and len are of the recovery. */
typedef struct Wanted
{
	bool		change_start;
	ScmrStart	start;
	bool		delayed;
	bool		change_recovery;
	unsigned char *bytes;		/* its own */
	size_t		len;			/* 0: no actions */
} Wanted;

/* Base64 with its padding. */
static bool
decode(const char *text, Wanted *wanted)
{
	size_t		len = strlen(text);
	int			got;

	if (len == 0 || len % 4 != 0 || len > 64 * 1024
		|| strcspn(text, "=") + 2 < len)
		return false;
	wanted->bytes = mem_alloc(len);
	got = EVP_DecodeBlock(wanted->bytes, (const unsigned char *) text,
						  (int) len);
	if (got < 0)
		return false;
	wanted->len = (size_t) got - (text[len - 1] == '=')
		- (text[len - 2] == '=');
	return wanted->len > 0;
}

/* Take the request; NULL, or what is wrong with it. */
static const char *
take(const json_t * request, Wanted *wanted)
{
	const char *start = scm_request_text(request, "start");
	const char *recovery = scm_request_text(request, "recovery");

	wanted->change_start = start != NULL;
	wanted->change_recovery = recovery != NULL;
	if (start == NULL && recovery == NULL)
		return "A change needs \"start\" or \"recovery\".";
	if (start != NULL
		&& !words_take_start(start, &wanted->start, &wanted->delayed))
		return "\"start\" is not recognized.";
	if (recovery != NULL && strcmp(recovery, "none") != 0
		&& !decode(recovery, wanted))
		return "\"recovery\" is neither \"none\" nor base64.";
	return NULL;
}

static uint32_t
change(Session *session, const ScmrHandle *handle, const Wanted *wanted)
{
	uint32_t	code = 0;

	if (wanted->change_start)
		code = scmr_set_start(&session->rpc, handle, wanted->start,
							  wanted->delayed);
	if (code == 0 && wanted->change_recovery)
		code = scmr_set_recovery(&session->rpc, handle, wanted->bytes,
								 wanted->len);
	return code;
}

static uint32_t
read_back(Session *session, const ScmrHandle *handle, const Wanted *wanted,
		  json_t * answer)
{
	ScmrConfig	config = {0, false, NULL};
	ScmrRecovery recovery = {{NULL, 0, 0}, false};
	uint32_t	code = scmr_config(&session->rpc, handle, &config);
	bool		same = true;

	if (code == 0)
		code = scmr_recovery(&session->rpc, handle, &recovery);
	if (code == 0)
	{
		scm_answer_config(answer, &config);
		scm_answer_recovery(answer, &recovery);
		if (wanted->change_start)
			same = config.start == wanted->start
				&& config.delayed == wanted->delayed;
		if (wanted->change_recovery)
			same = same && scmr_recovery_same(wanted->bytes, wanted->len,
											  recovery.bytes.bytes,
											  recovery.bytes.len);
	}
	if (!same)
	{
		scm_answer_text(answer, "What was set was not kept.");
		code = INVALID_DATA;
	}
	free(config.display);
	text_free(&recovery.bytes);
	return code;
}

bool
scm_op_config(Session *session, const json_t * request)
{
	json_t	   *answer = scm_answer_new(request);
	Wanted		wanted = {0};
	const char *wrong = take(request, &wanted);
	ScmrHandle	handle;
	uint32_t	code = INVALID_PARAMETER;

	if (wrong != NULL)
		scm_answer_text(answer, wrong);
	else
		/* Windows wants the right to start for the action "restart". */
		code = scm_request_open(session, request, SCMR_CHANGE_CONFIG
								| SCMR_QUERY_CONFIG | SCMR_START, &handle);
	if (code == 0)
	{
		code = change(session, &handle, &wanted);
		if (code == 0)
			code = read_back(session, &handle, &wanted, answer);
		scmr_close(&session->rpc, &handle);
	}
	free(wanted.bytes);
	return scm_answer_end(session, answer, code);
}
