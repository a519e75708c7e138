/*
 * scmr_control.c
 *		State, start and stop of a service.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/scmr.h"

enum
{
	CONTROL_SERVICE = 1,
	START_SERVICE = 19,
	QUERY_STATUS_EX = 40,
	CONTROL_STOP = 1,
	PROCESS_INFO = 0,			/* level of QUERY_STATUS_EX */
	STATUS_SIZE = 28,			/* SERVICE_STATUS */
	STATUS_PROCESS_SIZE = 36	/* SERVICE_STATUS_PROCESS */
};

uint32_t
scmr_status(Rpc *rpc, const ScmrHandle *service, ScmrStatus *status)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;
	NdrReader	buffer;
	uint32_t	code;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, PROCESS_INFO);
	ndr_put_u32(&stub, STATUS_PROCESS_SIZE);
	if (!rpc_call(rpc, QUERY_STATUS_EX, &stub, &answer))
		return SCMR_BROKEN;
	buffer = ndr_array(&answer);
	ndr_u32(&answer);			/* bytes needed */
	code = scmr_code(rpc, &answer);
	if (code != 0)
		return code;
	ndr_u32(&buffer);			/* type */
	status->state = ndr_u32(&buffer);
	ndr_u32(&buffer);			/* controls that it accepts */
	status->exit_code = ndr_u32(&buffer);
	status->specific_code = ndr_u32(&buffer);
	ndr_skip(&buffer, 2 * 4);	/* progress */
	status->pid = ndr_u32(&buffer);
	return buffer.failed ? scmr_code(rpc, &buffer) : 0;
}

uint32_t
scmr_start(Rpc *rpc, const ScmrHandle *service)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, 0);		/* arguments */
	ndr_put_pointer(&stub, false);
	if (!rpc_call(rpc, START_SERVICE, &stub, &answer))
		return SCMR_BROKEN;
	return scmr_code(rpc, &answer);
}

uint32_t
scmr_stop(Rpc *rpc, const ScmrHandle *service)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, CONTROL_STOP);
	if (!rpc_call(rpc, CONTROL_SERVICE, &stub, &answer))
		return SCMR_BROKEN;
	ndr_skip(&answer, STATUS_SIZE);
	return scmr_code(rpc, &answer);
}
