/*
 * rows.c
 *		Rows of the database against the files of a share.
 *
 * The rows go into a table by the folded path that they name; then each entry
 * of the list looks for itself there.
 */
#include "share/rows.h"

#include <string.h>

#include "share/fold.h"
#include "share/row_table.h"
#include "share/unc.h"

/* Rows and files are looked for in this. */
typedef struct Judging
{
	const ShareList *list;
	const ShareRules *rules;
	const char *root;
	Arena	   *arena;
	ShareRowKind *kind;
	const char *folder;			/* the kind's, folded */
	RowTable	table;
} Judging;

/*
 * The kind's folder, below the root; false where it is none of the share's.
 */
static bool
find_folder(Judging *judging, const SiteContent *content, const char *column,
			const char *otherwise)
{
	const char *path = site_content_folder(content, column);
	ShareRule	rule;

	judging->kind->folder = otherwise;
	if (path != NULL && judging->root != NULL)
		judging->kind->folder = share_unc_below(path, judging->root,
												judging->arena);
	if (judging->kind->folder == NULL)
	{
		judging->kind->left_out =
			arena_printf(judging->arena, "folder \"%s\" is not on this share",
						 arena_quote(judging->arena, path));
		return false;
	}
	judging->folder = share_fold(judging->arena, judging->kind->folder);
	rule = share_rule_of(judging->rules, judging->kind->folder, NULL);
	if (rule == SHARE_MIRROR || rule == SHARE_ADD)
		return true;
	judging->kind->left_out =
		arena_printf(judging->arena, "folder \"%s\" is not replicated",
					 judging->kind->folder);
	return false;
}

/* Behind the kind's folder; NULL: a path is not in it. */
static const char *
inside(const Judging *judging, const char *folded)
{
	size_t		len = strlen(judging->folder);

	if (len == 0)
		return folded;
	return strncmp(folded, judging->folder, len) == 0 && folded[len] == '/' ?
		folded + len + 1 : NULL;
}

static void
miss(Judging *judging, const char *what, const char *path, bool empty)
{
	ShareRowKind *kind = judging->kind;

	if (kind->missing < SHARE_EXAMPLES)
		kind->examples[kind->missing] = (ShareRow)
	{
		what, path, empty
	};
	kind->missing++;
}

static void
stray(Judging *judging, const ShareEntry *entry)
{
	ShareRowKind *kind = judging->kind;

	if (kind->strays < SHARE_EXAMPLES)
		kind->stray_examples[kind->strays] = entry->path;
	kind->strays++;
	kind->stray_bytes += entry->size;
}

/*
 * An app's file is named by its ID; ".qvf" behind it does no harm.  What else
 * begins with the ID and a dot belongs to the app.
 */
static void
look_at_app_file(Judging *judging, const ShareEntry *entry, const char *name)
{
	size_t		stem = strcspn(name, "./");
	RowSlot    *slot = row_table_find(&judging->table, name, stem);

	if (slot == NULL)
	{
		if (entry->kind == SHARE_FILE)
			stray(judging, entry);
	}
	else if (entry->kind == SHARE_FILE &&
			 (name[stem] == '\0' || strcmp(name + stem, ".QVF") == 0))
		slot->entry = entry;
}

static void
judge_app(Judging *judging, const SiteApp *app)
{
	ShareRowKind *kind = judging->kind;
	const char *folded = share_fold(judging->arena, app->id);
	const RowSlot *slot = row_table_find(&judging->table, folded,
										 strlen(folded));
	const char *what = app->name != NULL ? app->name : app->id;

	if (slot->entry == NULL || slot->entry->size == 0)
	{
		miss(judging, what, arena_printf(judging->arena, "%s%s%s",
										 kind->folder, kind->folder[0] != '\0' ?
										 "/" : "", app->id),
			 slot->entry != NULL);
		return;
	}
	kind->found++;
	if (app->modified >= 0 && (double) slot->entry->mtime_ns / 1e9 +
		(double) judging->list->tolerance_ns / 1e9 < app->modified)
		kind->older++;
}

static void
judge_apps(Judging *judging, const SiteContent *content)
{
	row_table_make(&judging->table, content->n_apps, judging->arena);
	judging->kind->rows = content->n_apps;
	for (size_t i = 0; i < content->n_apps; i++)
		row_table_add(&judging->table, share_fold(judging->arena,
												  content->apps[i].id));
	for (size_t i = 0; i < judging->list->n; i++)
	{
		const ShareEntry *entry = &judging->list->entries[i];
		const char *name = inside(judging, share_fold(judging->arena,
													  entry->path));

		if (name != NULL)
			look_at_app_file(judging, entry, name);
	}
	for (size_t i = 0; i < content->n_apps; i++)
		judge_app(judging, &content->apps[i]);
}

static bool
is_drive(const char *path)
{
	return path[0] != '\0' && path[1] == ':';
}

/*
 * Where a reference's file is, below the root; NULL: elsewhere.  What is no
 * whole path is below the folder of static content.
 */
static const char *
place_of(const Judging *judging, const char *location)
{
	const char *folder = judging->kind->folder;
	bool		network = strspn(location, "/\\") >= 2;
	const char *below;

	if (network || is_drive(location))
		return judging->root != NULL ?
			share_unc_below(location, judging->root, judging->arena) : NULL;
	below = share_unc_below(arena_printf(judging->arena, "x/%s", location),
							"x", judging->arena);
	if (below == NULL || folder[0] == '\0')
		return below;
	return arena_printf(judging->arena, "%s/%s", folder, below);
}

/* Is a file in a folder that a row names as a whole? */
static bool
is_in_named_folder(const Judging *judging, const char *folded)
{
	for (size_t len = strlen(folded); len > 0; len--)
		if (folded[len] == '/' &&
			row_table_find(&judging->table, folded, len) != NULL)
			return true;
	return false;
}

static void
look_at_content(Judging *judging, const ShareEntry *entry)
{
	const char *folded = share_fold(judging->arena, entry->path);
	RowSlot    *slot = row_table_find(&judging->table, folded,
									  strlen(folded));

	if (slot != NULL)
		slot->entry = entry;
	else if (entry->kind == SHARE_FILE && inside(judging, folded) != NULL &&
			 !is_in_named_folder(judging, folded))
		stray(judging, entry);
}

static void
judge_reference(Judging *judging, const SiteReference *reference,
				const char *place)
{
	ShareRowKind *kind = judging->kind;
	const char *folded = place != NULL ?
	share_fold(judging->arena, place) : NULL;
	const RowSlot *slot = folded != NULL ?
	row_table_find(&judging->table, folded, strlen(folded)) : NULL;
	ShareRule	rule;

	if (slot != NULL && slot->entry != NULL)
	{
		kind->found++;
		return;
	}
	rule = place != NULL ? share_rule_of(judging->rules, place, NULL) :
		SHARE_OUTSIDE;
	if (rule == SHARE_MIRROR || rule == SHARE_ADD)
		miss(judging, reference->table, place, false);
	else
		kind->elsewhere++;
}

static void
judge_references(Judging *judging, const SiteContent *content)
{
	size_t		n = content->n_references;
	const char **places = arena_alloc(judging->arena,
									  (n + 1) * sizeof(char *));

	row_table_make(&judging->table, n, judging->arena);
	judging->kind->rows = n;
	for (size_t i = 0; i < n; i++)
	{
		places[i] = place_of(judging, content->references[i].location);
		if (places[i] != NULL)
			row_table_add(&judging->table, share_fold(judging->arena,
													  places[i]));
	}
	for (size_t i = 0; i < judging->list->n; i++)
		look_at_content(judging, &judging->list->entries[i]);
	for (size_t i = 0; i < n; i++)
		judge_reference(judging, &content->references[i], places[i]);
}

void
share_rows_judge(const SiteContent *content, const ShareList *list,
				 const ShareRules *rules, const char *root, Arena *arena,
				 ShareRows *rows)
{
	Judging		judging = {
		.list = list,.rules = rules,.root = root,.arena = arena
	};

	memset(rows, 0, sizeof(*rows));
	judging.kind = &rows->apps;
	if (!content->apps_known)
		rows->apps.left_out = "the databases have no table of apps";
	else if (find_folder(&judging, content, "AppFolder", "Apps"))
		judge_apps(&judging, content);
	judging.kind = &rows->references;
	if (!content->references_known)
		rows->references.left_out =
			"the databases have no table of static content";
	else if (find_folder(&judging, content, "StaticContentRootFolder",
						 "StaticContent"))
		judge_references(&judging, content);
}

size_t
share_rows_missing(const ShareRows *rows)
{
	return rows->apps.missing + rows->references.missing;
}
