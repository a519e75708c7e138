/*
 * directory.c
 *		A directory that holds generations of a set.
 *
 *	DIRECTORY/current	two lines: which generation counts, and which one did
 *						before (0: none); replaced by a rename
 *	DIRECTORY/set.N		a generation: files as of folder.h
 *	DIRECTORY/lock		who installs
 *
 * A name in a file, and not a link or the exchange of two directories, since
 * every system can replace a file in one step.  What is neither current nor
 * the one before is what a killed installation has left, and is removed by
 * the next.
 */
#include "cert/directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/directory.h"
#include "platform/file.h"
#include "platform/lock.h"
#include "platform/private.h"

#define CURRENT_MAX 4096

/* Which generations count; 0: none. */
typedef struct Pointer
{
	unsigned long current;
	unsigned long before;
} Pointer;

/* A number behind a word, to the end of the line; *at goes behind it. */
static bool
read_number(const char **at, const char *word, unsigned long *number)
{
	size_t		len = strlen(word);
	char	   *end;

	if (strncmp(*at, word, len) != 0 || (*at)[len] < '0' || (*at)[len] > '9')
		return false;
	errno = 0;
	*number = strtoul(*at + len, &end, 10);
	if (errno != 0 || *end != '\n')
		return false;
	*at = end + 1;
	return true;
}

static bool
parse(const char *text, Pointer *pointer)
{
	return read_number(&text, "current ", &pointer->current) &&
		read_number(&text, "previous ", &pointer->before) &&
		*text == '\0' && pointer->current > 0;
}

static bool
read_pointer(const char *path, Pointer *pointer, Error *error)
{
	char	   *file = text_format("%s/current", path);
	Text		text = {NULL, 0, 0};
	PlatFileInfo info;
	bool		good = plat_file_info(file, &info, error);

	*pointer = (Pointer)
	{
		0, 0
	};
	if (good && info.exists)
	{
		good = plat_file_read(file, CURRENT_MAX, &text, error);
		if (good && !parse(text.bytes != NULL ? text.bytes : "", pointer))
			good = error_set(error, NULL, "It should have the lines \"current "
							 "N\" and \"previous N\".",
							 "file \"%s\" does not name a set of "
							 "certificates", file);
	}
	text_free(&text);
	free(file);
	return good;
}

/* The one step by which another generation becomes the current one. */
static bool
write_pointer(const char *path, Pointer pointer, Error *error)
{
	char	   *file = text_format("%s/current", path);
	char	   *text = text_format("current %lu\nprevious %lu\n",
								   pointer.current, pointer.before);
	bool		good = plat_file_write(file, text, strlen(text), true, error);

	free(text);
	free(file);
	return good;
}

static char *
generation(const char *path, unsigned long number)
{
	return number > 0 ? text_format("%s/set.%lu", path, number) :
		text_format("%s", path);
}

/* The number of a generation's name; 0: it is none, or 1 with junk. */
static unsigned long
number_of(const char *name)
{
	char	   *end;
	unsigned long number;

	if (strncmp(name, "set.", 4) != 0 || name[4] < '1' || name[4] > '9')
		return 0;
	errno = 0;
	number = strtoul(name + 4, &end, 10);
	return errno == 0 && *end == '\0' ? number : 0;
}

/* What a killed installation has left is no part of what is beside it. */
static bool
is_generation(const char *name)
{
	return number_of(name) > 0;
}

bool
cert_directory_find(const CertDirectory *directory, CertFound *found,
					Error *error)
{
	PlatFileInfo info;
	Pointer		pointer;
	char	   *place;
	bool		good;

	*found = (CertFound) CERT_FOUND_NONE;
	if (!plat_file_info(directory->path, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (!read_pointer(directory->path, &pointer, error))
		return false;
	place = generation(directory->path, pointer.current);
	good = cert_find_beside(place, directory->password, pointer.current > 0 ?
							NULL : is_generation, found, error);
	free(place);
	return good;
}

/*
 * Remove all generations but two; what cannot be removed is left for the next
 * time, since nothing reads it.  Returns the highest number there was.
 */
static unsigned long
clean(const char *path, Pointer pointer)
{
	unsigned long highest = 0;
	PlatNames	names;
	Error		error = ERROR_NONE;

	if (!plat_directory_list(path, &names, &error))
	{
		error_free(&error);
		return pointer.current > pointer.before ? pointer.current :
			pointer.before;
	}
	for (size_t i = 0; i < names.count; i++)
	{
		unsigned long number = number_of(names.names[i]);
		char	   *place = generation(path, number);

		if (number > 0 && number != pointer.current &&
			number != pointer.before && !plat_directory_remove(place, &error))
			error_free(&error);
		highest = number > highest ? number : highest;
		free(place);
	}
	plat_names_free(&names);
	return highest;
}

/* What stood beside an entry must be there again; more may be. */
static bool
has_names(const CertEntry *found, const CertEntry *entry)
{
	return (entry->friendly_name == NULL ||
			(found->friendly_name != NULL &&
			 strcmp(found->friendly_name, entry->friendly_name) == 0)) &&
		(entry->provider == NULL ||
		 (found->provider != NULL &&
		  strcmp(found->provider, entry->provider) == 0)) &&
		(entry->local_id == NULL ||
		 (found->local_id_len == entry->local_id_len &&
		  memcmp(found->local_id, entry->local_id, entry->local_id_len) == 0));
}

/* Is what was found the set, with all its keys? */
static bool
is_same(const CertSet *found, const CertSet *set)
{
	CertDifference *list;
	size_t		n;
	bool		same = cert_set_compare(found, set, &list, &n);

	for (size_t i = 0; same && i < n; i++)
		same = list[i].change == CERT_SAME &&
			has_names(list[i].left, list[i].right);
	free(list);
	return same;
}

/* Write a generation, and read it back. */
static bool
write_generation(const CertDirectory *directory, unsigned long number,
				 const CertSet *set, Error *error)
{
	char	   *place = generation(directory->path, number);
	CertFound	found = CERT_FOUND_NONE;
	bool		good = plat_directory_new(place, error) &&
	cert_folder_write(place, set, directory->format, error) &&
	cert_find(place, directory->format->password, &found, error);

	if (good && !is_same(&found.set, set))
		good = error_set(error, NULL, NULL, "certificates written to \"%s\" "
						 "read back differently", place);
	cert_found_free(&found);
	free(place);
	return good;
}

/*
 * Files that somebody has put there become a generation, so that there is
 * something to go back to; they stay where they are, and count no more.
 */
static bool
adopt(const CertDirectory *directory, const CertSet *old, Pointer *pointer,
	  unsigned long *highest, Error *error)
{
	if (pointer->current > 0 || old->n == 0)
		return true;
	pointer->current = ++*highest;
	return write_generation(directory, pointer->current, old, error);
}

static bool
put(const CertDirectory *directory, const CertSet *set, const CertSet *old,
	Error *error)
{
	Pointer		pointer;
	unsigned long highest;

	if (!read_pointer(directory->path, &pointer, error))
		return false;
	highest = clean(directory->path, pointer);
	if (!adopt(directory, old, &pointer, &highest, error) ||
		!write_generation(directory, ++highest, set, error))
		return false;
	pointer.before = pointer.current;
	pointer.current = highest;
	if (!write_pointer(directory->path, pointer, error))
		return false;
	clean(directory->path, pointer);
	return true;
}

static bool
take_lock(const CertDirectory *directory, PlatLock **lock, Error *error)
{
	char	   *file = text_format("%s/lock", directory->path);
	bool		good = plat_lock_take(file, lock, NULL, error);

	free(file);
	return good;
}

/*
 * A current set that cannot be read is replaced like any other: it is what
 * one installs another for.
 */
static bool
put_locked(const CertDirectory *directory, const CertSet *set, Error *error)
{
	CertFound	old = CERT_FOUND_NONE;
	Error		unread = ERROR_NONE;
	bool		good;

	if (!cert_directory_find(directory, &old, &unread))
		error_free(&unread);
	good = is_same(&old.set, set) || put(directory, set, &old.set, error);
	cert_found_free(&old);
	return good;
}

bool
cert_directory_put(const CertDirectory *directory, const CertSet *set,
				   Error *error)
{
	PlatLock   *lock;
	bool		good;

	if (!plat_directory_make(directory->path, error) ||
		!plat_directory_guarded(directory->path, error) ||
		!take_lock(directory, &lock, error))
		return false;
	good = put_locked(directory, set, error);
	plat_lock_release(lock);
	return good;
}

bool
cert_directory_back(const CertDirectory *directory, Error *error)
{
	Pointer		pointer;
	PlatLock   *lock;
	bool		good;

	if (!read_pointer(directory->path, &pointer, error))
		return false;
	if (pointer.before == 0)
		return error_set(error, NULL, NULL, "there is no set of certificates "
						 "to go back to in \"%s\"", directory->path);
	if (!take_lock(directory, &lock, error))
		return false;
	good = read_pointer(directory->path, &pointer, error) &&
		write_pointer(directory->path, (Pointer)
					  {
		pointer.before, pointer.current
	}, error);
	plat_lock_release(lock);
	return good;
}
