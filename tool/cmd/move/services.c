/*
 * services.c
 *		Steps about the services of Qlik Sense: those of the site that loses the
 *		active role go down before its databases are fenced; those of the site
 *		that gets it come up when its rows are its own.
 *
 * A site without nodes in the configuration has no services to look after.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/cert/ready.h"
#include "cmd/move/work.h"
#include "platform/cancel.h"
#include "service/service.h"

/* What a call of the services' functions needs. */
typedef struct Call
{
	ServiceOptions options;
	ServiceReport report;
	bool		answered;		/* a node that has a problem did answer */
	bool		refused;		/* logons were, and no node let anybody in */
} Call;

static void
tell_progress(void *arg, const char *what)
{
	plan_progress(arg, "%s", what);
}

static void
call_begin(Call *call, PlanProgress *progress)
{
	memset(call, 0, sizeof(*call));
	call->options.progress = progress != NULL ? tell_progress : NULL;
	call->options.arg = progress;
}

/* Has the node a problem, or one of its services? */
static bool
has_problem(const ServiceNode *node)
{
	if (node->problem != NULL || !node->read)
		return true;
	for (size_t i = 0; i < node->n; i++)
		if (node->services[i].problem != NULL)
			return true;
	return false;
}

static void
judge_answers(Call *call)
{
	bool		let_in = false;

	call->answered = call->refused = false;
	for (size_t i = 0; i < call->report.n; i++)
	{
		const ServiceNode *node = &call->report.nodes[i];

		if (has_problem(node) && node->answer != SERVICE_SILENT)
			call->answered = true;
		if (node->answer == SERVICE_REFUSED)
			call->refused = true;
		if (node->answer == SERVICE_ANSWERS)
			let_in = true;
	}
	call->refused = call->refused && !let_in;
}

/* What the user is to know of it goes to the end of the run. */
static void
call_end(Call *call, Move *move)
{
	judge_answers(call);
	for (size_t i = 0; i < call->report.n_notes; i++)
		text_addf(&move->notes, "%s\n", call->report.notes[i]);
	service_report_free(&call->report);
}

typedef bool (*ServiceCall) (const Config *config, const ConfigSite *site,
							 const ServiceOptions *options,
							 ServiceReport *report, Error *error);

/* call->answered and refused are for the caller. */
static bool
ask(Move *move, const ConfigSite *site, ServiceCall function,
	PlanProgress *progress, Call *call, Error *error)
{
	bool		good;

	call_begin(call, progress);
	good = function(&move->config, site, &call->options, &call->report,
					error);
	call_end(call, move);
	return good;
}

/*
 * Start types first: recovery actions would start again what is stopped.  Where
 * they cannot be set, the services are stopped anyway, but not where that would
 * only be one more logon that is refused, until the account is locked.
 *
 * out: *silent: where it fails, whether only for nodes that do not answer
 */
static bool
take_down(Move *move, PlanProgress *progress, bool *silent, Error *error)
{
	Error		unset = ERROR_NONE;
	Call		call;
	bool		set = ask(move, move->from, service_set_passive, progress,
						  &call, &unset);
	bool		tried = set || (!plat_cancelled() && !call.refused);
	bool		down = tried && ask(move, move->from, service_stop_site,
									progress, &call, error);

	*silent = !down && !call.answered;
	if ((down || !tried) && !set)
	{
		error_free(error);
		*error = unset;
	}
	else
		error_free(&unset);
	return down && set;
}

bool
move_services_down_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	bool		silent;

	if (!service_has_nodes(&move->config, move->from) ||
		take_down(move, progress, &silent, error))
		return true;
	if (!move->request->force || plat_cancelled())
		return false;
	move_warn(move, arena_printf(&move->arena, "not all services of site %s "
								 "are down", move->from->name),
			  "Passed over by --force.", error);
	move->incomplete = true;
	return true;
}

/*
 * The former active site of a failover, and the one of a rejoin, may be out
 * of reach in part or whole: that is told.  A failover is for such a site.
 */
bool
move_services_bar_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	bool		silent;

	if (!service_has_nodes(&move->config, move->from) ||
		take_down(move, progress, &silent, error))
		return true;
	if (plat_cancelled())
		return false;
	move_warn(move, arena_printf(&move->arena, "not all services of site %s "
								 "are known to be down and set to start by "
								 "hand only", move->from->name),
			  arena_printf(&move->arena, "When its machines are back, run "
						   "\"qsrepl service stop --site %s\" and \"qsrepl "
						   "service passive --site %s\".", move->from->name,
						   move->from->name), error);
	if (!silent || strcmp(move->plan, "failover") != 0)
		move->incomplete = true;
	return true;
}

/* Does all that is not disabled run on the site's central node? */
static bool
central_runs(const Move *move, const ConfigSite *site,
			 const ServiceReport *report)
{
	const ConfigNode *central = config_central_node(&move->config,
													site->name);

	for (size_t i = 0; i < report->n; i++)
		if (report->nodes[i].node == central)
			return !has_problem(&report->nodes[i]);
	return false;
}

/*
 * Start types as they were; false: interrupted, or there is no way in.  What
 * lacks them is told.
 */
static bool
give_back(Move *move, const ConfigSite *site, PlanProgress *progress,
		  Error *error)
{
	Call		call;

	if (ask(move, site, service_set_active, progress, &call, error))
		return true;
	if (plat_cancelled() || call.refused)
		return false;
	move_warn(move, arena_printf(&move->arena, "not all services of site "
								 "%s have their start types back",
								 site->name),
			  arena_printf(&move->arena, "Run \"qsrepl service active "
						   "--site %s\".", site->name), error);
	move->incomplete = true;
	return true;
}

/*
 * Without the central node the site is of no use to anybody, and the run
 * stops, to be gone on with.  What else does not come up is told.
 */
static bool
bring_up(Move *move, const ConfigSite *site, PlanProgress *progress,
		 Error *error)
{
	Call		call;
	bool		good;

	if (!give_back(move, site, progress, error))
		return false;
	call_begin(&call, progress);
	call.options.certificates = cert_identity(&move->config, site,
											  &move->arena);
	good = service_start_site(&move->config, site, &call.options,
							  &call.report, error);
	if (!good && !plat_cancelled() && central_runs(move, site, &call.report))
	{
		move_warn(move, arena_printf(&move->arena, "not all services of site "
									 "%s are up", site->name),
				  arena_printf(&move->arena, "Run \"qsrepl service start "
							   "--site %s\" when the cause is gone.",
							   site->name), error);
		move->incomplete = true;
		good = true;
	}
	call_end(&call, move);
	return good;
}

bool
move_services_up_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return !service_has_nodes(&move->config, move->to) ||
		((move->request->force || move_certificates_good(move, error)) &&
		 bring_up(move, move->to, progress, error));
}

/* The site stays active: its services as they were, a lost rim or not. */
bool
move_services_down_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return !service_has_nodes(&move->config, move->from) ||
		bring_up(move, move->from, progress, error);
}
