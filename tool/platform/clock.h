/*
 * clock.h
 *		What time it is, and waiting.
 */
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* For durations and deadlines: never goes back. */
extern int64_t plat_clock_ms(void);

/* Since 1970 in UTC; may be set by the administrator at any time. */
extern int64_t plat_wall_ms(void);

/*
 * plat_sleep_ms
 *		Wait; false at once where plat_cancelled() is or becomes true.
 */
extern bool plat_sleep_ms(int ms);

#endif							/* PLATFORM_CLOCK_H */
