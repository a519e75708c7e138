/*
 * fuzz_powershell.c
 *		Any bytes as what a Windows node answers, line by line, and each line
 *		as base64.
 */
#include "fuzz.h"

#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "powershell/powershell.h"

static void
count(void *arg, const json_t * line)
{
	size_t	   *n = arg;

	require(json_is_object(line));
	++*n;
}

/* What can be decoded is encoded to the same again, but for unused bits. */
static void
decode(const char *line)
{
	Text		bytes = {NULL, 0, 0};
	Text		again = {NULL, 0, 0};

	if (base64_decode(line, &bytes))
	{
		require(bytes.len <= strlen(line) / 4 * 3);
		base64_add(&again, bytes.bytes, bytes.len);
		require(again.len == strlen(line));
	}
	text_free(&again);
	secret_free(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const ConfigNode node = {.name = "P1"};
	size_t		objects = 0;
	const PowershellCall call = {.node = &node,.script = POWERSHELL_SERVICES,
	.on_line = count,.arg = &objects};
	PowershellAnswer answer = POWERSHELL_ANSWER(&call);
	const PlatChildResult result = {.end = PLAT_CHILD_EXITED};
	Error		error = ERROR_NONE;
	char	   *copy = mem_alloc(size + 1);
	char	   *line = copy;
	bool		good;

	memcpy(copy, data, size);
	copy[size] = '\0';
	while (line != NULL)
	{
		char	   *feed = strchr(line, '\n');

		if (feed != NULL)
			*feed = '\0';
		powershell_read(&answer, line);
		decode(line);
		line = feed != NULL ? feed + 1 : NULL;
	}
	require(objects == 0 || answer.begun);
	good = powershell_judge(&answer, true, &result, &error);
	require(good == (error.message == NULL));
	error_free(&error);
	free(copy);
	return 0;
}
