/*
 * wrap.h
 *		Words broken into lines.
 */
#ifndef TOOL_WRAP_H
#define TOOL_WRAP_H

#include "base/text.h"

/*
 * wrap_add
 *		Add words, broken into lines of at most width bytes, each beginning
 *		with prefix and ending with a line feed.
 */
extern void wrap_add(Text *text, const char *prefix, size_t width,
					 const char *words);

#endif							/* TOOL_WRAP_H */
