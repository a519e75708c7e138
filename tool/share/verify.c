/*
 * verify.c
 *		Both shares against each other, and each site's rows against its files.
 */
#include "share/verify.h"

#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"

static const char *
one_line(Arena *arena, Error *error)
{
	const char *text = error->detail != NULL && error->detail[0] != '\0' ?
	arena_printf(arena, "%s: %s", error->message, error->detail) :
	arena_strdup(arena, error->message);

	error_free(error);
	return text;
}

const char *
share_root_of_rows(const Config *config, const ConfigShare *share,
				   const ConfigSite *site)
{
	const ConfigMapping *mapping = NULL;

	for (size_t i = 0; share->mapping != NULL && i < config->n_mappings; i++)
		if (strcmp(config->mappings[i].name, share->mapping) == 0)
			mapping = &config->mappings[i];
	for (size_t i = 0; mapping != NULL && i < mapping->n_values; i++)
		if (mapping->values[i].current &&
			strcmp(mapping->values[i].site, site->name) == 0)
			return mapping->values[i].value;
	/* At a machine of Windows the path is the one that Qlik Sense has. */
	return config_share_path(share, site->name);
}

static void
find_direction(const ShareVerifyOrder *order, ShareVerify *verify)
{
	const Config *config = order->config;
	Error		error = ERROR_NONE;

	if (order->direction != NULL)
		verify->direction = *order->direction;
	else if (share_direction_find(config, &verify->arena, &verify->direction,
								  &error) != SHARE_AGREED)
	{
		memset(&verify->direction, 0, sizeof(verify->direction));
		verify->no_direction = one_line(&verify->arena, &error);
	}
	if (verify->direction.from != NULL)
	{
		verify->sides[0].site = verify->direction.from;
		verify->sides[1].site = verify->direction.to;
		return;
	}
	verify->sides[0].site = &config->sites[0];
	verify->sides[1].site = &config->sites[config->n_sites > 1 ? 1 : 0];
}

static void
list_side(const ShareVerifyOrder *order, ShareVerify *verify, ShareSide *side)
{
	Error		error = ERROR_NONE;

	if (share_access_open(order->config, order->share, side->site,
						  &verify->rules, &verify->arena, &side->access,
						  &error))
	{
		side->access.end = order->end;
		if (share_access_list(&side->access, &side->list, &error))
			return;
	}
	if (error.hint != NULL && error.hint[0] != '\0')
		side->hint = arena_strdup(&verify->arena, error.hint);
	side->problem = one_line(&verify->arena, &error);
}

static void
read_content(const ShareVerifyOrder *order, ShareVerify *verify,
			 ShareSide *side)
{
	const Config *config = order->config;

	if (order->contents != NULL)
		side->content = order->contents[side->site - config->sites];
	else
		site_content_read(config, side->site, SITE_CONTENT_FILES |
						  SITE_CONTENT_FOLDERS, plat_clock_ms() +
						  config->connect_timeout, &verify->arena,
						  &side->content);
}

static void
judge_rows(const ShareVerifyOrder *order, ShareVerify *verify,
		   ShareSide *side)
{
	read_content(order, verify, side);
	if (side->problem != NULL || side->content.error != NULL)
		return;
	share_rows_judge(&side->content, &side->list, &verify->rules,
					 share_root_of_rows(order->config, order->share,
										side->site), &verify->arena,
					 &side->rows);
	side->rows_known = true;
}

/* Was this pair of files among the differences by its time alone? */
static bool
is_by_time(const ShareVerify *verify, const SharePair *pair)
{
	int64_t		tolerance = verify->sides[0].list.tolerance_ns >
	verify->sides[1].list.tolerance_ns ? verify->sides[0].list.tolerance_ns :
	verify->sides[1].list.tolerance_ns;
	int64_t		apart = pair->source->mtime_ns - pair->target->mtime_ns;

	return (apart < 0 ? -apart : apart) >= (tolerance > 0 ? tolerance : 1);
}

static void
count_pairs(ShareVerify *verify)
{
	for (size_t i = 0; i < verify->pairs.n; i++)
	{
		const SharePair *pair = &verify->pairs.list[i];

		if (pair->problem != NULL)
			verify->unreadable++;
		else if (is_by_time(verify, pair))
			verify->touched += !pair->differs;
		else
			verify->unequal += pair->differs;
	}
}

static void
compare_content(ShareVerify *verify)
{
	Error		error = ERROR_NONE;

	share_pairs_make(&verify->sides[0].list, &verify->sides[1].list,
					 &verify->pairs);
	verify->hashed = share_pairs_compare(&verify->sides[0].access,
										 &verify->sides[1].access,
										 &verify->pairs, &verify->arena,
										 &error);
	if (verify->hashed)
		count_pairs(verify);
	else
		verify->no_hash = one_line(&verify->arena, &error);
}

static void
set_ages(ShareVerify *verify)
{
	int64_t		now = plat_wall_ms();

	verify->age_ms = verify->diff.newest_ns > 0 ?
		now - verify->diff.newest_ns / 1000000 : -1;
	verify->oldest_ms = verify->diff.oldest_ns > 0 ?
		now - verify->diff.oldest_ns / 1000000 : -1;
	/* A clock that is ahead makes nothing of the future. */
	if (verify->diff.newest_ns > 0 && verify->age_ms < 0)
		verify->age_ms = 0;
	if (verify->diff.oldest_ns > 0 && verify->oldest_ms < 0)
		verify->oldest_ms = 0;
}

/*
 * Names that differ by case alone are one name at Windows: then a sync leaves
 * out all but one.
 */
static void
count_twins(ShareVerify *verify, bool one_case)
{
	for (size_t i = 0; one_case && i < verify->diff.n; i++)
		if (verify->diff.items[i].change == SHARE_TWIN &&
			verify->diff.items[i].target == NULL)
			verify->twins++;
}

static void
compare_lists(ShareVerify *verify)
{
	Error		error = ERROR_NONE;
	bool		one_case = true;

	/* Where it cannot be told, the answer is the safe one. */
	share_access_one_case(&verify->sides[1].access, &one_case, &error);
	error_free(&error);
	share_diff(&verify->sides[0].list, &verify->sides[1].list, one_case,
			   &verify->diff);
	count_twins(verify, one_case);
	verify->compared = true;
	set_ages(verify);
}

size_t
share_verify_differences(const ShareVerify *verify)
{
	const size_t *counts = verify->diff.counts;
	size_t		n = 0;

	if (verify->compared)
		n = counts[SHARE_NEW] + counts[SHARE_CHANGED] + counts[SHARE_NEWER] +
			counts[SHARE_GONE] + counts[SHARE_KIND] + verify->twins;
	return n + verify->unequal - verify->touched;
}

static ShareEquality
judge(const ShareVerifyOrder *order, const ShareVerify *verify)
{
	bool		known = verify->compared && (verify->hashed || !order->hash) &&
	verify->unreadable == 0;

	if (share_verify_differences(verify) > 0)
		return SHARE_DIFFERENT;
	for (int i = 0; i < 2; i++)
	{
		if (verify->sides[i].rows_known &&
			share_rows_missing(&verify->sides[i].rows) > 0)
			return SHARE_DIFFERENT;
		known = known && verify->sides[i].rows_known;
	}
	return known ? SHARE_EQUAL : SHARE_NOT_KNOWN;
}

void
share_verify(const ShareVerifyOrder *order, ShareVerify *verify)
{
	int64_t		began = plat_clock_ms();

	memset(verify, 0, sizeof(*verify));
	verify->share = order->share;
	verify->age_ms = verify->oldest_ms = -1;
	share_rules_make(order->share, &verify->arena, &verify->rules);
	find_direction(order, verify);
	for (int i = 0; i < 2; i++)
		list_side(order, verify, &verify->sides[i]);
	if (verify->sides[0].problem == NULL && verify->sides[1].problem == NULL)
	{
		compare_lists(verify);
	}
	for (int i = 0; i < 2; i++)
		judge_rows(order, verify, &verify->sides[i]);
	if (verify->compared && order->hash)
		compare_content(verify);
	verify->equality = judge(order, verify);
	verify->took_ms = plat_clock_ms() - began;
}

void
share_verify_free(ShareVerify *verify)
{
	share_pairs_free(&verify->pairs);
	share_diff_free(&verify->diff);
	for (int i = 0; i < 2; i++)
		share_list_free(&verify->sides[i].list);
	arena_free(&verify->arena);
	memset(verify, 0, sizeof(*verify));
}
