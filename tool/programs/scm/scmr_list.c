/*
 * scmr_list.c
 *		Enumerations: of all services, and of those that need one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/scmr.h"

#include <stdlib.h>

#include "base/memory.h"

enum
{
	ENUM_DEPENDENTS = 13,
	ENUM_STATUS_EX = 42,
	PROCESS_INFO = 0,			/* level of ENUM_STATUS_EX */
	WIN32_SERVICES = 0x30,
	ACTIVE = 1,
	ALL_STATES = 3,
	MORE_DATA = 234,
	BUFFER = 32 * 1024,			/* bytes asked for at once */
	MOST_BUFFER = 256 * 1024,	/* the protocol's limit */
	MOST_SERVICES = 16384
};

static void
take_status(NdrReader *buffer, bool process, ScmrStatus *status)
{
	ndr_u32(buffer);			/* type */
	status->state = ndr_u32(buffer);
	ndr_u32(buffer);			/* controls that it accepts */
	status->exit_code = ndr_u32(buffer);
	status->specific_code = ndr_u32(buffer);
	ndr_skip(buffer, 2 * 4);	/* progress */
	status->pid = process ? ndr_u32(buffer) : 0;
	if (process)
		ndr_u32(buffer);		/* flags */
}

bool
scmr_entries(NdrReader *buffer, uint32_t count, bool process, ScmrList *list)
{
	for (uint32_t i = 0; i < count && !buffer->failed; i++)
	{
		ScmrEntry	entry = {NULL, NULL, {0, 0, 0, 0}};
		uint32_t	name = ndr_u32(buffer);
		uint32_t	display = ndr_u32(buffer);

		take_status(buffer, process, &entry.status);
		entry.name = ndr_text_at(buffer, name);
		if (process)
			entry.display = ndr_text_at(buffer, display);
		if (buffer->failed || list->count >= MOST_SERVICES)
		{
			free(entry.name);
			free(entry.display);
			return false;
		}
		list->entries = mem_grow(list->entries, (list->count + 1)
								 * sizeof(*list->entries));
		list->entries[list->count++] = entry;
	}
	return !buffer->failed;
}

static uint32_t
make_no_sense(Rpc *rpc)
{
	failure_set(&rpc->failure, FAILURE_PROTOCOL, 0,
				"a list of services makes no sense");
	return SCMR_BROKEN;
}

/* A piece of the list from *resume on; MORE_DATA where it is not the last. */
static uint32_t
list_piece(Rpc *rpc, const ScmrHandle *manager, uint32_t size,
		   uint32_t *resume, ScmrList *list)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;
	NdrReader	buffer;
	uint32_t	count;
	uint32_t	code;

	scmr_put_handle(&stub, manager);
	ndr_put_u32(&stub, PROCESS_INFO);
	ndr_put_u32(&stub, WIN32_SERVICES);
	ndr_put_u32(&stub, ALL_STATES);
	ndr_put_u32(&stub, size);
	ndr_put_pointer(&stub, true);
	ndr_put_u32(&stub, *resume);
	ndr_put_pointer(&stub, false);	/* of any group */
	if (!rpc_call(rpc, ENUM_STATUS_EX, &stub, &answer))
		return SCMR_BROKEN;
	buffer = ndr_array(&answer);
	ndr_u32(&answer);			/* bytes that are missing */
	count = ndr_u32(&answer);
	*resume = ndr_u32(&answer) != 0 ? ndr_u32(&answer) : 0;
	code = scmr_code(rpc, &answer);
	if ((code == 0 || code == MORE_DATA)
		&& !scmr_entries(&buffer, count, true, list))
		return make_no_sense(rpc);
	return code;
}

uint32_t
scmr_list(Rpc *rpc, const ScmrHandle *manager, ScmrList *list)
{
	uint32_t	resume = 0;
	uint32_t	code;
	size_t		before;

	do
	{
		before = list->count;
		code = list_piece(rpc, manager, BUFFER, &resume, list);
	} while (code == MORE_DATA && list->count > before && resume > 0);
	return code;
}

static uint32_t
dependents_within(Rpc *rpc, const ScmrHandle *service, uint32_t *size,
				  ScmrList *list)
{
	Text		stub = {NULL, 0, 0};
	NdrReader	answer;
	NdrReader	buffer;
	uint32_t	count;
	uint32_t	needed;
	uint32_t	code;

	scmr_put_handle(&stub, service);
	ndr_put_u32(&stub, ACTIVE);
	ndr_put_u32(&stub, *size);
	if (!rpc_call(rpc, ENUM_DEPENDENTS, &stub, &answer))
		return SCMR_BROKEN;
	buffer = ndr_array(&answer);
	needed = ndr_u32(&answer);
	count = ndr_u32(&answer);
	code = scmr_code(rpc, &answer);
	if (code == 0 && !scmr_entries(&buffer, count, false, list))
		return make_no_sense(rpc);
	*size = needed;
	return code;
}

uint32_t
scmr_dependents(Rpc *rpc, const ScmrHandle *service, ScmrList *list)
{
	uint32_t	size = 1024;	/* enough for a dozen */
	uint32_t	code = dependents_within(rpc, service, &size, list);

	if (code == MORE_DATA)
	{
		size = size > BUFFER ? MOST_BUFFER : BUFFER;
		code = dependents_within(rpc, service, &size, list);
	}
	return code;
}

void
scmr_list_free(ScmrList *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		free(list->entries[i].name);
		free(list->entries[i].display);
	}
	free(list->entries);
	list->entries = NULL;
	list->count = 0;
}
