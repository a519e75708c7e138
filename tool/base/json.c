/*
 * json.c
 *		JSON on standard output, made with jansson.
 */
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "base/text.h"
#include "base/utf8.h"

static json_t *
checked(json_t * value)
{
	if (value == NULL)
	{
		report_error("out of memory", NULL, NULL);
		exit(EXIT_OUT_OF_MEMORY);
	}
	return value;
}

json_t *
json_text(const char *string)
{
	Text		text = {NULL, 0, 0};
	size_t		len = strlen(string);
	json_t	   *value;

	text_add(&text, "");
	while (len > 0)
	{
		size_t		n = utf8_length(string, len);

		text_add_bytes(&text, n > 0 ? string : "\xEF\xBF\xBD",
					   n > 0 ? n : 3);
		n = n > 0 ? n : 1;
		string += n;
		len -= n;
	}
	value = checked(json_stringn(text.bytes, text.len));
	text_free(&text);
	return value;
}

void
json_set_text(json_t * object, const char *name, const char *string)
{
	json_object_set_new(object, name,
						string != NULL ? json_text(string) : json_null());
}

void
json_set_count(json_t * object, const char *name, int64_t value)
{
	json_object_set_new(object, name, value < 0 ? json_null() :
						json_integer(value));
}

void
json_print(json_t * document)
{
	char	   *text = json_dumps(document, JSON_INDENT(2));

	json_decref(document);
	if (text == NULL)
	{
		report_error("out of memory", NULL, NULL);
		exit(EXIT_OUT_OF_MEMORY);
	}
	puts(text);
	free(text);
}
