/*
 * document.h
 *		The page about the configuration file: docs/configuration.md.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include "base/text.h"

/* Put the whole page, in Markdown, behind a text. */
extern void config_document_add(Text *text);

#endif							/* CONFIG_DOCUMENT_H */
