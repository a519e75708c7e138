/*
 * test_robocopy.c
 *		Lists of entries become requests that have each of them once, in an
 *		order that can be worked off, and none that a command line cannot take.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "random.h"
#include "share/robocopy.h"

#define MOST 4000

static ShareEntry all[MOST];
static const ShareEntry *pointers[MOST];
static char *paths[MOST];

static void
set(size_t i, unsigned char kind, const char *path)
{
	all[i] = (ShareEntry)
	{
		.path = path,.kind = kind
	};
	pointers[i] = &all[i];
}

static void
check_lines(const ShareRequests *requests, const char *const *expected)
{
	size_t		n = 0;

	for (; expected[n] != NULL; n++)
		check_text(n < requests->n ? requests->lines[n].bytes : "(none)",
				   expected[n]);
	check(n == requests->n);
}

static void
test_requests(void)
{
	static const char *const files[] = {
		"Apps/b.qvf", "Apps/a/x", "Apps/a.qvf", "Apps/a/y \303\244 [1] %T% &'",
		"Apps/a/-R", "StaticContent/z"
	};
	static const char *const copies[] = {
		"{\"op\":\"make\",\"paths\":[\"Apps\",\"Apps/a\"]}",
		"{\"op\":\"copy\",\"folder\":\"Apps\",\"names\":[\"a.qvf\","
		"\"b.qvf\"]}",
		"{\"op\":\"copy\",\"folder\":\"Apps/a\",\"names\":[\"-R\",\"x\","
		"\"y \\u00E4 [1] %T% &'\"]}",
		"{\"op\":\"copy\",\"folder\":\"StaticContent\",\"names\":[\"z\"]}",
		NULL
	};
	static const char *const removals[] = {
		"{\"op\":\"remove\",\"paths\":[\"StaticContent/z\",\"Apps/b.qvf\","
		"\"Apps/a/y \\u00E4 [1] %T% &'\",\"Apps/a/x\",\"Apps/a/-R\","
		"\"Apps/a.qvf\",\"Apps/a\",\"Apps\"]}",
		NULL
	};
	ShareRequests requests = {NULL, 0, 0};

	for (size_t i = 0; i < 6; i++)
		set(i, SHARE_FILE, files[i]);
	set(6, SHARE_FOLDER, "Apps/a");
	set(7, SHARE_FOLDER, "Apps");
	share_robocopy_removals(pointers, 8, &requests);
	check_lines(&requests, removals);
	share_requests_free(&requests);
	set(8, SHARE_LINK, "Apps/link");
	share_robocopy_requests(pointers, 9, &requests);
	check_lines(&requests, copies);
	share_requests_free(&requests);
	share_robocopy_requests(pointers, 0, &requests);
	check(requests.n == 0);
	share_requests_free(&requests);
}

/* How often each path is in requests; none is too long. */
static size_t
count_paths(const ShareRequests *requests)
{
	size_t		n = 0;

	for (size_t i = 0; i < requests->n; i++)
	{
		json_t	   *line = json_loads(requests->lines[i].bytes, 0, NULL);
		const		json_t *names = json_object_get(line, "names");
		size_t		bytes = 0;

		if (names == NULL)
			names = json_object_get(line, "paths");
		check(json_array_size(names) > 0);
		for (size_t j = 0; j < json_array_size(names); j++)
			bytes += strlen(json_string_value(json_array_get(names, j))) + 3;
		check(bytes <= SHARE_REQUEST_BYTES);
		n += json_array_size(names);
		json_decref(line);
	}
	return n;
}

static void
test_random(void)
{
	Random		random = {harness_seed()};

	for (unsigned long round = harness_rounds("QSREPL_ROUNDS", 30); round > 0;
		 round--)
	{
		const size_t n = 1 + random_below(&random, MOST - 1);
		ShareRequests requests = {NULL, 0, 0};

		for (size_t i = 0; i < n; i++)
		{
			paths[i] = text_format("Apps/%zu/%0*zu", random_below(&random, 20),
								   (int) (1 + random_below(&random, 200)), i);
			set(i, random_one_in(&random, 8) ? SHARE_FOLDER : SHARE_FILE,
				paths[i]);
		}
		share_robocopy_requests(pointers, n, &requests);
		check(count_paths(&requests) == n);
		share_requests_free(&requests);
		share_robocopy_removals(pointers, n, &requests);
		check(count_paths(&requests) == n);
		share_requests_free(&requests);
		for (size_t i = 0; i < n; i++)
			free(paths[i]);
	}
}

int
main(void)
{
	test_requests();
	test_random();
	return harness_finish();
}
