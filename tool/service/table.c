/*
 * table.c
 *		The services of Qlik Sense: their names, and in which order they go.
 *
 * The dispatcher hosts what the repository needs when it starts; the engine
 * and the others ask the repository.  Down it goes the other way.  The
 * database is the target of the replication, and never stopped.
 */
#include <string.h>

#include "service/internal.h"

static const struct
{
	const char *word;
	const char *name;			/* on Windows */
}			services[] =

{
	{"database", "QlikSenseRepositoryDatabase"},
	{"dispatcher", "QlikSenseServiceDispatcher"},
	{"logging", "QlikLoggingService"},
	{"repository", "QlikSenseRepositoryService"},
	{"proxy", "QlikSenseProxyService"},
	{"engine", "QlikSenseEngineService"},
	{"scheduler", "QlikSenseSchedulerService"},
	{"printing", "QlikSensePrintingService"}
};

const ServiceKind service_stop_order[] = {
	SERVICE_PRINTING, SERVICE_ENGINE, SERVICE_SCHEDULER, SERVICE_PROXY,
	SERVICE_DISPATCHER, SERVICE_LOGGING, SERVICE_REPOSITORY, SERVICE_KINDS
};

const ServiceKind service_start_order[] = {
	SERVICE_DISPATCHER, SERVICE_LOGGING, SERVICE_REPOSITORY, SERVICE_PROXY,
	SERVICE_ENGINE, SERVICE_SCHEDULER, SERVICE_PRINTING, SERVICE_KINDS
};

const char *
service_kind_word(ServiceKind kind)
{
	return services[kind].word;
}

const char *
service_name(const ConfigNode *node, ServiceKind kind)
{
	const char *word = services[kind].word;
	size_t		len = strlen(word);

	for (size_t i = 0; i < node->services.n; i++)
		if (strncmp(node->services.words[i], word, len) == 0 &&
			node->services.words[i][len] == '=')
			return node->services.words[i] + len + 1;
	return services[kind].name;
}

/* Names of services are compared as those of hosts: without their case. */
bool
service_kind(const ConfigNode *node, const char *name, ServiceKind *kind)
{
	for (int i = 0; i < SERVICE_KINDS; i++)
		if (config_same_name(service_name(node, (ServiceKind) i), name))
		{
			*kind = (ServiceKind) i;
			return true;
		}
	return false;
}

ServiceState *
service_state_of(ServiceNode *node, ServiceKind kind)
{
	for (size_t i = 0; i < node->n; i++)
		if (node->services[i].kind == kind)
			return &node->services[i];
	return NULL;
}

bool
service_is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

bool
service_is_stopped(const char *state)
{
	return service_is(state, "stopped");
}
