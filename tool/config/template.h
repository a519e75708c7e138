/*
 * template.h
 *		A new configuration file, with comments.
 */
#ifndef CONFIG_TEMPLATE_H
#define CONFIG_TEMPLATE_H

#include "base/text.h"
#include "config/config.h"

/* A value that is to be in the file.  The strings are somebody else's. */
typedef struct ConfigAnswer
{
	const char *section;		/* "qsrepl", "site A", "mapping share" */
	const char *key;
	const char *value;
} ConfigAnswer;

typedef struct ConfigAnswers
{
	const ConfigWords *sites;	/* their names */
	ConfigAnswer *list;			/* the last one for a key holds */
	size_t		n;
} ConfigAnswers;

/*
 * config_template_add
 *		Write the file's text: what is not answered is a comment.
 */
extern void config_template_add(Text *text, const ConfigAnswers *answers);

/* The answer for a key, or NULL. */
extern const char *config_answer(const ConfigAnswers *answers,
								 const char *section, const char *key);

#endif							/* CONFIG_TEMPLATE_H */
