/*
 * certificates.c
 *		The step about certificates: before anything is touched, the site that
 *		gets the active role has the newest ones, and they are good.
 */
#include <string.h>

#include "cert/store.h"
#include "cmd/cert/ready.h"
#include "cmd/cert/transport.h"
#include "cmd/move/work.h"
#include "platform/cancel.h"

bool
move_certificates_good(Move *move, Error *error)
{
	bool		asked;

	if (!cert_ready(&move->config, move->to, &asked, error))
		return false;
	if (!asked && cert_is_configured(move->to))
		text_addf(&move->notes, "The certificates of site %s were not "
				  "verified: they are on its own machine, which cannot be "
				  "reached from here.\n", move->to->name);
	return true;
}

/* Those that were sealed for it, where sites exchange them so. */
static bool
bring(Move *move, Error *error)
{
	long long	number;
	bool		installed;

	if (move->config.certificates.recovery_certificate == NULL ||
		transport_sync(move->request->file, &number, &installed, error))
		return true;
	error_take_message(error, text_format("the newest certificates could not "
										  "be brought to site \"%s\": %s",
										  move->to->name, error->message));
	return false;
}

/*
 * In a failover there is no other site to go on with: what is wrong is told,
 * and holds up the services later on.
 */
bool
move_certificates_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	if (!cert_is_configured(move->to) ||
		(bring(move, error) && move_certificates_good(move, error)))
		return true;
	if (plat_cancelled() ||
		(strcmp(move->plan, "failover") != 0 && !move->request->force))
		return false;
	move_warn(move, NULL, NULL, error);
	move->incomplete = true;
	return true;
}
