/*
 * fuzz_config.c
 *		Any bytes as a configuration file.
 */
#include "fuzz.h"

#include "config/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Config		config;
	Problems	problems;
	ConfigResult result = config_load_text("fuzz", (const char *) data, size,
										   &config, &problems);

	require((result == CONFIG_GOOD) == (problems.errors == 0));
	for (size_t i = 0; i + 1 < problems.n; i++)
		require(problems.list[i + 1].line == 0 ||
				(problems.list[i].line > 0 &&
				 problems.list[i].line <= problems.list[i + 1].line));
	problems_free(&problems);
	config_free(&config);
	return 0;
}
