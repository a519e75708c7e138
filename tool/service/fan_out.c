/*
 * fan_out.c
 *		Many sessions at once, without locking an account.
 *
 * A wrong password that is tried at twenty nodes locks the account in most
 * domains.  So with each logon one node is tried first, and the others when it
 * was let in; where it was refused, they are not tried at all.  One that says
 * nothing is not waited for longer than PATIENCE_MS: then the next one is
 * tried, which is still one more logon at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/cancel.h"
#include "platform/children.h"
#include "platform/clock.h"
#include "service/internal.h"
#include "service/logon.h"

#define PATIENCE_MS 1000

/* Over what qsrepl-scm itself waits, so that its words are heard. */
#define ANSWER_EXTRA_MS 1000

/* Over the deadlines of the requests, for the way. */
#define EXTRA_MS 10000

/* One pass over the sessions. */
typedef struct Fan
{
	ServiceWork *work;
	ServiceSession *sessions;
	size_t		n;
} Fan;

static void
on_line(void *arg, PlatStream stream, const char *line)
{
	ServiceSession *session = arg;
	json_t	   *object;

	if (stream != PLAT_STDOUT)
		return;
	object = json_loads(line, 0, NULL);
	if (json_is_object(object))
		service_answer(session, object);
	json_decref(object);
}

/* Is one with the same logon under way whose outcome is not known? */
static bool
is_undecided(const ServiceSession *session, int64_t since)
{
	return session->started && !session->ended && !session->connected &&
		session->started_at > since;
}

static bool
logon_is_tried(const Fan *fan, size_t logon)
{
	int64_t		since = plat_clock_ms() - PATIENCE_MS;

	for (size_t i = 0; i < fan->n; i++)
		if (fan->sessions[i].logon == logon &&
			is_undecided(&fan->sessions[i], since))
			return true;
	return false;
}

/* What came of a session tells of its logon. */
static void
note_logon(const ServiceSession *session)
{
	ServiceLogon *logon = &session->work->logons[session->logon];

	if (session->connected)
		logon->good = true;
	else if (session->ended && session->node->answer == SERVICE_REFUSED)
		logon->refused = true;
}

/* Have the others ended, or do they not even answer? */
static bool
others_are_done(const Fan *fan, const ServiceSession *session)
{
	int64_t		since = plat_clock_ms() - PATIENCE_MS;

	for (size_t i = 0; i < fan->n; i++)
	{
		const ServiceSession *other = &fan->sessions[i];

		if (other == session || other->ended)
			continue;
		if (!other->started || other->connected ||
			other->started_at > since)
			return false;
	}
	return true;
}

typedef enum May
{
	MAY, MAY_LATER, MAY_NEVER
} May;

static May
may_start(const Fan *fan, const ServiceSession *session)
{
	const ServiceLogon *logon = &fan->work->logons[session->logon];

	if (session->last && !others_are_done(fan, session))
		return MAY_LATER;
	if (!service_backend(session->node->node)->logs_on)
		return MAY;
	if (logon->refused)
		return MAY_NEVER;
	return logon->good || !logon_is_tried(fan, session->logon) ? MAY :
		MAY_LATER;
}

static void
pass_over(ServiceSession *session)
{
	session->started = true;
	session->ended = true;
	session->node->answer = SERVICE_NOT_TRIED;
	session->node->problem = plat_cancelled() ? "was not tried: interrupted" :
		"was not tried, since another node has refused the same logon";
}

static PlatNext
start(ServiceSession *session, PlatChild *child)
{
	const ConfigServices *services = &session->work->config->services;
	Error		error = ERROR_NONE;
	const PlatChildResult nothing = {.end = PLAT_CHILD_NOT_STARTED};

	session->started = true;
	session->started_at = plat_clock_ms();
	child->on_line = on_line;
	child->arg = session;
	child->cancellable = true;
	child->answer_ms = (int) services->answer_timeout + ANSWER_EXTRA_MS;
	child->deadline_ms = (int) (child->answer_ms + session->deadline_ms +
								EXTRA_MS);
	if (service_backend(session->node->node)->prepare(session, child, &error))
		return PLAT_NEXT_START;
	service_session_end(session, &nothing, &error);
	error_free(&error);
	return PLAT_NEXT_LATER;
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Fan		   *fan = arg;
	bool		waits = false;

	for (size_t i = 0; i < fan->n; i++)
		if (fan->sessions[i].started)
			note_logon(&fan->sessions[i]);
	for (size_t i = 0; i < fan->n; i++)
	{
		ServiceSession *session = &fan->sessions[i];
		May			may = session->started ? MAY_LATER :
		plat_cancelled() ? MAY_NEVER : may_start(fan, session);

		waits = waits || (!session->started && may == MAY_LATER);
		if (may == MAY_NEVER)
			pass_over(session);
		*number = i;
		if (may == MAY && start(session, child) == PLAT_NEXT_START)
			return PLAT_NEXT_START;
	}
	return waits ? PLAT_NEXT_LATER : PLAT_NEXT_NONE;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *error)
{
	const Fan  *fan = arg;
	ServiceSession *session = &fan->sessions[number];
	const ServiceBackend *backend = service_backend(session->node->node);
	Error		judged = ERROR_NONE;

	if (error->message != NULL)
		error_set(&judged, error->detail, error->hint, "%s", error->message);
	if (backend->judge != NULL)
		backend->judge(session, result, &judged);
	service_session_end(session, result, &judged);
	error_free(&judged);
}

void
service_fan_out(ServiceWork *work, ServiceSession *sessions, size_t n)
{
	Fan			fan = {work, sessions, n};
	const PlatChildren children = {
		.most = (size_t) work->config->services.parallel,
		.next = next,.ended = ended,.arg = &fan
	};

	for (size_t i = 0; i < n; i++)
		sessions[i].logon = service_logon(work, sessions[i].node);
	plat_children_run(&children);
}
