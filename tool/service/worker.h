/*
 * worker.h
 *		What answers a session's requests by running commands.
 *
 * A driver knows the commands of one backend: how services are listed, looked
 * at and told something.  That a stop or a start is waited for, and what the
 * lines look like, is the same for all of them.
 */
#ifndef SERVICE_WORKER_H
#define SERVICE_WORKER_H

#include <jansson.h>

#include "platform/child.h"
#include "service/service.h"

/* What a driver has seen of a service; strings are the arena's. */
typedef struct WorkState
{
	bool		there;
	const char *display;
	const char *state;			/* as in ServiceState */
	const char *start;			/* NULL: it cannot tell */
	bool		failed;			/* it has stopped by an error */
	const char *recovery;		/* NULL: none */
} WorkState;

/* Why something was refused. */
typedef struct WorkFailure
{
	long		code;			/* Win32's; 0: none */
	const char *name;			/* "ERROR_ACCESS_DENIED", or words */
} WorkFailure;

typedef struct Worker
{
	const Config *config;
	const ConfigNode *node;
	const struct WorkDriver *driver;
	Arena		arena;
	WorkState	states[SERVICE_KINDS];	/* as last listed */
	bool		listed;
} Worker;

typedef struct WorkDriver
{
	/*
	 * Fill worker->states.  Where that fails, *kind is logon, unreachable,
	 * denied or protocol.
	 */
	bool		(*list) (Worker *worker, const char **kind, Error *error);

	/* Look at one service. */
	bool		(*look) (Worker *worker, ServiceKind service,
						 WorkState *state, WorkFailure *failure);

	/* Let a service stop or start; it need not have done so on return. */
	bool		(*act) (Worker *worker, const char *op, ServiceKind service,
						int64_t deadline_ms, WorkFailure *failure);

	/* Set the start type and recovery actions; NULL: it cannot. */
	bool		(*configure) (Worker *worker, ServiceKind service,
							  const char *start, const char *recovery,
							  WorkFailure *failure);

	/* May it stop and start, and configure?  NULL: all that it can. */
	bool		(*may) (Worker *worker, ServiceKind service, bool *control,
						bool *configure, WorkFailure *failure);
} WorkDriver;

extern const WorkDriver work_rpc;
extern const WorkDriver work_systemctl;
extern const WorkDriver work_exec;

/*
 * work_run
 *		Run a command, as plat_child_run() does.
 *
 * in:  words: NULL ends them; over ssh_command where the node has one and is
 *      controlled by it
 */
extern bool work_run(Worker *worker, const char *const *words,
					 int64_t deadline_ms, PlatChildResult *result,
					 Error *error);

/* Answer with a line; it gets the reference. */
extern void work_say(json_t * line);

/* What is known of a service, with its recovery actions or without. */
extern void work_say_state(const Worker *worker, ServiceKind kind,
						   const WorkState *state, bool recovery);

/*
 * work_say_outcome
 *		What became of a request.
 *
 * in: state: NULL: not known; ms: less than 0: nothing had to be done
 */
extern void work_say_outcome(const Worker *worker, const char *op,
							 ServiceKind kind, const WorkState *state,
							 const WorkFailure *failure, bool ok, int64_t ms);

/* The first line of a text, in the worker's arena; "" where there is none. */
extern const char *work_first_line(Worker *worker, const char *text);

#endif							/* SERVICE_WORKER_H */
