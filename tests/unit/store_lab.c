/*
 * store_lab.c
 *		A site's store of certificates from the command line, for
 *		tests/t/117_windows_store.pl.
 *
 *	store_lab CONFIG SITE read
 *	store_lab CONFIG SITE install FOLDER
 *	store_lab CONFIG SITE rollback
 *
 * read prints role, name, thumbprint and whether there is a key, a line each.
 * Ends with "ok", or "error" and the error's three parts.
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "cert/describe.h"
#include "cert/folder.h"
#include "cert/store.h"

static void
print_set(const CertSet *set)
{
	char		thumbprint[CERT_THUMBPRINT_SIZE];

	for (size_t i = 0; i < set->n; i++)
	{
		cert_thumbprint(set->entries[i].certificate, thumbprint);
		printf("%s %s %s %s\n", cert_role_word(set->entries[i].role),
			   set->entries[i].name[0] != '\0' ? set->entries[i].name : "-",
			   thumbprint, set->entries[i].key != NULL ? "key" : "public");
	}
}

static bool
read_store(const CertStore *store, const CertPlace *place, Error *error)
{
	CertSet		set = CERT_SET_NONE;
	bool		good = store->read(place, &set, error);

	print_set(&set);
	cert_set_free(&set);
	return good;
}

static bool
install(const CertStore *store, const CertPlace *place, const char *folder,
		Error *error)
{
	CertFound	found = CERT_FOUND_NONE;
	bool		good = cert_find(folder, NULL, &found, error) &&
	store->install(place, &found.set, error);

	cert_found_free(&found);
	return good;
}

static bool
run(const CertPlace *place, int argc, char **argv, Error *error)
{
	const CertStore *store = cert_store_of(place, error);

	if (store == NULL)
		return false;
	if (strcmp(argv[3], "read") == 0)
		return read_store(store, place, error);
	if (strcmp(argv[3], "install") == 0 && argc > 4)
		return install(store, place, argv[4], error);
	return store->rollback(place, error);
}

int
main(int argc, char **argv)
{
	Config		config;
	Problems	problems;
	Error		error = ERROR_NONE;
	CertPlace	place;
	bool		good;

	if (argc < 4 || !secret_memory())
		return 2;
	if (config_load(argv[1], &config, &problems) != CONFIG_GOOD)
	{
		problems_print(&problems, argv[1]);
		return 2;
	}
	problems_free(&problems);
	place = (CertPlace)
	{
		&config, config_site(&config, argv[2])
	};
	good = run(&place, argc, argv, &error);
	if (good)
		puts("ok");
	else
		printf("error\nmessage: %s\ndetail: %s\nhint: %s\n", error.message,
			   error.detail != NULL ? error.detail : "",
			   error.hint != NULL ? error.hint : "");
	error_free(&error);
	config_free(&config);
	return good ? 0 : 1;
}
