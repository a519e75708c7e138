/*
 * fence_file.c
 *		The fence's file: what makes it survive restarts, without a database.
 *
 * One "key = value" a line.  It is replaced as a whole, so that it is either
 * the old one or the new one whatever happens.  What cannot be understood
 * counts as a fence: nobody can say that there was none.
 *
 * IDENTIFICATION
 *		extension/fence_file.c
 */
#include "fence.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/timestamp.h"

#include "compat.h"

#define FENCE_TEMPORARY FENCE_FILE ".tmp"
#define FENCE_FILE_MAX 2048		/* bytes; a longer one is damaged */

static const char *const causes[] = {
	[FENCE_BY_HAND] = "by hand",
	[FENCE_SUPERSEDED] = "superseded",
	[FENCE_SILENCE] = "peer silent",
};

static bool
parse_number(const char *value, uint64 * number)
{
	char	   *end;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*number = strtoull(value, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
parse_cause(const char *value, FenceCause *cause)
{
	for (int i = 0; i < lengthof(causes); i++)
	{
		if (strcmp(value, causes[i]) == 0)
		{
			*cause = (FenceCause) i;
			return true;
		}
	}
	return false;
}

static void
format_time(TimestampTz time, char *text, size_t size)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(time, NULL, &tm, &fraction, NULL, NULL) != 0)
		memset(&tm, 0, sizeof(tm));
	snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year,
			 tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool
parse_time(const char *value, TimestampTz * time)
{
	struct pg_tm tm;
	int			length = 0;

	memset(&tm, 0, sizeof(tm));
	return sscanf(value, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &tm.tm_year,
				  &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
				  &tm.tm_sec, &length) == 6 &&
		length > 0 && value[length] == '\0' &&
		tm2timestamp(&tm, 0, NULL, time) == 0;
}

static bool
parse_line(const char *key, const char *value, FenceRecord *record, int *seen)
{
	static const char *const keys[] = {
		"site", "system_identifier", "timeline", "time", "cause", "reason"
	};
	uint64		number = 0;
	int			which = 0;

	while (which < lengthof(keys) && strcmp(key, keys[which]) != 0)
		which++;
	if (which < lengthof(keys))
		*seen |= 1 << which;
	switch (which)
	{
		case 0:
			return strlcpy(record->site, value, sizeof(record->site)) <
				sizeof(record->site);
		case 1:
			return parse_number(value, &record->system_identifier);
		case 2:
			if (!parse_number(value, &number) || number > PG_UINT32_MAX)
				return false;
			record->timeline = (TimeLineID) number;
			return true;
		case 3:
			return parse_time(value, &record->since);
		case 4:
			return parse_cause(value, &record->cause);
		case 5:
			return strlcpy(record->reason, value, sizeof(record->reason)) <
				sizeof(record->reason);
		default:
			return true;		/* a later version's */
	}
}

/* text: changed */
static bool
parse(char *text, FenceRecord *record)
{
	int			seen = 0;

	while (*text != '\0')
	{
		char	   *end = strchr(text, '\n');
		char	   *value = strstr(text, " = ");

		if (end == NULL || value == NULL || value > end)
			return false;
		*end = '\0';
		*value = '\0';
		if (!parse_line(text, value + 3, record, &seen))
			return false;
		text = end + 1;
	}
	return seen == (1 << 6) - 1;
}

/* Number of bytes, or -1; text is terminated. */
static int
read_text(int fd, char *text, int size)
{
	int			n = (int) read(fd, text, size - 1);

	if (n >= 0)
		text[n] = '\0';
	return n;
}

static void
report_damage(FenceRecord *record, const char *what)
{
	memset(record, 0, sizeof(*record));
	record->damaged = true;
	record->since = GetCurrentTimestamp();
	record->since -= record->since % USECS_PER_SEC;
	snprintf(record->reason, sizeof(record->reason),
			 "the file \"" FENCE_FILE "\" is damaged");
	ereport(WARNING,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the file \"%s\" is damaged: this server counts as fenced",
					FENCE_FILE),
			 errdetail("%s", what),
			 errhint("A superuser ends this with qsrepl.unfence(), where this server is the one that should be written.")));
}

bool
qsrepl_fence_read(FenceRecord *record)
{
	char		text[FENCE_FILE_MAX];
	int			fd = OpenTransientFile(FENCE_FILE, O_RDONLY | PG_BINARY);
	int			n;

	memset(record, 0, sizeof(*record));
	if (fd < 0 && errno == ENOENT)
		return false;
	n = fd < 0 ? -1 : read_text(fd, text, sizeof(text));
	if (n < 0)
		report_damage(record, psprintf("It could not be read: %m."));
	else if (n == sizeof(text) - 1 || strlen(text) != n || !parse(text, record))
		report_damage(record, "Its content cannot be understood.");
	if (fd >= 0)
		CloseTransientFile(fd);
	return true;
}

static bool
write_temporary(const char *text, int elevel)
{
	int			fd = OpenTransientFile(FENCE_TEMPORARY,
									   O_WRONLY | O_CREAT | O_TRUNC | PG_BINARY);
	int			length = (int) strlen(text);
	bool		written;

	errno = fd < 0 ? errno : 0;
	written = fd >= 0 && write(fd, text, length) == length &&
		pg_fsync(fd) == 0;
	if (!written)
	{
		int			save_errno = errno != 0 ? errno : ENOSPC;

		if (fd >= 0)
			CloseTransientFile(fd);
		unlink(FENCE_TEMPORARY);
		errno = save_errno;
		ereport(elevel,
				(errcode_for_file_access(),
				 errmsg("could not write file \"%s\": %m", FENCE_TEMPORARY),
				 elevel < ERROR ?
				 errhint("The fence would not survive a restart.") : 0));
		return false;
	}
	CloseTransientFile(fd);
	return true;
}

bool
qsrepl_fence_write(const FenceRecord *record, int elevel)
{
	char		text[FENCE_FILE_MAX];
	char		time[64];

	format_time(record->since, time, sizeof(time));
	snprintf(text, sizeof(text),
			 "site = %s\nsystem_identifier = " UINT64_FORMAT "\n"
			 "timeline = %u\ntime = %s\ncause = %s\nreason = %s\n",
			 record->site, record->system_identifier, record->timeline, time,
			 causes[record->cause], record->reason);
	return write_temporary(text, elevel) &&
		durable_rename(FENCE_TEMPORARY, FENCE_FILE, elevel) == 0;
}

bool
qsrepl_fence_remove(int elevel)
{
	struct stat status;

	if (lstat(FENCE_FILE, &status) != 0 && errno == ENOENT)
		return true;
	return durable_unlink(FENCE_FILE, elevel) == 0;
}
