/*
 * failure.c
 *		Why a node cannot be worked with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/failure.h"

#include <stdarg.h>
#include <stdlib.h>

bool
failure_set(Failure *failure, FailureKind kind, uint32_t code,
			const char *format,...)
{
	char		text[1024];
	va_list		args;

	if (failure->kind != FAILURE_NONE)
		return false;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	failure->kind = kind;
	failure->code = code;
	failure->text = text_format("%s", text);
	return false;
}

const char *
failure_word(FailureKind kind)
{
	static const char *const words[] = {
		[FAILURE_NONE] = "none",
		[FAILURE_LOGON] = "logon",
		[FAILURE_UNREACHABLE] = "unreachable",
		[FAILURE_DENIED] = "denied",
		[FAILURE_PROTOCOL] = "protocol",
	};

	return words[kind];
}

void
failure_free(Failure *failure)
{
	free(failure->text);
	failure->text = NULL;
	failure->kind = FAILURE_NONE;
}
