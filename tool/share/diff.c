/*
 * diff.c
 *		What has to be done so that a target becomes as its source.
 *
 * Both lists are sorted, so one walk along both finds what is at one side
 * only.  Where the target has but one spelling of a name, that is looked at
 * again by folded names.
 */
#include "share/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/twins.h"

typedef struct Differ
{
	const ShareList *source;
	const ShareList *target;
	bool		one_case;
	ShareDiff  *diff;
	int64_t		tolerance;		/* ns */
	const char **links;			/* of the source: nothing below is judged */
	size_t		n_links;
	ShareNames	names;			/* of the source */
	ShareNames	targets;		/* those the source does not have */
} Differ;

static void
count_times(ShareDiff *diff, const ShareEntry *entry)
{
	diff->copy_bytes += entry->size;
	if (diff->newest_ns == 0 || entry->mtime_ns > diff->newest_ns)
		diff->newest_ns = entry->mtime_ns;
	if (diff->oldest_ns == 0 || entry->mtime_ns < diff->oldest_ns)
		diff->oldest_ns = entry->mtime_ns;
}

static void
add(Differ *differ, ShareChange change, const ShareEntry *source,
	const ShareEntry *target)
{
	ShareDiff  *diff = differ->diff;
	const ShareEntry *entry = source != NULL && change != SHARE_KIND ?
	source : target;

	if (diff->n == diff->capacity)
	{
		diff->capacity = diff->capacity > 0 ? diff->capacity * 2 : 64;
		diff->items = mem_grow(diff->items, diff->capacity *
							   sizeof(ShareDifference));
	}
	diff->items[diff->n++] = (ShareDifference)
	{
		change, source, target
	};
	diff->counts[change]++;
	if (entry->kind != SHARE_FILE)
		return;
	diff->files[change]++;
	if (change <= SHARE_NEWER)
		count_times(diff, entry);
}

/* What links and special files stand for is nobody's business. */
static bool
is_copied(const ShareEntry *entry)
{
	return entry->kind == SHARE_FILE || entry->kind == SHARE_FOLDER;
}

static void
skip(Differ *differ, const ShareEntry *source, const ShareEntry *target)
{
	if (source->kind == SHARE_LINK)
	{
		differ->links = mem_grow(differ->links, (differ->n_links + 1) *
								 sizeof(char *));
		differ->links[differ->n_links++] = source->path;
	}
	add(differ, SHARE_SKIPPED, source, target);
}

/* The same path, or what counts as such, at both sides. */
static void
compare_both(Differ *differ, const ShareEntry *source,
			 const ShareEntry *target)
{
	int64_t		later = target->mtime_ns - source->mtime_ns;
	bool		another = later >= differ->tolerance ||
	later <= -differ->tolerance;

	if (!is_copied(source))
		skip(differ, source, target);
	else if (source->kind != target->kind)
		add(differ, SHARE_KIND, source, target);
	else if (source->kind != SHARE_FILE)
		return;
	else if (later >= differ->tolerance)
		add(differ, SHARE_NEWER, source, target);
	else if (another || source->size != target->size)
		add(differ, SHARE_CHANGED, source, target);
}

static bool
is_below_link(const Differ *differ, const char *path)
{
	for (size_t i = 0; i < differ->n_links; i++)
	{
		size_t		len = strlen(differ->links[i]);

		if (strncmp(differ->links[i], path, len) == 0 && path[len] == '/')
			return true;
	}
	return false;
}

static void
only_target(Differ *differ, const ShareEntry *target)
{
	bool		gone = target->rule == SHARE_MIRROR &&
	!is_below_link(differ, target->path);

	add(differ, gone ? SHARE_GONE : SHARE_EXTRA, NULL, target);
}

/* Not both: one that the target has as it is, or else the first, counts. */
static bool
yields_to_twin(Differ *differ, const ShareEntry *source)
{
	const ShareEntry *first = share_names_find(&differ->names, source);

	return differ->one_case && first != NULL && first != source;
}

static void
only_source(Differ *differ, const ShareEntry *source)
{
	const ShareEntry *alike = share_names_find(&differ->targets, source);

	if (yields_to_twin(differ, source))
		return;
	if (alike != NULL)
		differ->diff->alike++;
	if (alike == NULL || !differ->one_case)
	{
		if (is_copied(source))
			add(differ, SHARE_NEW, source, NULL);
		else
			skip(differ, source, NULL);
		return;
	}
	add(differ, SHARE_CASE, source, alike);
	compare_both(differ, source, alike);
}

/* Its other spelling at the source would be lost with it. */
static bool
is_spelled_otherwise(Differ *differ, const ShareEntry *target)
{
	const ShareEntry *source = share_names_find(&differ->names, target);

	return differ->one_case && source != NULL &&
		share_list_find(differ->target, source->path) == NULL;
}

/* *i and *j advance; both, or the one that comes first, is given. */
static void
step(const Differ *differ, size_t *i, size_t *j, const ShareEntry **source,
	 const ShareEntry **target)
{
	int			order = 0;

	*source = *i < differ->source->n ? &differ->source->entries[*i] : NULL;
	*target = *j < differ->target->n ? &differ->target->entries[*j] : NULL;
	if (*source != NULL && *target != NULL)
		order = strcmp((*source)->path, (*target)->path);
	if (*source == NULL || order > 0)
		*source = NULL;
	else
		(*i)++;
	if (*target == NULL || order < 0)
		*target = NULL;
	else
		(*j)++;
}

/* Names that the target has exactly come first, so that twins yield to them. */
static void
collect_names(Differ *differ)
{
	const ShareEntry *source;
	const ShareEntry *target;

	share_names_begin(&differ->names, differ->source->n);
	share_names_begin(&differ->targets, differ->target->n);
	for (size_t i = 0, j = 0; i < differ->source->n || j < differ->target->n;)
	{
		step(differ, &i, &j, &source, &target);
		if (source != NULL && target != NULL)
			share_names_add(&differ->names, source);
		else if (target != NULL)
			share_names_add(&differ->targets, target);
	}
}

/* Now the others of the source: one that is there already has a twin. */
static void
tell_twins(Differ *differ)
{
	for (size_t i = 0; i < differ->source->n; i++)
	{
		const ShareEntry *entry = &differ->source->entries[i];
		const ShareEntry *first = share_names_add(&differ->names, entry);

		if (first != NULL && first != entry)
			add(differ, SHARE_TWIN, entry,
				share_list_find(differ->target, entry->path));
	}
}

void
share_diff(const ShareList *source, const ShareList *target, bool one_case,
		   ShareDiff *diff)
{
	Differ		differ = {.source = source,.target = target,
	.one_case = one_case,.diff = diff};
	const ShareEntry *here;
	const ShareEntry *there;

	memset(diff, 0, sizeof(*diff));
	differ.tolerance = source->tolerance_ns > target->tolerance_ns ?
		source->tolerance_ns : target->tolerance_ns;
	if (differ.tolerance == 0)
		differ.tolerance = 1;
	collect_names(&differ);
	tell_twins(&differ);
	for (size_t i = 0, j = 0; i < source->n || j < target->n;)
	{
		step(&differ, &i, &j, &here, &there);
		if (here != NULL && there != NULL)
			compare_both(&differ, here, there);
		else if (here != NULL)
			only_source(&differ, here);
		else if (there != NULL && !is_spelled_otherwise(&differ, there))
			only_target(&differ, there);
	}
	free(differ.links);
	share_names_free(&differ.names);
	share_names_free(&differ.targets);
}

void
share_diff_free(ShareDiff *diff)
{
	free(diff->items);
	memset(diff, 0, sizeof(*diff));
}

bool
share_diff_is_none(const ShareDiff *diff)
{
	return diff->counts[SHARE_NEW] == 0 && diff->counts[SHARE_CHANGED] == 0 &&
		diff->counts[SHARE_NEWER] == 0 && diff->counts[SHARE_GONE] == 0 &&
		diff->counts[SHARE_KIND] == 0;
}

size_t
share_diff_risky(const ShareDiff *diff)
{
	return diff->files[SHARE_NEWER] + diff->files[SHARE_GONE] +
		diff->files[SHARE_KIND];
}

const char *
share_change_word(ShareChange change)
{
	static const char *const words[SHARE_CHANGES] = {
		"new", "changed", "newer at the target", "gone", "extra", "kind",
		"case", "twin", "skipped"
	};

	return words[change];
}
