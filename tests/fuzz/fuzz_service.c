/*
 * fuzz_service.c
 *		What a node answers about its services: any lines at all.
 *
 * The first byte says how many requests were made.  Whatever comes, strings of
 * the report have no control characters, and services are Qlik Sense's, each
 * once, in the order of their kinds.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "service/internal.h"

static const char *const roles[] = {"central", NULL};
static const ConfigNode node = {
	.name = "CN",.site = "A",.address = "10.0.0.1",.roles = {roles, 1},
	.service_control = CONFIG_SERVICE_SCM,.credentials = "/nowhere"
};

static void
check_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char) *text < ' ' || *text == 0x7F)
			abort();
}

static void
check_node(const ServiceNode *known)
{
	check_text(known->problem);
	if (known->n > SERVICE_KINDS)
		abort();
	for (size_t i = 0; i < known->n; i++)
	{
		const ServiceState *state = &known->services[i];

		if (i > 0 && state->kind <= known->services[i - 1].kind)
			abort();
		check_text(state->name);
		check_text(state->before);
		check_text(state->now);
		check_text(state->start);
		check_text(state->recovery);
		check_text(state->problem);
	}
}

static void
answer(ServiceSession *session, const char *line, size_t len)
{
	json_t	   *object = json_loadb(line, len, 0, NULL);

	if (json_is_object(object))
		service_answer(session, object);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Config		config = {.n_nodes = 0};
	ConfigNode	copy = node;
	ServiceReport report;
	ServiceWork work;
	ServiceSession session;
	const PlatChildResult result = {.end = PLAT_CHILD_EXITED};
	const Error none = ERROR_NONE;

	if (size == 0)
		return 0;
	config.nodes = &copy;
	config.n_nodes = 1;
	service_work_begin(&work, &config, NULL, NULL, &report);
	service_session_begin(&session, &work, &report.nodes[0]);
	for (int i = 0; i < data[0] % 8; i++)
		if (i % 2 == 0)
			service_ask_list(&session);
		else
			service_ask_of(&session, "stop", (ServiceKind) i, 10);
	for (size_t at = 1; at < size;)
	{
		const uint8_t *feed = memchr(data + at, '\n', size - at);
		size_t		end = feed != NULL ? (size_t) (feed - data) : size;

		answer(&session, (const char *) data + at, end - at);
		at = end + 1;
	}
	service_session_end(&session, &result, &none);
	check_node(&report.nodes[0]);
	service_session_free(&session);
	service_report_free(&report);
	return 0;
}
