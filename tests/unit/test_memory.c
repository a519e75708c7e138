/*
 * test_memory.c
 *		An allocator that runs out does not return: it leaves by longjmp, as
 *		palloc does.  The matcher and the set are then as usable as before.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "sets.h"

static TestMemory memory;

typedef enum Call
{
	CALL_REWRITE,
	CALL_REWRITE_JSON,
	CALL_FIND_JSON,
	CALL_SUGGEST,
	CALL_MATCHER,
	CALL_CHECK,
	CALL_WARNINGS,
	CALL_ADD,
	CALLS
} Call;

static void
ignore(void *arg, const RwProblem *problem)
{
	(void) arg;
	(void) problem;
}

/* Many values, so that tables grow while they are added. */
static void
add_many(RwMappings *set)
{
	for (int i = 0; i < 200; i++)
	{
		char		name[16];
		char		value[16];
		RwProblem	problem;

		snprintf(name, sizeof(name), "m%d", i);
		snprintf(value, sizeof(value), "v%d", i);
		rw_mappings_add(set, name, RW_KIND_VALUE, "A", value, true, &problem);
	}
}

static void
run(Call call, RwMappings *set, const RwMatcher *matcher)
{
	static const char text[] = "[\"a\\tb\", \"host=\\u0043N1\", \"CN1:80\"]";
	size_t		len = strlen(text);
	char	   *out;
	size_t		outlen;
	RwHit		hit;
	RwForm		form;
	RwProblem	problem;

	switch (call)
	{
		case CALL_REWRITE:
			rw_rewrite(matcher, RW_FORM_TEXT, text, len, &memory.engine,
					   &out, &outlen);
			break;
		case CALL_REWRITE_JSON:
			rw_rewrite_json(matcher, text, len, &memory.engine, &out,
							&outlen);
			break;
		case CALL_FIND_JSON:
			rw_find_json(matcher, text, len, &memory.engine, &hit);
			break;
		case CALL_SUGGEST:
			rw_suggest_form(matcher, text, len, true, &memory.engine, &form);
			break;
		case CALL_MATCHER:
			rw_matcher_create(set, "B", &memory.engine);
			break;
		case CALL_CHECK:
			rw_mappings_check(set, &problem);
			break;
		case CALL_WARNINGS:
			rw_mappings_warnings(set, NULL, ignore, NULL);
			break;
		default:
			add_many(set);
			break;
	}
}

/* Did the call come to its end with so many blocks to take? */
static bool
run_with(Call call, size_t allowed, RwMappings *set,
		 const RwMatcher *matcher)
{
	memory.allowed = allowed;
	if (setjmp(memory.out) != 0)
		return false;
	run(call, set, matcher);
	return true;
}

/*
 * Let a call run out of memory at its first, second, third ... block: the
 * matcher still rewrites, and the set can still be compiled.  What was taken
 * meanwhile is the memory context's to free.
 */
static void
test_out_of_memory(Call call)
{
	TestMemory	place;
	RwMappings *set;
	RwMatcher  *matcher;
	bool		done = false;

	memory_init(&place);
	set = set_build(set_usual, set_usual_size, &place);
	matcher = rw_matcher_create(set, "B", &place.engine);
	for (size_t allowed = 0; !done && allowed < 1000; allowed++)
	{
		/* A set uses the allocator it was made with. */
		RwMappings *own;

		memory_init(&memory);
		own = set_build(set_usual, set_usual_size, &memory);
		done = run_with(call, allowed, own, matcher);
		memory.allowed = SIZE_MAX;
		check_text(set_rewrite(matcher, RW_FORM_TEXT, "host=CN1 CN1:80",
							   &memory), "host=CN2 CN2:80");
		if (call != CALL_MATCHER && call < CALL_CHECK)
			rw_mappings_free(own);
		else
		{
			RwProblem	problem;
			RwMatcher  *other;

			/* Whatever was left of it is a set. */
			check(rw_mappings_check(own, &problem));
			check(rw_mappings_add(own, "new", RW_KIND_HOST, "A", "N1", true,
								  &problem));
			check(rw_mappings_add(own, "new", RW_KIND_HOST, "B", "N2", true,
								  &problem));
			other = rw_matcher_create(own, "B", &memory.engine);
			check_text(set_rewrite(other, RW_FORM_HOST, "CN1,N1", &memory),
					   "CN2,N2");
			rw_matcher_free(other);
			rw_mappings_free(own);
		}
		memory_reset(&memory);
	}
	check(done);
	rw_matcher_free(matcher);
	rw_mappings_free(set);
	check(place.live == 0);
}

int
main(void)
{
	memory_init(&memory);
	for (int call = 0; call < CALLS; call++)
		test_out_of_memory((Call) call);
	return harness_finish();
}
