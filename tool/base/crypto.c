/*
 * crypto.c
 *		What libcrypto says where it fails.
 */
#include "base/crypto.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

bool
crypto_error(Error *error, const char *hint, const char *format,...)
{
	unsigned long number = ERR_peek_last_error();
	const char *reason = number != 0 ? ERR_reason_error_string(number) : NULL;
	char		message[1024];
	char		detail[256];
	va_list		args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	snprintf(detail, sizeof(detail), "OpenSSL says: %s.",
			 reason != NULL ? reason : "nothing");
	ERR_clear_error();
	return error_set(error, detail, hint, "%s", message);
}
