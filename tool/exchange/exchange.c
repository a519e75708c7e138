/*
 * exchange.c
 *		Doing the operations, and undoing them.
 */
#include "exchange/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "platform/below.h"
#include "platform/cancel.h"
#include "platform/directory.h"

/* Tell each so many operations. */
#define TELL_EACH 256

/* One operation, with the paths that it is about. */
typedef struct Act
{
	const ExchangePlace *place;
	const ExchangeOperation *operation;
	char	   *fresh;			/* below the root: where it is staged */
	char	   *old;			/* where what was there goes */
	bool		staged;			/* fresh is there */
	bool		taken;			/* old is there */
	bool		present;		/* something has the path itself */
} Act;

static void
act_free(Act *act)
{
	free(act->fresh);
	free(act->old);
}

static bool
is_there(const ExchangePlace *place, const char *path, bool *there,
		 Error *error)
{
	PlatBelow	found;

	if (!plat_below_look(place->root, path, &found, error))
		return false;
	*there = found.exists;
	return true;
}

static bool
act_begin(Act *act, const ExchangePlace *place, const ExchangeList *list,
		  size_t i, Error *error)
{
	const ExchangeOperation *operation = &list->operations[i];

	act->place = place;
	act->operation = operation;
	act->fresh = text_format("%s/new/%s", place->work, operation->path);
	act->old = operation->kind == EXCHANGE_DROP ?
		text_format("%s/folders/%lu", place->work, (unsigned long) i) :
		text_format("%s/old/%s", place->work, operation->path);
	return is_there(place, act->fresh, &act->staged, error) &&
		is_there(place, act->old, &act->taken, error) &&
		is_there(place, operation->path, &act->present, error);
}

static bool
move(const Act *act, const char *from, const char *to, Error *error)
{
	return plat_below_rename(act->place->root, from, to, error);
}

/* A folder that something has come into meanwhile stays. */
static bool
is_empty(const Act *act, bool *empty, Error *error)
{
	char	   *path = text_format("%s/%s", act->place->root,
								   act->operation->path);
	PlatNames	names;
	bool		good = plat_directory_list(path, &names, error);

	*empty = good && names.count == 0;
	if (good)
		plat_names_free(&names);
	free(path);
	return good;
}

static bool
drop(const Act *act, Error *error)
{
	bool		empty;

	if (act->taken || !act->present)
		return true;
	return is_empty(act, &empty, error) &&
		(!empty || move(act, act->operation->path, act->old, error));
}

static bool
apply(const Act *act, Error *error)
{
	const char *path = act->operation->path;

	switch (act->operation->kind)
	{
		case EXCHANGE_TIME:
			return true;
		case EXCHANGE_MAKE:
			return plat_below_make(act->place->root, path, error);
		case EXCHANGE_REMOVE:
			return act->taken || !act->present ||
				move(act, path, act->old, error);
		case EXCHANGE_DROP:
			return drop(act, error);
		case EXCHANGE_REPLACE:
			if (act->staged && !act->taken && act->present &&
				!move(act, path, act->old, error))
				return false;
			break;
		case EXCHANGE_ADD:
			break;
	}
	return !act->staged || move(act, act->fresh, path, error);
}

static bool
undo(const Act *act, Error *error)
{
	const char *path = act->operation->path;

	switch (act->operation->kind)
	{
		case EXCHANGE_TIME:
			return !act->present ||
				plat_below_set_time(act->place->root, path,
									act->operation->time_ns, error);
		case EXCHANGE_MAKE:
			return plat_below_remove(act->place->root, path, error);
		case EXCHANGE_DROP:
			/* Somebody has made it again. */
			return !act->taken || act->present ||
				move(act, act->old, path, error);
		case EXCHANGE_REMOVE:
		case EXCHANGE_REPLACE:
		case EXCHANGE_ADD:
			break;
	}

	/*
	 * What is not staged any more is in place, or somebody has put something
	 * there since.
	 */
	if (!act->staged && act->present &&
		(act->operation->kind == EXCHANGE_ADD || act->taken) &&
		!move(act, path, act->fresh, error))
		return false;
	return !act->taken || move(act, act->old, path, error);
}

static bool
each(const ExchangePlace *place, const ExchangeList *list, bool back,
	 Error *error)
{
	for (size_t done = 0; done < list->n; done++)
	{
		size_t		i = back ? list->n - 1 - done : done;
		Act			act = {.place = place};
		bool		good;

		if (plat_cancelled())
			return error_set(error, NULL, NULL, "interrupted");
		good = act_begin(&act, place, list, i, error) &&
			(back ? undo(&act, error) : apply(&act, error));
		act_free(&act);
		if (!good)
			return false;
		if (place->tell != NULL && done % TELL_EACH == 0)
			place->tell(place->arg, done, list->n);
	}
	return plat_tree_sync(place->root, error);
}

bool
exchange_apply(const ExchangePlace *place, const ExchangeList *list,
			   Error *error)
{
	return each(place, list, false, error);
}

bool
exchange_undo(const ExchangePlace *place, const ExchangeList *list,
			  Error *error)
{
	return each(place, list, true, error);
}

static bool
remove_part(const ExchangePlace *place, const char *name, Error *error)
{
	char	   *path = text_format("%s/%s/%s", place->root, place->work, name);
	bool		good = plat_directory_remove(path, error);

	free(path);
	return good;
}

/* The folder that the work is in, which may be ours alone. */
static bool
remove_above(const ExchangePlace *place, Error *error)
{
	char	   *path = text_format("%.*s", (int) strcspn(place->work, "/"),
								   place->work);
	bool		good = plat_below_remove(place->root, path, error);

	free(path);
	return good;
}

static bool
keep_old(const ExchangePlace *place, const char *kept, Error *error)
{
	char	   *old = text_format("%s/old", place->work);
	bool		there;
	bool		good = is_there(place, old, &there, error) &&
	(!there || plat_below_rename(place->root, old, kept, error));

	free(old);
	return good;
}

bool
exchange_finish(const ExchangePlace *place, const char *kept, Error *error)
{
	return remove_part(place, "new", error) &&
		remove_part(place, "folders", error) &&
		keep_old(place, kept, error) &&
		remove_part(place, "operations", error) &&
		plat_below_remove(place->root, place->work, error) &&
		remove_above(place, error);
}

bool
exchange_discard(const ExchangePlace *place, Error *error)
{
	char	   *path = text_format("%s/%s", place->root, place->work);
	bool		good = remove_part(place, "new", error) &&
	plat_directory_remove(path, error) && remove_above(place, error);

	free(path);
	return good;
}
