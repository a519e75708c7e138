/*
 * work.h
 *		Counting the engine's work instead of its time.
 *
 * For test_linear the engine is compiled with -fsanitize-coverage=trace-pc,
 * which calls a function at the head of each basic block, and with this file
 * in front of each source (-include), which makes the string functions count
 * the bytes they are given.  The sum is the same in every run, however busy
 * the machine is: a test of it cannot flake, and its bound can be close.
 */
#ifndef UNIT_WORK_H
#define UNIT_WORK_H

#include <stddef.h>
#include <string.h>

/* What was done since the last call. */
extern unsigned long work_done(void);

extern void *work_memchr(const void *bytes, int c, size_t len);
extern int	work_memcmp(const void *a, const void *b, size_t len);
extern void *work_memcpy(void *to, const void *from, size_t len);
extern void *work_memset(void *to, int c, size_t len);
extern size_t work_strlen(const char *string);
extern char *work_strchr(const char *string, int c);
extern int	work_strcmp(const char *a, const char *b);
extern size_t work_strcspn(const char *string, const char *stops);

#ifdef WORK_COUNTED
#undef memchr
#undef memcmp
#undef memcpy
#undef memset
#undef strlen
#undef strchr
#undef strcmp
#undef strcspn
#define memchr work_memchr
#define memcmp work_memcmp
#define memcpy work_memcpy
#define memset work_memset
#define strlen work_strlen
#define strchr work_strchr
#define strcmp work_strcmp
#define strcspn work_strcspn
#endif

#endif							/* UNIT_WORK_H */
