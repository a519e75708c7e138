/*
 * service.h
 *		Services of Qlik Sense on the nodes of a site.
 *
 * What is known of each node and of each of its services is in a
 * ServiceReport, which every function fills, also where it fails: a failure on
 * one node does not keep the others from being worked on.  Everything is
 * idempotent: what is so already is success.  Nothing is printed.
 *
 * Nodes with service_control = none are left out everywhere.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

/* In the order in which they are started. */
typedef enum ServiceKind
{
	SERVICE_DATABASE,			/* is only listed: it stays up */
	SERVICE_DISPATCHER,
	SERVICE_LOGGING,
	SERVICE_REPOSITORY,
	SERVICE_PROXY,
	SERVICE_ENGINE,
	SERVICE_SCHEDULER,
	SERVICE_PRINTING,
	SERVICE_KINDS				/* how many there are */
} ServiceKind;

/* One service on a node.  All strings are the report's. */
typedef struct ServiceState
{
	ServiceKind kind;
	const char *name;			/* as the node's system knows it */
	const char *before;			/* "running", "stopped", "start_pending", ...;
								 * NULL: not known */
	const char *now;			/* the same, afterwards */
	const char *start;			/* start type: "auto", "delayed", "manual",
								 * "disabled"; NULL: not known */
	const char *recovery;		/* recovery actions, opaque; NULL: none or not
								 * known */
	bool		recovery_set;	/* there are some */
	bool		asked;			/* rights were, and the next three are known */
	bool		may_stop;
	bool		may_start;
	bool		may_configure;
	int64_t		ms;				/* how long it took; -1: nothing was done */
	const char *problem;		/* NULL: none */
} ServiceState;

typedef enum ServiceAnswer
{
	SERVICE_NOT_TRIED,			/* since others' logon was refused */
	SERVICE_ANSWERS,
	SERVICE_REFUSED,			/* its logon was */
	SERVICE_SILENT,				/* not reached, or no answer within the time */
	SERVICE_BROKEN				/* its answer makes no sense */
} ServiceAnswer;

/* A node that services are controlled on. */
typedef struct ServiceNode
{
	const ConfigNode *node;
	ServiceAnswer answer;
	bool		read;			/* its services were listed */
	const char *problem;		/* of the node as a whole; NULL: none */
	const char *hint;			/* what to do about it; NULL: see
								 * service_hint() */
	ServiceState *services;		/* those of Qlik Sense that are there */
	size_t		n;
} ServiceNode;

/* A question over HTTP. */
typedef struct ServiceProbe
{
	const char *node;			/* or "alias" */
	const char *url;
	int64_t		ms;
	const char *problem;		/* NULL: it answered as it should */
	const char *hint;			/* else what to do about it */
} ServiceProbe;

typedef struct ServiceReport
{
	ServiceNode *nodes;			/* in the order of the configuration */
	size_t		n;
	ServiceProbe *probes;		/* what was asked at last */
	size_t		n_probes;
	const char **notes;			/* sentences for the user */
	size_t		n_notes;
	Arena		arena;			/* holds the strings */
} ServiceReport;

typedef struct ServiceOptions
{
	const char *node;			/* only this one; NULL: all of the site */
	bool		force;			/* start: although the databases are not
								 * localized */
	bool		no_probe;		/* start: nothing is asked over HTTP */
	const char *certificates;	/* start: what tells the site's certificates
								 * from other ones; NULL: not known, then the
								 * file probe_ca is looked at */
	void		(*progress) (void *arg, const char *what);	/* or NULL */
	void	   *arg;
} ServiceOptions;

/* What to do about a node's problem; NULL: there is none. */
extern const char *service_hint(const ServiceNode *node);

/*
 * service_survey
 *		List the services of a site's nodes, their states and start types.
 *
 * in:     site: NULL: all sites
 * out:    *report, freed with service_report_free(), whatever is returned
 * errors: false where a node does not answer or has no service of Qlik Sense;
 *         which ones is in the report, and in the detail
 */
extern bool service_survey(const Config *config, const ConfigSite *site,
						   const ServiceOptions *options,
						   ServiceReport *report, Error *error);

/*
 * service_stop_site
 *		Stop all services but the database, rims first, the central node last,
 *		and wait until they have stopped.
 *
 * errors: a service that has not stopped (may be called again), a node that
 *         does not answer; all others are stopped anyway
 */
extern bool service_stop_site(const Config *config, const ConfigSite *site,
							  const ServiceOptions *options,
							  ServiceReport *report, Error *error);

/*
 * service_start_site
 *		Start what is not disabled: the central node first, with its bootstrap
 *		command and its probe, then the rims; then ask over HTTP whether all
 *		of it answers.
 *
 * errors: the site's databases are not localized (nothing was started), a
 *         service that does not run, a node that does not answer, a probe
 *         that fails; where the central node does not come up, the rims are
 *         left alone
 */
extern bool service_start_site(const Config *config, const ConfigSite *site,
							   const ServiceOptions *options,
							   ServiceReport *report, Error *error);

/*
 * service_site_running
 *		Signs of life, for a failover: does any service of Qlik Sense run?
 *
 * out:    *running: at least one does, or is about to; nodes that do not
 *         answer are in the report (SERVICE_SILENT) and are no error: a site
 *         that is lost has no others
 * errors: every node has refused the logon, or makes no sense
 */
extern bool service_site_running(const Config *config, const ConfigSite *site,
								 const ServiceOptions *options,
								 ServiceReport *report, bool *running,
								 Error *error);

/*
 * service_set_passive
 *		Set the start types to manual and clear the recovery actions, so that
 *		a restart of a machine starts nothing.  The originals are recorded
 *		before; what is disabled is left alone.
 *
 * errors: a node that does not answer, whose backend cannot do it, or that
 *         refuses; the others are set anyway
 */
extern bool service_set_passive(const Config *config, const ConfigSite *site,
								const ServiceOptions *options,
								ServiceReport *report, Error *error);

/*
 * service_set_active
 *		Give each service the start type and recovery actions back that were
 *		recorded; what has no record is left alone, and told in the notes.
 */
extern bool service_set_active(const Config *config, const ConfigSite *site,
							   const ServiceOptions *options,
							   ServiceReport *report, Error *error);

/*
 * service_verify_rights
 *		Ask each node whether the logon may stop, start and configure its
 *		services, without doing so.
 *
 * in:     site: NULL: all sites
 * errors: a node that does not answer; a missing right is told by may_*
 */
extern bool service_verify_rights(const Config *config,
								  const ConfigSite *site,
								  const ServiceOptions *options,
								  ServiceReport *report, Error *error);

/* Has a site nodes whose services are controlled? */
extern bool service_has_nodes(const Config *config, const ConfigSite *site);

/* Can a node's backend set start types; can it run a command? */
extern bool service_can_configure(const ConfigNode *node);
extern bool service_can_run(const ConfigNode *node);

/* "dispatcher" */
extern const char *service_kind_word(ServiceKind kind);

/*
 * service_work
 *		Read requests from standard input and answer them on standard output,
 *		a JSON document a line, for a node whose backend has no program of its
 *		own that does so.  What "qsrepl service work" is.
 *
 * out: exit code
 */
extern int	service_work(const Config *config, const ConfigNode *node);

/* Free what it holds. */
extern void service_report_free(ServiceReport *report);

#endif							/* SERVICE_SERVICE_H */
