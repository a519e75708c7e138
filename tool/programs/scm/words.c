/*
 * words.c
 *		The numbers of the service control manager in words, and back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/words.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {
	NULL, "stopped", "start_pending", "stop_pending", "running",
	"continue_pending", "pause_pending", "paused"
};

static const char *const starts[] = {
	"boot", "system", "auto", "manual", "disabled"
};

/* winerror.h: what the operations may end with. */
static const struct
{
	uint32_t	code;
	const char *name;
}			errors[] = {
	{0, "ERROR_SUCCESS"},
	{2, "ERROR_FILE_NOT_FOUND"},
	{3, "ERROR_PATH_NOT_FOUND"},
	{5, "ERROR_ACCESS_DENIED"},
	{6, "ERROR_INVALID_HANDLE"},
	{8, "ERROR_NOT_ENOUGH_MEMORY"},
	{13, "ERROR_INVALID_DATA"},
	{50, "ERROR_NOT_SUPPORTED"},
	{87, "ERROR_INVALID_PARAMETER"},
	{122, "ERROR_INSUFFICIENT_BUFFER"},
	{123, "ERROR_INVALID_NAME"},
	{124, "ERROR_INVALID_LEVEL"},
	{234, "ERROR_MORE_DATA"},
	{1051, "ERROR_DEPENDENT_SERVICES_RUNNING"},
	{1052, "ERROR_INVALID_SERVICE_CONTROL"},
	{1053, "ERROR_SERVICE_REQUEST_TIMEOUT"},
	{1054, "ERROR_SERVICE_NO_THREAD"},
	{1055, "ERROR_SERVICE_DATABASE_LOCKED"},
	{1056, "ERROR_SERVICE_ALREADY_RUNNING"},
	{1057, "ERROR_INVALID_SERVICE_ACCOUNT"},
	{1058, "ERROR_SERVICE_DISABLED"},
	{1059, "ERROR_CIRCULAR_DEPENDENCY"},
	{1060, "ERROR_SERVICE_DOES_NOT_EXIST"},
	{1061, "ERROR_SERVICE_CANNOT_ACCEPT_CTRL"},
	{1062, "ERROR_SERVICE_NOT_ACTIVE"},
	{1066, "ERROR_SERVICE_SPECIFIC_ERROR"},
	{1067, "ERROR_PROCESS_ABORTED"},
	{1068, "ERROR_SERVICE_DEPENDENCY_FAIL"},
	{1069, "ERROR_SERVICE_LOGON_FAILED"},
	{1070, "ERROR_SERVICE_START_HANG"},
	{1072, "ERROR_SERVICE_MARKED_FOR_DELETE"},
	{1075, "ERROR_SERVICE_DEPENDENCY_DELETED"},
	{1077, "ERROR_SERVICE_NEVER_STARTED"},
	{1079, "ERROR_DIFFERENT_SERVICE_ACCOUNT"},
	{1115, "ERROR_SHUTDOWN_IN_PROGRESS"},
	{1314, "ERROR_PRIVILEGE_NOT_HELD"},
	{1460, "ERROR_TIMEOUT"},
};

const char *
words_state(uint32_t state)
{
	return state < COUNT(states) ? states[state] : NULL;
}

const char *
words_start(uint32_t start, bool delayed)
{
	if (start == SCMR_AUTO && delayed)
		return "delayed";
	return start < COUNT(starts) ? starts[start] : NULL;
}

bool
words_take_start(const char *word, ScmrStart *start, bool *delayed)
{
	*delayed = strcmp(word, "delayed") == 0;
	if (*delayed)
		word = "auto";
	for (uint32_t i = SCMR_AUTO; i < COUNT(starts); i++)
		if (strcmp(word, starts[i]) == 0)
		{
			*start = (ScmrStart) i;
			return true;
		}
	return false;
}

const char *
words_error(uint32_t code)
{
	for (size_t i = 0; i < COUNT(errors); i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "ERROR";
}
