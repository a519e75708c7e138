/*
 * rpc.h
 *		DCE/RPC over a pipe: bind, calls, fragments, faults (C706, MS-RPCE).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_RPC_H
#define SCM_RPC_H

#include "programs/scm/failure.h"
#include "programs/scm/ndr.h"

/* What an answer may have at most; the largest of svcctl has 256 kB. */
#define RPC_LIMIT (1024 * 1024)

/*
 * How bytes go to the peer and come from it; false fills the failure.  read
 * takes at least one byte and no more than len, in *got.
 */
typedef struct RpcPipe
{
	bool		(*write) (void *arg, const void *bytes, size_t len,
						  Failure *failure);
	bool		(*read) (void *arg, void *bytes, size_t len, size_t *got,
						 Failure *failure);
	void		(*patience) (void *arg, int ms);	/* or NULL */
	void	   *arg;
} RpcPipe;

/* Begin with the pipe set and all else zero; rpc_end(). */
typedef struct Rpc
{
	RpcPipe		pipe;
	Failure		failure;		/* once there is one, no call is made */
	uint32_t	call;			/* the last call's number */
	uint16_t	fragment;		/* bytes of a fragment that the peer takes */
	Text		answer;			/* the last call's */
} Rpc;

/*
 * rpc_bind
 *		Say that calls of svcctl 2.0 in NDR will follow; false: rpc->failure.
 */
extern bool rpc_bind(Rpc *rpc);

/*
 * rpc_call
 *		Call an operation.
 *
 * in:     stub: its arguments; freed in any case
 * out:    answer: reads the results, until the next call
 * errors: rpc->failure
 */
extern bool rpc_call(Rpc *rpc, uint16_t operation, Text *stub,
					 NdrReader *answer);

/*
 * rpc_patience
 *		How much longer than usual answers may take from now on.
 */
extern void rpc_patience(Rpc *rpc, int ms);
extern void rpc_end(Rpc *rpc);

#endif							/* SCM_RPC_H */
