/*
 * scmr_recovery.c
 *		What Windows does when a service fails.
 *
 * It is read as bytes, to be restored later, perhaps by another version of
 * this program: so the bytes are the protocol's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/scmr.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum
{
	FAILURE_ACTIONS = 2,		/* levels of QueryServiceConfig2 */
	FAILURE_ACTIONS_FLAG = 4,
	INVALID_DATA = 13,
	INVALID_LEVEL = 124,
	MOST_ACTIONS = 1024			/* the protocol's limit */
};

typedef struct Action
{
	uint32_t	type;			/* 0: none */
	uint32_t	delay;			/* ms */
} Action;

/* The bytes taken apart; recovery_free(). */
typedef struct Recovery
{
	uint32_t	flag;			/* also where it ends by itself with an error */
	uint32_t	reset;			/* seconds */
	char	   *message;		/* or NULL */
	char	   *command;		/* or NULL */
	uint32_t	count;
	Action	   *actions;
} Recovery;

static void
recovery_free(Recovery *recovery)
{
	free(recovery->message);
	free(recovery->command);
	free(recovery->actions);
}

static void
take_actions(NdrReader *in, uint32_t offset, Recovery *recovery)
{
	NdrReader	at = *in;

	if (recovery->count > MOST_ACTIONS || offset > in->len)
	{
		in->failed = true;
		recovery->count = 0;
		return;
	}
	at.at = offset;
	recovery->actions = mem_alloc((recovery->count + 1)
								  * sizeof(*recovery->actions));
	for (uint32_t i = 0; i < recovery->count; i++)
	{
		recovery->actions[i].type = ndr_u32(&at);
		recovery->actions[i].delay = ndr_u32(&at);
	}
	in->failed = at.failed;
}

/* Take the bytes apart; false where they make no sense. */
static bool
take_recovery(const void *bytes, size_t len, Recovery *recovery)
{
	NdrReader	in = {bytes, len, 0, false};
	uint32_t	message;
	uint32_t	command;
	uint32_t	actions;

	memset(recovery, 0, sizeof(*recovery));
	if (len == 0)
		return true;
	recovery->flag = ndr_u32(&in);
	in = (NdrReader)
	{
		in.bytes + in.at, in.len - in.at, 0, in.failed
	};
	recovery->reset = ndr_u32(&in);
	message = ndr_u32(&in);
	command = ndr_u32(&in);
	recovery->count = ndr_u32(&in);
	actions = ndr_u32(&in);
	if (!in.failed && message != 0)
		recovery->message = ndr_text_at(&in, message);
	if (!in.failed && command != 0)
		recovery->command = ndr_text_at(&in, command);
	if (!in.failed && recovery->count > 0)
		take_actions(&in, actions, recovery);
	return !in.failed;
}

/*
 * Query the flag, which Windows has had since 2008; older ones have none.
 */
static uint32_t
query_flag(Rpc *rpc, const ScmrHandle *service, Text *out)
{
	Text		flag = {NULL, 0, 0};
	uint32_t	code = scmr_query_config2(rpc, service,
										  FAILURE_ACTIONS_FLAG, &flag);

	if (code == 0 && flag.len == 4)
		text_add_bytes(out, flag.bytes, 4);
	else if (code == 0 || code == INVALID_LEVEL)
		ndr_put_u32(out, 0);
	text_free(&flag);
	return code == INVALID_LEVEL ? 0 : code;
}

uint32_t
scmr_recovery(Rpc *rpc, const ScmrHandle *service, ScmrRecovery *recovery)
{
	uint32_t	code = query_flag(rpc, service, &recovery->bytes);
	Recovery	parts;

	if (code == 0)
		code = scmr_query_config2(rpc, service, FAILURE_ACTIONS,
								  &recovery->bytes);
	if (code != 0)
		return code;
	if (!take_recovery(recovery->bytes.bytes, recovery->bytes.len, &parts))
	{
		failure_set(&rpc->failure, FAILURE_PROTOCOL, 0,
					"the recovery actions of a service make no sense");
		code = SCMR_BROKEN;
	}
	recovery->set = false;
	for (uint32_t i = 0; code == 0 && i < parts.count; i++)
		recovery->set = recovery->set || parts.actions[i].type != 0;
	recovery_free(&parts);
	return code;
}

/* A NULL leaves what is there, an empty string removes it. */
static const char *
or_empty(const char *string)
{
	return string == NULL ? "" : string;
}

/* SERVICE_FAILURE_ACTIONS with what its pointers point to. */
static void
put_recovery(Text *out, const Recovery *recovery)
{
	ndr_put_u32(out, recovery->reset);
	ndr_put_pointer(out, true);
	ndr_put_pointer(out, true);
	ndr_put_u32(out, recovery->count);
	ndr_put_pointer(out, true);
	ndr_put_string(out, or_empty(recovery->message));
	ndr_put_string(out, or_empty(recovery->command));
	ndr_put_u32(out, recovery->count);
	for (uint32_t i = 0; i < recovery->count; i++)
	{
		ndr_put_u32(out, recovery->actions[i].type);
		ndr_put_u32(out, recovery->actions[i].delay);
	}
}

uint32_t
scmr_set_recovery(Rpc *rpc, const ScmrHandle *service, const void *bytes,
				  size_t len)
{
	Recovery	recovery;
	Text		actions = {NULL, 0, 0};
	Text		flag = {NULL, 0, 0};
	uint32_t	code = INVALID_DATA;

	if (take_recovery(bytes, len, &recovery))
	{
		put_recovery(&actions, &recovery);
		code = scmr_change_config2(rpc, service, FAILURE_ACTIONS, &actions);
	}
	if (code == 0)
	{
		ndr_put_u32(&flag, recovery.flag);
		code = scmr_change_config2(rpc, service, FAILURE_ACTIONS_FLAG, &flag);
		if (code == INVALID_LEVEL)
			code = 0;
	}
	text_free(&actions);
	text_free(&flag);
	recovery_free(&recovery);
	return code;
}

static bool
same_parts(const Recovery *one, const Recovery *other)
{
	if (one->count != other->count
		|| strcmp(or_empty(one->message), or_empty(other->message)) != 0
		|| strcmp(or_empty(one->command), or_empty(other->command)) != 0)
		return false;
	for (uint32_t i = 0; i < one->count; i++)
		if (one->actions[i].type != other->actions[i].type
			|| one->actions[i].delay != other->actions[i].delay)
			return false;
	return one->count == 0
		|| (one->reset == other->reset && one->flag == other->flag);
}

bool
scmr_recovery_same(const void *one, size_t one_len, const void *other,
				   size_t other_len)
{
	Recovery	first;
	Recovery	second;
	bool		good = take_recovery(one, one_len, &first);

	good = take_recovery(other, other_len, &second) && good;
	good = good && same_parts(&first, &second);
	recovery_free(&first);
	recovery_free(&second);
	return good;
}
