/*
 * scmr.h
 *		The operations of the service control manager (MS-SCMR), one function
 *		each, and what they tell.
 *
 * All return a Win32 error code, 0 being success, or SCMR_BROKEN where the
 * answer did not come or makes no sense: rpc->failure has the reason, and all
 * further calls return the same at once.  Results are set only on success.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_SCMR_H
#define SCM_SCMR_H

#include "programs/scm/rpc.h"

#define SCMR_BROKEN UINT32_MAX

/* Of a manager */
enum
{
	SCMR_CONNECT = 0x0001,
	SCMR_ENUMERATE = 0x0004
};

/* Of a service */
enum
{
	SCMR_QUERY_CONFIG = 0x0001,
	SCMR_CHANGE_CONFIG = 0x0002,
	SCMR_QUERY_STATUS = 0x0004,
	SCMR_DEPENDENTS = 0x0008,
	SCMR_START = 0x0010,
	SCMR_STOP = 0x0020
};

/* Names longer than what Windows allows are refused there and here. */
#define SCMR_NAME_MAX 256

/* SERVICE_STATUS_PROCESS.dwCurrentState */
typedef enum ScmrState
{
	SCMR_STOPPED = 1,
	SCMR_START_PENDING,
	SCMR_STOP_PENDING,
	SCMR_RUNNING,
	SCMR_CONTINUE_PENDING,
	SCMR_PAUSE_PENDING,
	SCMR_PAUSED
} ScmrState;

/* QUERY_SERVICE_CONFIG.dwStartType; delayed is told apart by a flag. */
typedef enum ScmrStart
{
	SCMR_BOOT,
	SCMR_SYSTEM,
	SCMR_AUTO,
	SCMR_MANUAL,
	SCMR_DISABLED
} ScmrStart;

typedef struct ScmrHandle
{
	uint8_t		bytes[20];
} ScmrHandle;

typedef struct ScmrStatus
{
	uint32_t	state;			/* ScmrState, or what the peer says */
	uint32_t	exit_code;		/* Win32; 1066: see the next */
	uint32_t	specific_code;
	uint32_t	pid;			/* 0: no process */
} ScmrStatus;

/* A service of a list; the strings are its own. */
typedef struct ScmrEntry
{
	char	   *name;
	char	   *display;		/* NULL in a list of dependents */
	ScmrStatus	status;
} ScmrEntry;

/* Begin with zeros; scmr_list_free(). */
typedef struct ScmrList
{
	ScmrEntry  *entries;
	size_t		count;
} ScmrList;

typedef struct ScmrConfig
{
	uint32_t	start;			/* ScmrStart */
	bool		delayed;		/* with SCMR_AUTO */
	char	   *display;		/* the caller's to free */
} ScmrConfig;

/*
 * What Windows does when a service fails, as bytes: FAILURE_ACTIONS_FLAG in
 * four of them, then SERVICE_FAILURE_ACTIONS as the wire has it, with offsets
 * instead of pointers.
 */
typedef struct ScmrRecovery
{
	Text		bytes;
	bool		set;			/* there is an action */
} ScmrRecovery;

/* Open and close; a handle that was closed is not to be used again. */
extern uint32_t scmr_open_manager(Rpc *rpc, uint32_t access,
								  ScmrHandle *handle);
extern uint32_t scmr_open_service(Rpc *rpc, const ScmrHandle *manager,
								  const char *name, uint32_t access,
								  ScmrHandle *handle);
extern void scmr_close(Rpc *rpc, ScmrHandle *handle);

/* Its state; have it start or stop, which is not waited for. */
extern uint32_t scmr_status(Rpc *rpc, const ScmrHandle *service,
							ScmrStatus *status);
extern uint32_t scmr_start(Rpc *rpc, const ScmrHandle *service);
extern uint32_t scmr_stop(Rpc *rpc, const ScmrHandle *service);

/* All Win32 services, in the peer's order. */
extern uint32_t scmr_list(Rpc *rpc, const ScmrHandle *manager,
						  ScmrList *list);

/* Those that need a service and are not stopped, to be stopped in this order. */
extern uint32_t scmr_dependents(Rpc *rpc, const ScmrHandle *service,
								ScmrList *list);
extern void scmr_list_free(ScmrList *list);

/*
 * scmr_entries
 *		Take the services of an enumeration's buffer (the parser of both above).
 *
 * in:  process: the entries are ENUM_SERVICE_STATUS_PROCESS, with display
 *      names taken; else ENUM_SERVICE_STATUS
 * out: put behind the list; false where it makes no sense
 */
extern bool scmr_entries(NdrReader *buffer, uint32_t count, bool process,
						 ScmrList *list);

/* Its start type and its display name. */
extern uint32_t scmr_config(Rpc *rpc, const ScmrHandle *service,
							ScmrConfig *config);

/* Set the start type; delayed counts with SCMR_AUTO alone. */
extern uint32_t scmr_set_start(Rpc *rpc, const ScmrHandle *service,
							   ScmrStart start, bool delayed);

/*
 * scmr_query_config2, scmr_change_config2
 *		A part of the configuration in bytes: QueryServiceConfig2 and
 *		ChangeServiceConfig2, whose level and union's tag are put in front.
 *
 * in:  info: what the pointer in the union points to
 * out: buffer: the caller's to free
 */
extern uint32_t scmr_query_config2(Rpc *rpc, const ScmrHandle *service,
								   uint32_t level, Text *buffer);
extern uint32_t scmr_change_config2(Rpc *rpc, const ScmrHandle *service,
									uint32_t level, const Text *info);

/* The recovery's bytes are the caller's to free. */
extern uint32_t scmr_recovery(Rpc *rpc, const ScmrHandle *service,
							  ScmrRecovery *recovery);

/*
 * scmr_set_recovery
 *		Make it as it was read once, or without any action where len is 0.
 *
 * errors: 13 (ERROR_INVALID_DATA): the bytes are none of scmr_recovery()
 */
extern uint32_t scmr_set_recovery(Rpc *rpc, const ScmrHandle *service,
								  const void *bytes, size_t len);

/*
 * scmr_recovery_same
 *		Whether two recoveries say the same, whatever their layout is; that of
 *		no bytes has no action.
 */
extern bool scmr_recovery_same(const void *one, size_t one_len,
							   const void *other, size_t other_len);

/* What operations share: the handle behind a stub, the code of an answer. */
extern void scmr_put_handle(Text *stub, const ScmrHandle *handle);
extern uint32_t scmr_code(Rpc *rpc, NdrReader *answer);

#endif							/* SCM_SCMR_H */
