/*
 * fuzz_exchange.c
 *		Any bytes as a list of operations: what is accepted stays below the
 *		root, and is the same list when it is written again.
 */
#include "fuzz.h"

#include "exchange/exchange.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ExchangeList list = {NULL, 0, 0};
	ExchangeList again = {NULL, 0, 0};
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	Text		text = {NULL, 0, 0};

	if (exchange_parse((const char *) data, size, &arena, &list, &error))
	{
		for (size_t i = 0; i < list.n; i++)
			require(list.operations[i].path[0] != '/' &&
					strstr(list.operations[i].path, "//") == NULL &&
					strncmp(list.operations[i].path, "../", 3) != 0);
		exchange_format(&list, &text);
		require(exchange_parse(text.bytes, text.len, &arena, &again, &error));
		require(again.n == list.n);
	}
	error_free(&error);
	text_free(&text);
	exchange_free(&list);
	exchange_free(&again);
	arena_free(&arena);
	return 0;
}
