/*
 * documents.h
 *		Several documents of one command as one: each has the next one as its
 *		member "then".
 */
#ifndef CMD_DOCUMENTS_H
#define CMD_DOCUMENTS_H

#include "base/json.h"

/* in: next: consumed; NULL: nothing is added */
extern void documents_add(json_t * *first, json_t * next);

/* Print them, if there are any, and release them. */
extern void documents_print(json_t * first);

#endif							/* CMD_DOCUMENTS_H */
