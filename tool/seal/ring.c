/*
 * ring.c
 *		This machine's transport keys.
 */
#include "seal/ring.h"

#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "platform/private.h"

/* Pins do not end by date; a check warns long before. */
#define KEY_YEARS 5

static char *
path_of(const SealRing *ring, const char *name)
{
	return text_format("%s/%s", ring->directory, name);
}

static bool
read_key(const SealRing *ring, const char *name, SealKey **key, Error *error)
{
	char	   *path = path_of(ring, name);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error) &&
	(!info.exists || seal_key_read(path, NULL, key, error));

	free(path);
	return good;
}

static bool
write_key(const SealRing *ring, const char *name, const SealKey *key,
		  Error *error)
{
	char	   *path = path_of(ring, name);
	bool		good = seal_key_write(key, path, NULL, error);

	free(path);
	return good;
}

bool
seal_ring_read(const char *directory, SealRing *ring, Error *error)
{
	bool		good;

	memset(ring, 0, sizeof(*ring));
	ring->directory = directory;
	good = plat_directory_private(directory, error) &&
		read_key(ring, "transport.pem", &ring->current, error) &&
		read_key(ring, "transport.previous.pem", &ring->previous, error) &&
		read_key(ring, "transport.next.pem", &ring->next, error);
	if (!good)
		seal_ring_free(ring);
	return good;
}

void
seal_ring_free(SealRing *ring)
{
	seal_key_free(ring->current);
	seal_key_free(ring->previous);
	seal_key_free(ring->next);
	memset(ring, 0, sizeof(*ring));
}

static bool
make_key(SealRing *ring, const char *site, const char *file, SealKey **key,
		 Error *error)
{
	char	   *name = text_format("qsrepl transport key of site %s", site);
	bool		good = seal_key_make(name, KEY_YEARS, key, error) &&
	write_key(ring, file, *key, error);

	free(name);
	return good;
}

bool
seal_ring_begin(SealRing *ring, const char *site, bool *made, Error *error)
{
	const bool	needed = ring->current == NULL;

	if (made != NULL)
		*made = needed;
	return !needed || make_key(ring, site, "transport.pem", &ring->current,
							   error);
}

bool
seal_ring_prepare(SealRing *ring, const char *site, Error *error)
{
	return ring->next != NULL ||
		make_key(ring, site, "transport.next.pem", &ring->next, error);
}

bool
seal_ring_turn(SealRing *ring, Error *error)
{
	char	   *next = path_of(ring, "transport.next.pem");
	char	   *current = path_of(ring, "transport.pem");
	bool		good = write_key(ring, "transport.previous.pem",
								 ring->current, error) &&
	plat_file_rename(next, current, error);

	if (good)
	{
		seal_key_free(ring->previous);
		ring->previous = ring->current;
		ring->current = ring->next;
		ring->next = NULL;
	}
	free(next);
	free(current);
	return good;
}

const SealKey *
seal_ring_find(const SealRing *ring, const char *fingerprint)
{
	const SealKey *const keys[] = {ring->current, ring->previous, ring->next};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i] != NULL &&
			strcmp(seal_key_fingerprint(keys[i]), fingerprint) == 0)
			return keys[i];
	return NULL;
}
