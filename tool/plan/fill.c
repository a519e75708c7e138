/*
 * fill.c
 *		Parameters in the texts of steps: ${name}.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"

/* Where no parameter has the name, the text stays as it is. */
char *
plan_fill(const char *text, const json_t * parameters)
{
	Text		filled = {NULL, 0, 0};
	const char *open;

	while ((open = strstr(text, "${")) != NULL)
	{
		const char *close = strchr(open, '}');
		const		json_t *value;
		char	   *name;

		if (close == NULL)
			break;
		text_add_bytes(&filled, text, (size_t) (open - text));
		name = text_format("%.*s", (int) (close - open - 2), open + 2);
		value = json_object_get(parameters, name);
		free(name);
		if (json_is_string(value))
			text_add(&filled, json_string_value(value));
		else
			text_add_bytes(&filled, open, (size_t) (close + 1 - open));
		text = close + 1;
	}
	text_add(&filled, text);
	return text_take(&filled);
}
