/*
 * hosts.c
 *		Concern: the nodes' hosts files.
 */
#include "check/internal.h"
#include "hosts/hosts.h"

static void
check_one(CheckRun *run, const HostsFinding *finding)
{
	switch (finding->state)
	{
		case HOSTS_SKIPPED:
			return;
		case HOSTS_CURRENT:
			if (finding->problem != NULL)
				check_warn(run, finding->machine, finding->hint,
						   "hosts file: %s", finding->problem);
			else
				check_pass(run, finding->machine, "its hosts file is current");
			return;
		case HOSTS_MISSING:
		case HOSTS_DIFFERENT:
			check_warn(run, finding->machine, "\"qsrepl hosts apply\" writes "
					   "it; --dry-run shows what would change.",
					   "its hosts file %s", finding->state == HOSTS_MISSING ?
					   "lacks the aliases" : "has other lines in the block");
			return;
		default:
			check_warn(run, finding->machine, finding->hint, "hosts file: %s",
					   finding->problem);
	}
}

void
check_hosts(CheckRun *run)
{
	const HostsRequest request = {.config = run->config};
	HostsReport report = {.n = 0};

	hosts_check(&request, &report);
	for (size_t i = 0; i < report.n; i++)
		check_one(run, &report.list[i]);
	hosts_report_free(&report);
}
