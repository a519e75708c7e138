/*
 * scmr.c
 *		Handles of the service control manager, and what operations share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/scmr.h"

#include <string.h>

enum
{
	CLOSE_HANDLE = 0,
	OPEN_MANAGER = 15,
	OPEN_SERVICE = 16
};

void
scmr_put_handle(Text *stub, const ScmrHandle *handle)
{
	text_add_bytes(stub, handle->bytes, sizeof(handle->bytes));
}

uint32_t
scmr_code(Rpc *rpc, NdrReader *answer)
{
	uint32_t	code = ndr_u32(answer);

	if (!answer->failed && code != SCMR_BROKEN)
		return code;
	failure_set(&rpc->failure, FAILURE_PROTOCOL, 0,
				"an answer of the service control manager is cut short");
	return SCMR_BROKEN;
}

static uint32_t
open_handle(Rpc *rpc, uint16_t operation, Text *stub, ScmrHandle *handle)
{
	NdrReader	answer;
	const uint8_t *bytes;
	uint32_t	code;

	if (!rpc_call(rpc, operation, stub, &answer))
		return SCMR_BROKEN;
	bytes = ndr_bytes(&answer, sizeof(handle->bytes));
	code = scmr_code(rpc, &answer);
	if (code == 0)
		memcpy(handle->bytes, bytes, sizeof(handle->bytes));
	return code;
}

uint32_t
scmr_open_manager(Rpc *rpc, uint32_t access, ScmrHandle *handle)
{
	Text		stub = {NULL, 0, 0};

	ndr_put_pointer(&stub, false);	/* this machine */
	ndr_put_pointer(&stub, false);	/* the active database */
	ndr_put_u32(&stub, access);
	return open_handle(rpc, OPEN_MANAGER, &stub, handle);
}

uint32_t
scmr_open_service(Rpc *rpc, const ScmrHandle *manager, const char *name,
				  uint32_t access, ScmrHandle *handle)
{
	Text		stub = {NULL, 0, 0};

	scmr_put_handle(&stub, manager);
	ndr_put_string(&stub, name);
	ndr_put_u32(&stub, access);
	return open_handle(rpc, OPEN_SERVICE, &stub, handle);
}

void
scmr_close(Rpc *rpc, ScmrHandle *handle)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;

	scmr_put_handle(&stub, handle);
	rpc_call(rpc, CLOSE_HANDLE, &stub, &answer);
	memset(handle, 0, sizeof(*handle));
}
