/*
 * crypto.h
 *		What libcrypto says where it fails, with what to do about it.
 */
#ifndef TOOL_CRYPTO_H
#define TOOL_CRYPTO_H

#include <stdbool.h>

#include "base/error.h"

/* What to do where libcrypto fails without a fault of what it was given. */
#define CRYPTO_HINT "Look whether the machine has memory left, and whether " \
	"OpenSSL's configuration has its default provider (openssl list " \
	"-providers)."

#if defined(__GNUC__)
#define CRYPTO_NEEDS_HINT __attribute__((nonnull(2)))
#else
#define CRYPTO_NEEDS_HINT
#endif

/*
 * crypto_error
 *		Fill an error, with libcrypto's last reason as the detail; its queue is
 *		empty afterwards.
 *
 * in:  hint: CRYPTO_HINT or a better one; none is not compiled
 * out: always false, for "return crypto_error(...)"
 */
extern bool crypto_error(Error *error, const char *hint,
						 const char *format,...) CRYPTO_NEEDS_HINT
			TEXT_PRINTF(3, 4);

#endif							/* TOOL_CRYPTO_H */
