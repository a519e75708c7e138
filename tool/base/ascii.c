/*
 * ascii.c
 *		Letters of either case, whatever the locale is.
 */
#include "base/ascii.h"

char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* Move both on as far as they are the same. */
static void
skip_same(const char **a, const char **b)
{
	while (**a != '\0' && ascii_lower(**a) == ascii_lower(**b))
		(*a)++, (*b)++;
}

bool
ascii_same(const char *a, const char *b)
{
	skip_same(&a, &b);
	return *a == *b;
}

bool
ascii_same_host(const char *a, const char *b)
{
	skip_same(&a, &b);
	if (*a == '.' && a[1] == '\0')
		a++;
	if (*b == '.' && b[1] == '\0')
		b++;
	return *a == '\0' && *b == '\0';
}
