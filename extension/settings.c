/*
 * settings.c
 *		The extension's settings.
 *
 * IDENTIFICATION
 *		extension/settings.c
 */
#include "qsrepl.h"

#include "miscadmin.h"
#include "utils/plancache.h"

#include "compat.h"

char	   *qsrepl_local_site = NULL;
bool		qsrepl_at_work = false;
bool		qsrepl_raw = false;
int			qsrepl_localize_wait = 30 * 1000;

static bool
check_site_name(char **name, void **extra, GucSource source)
{
	if (*name == NULL || strlen(*name) <= RW_NAME_MAX)
		return true;
	GUC_check_errdetail("The name of a site has at most %d bytes.",
						RW_NAME_MAX);
	return false;
}

/* Plans are made for one or the other. */
static void
assign_raw(bool raw, void *extra)
{
	if (raw != qsrepl_raw)
		ResetPlanCache();
}

void
qsrepl_define_settings(void)
{
	/* PostgreSQL defines none that need a restart once it runs. */
	GucContext	fixed = process_shared_preload_libraries_in_progress ?
	PGC_POSTMASTER : PGC_SIGHUP;

	DefineCustomStringVariable("qsrepl.local_site",
							   "Name of the site where this server is.",
							   "It belongs outside the data directory, which base backups copy.",
							   &qsrepl_local_site,
							   "",
							   fixed,
							   0,
							   check_site_name,
							   NULL,
							   NULL);
	DefineCustomBoolVariable("qsrepl.at_work",
							 "Set by the extension's own functions: its triggers do nothing.",
							 NULL,
							 &qsrepl_at_work,
							 false,
							 PGC_SUSET,
							 GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE |
							 GUC_DISALLOW_IN_FILE,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomBoolVariable("qsrepl.raw",
							 "Show what is stored, also where it is another site's.",
							 NULL,
							 &qsrepl_raw,
							 false,
							 PGC_USERSET,
							 GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							 NULL,
							 assign_raw,
							 NULL);
	DefineCustomIntVariable("qsrepl.localize_wait",
							"How long a statement that writes waits after a promotion until the rows are localized.",
							NULL,
							&qsrepl_localize_wait,
							30 * 1000,
							0,
							INT_MAX,
							PGC_USERSET,
							GUC_UNIT_MS,
							NULL,
							NULL,
							NULL);
	qsrepl_peer_define_settings();
	qsrepl_reserve_prefix("qsrepl");
}
