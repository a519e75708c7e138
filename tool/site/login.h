/*
 * login.h
 *		Whether Qlik Sense can log in at a site's server.
 */
#ifndef SITE_LOGIN_H
#define SITE_LOGIN_H

#include "base/arena.h"
#include "config/config.h"

typedef struct SiteLogin
{
	const char *database;
	const char *error;			/* NULL: it has logged in */
} SiteLogin;

/*
 * site_login_read
 *		Log in as the site's configured role, with the password that the
 *		password file or the environment has for it, and read something.
 *
 * out:    *login, in the arena
 */
extern void site_login_read(const Config *config, const ConfigSite *site,
							Arena *arena, SiteLogin *login);

#endif							/* SITE_LOGIN_H */
