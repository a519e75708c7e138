/*
 * internal.h
 *		What the parts of services share.
 *
 * A node is worked on in sessions.  A session is a child that gets requests,
 * a JSON document a line, and answers each by a line: qsrepl-scm, PowerShell
 * at the node, or this program again (service_work()) where a backend is
 * driven by commands.  So there is one protocol, and one loop that runs many
 * sessions at once.
 */
#ifndef SERVICE_INTERNAL_H
#define SERVICE_INTERNAL_H

#include <jansson.h>

#include "platform/child.h"
#include "service/service.h"

/* Original start types, in the databases. */
typedef struct ServiceOriginal
{
	const char *node;
	const char *service;
	const char *start;
	const char *recovery;		/* NULL: none */
} ServiceOriginal;

typedef struct ServiceOriginals
{
	ServiceOriginal *list;
	size_t		n;
} ServiceOriginals;

/* The whole of one call of service.h. */
typedef struct ServiceWork
{
	const Config *config;
	const ServiceOptions *options;
	ServiceReport *report;
	struct ServiceLogon *logons;	/* one element a node; see logon.h */
	const ServiceOriginals *originals;	/* what is to be given back */
} ServiceWork;

/* One conversation with a node. */
typedef struct ServiceSession
{
	ServiceWork *work;
	ServiceNode *node;
	size_t		logon;			/* place in work->logons */
	bool		last;			/* begins when the others have ended, or say
								 * nothing */
	Text		input;			/* the requests */
	Text		ops;			/* a letter each, 'l' for a list */
	size_t		requests;
	size_t		answers;
	int64_t		deadline_ms;	/* that all requests may take together */
	bool		started;
	bool		connected;
	bool		ended;
	int64_t		started_at;		/* by plat_clock_ms() */
	const char **argv;			/* the child's; freed with the session */
	void	   *own;			/* the backend's */
} ServiceSession;

/*
 * A backend.  A new one is a file and a line in backends.c.
 */
typedef struct ServiceBackend
{
	bool		configures;		/* sets start types and recovery actions */
	bool		logs_on;		/* with an account that might be locked */

	/* Fill *child, but for its deadlines; input is the session's. */
	bool		(*prepare) (ServiceSession *session, PlatChild *child,
							Error *error);

	/*
	 * Look at the child's end, and free what prepare() has made; may change
	 * the error.  NULL: nothing to do.
	 */
	void		(*judge) (ServiceSession *session,
						  const PlatChildResult *result, Error *error);
} ServiceBackend;

/* The backend that a node's configuration names. */
extern const ServiceBackend *service_backend(const ConfigNode *node);

/* In ssh.c, for Windows nodes. */
extern bool service_prepare_powershell(ServiceSession *session,
									   PlatChild *child, Error *error);
extern void service_judge_powershell(ServiceSession *session,
									 const PlatChildResult *result,
									 Error *error);

/* table.c: kinds, names, orders; orders end with SERVICE_KINDS. */
extern const ServiceKind service_stop_order[];
extern const ServiceKind service_start_order[];
extern const char *service_name(const ConfigNode *node, ServiceKind kind);
extern bool service_kind(const ConfigNode *node, const char *name,
						 ServiceKind *kind);
extern ServiceState *service_state_of(ServiceNode *node, ServiceKind kind);
extern bool service_is(const char *text, const char *word);
extern bool service_is_stopped(const char *state);

/* session.c */
extern void service_session_begin(ServiceSession *session, ServiceWork *work,
								  ServiceNode *node);
extern void service_session_free(ServiceSession *session);

/*
 * service_ask
 *		Add a request; it gets the reference.
 *
 * in:  deadline_ms: how long it may take beyond the answer's way
 */
extern void service_ask(ServiceSession *session, json_t * request,
						int64_t deadline_ms);
extern void service_ask_list(ServiceSession *session);
extern void service_ask_of(ServiceSession *session, const char *op,
						   ServiceKind kind, int64_t deadline_ms);

/* Take a line of a session. */
extern void service_answer(ServiceSession *session, const json_t * line);

/* The session's child has ended. */
extern void service_session_end(ServiceSession *session,
								const PlatChildResult *result,
								const Error *error);

/*
 * service_fan_out
 *		Run sessions, many at once, but one with each logon first; nodes that
 *		have not answered before are passed over.
 */
extern void service_fan_out(ServiceWork *work, ServiceSession *sessions,
							size_t n);

/* work.c: the frame of each call. */
extern void service_work_begin(ServiceWork *work, const Config *config,
							   const ConfigSite *site,
							   const ServiceOptions *options,
							   ServiceReport *report);

typedef enum ServiceWhich
{
	SERVICE_ALL,
	SERVICE_CENTRAL,
	SERVICE_RIMS,
	SERVICE_CENTRAL_LAST		/* all; the central one's begins at last */
} ServiceWhich;

/*
 * service_each
 *		Ask all nodes, or some, the same.
 *
 * in: ask: adds requests to a session
 */
extern void service_each(ServiceWork *work, ServiceWhich which,
						 void (*ask) (ServiceSession *session));

/*
 * service_work_end
 *		Collect the problems; false with the error where there are any.
 *
 * in: what: "could not stop all services of site \"A\""
 */
extern bool service_work_end(ServiceWork *work, const char *what,
							 Error *error);

/* A sentence for the user; "site A": what is asked now. */
extern void service_note(ServiceWork *work, const char *format,...)
			TEXT_PRINTF(2, 3);
extern void service_progress(ServiceWork *work, const char *format,...)
			TEXT_PRINTF(2, 3);
extern void service_problem(ServiceWork *work, ServiceNode *node,
							const char *format,...) TEXT_PRINTF(3, 4);

/*
 * service_run_there
 *		Run a command at a node, by ssh_command, service_command or here.
 */
extern bool service_run_there(const ConfigNode *node, const ConfigWords *words,
							  int64_t deadline_ms, Error *error);

/* The argument vector for it, in the arena. */
extern const char *const *service_command_there(const ConfigNode *node,
												const ConfigWords *words,
												Arena *arena);

/* Kill the engine of a node. */
extern bool service_kill_engine(const ConfigNode *node, int64_t deadline_ms,
								Error *error);

/* bootstrap.c: what a central node needs before its repository starts. */
extern bool service_bootstrap(ServiceWork *work, ServiceNode *node,
							  Error *error);

/* localized.c */
extern bool service_is_localized(const Config *config, const ConfigSite *site,
								 Error *error);

/* The tasks that a site's database calls started; a note. */
extern void service_note_tasks(ServiceWork *work, const ConfigSite *site);

/* probe.c: wait until the central node's repository is ready. */
extern bool service_probe_central(ServiceWork *work, ServiceNode *node,
								  Error *error);

/* Ask all that is to answer at last; what does not is in the report. */
extern void service_probe_site(ServiceWork *work);

/*
 * record.c: read what is recorded; store it; forget a service's.  Stored is
 * it where every database that takes writes has it, and at least one.
 */
extern bool service_record_read(const Config *config, Arena *arena,
								ServiceOriginals *originals, Error *error);
extern bool service_record_store(const Config *config,
								 const ServiceOriginals *originals,
								 Error *error);
extern bool service_record_forget(const Config *config,
								  const ServiceOriginals *originals,
								  Error *error);

#endif							/* SERVICE_INTERNAL_H */
