/*
 * op_control.c
 *		Requests that start and stop, and wait until it is so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "platform/clock.h"
#include "programs/scm/session.h"

enum
{
	DEPENDENTS_RUNNING = 1051,
	ALREADY_RUNNING = 1056,
	CANNOT_ACCEPT = 1061,
	NOT_ACTIVE = 1062,
	PROCESS_ABORTED = 1067,
	TIMED_OUT = 1460,
	FIRST_POLL_MS = 20,
	LAST_POLL_MS = 250,
	DEEPEST = 16,				/* how far services need each other */

	/* Windows answers when a service has, for which it has 30 seconds. */
	LONGEST_CALL_MS = 35000
};

#define USUAL_DEADLINE_MS 60000

/* What is being done to a service and to those that need it. */
typedef struct Work
{
	Session    *session;
	bool		start;			/* else stop */
	bool		dependents;		/* stop them, too */
	int64_t		deadline;		/* plat_clock_ms() */
	int			depth;
	json_t	   *stopped;		/* the names of those */
	json_t	   *blocked_by;		/* the name of one that could not be; or NULL */
} Work;

/* One service. */
typedef struct Target
{
	const char *name;
	ScmrHandle	handle;
	ScmrStatus	status;
	bool		already;		/* it was so before */
	bool		sent;			/* it was told */
	int			poll_ms;
} Target;

static uint32_t control(Work *work, Target *target);

/* Stop those that need a service, in the order that the node tells. */
static uint32_t
stop_dependents(Work *work, const Target *target)
{
	ScmrList	list = {NULL, 0};
	uint32_t	code = scmr_dependents(&work->session->rpc, &target->handle,
									   &list);

	work->depth++;
	for (size_t i = 0; i < list.count && code == 0; i++)
	{
		Target		other = {.name = list.entries[i].name};

		code = work->depth > DEEPEST ? DEPENDENTS_RUNNING
			: control(work, &other);
		if (code == 0 && !other.already)
			json_array_append_new(work->stopped, json_text(other.name));
		else if (code != 0 && work->blocked_by == NULL)
			work->blocked_by = json_text(other.name);
	}
	work->depth--;
	scmr_list_free(&list);
	return code;
}

static bool
is_there(const Work *work, const Target *target)
{
	return target->status.state == (work->start ? SCMR_RUNNING
									: SCMR_STOPPED);
}

/* The code of a start that ended in a stopped service. */
static uint32_t
died(const Target *target)
{
	return target->status.exit_code != 0 ? target->status.exit_code
		: PROCESS_ABORTED;
}

/* Tell a service; the answer may take as long as the deadline allows. */
static uint32_t
tell(const Work *work, const Target *target)
{
	Rpc		   *rpc = &work->session->rpc;
	int64_t		left = work->deadline - plat_clock_ms();
	uint32_t	code;

	rpc_patience(rpc, left < 0 ? 0 : left > LONGEST_CALL_MS
				 ? LONGEST_CALL_MS : (int) left);
	code = work->start ? scmr_start(rpc, &target->handle)
		: scmr_stop(rpc, &target->handle);
	rpc_patience(rpc, 0);
	return code;
}

static uint32_t
send_control(Work *work, Target *target)
{
	uint32_t	code;

	if (!work->start && work->dependents)
	{
		code = stop_dependents(work, target);
		if (code != 0)
			return code;
	}
	code = tell(work, target);
	if (code == 0)
		target->sent = true;

	/*
	 * Somebody else was faster; or it is on its way from one state to another
	 * and takes orders afterwards; or another one that needs it has come up.
	 */
	if (code == (work->start ? ALREADY_RUNNING : NOT_ACTIVE)
		|| code == CANNOT_ACCEPT
		|| (code == DEPENDENTS_RUNNING && work->dependents))
		return 0;
	return code;
}

/* Whether to tell a service now; else it is waited for. */
static bool
is_time(const Work *work, const Target *target)
{
	if (target->sent)
		return false;
	if (work->start)
		return target->status.state == SCMR_STOPPED;
	return target->status.state == SCMR_RUNNING
		|| target->status.state == SCMR_PAUSED;
}

/* Wait a little; false where the deadline is over. */
static bool
wait_a_little(const Work *work, Target *target)
{
	int64_t		left = work->deadline - plat_clock_ms();

	if (left <= 0)
		return false;
	target->poll_ms = target->poll_ms == 0 ? FIRST_POLL_MS
		: target->poll_ms * 3 / 2;
	if (target->poll_ms > LAST_POLL_MS)
		target->poll_ms = LAST_POLL_MS;
	return plat_sleep_ms(left < target->poll_ms ? (int) left
						 : target->poll_ms);
}

/* Tell a service that is open, and poll it until it is there. */
static uint32_t
drive(Work *work, Target *target)
{
	uint32_t	code;

	for (bool first = true;; first = false)
	{
		code = scmr_status(&work->session->rpc, &target->handle,
						   &target->status);
		if (code != 0)
			return code;
		if (is_there(work, target))
		{
			target->already = first;
			return 0;
		}
		if (work->start && target->sent
			&& target->status.state == SCMR_STOPPED)
			return died(target);
		/* It would have to be continued, which nobody has asked for. */
		if (work->start && target->status.state == SCMR_PAUSED)
			return ALREADY_RUNNING;
		if (is_time(work, target))
		{
			code = send_control(work, target);
			if (code != 0)
				return code;
		}
		if (!wait_a_little(work, target))
			return TIMED_OUT;
	}
}

static uint32_t
control(Work *work, Target *target)
{
	Session    *session = work->session;
	uint32_t	access = SCMR_QUERY_STATUS | (work->start ? SCMR_START
											  : SCMR_STOP);
	uint32_t	code;

	if (!work->start && work->dependents)
		access |= SCMR_DEPENDENTS;
	code = scmr_open_service(&session->rpc, &session->manager, target->name,
							 access, &target->handle);
	if (code != 0)
		return code;
	code = drive(work, target);
	scmr_close(&session->rpc, &target->handle);
	return code;
}

static int64_t
deadline_of(const json_t * request)
{
	const		json_t *ms = json_object_get(request, "deadline_ms");

	return json_is_integer(ms) && json_integer_value(ms) >= 0
		? json_integer_value(ms) : USUAL_DEADLINE_MS;
}

static bool
run(Session *session, const json_t * request, bool start)
{
	json_t	   *answer = scm_answer_new(request);
	int64_t		begin = plat_clock_ms();
	Target		target = {.name = scm_request_text(request, "service")};
	Work		work = {session, start, false, 0, 0, json_array(), NULL};
	uint32_t	code;

	work.dependents = !json_is_false(json_object_get(request, "dependents"));
	work.deadline = begin + deadline_of(request);
	code = control(&work, &target);
	if (target.status.state != 0)
		scm_answer_status(answer, &target.status);
	if (code == 0 && target.already)
		json_object_set_new(answer, "already", json_true());
	if (json_array_size(work.stopped) > 0)
		json_object_set(answer, "dependents", work.stopped);
	json_decref(work.stopped);
	if (work.blocked_by != NULL)
		json_object_set_new(answer, "blocked_by", work.blocked_by);
	if (code == 1066)
		json_object_set_new(answer, "specific",
							json_integer(target.status.specific_code));
	json_object_set_new(answer, "ms",
						json_integer(plat_clock_ms() - begin));
	return scm_answer_end(session, answer, code);
}

bool
scm_op_start(Session *session, const json_t * request)
{
	return run(session, request, true);
}

bool
scm_op_stop(Session *session, const json_t * request)
{
	return run(session, request, false);
}
