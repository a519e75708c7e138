/*
 * scmr_config.c
 *		The start type of a service, and parts of its configuration in bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/scmr.h"

#include <stdlib.h>

enum
{
	CHANGE_CONFIG = 11,
	QUERY_CONFIG = 17,
	CHANGE_CONFIG2 = 37,
	QUERY_CONFIG2 = 39,
	DELAYED_AUTO_START = 3,		/* a level of the latter two */
	INSUFFICIENT_BUFFER = 122,
	USUAL_BUFFER = 512,
	MOST_BUFFER = 8192			/* the protocol's limit */
};

#define NO_CHANGE UINT32_MAX

/* QUERY_SERVICE_CONFIG: numbers and pointers, then the strings. */
static void
take_config(NdrReader *answer, ScmrConfig *config)
{
	bool		there[5];

	ndr_u32(answer);			/* type */
	config->start = ndr_u32(answer);
	ndr_u32(answer);			/* error control */
	there[0] = ndr_u32(answer) != 0;	/* path of the program */
	there[1] = ndr_u32(answer) != 0;	/* load order group */
	ndr_u32(answer);			/* tag */
	there[2] = ndr_u32(answer) != 0;	/* what it needs */
	there[3] = ndr_u32(answer) != 0;	/* account */
	there[4] = ndr_u32(answer) != 0;	/* display name */
	for (int i = 0; i < 4; i++)
		if (there[i])
			free(ndr_string(answer));
	config->display = there[4] ? ndr_string(answer) : NULL;
}

static uint32_t
config_within(Rpc *rpc, const ScmrHandle *service, uint32_t size,
			  ScmrConfig *config)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;
	uint32_t	code;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, size);
	if (!rpc_call(rpc, QUERY_CONFIG, &stub, &answer))
		return SCMR_BROKEN;
	take_config(&answer, config);
	ndr_u32(&answer);			/* bytes needed */
	code = scmr_code(rpc, &answer);
	if (code != 0)
	{
		free(config->display);
		config->display = NULL;
	}
	return code;
}

static uint32_t
query_delayed(Rpc *rpc, const ScmrHandle *service, bool *delayed)
{
	Text		buffer = {NULL, 0, 0};
	uint32_t	code = scmr_query_config2(rpc, service, DELAYED_AUTO_START,
										  &buffer);

	*delayed = code == 0 && buffer.len > 0 && buffer.bytes[0] != 0;
	text_free(&buffer);
	return code;
}

uint32_t
scmr_config(Rpc *rpc, const ScmrHandle *service, ScmrConfig *config)
{
	uint32_t	code = config_within(rpc, service, USUAL_BUFFER * 2, config);

	config->delayed = false;
	if (code == INSUFFICIENT_BUFFER)
		code = config_within(rpc, service, MOST_BUFFER, config);
	if (code != 0)
		return code;
	if (config->start == SCMR_AUTO)
		code = query_delayed(rpc, service, &config->delayed);
	if (code != 0)
	{
		free(config->display);
		config->display = NULL;
	}
	return code;
}

static uint32_t
change_start(Rpc *rpc, const ScmrHandle *service, ScmrStart start)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, NO_CHANGE);	/* type */
	ndr_put_u32(&stub, start);
	ndr_put_u32(&stub, NO_CHANGE);	/* error control */
	ndr_put_pointer(&stub, false);	/* path */
	ndr_put_pointer(&stub, false);	/* group */
	ndr_put_pointer(&stub, false);	/* tag */
	ndr_put_pointer(&stub, false);	/* what it needs, and its size */
	ndr_put_u32(&stub, 0);
	ndr_put_pointer(&stub, false);	/* account */
	ndr_put_pointer(&stub, false);	/* password, and its size */
	ndr_put_u32(&stub, 0);
	ndr_put_pointer(&stub, false);	/* display name */
	if (!rpc_call(rpc, CHANGE_CONFIG, &stub, &answer))
		return SCMR_BROKEN;
	if (ndr_u32(&answer) != 0)
		ndr_u32(&answer);		/* the tag */
	return scmr_code(rpc, &answer);
}

uint32_t
scmr_set_start(Rpc *rpc, const ScmrHandle *service, ScmrStart start,
			   bool delayed)
{
	Text		info = {NULL, 0, 0};
	uint32_t	code = change_start(rpc, service, start);

	/* Windows takes the flag with that start type alone. */
	if (code != 0 || start != SCMR_AUTO)
		return code;
	ndr_put_u32(&info, delayed);
	code = scmr_change_config2(rpc, service, DELAYED_AUTO_START, &info);
	text_free(&info);
	return code;
}

static uint32_t
query_within(Rpc *rpc, const ScmrHandle *service, uint32_t level,
			 uint32_t *size, Text *out)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;
	NdrReader	buffer;
	uint32_t	needed;
	uint32_t	code;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, level);
	ndr_put_u32(&stub, *size);
	if (!rpc_call(rpc, QUERY_CONFIG2, &stub, &answer))
		return SCMR_BROKEN;
	buffer = ndr_array(&answer);
	needed = ndr_u32(&answer);
	code = scmr_code(rpc, &answer);
	*size = needed;
	if (code == 0)
		text_add_bytes(out, buffer.bytes, needed > 0 && needed < buffer.len
					   ? needed : buffer.len);
	return code;
}

uint32_t
scmr_query_config2(Rpc *rpc, const ScmrHandle *service, uint32_t level,
				   Text *buffer)
{
	uint32_t	size = USUAL_BUFFER;
	uint32_t	code = query_within(rpc, service, level, &size, buffer);

	if (code == INSUFFICIENT_BUFFER)
	{
		size = MOST_BUFFER;
		code = query_within(rpc, service, level, &size, buffer);
	}
	return code;
}

uint32_t
scmr_change_config2(Rpc *rpc, const ScmrHandle *service, uint32_t level,
					const Text *info)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, level);
	ndr_put_u32(&stub, level);	/* the union's tag */
	ndr_put_pointer(&stub, true);
	text_add_bytes(&stub, info->bytes, info->len);
	if (!rpc_call(rpc, CHANGE_CONFIG2, &stub, &answer))
		return SCMR_BROKEN;
	return scmr_code(rpc, &answer);
}
