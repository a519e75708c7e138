/*
 * json.h
 *		JSON on standard output, made with jansson.
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdint.h>

#include <jansson.h>

/*
 * json_text
 *		A JSON string of any bytes: what is not UTF-8 becomes U+FFFD.
 */
extern json_t * json_text(const char *string);

/* Set a member to such a string, or to null where it is NULL. */
extern void json_set_text(json_t * object, const char *name,
						  const char *string);

/* Set a member to a number, or to null where it is negative: not known. */
extern void json_set_count(json_t * object, const char *name, int64_t value);

/* Print a document with a line feed, and release it. */
extern void json_print(json_t * document);

#endif							/* TOOL_JSON_H */
