/*
 * verify.c
 *		The verb "share verify".
 */
#include "cmd/share/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "base/report.h"
#include "cmd/config.h"
#include "cmd/share/share.h"
#include "platform/cancel.h"

#define MOST_LISTED 10000000

static bool
read_limit(const char *text, size_t *limit)
{
	char	   *end;
	long		number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (text[0] != '\0' && *end == '\0' && errno == 0 && number >= 0 &&
		number <= MOST_LISTED)
	{
		*limit = (size_t) number;
		return true;
	}
	report_errorf(NULL, "--limit takes a number from 0 to %d, not \"%s\"",
				  MOST_LISTED, text);
	return false;
}

static bool
is_wanted(const ShareVerifyOptions *options, const ConfigShare *share)
{
	for (size_t i = 0; i < options->n_shares; i++)
		if (strcmp(options->shares[i], share->name) == 0)
			return true;
	return options->n_shares == 0;
}

void
share_verify_items(const ShareVerify *verify, size_t limit,
				   void (*each) (void *arg, const char *word,
								 const char *path, const ShareEntry *source,
								 const ShareEntry *target),
				   void *arg)
{
	const ShareDiff *diff = &verify->diff;
	size_t		n = 0;

	for (size_t i = 0; i < diff->n && n < limit; i++, n++)
	{
		const ShareDifference *item = &diff->items[i];

		each(arg, share_change_word(item->change), item->source != NULL ?
			 item->source->path : item->target->path, item->source,
			 item->target);
	}
	for (size_t i = 0; i < verify->pairs.n && n < limit; i++)
	{
		const SharePair *pair = &verify->pairs.list[i];

		if (!pair->differs && pair->problem == NULL)
			continue;
		each(arg, pair->differs ? "content" : "unreadable",
			 pair->source->path, pair->source, pair->target);
		n++;
	}
}

static int
code_of(const ShareVerify *verifies, size_t n)
{
	int			code = EXIT_OK;

	for (size_t i = 0; i < n; i++)
		if (verifies[i].equality == SHARE_DIFFERENT)
			return EXIT_NOT_SO;
		else if (verifies[i].equality == SHARE_NOT_KNOWN)
			code = EXIT_SERVER;
	return code;
}

static int
verify_all(const Config *config, const ShareVerifyOptions *options)
{
	ShareVerify *verifies = mem_alloc(config->n_shares *
									  sizeof(ShareVerify));
	size_t		n = 0;
	int			code;

	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ShareVerifyOrder order = {
			.config = config,.share = &config->shares[i],
			.hash = options->hash
		};

		if (!is_wanted(options, &config->shares[i]))
			continue;
		share_verify(&order, &verifies[n]);
		if (!options->json)
			share_verify_print_text(&verifies[n], options->limit);
		n++;
	}
	if (options->json)
		share_verify_print_json(verifies, n, options->limit);
	code = code_of(verifies, n);
	for (size_t i = 0; i < n; i++)
		share_verify_free(&verifies[i]);
	free(verifies);
	return code;
}

int
cmd_share_verify(const char *file, ShareVerifyOptions *options,
				 const char *limit)
{
	Config		config;
	int			code;

	if (!read_limit(limit, &options->limit))
		return EXIT_USAGE;
	code = cmd_load_config(file, &config);
	if (code != EXIT_OK)
		return code;
	plat_cancel_install();
	if (share_names_known(&config, options->shares, options->n_shares, &code))
		code = verify_all(&config, options);
	config_free(&config);
	return code;
}

int
cmd_share_hash(const char *source, const char *target)
{
	return share_hash_work(source, target);
}
