/*
 * verify_text.c
 *		A verification of a share, for people.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/share/verify.h"

static const char *
name_of(const ShareVerify *verify, int side)
{
	return verify->sides[side].site->name;
}

static void
print_side(const ShareVerify *verify, int i)
{
	const ShareSide *side = &verify->sides[i];
	char		bytes[UNITS_SIZE];

	if (side->problem != NULL)
	{
		printf("  %s: could not be listed: %s\n", side->site->name,
			   side->problem);
		if (side->hint != NULL)
			printf("     %s\n", side->hint);
		return;
	}
	units_bytes((int64_t) side->list.bytes, bytes);
	printf("  %s: %lu files, %s, at %s\n", side->site->name,
		   (unsigned long) side->list.files, bytes, side->access.place);
}

/* What each kind of difference is, with the sites' names for %s. */
static const char *const meanings[SHARE_CHANGES] = {
	[SHARE_NEW] = "only at %s",
	[SHARE_CHANGED] = "newer at %s, or of another size",
	[SHARE_NEWER] = "newer at %s",
	[SHARE_GONE] = "only at %s",
	[SHARE_EXTRA] = "only at %s, where nothing is deleted: no difference",
	[SHARE_KIND] = "a file at one site, a folder at the other",
	[SHARE_CASE] = "the same but for case in the name: no difference",
	[SHARE_TWIN] = "names at %s that differ by case alone: cannot be copied",
	[SHARE_SKIPPED] = "links at %s: not copied, no difference"
};

static bool
is_of_target(int change)
{
	return change == SHARE_NEWER || change == SHARE_GONE ||
		change == SHARE_EXTRA;
}

static void
print_counts(const ShareVerify *verify)
{
	for (int i = 0; i < SHARE_CHANGES; i++)
	{
		if (verify->diff.counts[i] == 0)
			continue;
		printf("  %-8s %8lu  ", share_change_word((ShareChange) i),
			   (unsigned long) verify->diff.counts[i]);
		if (strstr(meanings[i], "%s") == NULL)
			fputs(meanings[i], stdout);
		else
			printf("%.*s%s%s", (int) (strstr(meanings[i], "%s") -
									  meanings[i]), meanings[i],
				   name_of(verify, is_of_target(i)),
				   strstr(meanings[i], "%s") + 2);
		putchar('\n');
	}
}

/* Names are foreign: what would change the terminal is shown as '?'. */
static void
print_path(const char *path)
{
	for (; *path != '\0'; path++)
		putchar((unsigned char) *path < ' ' || *path == 0x7F ? '?' : *path);
}

static void
print_item(void *arg, const char *word, const char *path,
		   const ShareEntry *source, const ShareEntry *target)
{
	const ShareEntry *entry = source != NULL ? source : target;
	char		bytes[UNITS_SIZE];
	char		time[TIMESTAMP_SIZE];

	(void) arg;
	units_bytes((int64_t) entry->size, bytes);
	timestamp_format(entry->mtime_ns / 1000000, time);
	printf("      %-10s ", word);
	print_path(path);
	printf(" (%s, %s)\n", bytes, time);
}

static void
print_ages(const ShareVerify *verify)
{
	char		newest[UNITS_SIZE];
	char		oldest[UNITS_SIZE];

	if (verify->age_ms < 0)
		return;
	units_seconds((double) verify->age_ms / 1000, newest);
	units_seconds((double) verify->oldest_ms / 1000, oldest);
	printf("  the newest difference is %s old, the oldest %s\n", newest,
		   oldest);
}

static void
print_content(const ShareVerify *verify)
{
	char		bytes[UNITS_SIZE];

	if (verify->no_hash != NULL)
		printf("  content: %s\n", verify->no_hash);
	if (!verify->hashed)
		return;
	units_bytes((int64_t) verify->pairs.bytes, bytes);
	printf("  content: %lu files (%s) compared: %lu with other content, "
		   "%lu with another time alone, %lu could not be read\n",
		   (unsigned long) verify->pairs.n, bytes,
		   (unsigned long) verify->unequal, (unsigned long) verify->touched,
		   (unsigned long) verify->unreadable);
}

static void
print_kind(const ShareSide *side, const char *what, const ShareRowKind *kind)
{
	char		bytes[UNITS_SIZE];

	if (kind->left_out != NULL)
	{
		printf("  %s, %s: not looked at: %s\n", side->site->name, what,
			   kind->left_out);
		return;
	}
	printf("  %s, %s: %lu rows, %lu with their file, %lu without", side->site->name,
		   what, (unsigned long) kind->rows, (unsigned long) kind->found,
		   (unsigned long) kind->missing);
	if (kind->elsewhere > 0)
		printf(", %lu with files elsewhere", (unsigned long) kind->elsewhere);
	putchar('\n');
	for (size_t i = 0; i < kind->missing && i < SHARE_EXAMPLES; i++)
	{
		printf("      %-10s ", kind->examples[i].empty ? "empty" : "no file");
		print_path(kind->examples[i].path);
		fputs(" (", stdout);
		print_path(kind->examples[i].what);
		puts(")");
	}
	if (kind->older > 0)
		printf("      %lu files are older than their rows were changed\n",
			   (unsigned long) kind->older);
	if (kind->strays == 0)
		return;
	units_bytes((int64_t) kind->stray_bytes, bytes);
	printf("      %lu files (%s) have no row, which does no harm, such as ",
		   (unsigned long) kind->strays, bytes);
	print_path(kind->stray_examples[0]);
	putchar('\n');
}

static void
print_rows(const ShareVerify *verify, int i)
{
	const ShareSide *side = &verify->sides[i];

	if (side->content.error != NULL)
		printf("  %s: the database could not be asked: %s\n",
			   side->site->name, side->content.error);
	for (size_t j = 0; j < side->content.n_skipped; j++)
		printf("  %s: %s is not there, and was left out\n",
			   side->site->name, side->content.skipped[j]);
	if (!side->rows_known)
		return;
	print_kind(side, "apps", &side->rows.apps);
	print_kind(side, "static content", &side->rows.references);
}

static const char *
answer_of(const ShareVerify *verify)
{
	switch (verify->equality)
	{
		case SHARE_EQUAL:
			return "no differences";
		case SHARE_DIFFERENT:
			return verify->compared && share_verify_differences(verify) == 0 ?
				"rows lack their files" : "the sites differ";
		default:
			return "not everything could be looked at";
	}
}

void
share_verify_print_text(const ShareVerify *verify, size_t limit)
{
	char		took[UNITS_SIZE];

	if (verify->direction.from != NULL)
		printf("share %s: %s is the active site, %s is compared with it\n",
			   verify->share->name, name_of(verify, 0), name_of(verify, 1));
	else
		printf("share %s: which site is active is not known: %s\n",
			   verify->share->name, verify->no_direction);
	for (int i = 0; i < 2; i++)
		print_side(verify, i);
	if (verify->compared)
	{
		print_counts(verify);
		share_verify_items(verify, limit, print_item, NULL);
		print_ages(verify);
	}
	print_content(verify);
	for (int i = 0; i < 2; i++)
		print_rows(verify, i);
	units_seconds((double) verify->took_ms / 1000, took);
	printf("  %s (in %s)\n", answer_of(verify), took);
	fflush(stdout);
}
