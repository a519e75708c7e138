/*
 * active.c
 *		Which of the sites is the active one.
 */
#include "site/active.h"

/* In logical mode both are primaries: the active one subscribes to nothing. */
bool
site_may_be_active(const Config *config, const SiteServer *server)
{
	if (server->error != NULL || server->standby)
		return false;
	return config->mode != CONFIG_LOGICAL || server->subscriptions == 0;
}

static bool
is_fenced(const SiteStatus *status)
{
	const SiteDatabase *answer = site_answer(status);

	return answer != NULL && answer->fenced;
}

const SiteServer *
site_active(const Config *config, const SiteServer *servers,
			const SiteStatus *statuses)
{
	const SiteServer *fenced = NULL;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		if (!site_may_be_active(config, &servers[i]))
			continue;
		if (!is_fenced(&statuses[i]))
			return &servers[i];
		if (fenced == NULL)
			fenced = &servers[i];
	}
	return fenced;
}
