/*
 * test_share_direction.c
 *		Which site is the source, by what both sites' databases say.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "share/direction.h"

static Error error;
static ConfigSite sites[2] = {
	{.name = "A",.host = "a",.port = 1}, {.name = "B",.host = "b",.port = 2}
};
static Config config = {.sites = sites,.n_sites = 2};
static SiteServer servers[2];
static SiteDatabase databases[2][2];
static SiteStatus statuses[2];

/* A is active, B is its standby. */
static void
begin(void)
{
	memset(servers, 0, sizeof(servers));
	memset(databases, 0, sizeof(databases));
	config.mode = CONFIG_PHYSICAL;
	for (int i = 0; i < 2; i++)
	{
		servers[i].site = &sites[i];
		servers[i].standby = i == 1;
		servers[i].system_identifier = "77";
		servers[i].local_site = sites[i].name;
		statuses[i] = (SiteStatus)
		{
			&sites[i], NULL, databases[i], 2
		};
		for (int j = 0; j < 2; j++)
		{
			databases[i][j].name = j == 0 ? "QSR" : "QSMQ";
			databases[i][j].state = i == 0 ? "local" : "foreign";
			databases[i][j].epoch = j == 0 ? 4 : 0;
			databases[i][j].primary = i == 0;
		}
	}
}

/* "A to B, 4", or the message. */
static void
judge(const char *expected, ShareVerdict verdict)
{
	ShareDirection direction;
	char	   *text;

	error_free(&error);
	check(share_direction_judge(&config, servers, statuses, &direction,
								&error) == verdict);
	text = verdict == SHARE_AGREED ?
		text_format("%s to %s, %d", direction.from->name, direction.to->name,
					(int) direction.epoch) : text_format("%s", error.message);
	check_text(text, expected);
	free(text);
}

static void
test_agreed(void)
{
	begin();
	judge("A to B, 4", SHARE_AGREED);
	/* a database that one site does not have yet, or not at all */
	databases[1][1].error = "it is not there";
	judge("A to B, 4", SHARE_AGREED);
	begin();
	servers[0].standby = true;
	servers[1].standby = false;
	databases[0][0].state = databases[0][1].state = "foreign";
	databases[1][0].state = databases[1][1].state = "local";
	judge("B to A, 4", SHARE_AGREED);
	/* a former active site that is fenced does not compete */
	begin();
	config.mode = CONFIG_LOGICAL;
	servers[1].standby = false;
	servers[1].subscriptions = 2;
	databases[1][0].epoch = 9;
	judge("A to B, 9", SHARE_AGREED);
}

static void
test_silent(void)
{
	static const char silent[] = "site \"B\" does not answer: which site's "
	"share is the source cannot be told";

	begin();
	servers[1].error = "no route";
	judge(silent, SHARE_SILENT);
	check_text(error.detail, "no route");
	begin();
	statuses[1].error = "gone";
	judge(silent, SHARE_SILENT);
	begin();
	databases[1][0].error = databases[1][1].error = "no such database";
	judge(silent, SHARE_SILENT);
	check_text(error.detail, "no such database");
	begin();
	databases[1][0].state = databases[1][1].state = NULL;
	judge(silent, SHARE_SILENT);
	check_text(error.detail, "It has no database with qsrepl.");
}

static void
test_refused(void)
{
	begin();
	servers[1].local_site = "A";
	judge("the server at b, port 2, is site \"A\", not \"B\"", SHARE_REFUSED);
	servers[1].local_site = NULL;
	judge("the server at b, port 2, is site \"\", not \"B\"", SHARE_REFUSED);
	begin();
	servers[1].standby = false;
	judge("sites \"A\" and \"B\" both claim to be active", SHARE_REFUSED);
	databases[1][0].fenced = true;
	judge("site \"B\" is not site \"A\"'s standby", SHARE_REFUSED);
	begin();
	servers[0].standby = true;
	judge("no site is active: all are standbys", SHARE_REFUSED);
	begin();
	databases[0][0].fenced = true;
	judge("no site is active: site \"A\" is fenced", SHARE_REFUSED);
	begin();
	servers[1].system_identifier = "78";
	judge("site \"B\" is not site \"A\"'s standby", SHARE_REFUSED);
	begin();
	databases[0][1].state = "foreign";
	judge("database \"QSMQ\" of site \"A\" is not localized: its state is "
		  "\"foreign\"", SHARE_REFUSED);
	begin();
	databases[1][0].epoch = 3;
	judge("the sites' databases do not agree: epoch 4 at site \"A\", 3 at site "
		  "\"B\"", SHARE_REFUSED);
	/* logical: both are primaries */
	begin();
	config.mode = CONFIG_LOGICAL;
	servers[1].standby = false;
	judge("sites \"A\" and \"B\" both claim to be active", SHARE_REFUSED);
	databases[1][0].fenced = true;
	judge("site \"B\" is not site \"A\"'s subscriber", SHARE_REFUSED);
	servers[0].subscriptions = servers[1].subscriptions = 1;
	judge("no site is active: all are standbys", SHARE_REFUSED);
}

int
main(void)
{
	test_agreed();
	test_silent();
	test_refused();
	error_free(&error);
	return harness_finish();
}
