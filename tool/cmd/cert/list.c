/*
 * list.c
 *		"qsrepl cert list" and "qsrepl cert compare".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "cert/describe.h"
#include "cmd/cert/work.h"

/* The day alone; out has room for TIMESTAMP_SIZE bytes. */
static void
format_day(int64_t ms, char *out)
{
	timestamp_format(ms, out);
	out[10] = '\0';
}

static void
print_entry(const CertEntry *entry, Arena *arena)
{
	CertDescription d;
	char		from[TIMESTAMP_SIZE];
	char		to[TIMESTAMP_SIZE];
	char	   *title = cert_entry_title(entry);

	cert_describe(entry->certificate, arena, &d);
	format_day(d.not_before_ms, from);
	format_day(d.not_after_ms, to);
	printf("%s\n", title);
	printf("  subject     %s\n  issuer      %s\n  thumbprint  %s\n",
		   d.subject, d.issuer, d.thumbprint);
	printf("  key         %s %d bits, %s\n", d.algorithm, d.key_bits,
		   entry->key != NULL ? "with its private key" :
		   "without its private key");
	printf("  signed by   %s\n  valid       %s to %s\n", d.digest, from, to);
	if (d.marked)
		printf("  marker      %s\n", d.marker);
	if (entry->friendly_name != NULL)
		printf("  name        %s\n", entry->friendly_name);
	if (entry->provider != NULL)
		printf("  provider    %s\n", entry->provider);
	free(title);
}

static json_t *
entry_object(const CertEntry *entry, Arena *arena)
{
	json_t	   *object = json_object();
	CertDescription d;
	char		time[TIMESTAMP_SIZE];

	cert_describe(entry->certificate, arena, &d);
	json_set_text(object, "role", cert_role_word(entry->role));
	json_set_text(object, "name", entry->name[0] != '\0' ? entry->name : NULL);
	json_set_text(object, "subject", d.subject);
	json_set_text(object, "issuer", d.issuer);
	json_set_text(object, "serial", d.serial);
	json_set_text(object, "thumbprint", d.thumbprint);
	json_set_text(object, "key_id", d.key_id);
	json_set_text(object, "algorithm", d.algorithm);
	json_set_count(object, "key_bits", d.key_bits);
	json_object_set_new(object, "private_key", json_boolean(entry->key != NULL));
	json_set_text(object, "digest", d.digest);
	timestamp_format(d.not_before_ms, time);
	json_set_text(object, "not_before", time);
	timestamp_format(d.not_after_ms, time);
	json_set_text(object, "not_after", time);
	json_object_set_new(object, "marked", json_boolean(d.marked));
	json_set_text(object, "marker", d.marker);
	json_set_text(object, "friendly_name", entry->friendly_name);
	json_set_text(object, "provider", entry->provider);
	return object;
}

static void
list_json(const CertSide *side, Arena *arena)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < side->found.set.n; i++)
		json_array_append_new(list, entry_object(&side->found.set.entries[i],
												 arena));
	json_set_text(document, "from", side->title);
	json_object_set_new(document, "certificates", list);
	json_print(document);
}

int
cmd_cert_list(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	int			code = cert_work_begin(&work, call, call->n_folders == 0);

	if (code == EXIT_OK)
		code = cert_work_sides(&work, &side, 1);
	if (code == EXIT_OK && call->json)
		list_json(&side, &work.arena);
	else if (code == EXIT_OK)
	{
		for (size_t i = 0; i < side.found.set.n; i++)
			print_entry(&side.found.set.entries[i], &work.arena);
		printf("%lu certificates\n", (unsigned long) side.found.set.n);
	}
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}

static const char *
change_word(CertChange change)
{
	switch (change)
	{
		case CERT_SAME:
			return "same";
		case CERT_RENEWED:
			return "renewed";
		case CERT_OTHER_KEY:
			return "other key";
		case CERT_ONLY_LEFT:
			return "missing in the second";
		case CERT_ONLY_RIGHT:
			return "missing in the first";
		case CERT_KEY_ONLY_LEFT:
			return "private key missing in the second";
		default:
			return "private key missing in the first";
	}
}

/* Print the differences; whether there is none that counts. */
static bool
compare(const CertSide *sides, bool json, Arena *arena)
{
	CertDifference *list;
	size_t		n;
	bool		same = cert_set_compare(&sides[0].found.set,
										&sides[1].found.set, &list, &n);
	json_t	   *array = json_array();
	json_t	   *document = json_object();

	for (size_t i = 0; i < n; i++)
	{
		const CertEntry *entry = list[i].left != NULL ? list[i].left :
		list[i].right;
		json_t	   *object = entry_object(entry, arena);
		char	   *title = cert_entry_title(entry);

		if (!json)
			printf("%s: %s\n", title, change_word(list[i].change));
		json_set_text(object, "difference", change_word(list[i].change));
		json_array_append_new(array, object);
		free(title);
	}
	json_set_text(document, "first", sides[0].title);
	json_set_text(document, "second", sides[1].title);
	json_object_set_new(document, "same", json_boolean(same));
	json_object_set_new(document, "certificates", array);
	if (json)
		json_print(document);
	else
	{
		json_decref(document);
		printf("%s and %s: %s\n", sides[0].title, sides[1].title, same ?
			   "the same keys" : "not the same keys");
	}
	free(list);
	return same;
}

int
cmd_cert_compare(const CertCall *call)
{
	CertWork	work;
	CertSide	sides[2] = {{.found = CERT_FOUND_NONE},
	{.found = CERT_FOUND_NONE}};
	int			code = cert_work_begin(&work, call, call->n_folders < 2);

	if (code == EXIT_OK)
		code = cert_work_sides(&work, sides, 2);
	if (code == EXIT_OK && !compare(sides, call->json, &work.arena))
		code = EXIT_NOT_SO;
	cert_side_free(&sides[0]);
	cert_side_free(&sides[1]);
	cert_work_end(&work);
	return code;
}
