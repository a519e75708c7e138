/*
 * alarm.h
 *		A last deadline, for calls of libraries that cannot be given one.
 */
#ifndef PLATFORM_ALARM_H
#define PLATFORM_ALARM_H

/*
 * plat_alarm_set
 *		End the program when so much time is over: the text goes to standard
 *		output as it is, and nothing is cleaned up.  A new alarm replaces the
 *		one before; 0 ms: none.
 *
 * in:  text: must live as long as the alarm
 */
extern void plat_alarm_set(int ms, const char *text, int exit_code);

/*
 * plat_end_removes
 *		Where the program is ended by the alarm, or asked to end by the system
 *		(SIGTERM, SIGINT), remove a file and the directory that it is in.
 *
 * in:  both must live as long as the program; NULL: no longer
 */
extern void plat_end_removes(const char *file, const char *directory);

#endif							/* PLATFORM_ALARM_H */
