/*
 * test_http.c
 *		What libcurl says where nobody answers, and the hint beside it.
 */
#include <string.h>

#include "harness.h"
#include "service/http.h"

typedef struct Case
{
	const char *url;
	const char *hint;			/* a part of it */
} Case;

int
main(void)
{
	static const Case cases[] = {
		{"http://127.0.0.1:1/", "whether the service runs"},
		{"http://no-such-host.invalid/", "the URL in section [services]"},
		{"http://a b/", "the URL in section [services]"},
		{"nothing://127.0.0.1/", "the URL in section [services]"},
		/* Any other of libcurl's codes. */
		{"file:///nowhere/at/all", "in a browser at the node"}
	};
	const size_t n = sizeof(cases) / sizeof(cases[0]);
	HttpQuestion questions[sizeof(cases) / sizeof(cases[0])];
	Arena		arena = {NULL};

	memset(questions, 0, sizeof(questions));
	for (size_t i = 0; i < n; i++)
		questions[i].url = cases[i].url;
	check(!http_ask(questions, n, 5000, 0, &arena));
	for (size_t i = 0; i < n; i++)
	{
		check(!questions[i].answered && questions[i].problem[0] != '\0');
		if (!check(strstr(questions[i].hint, cases[i].hint) != NULL))
			check_text(questions[i].hint, questions[i].problem);
	}
	arena_free(&arena);
	return harness_finish();
}
