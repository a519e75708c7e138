/*
 * answer.c
 *		Answers: lines of JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/json.h"
#include "base/memory.h"
#include "programs/scm/session.h"
#include "programs/scm/words.h"

json_t *
scm_answer_new(const json_t * request)
{
	static const char *const names[] = {"op", "service"};
	json_t	   *answer = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (scm_request_text(request, names[i]) != NULL)
			json_object_set_new(answer, names[i],
								json_text(scm_request_text(request, names[i])));
	return answer;
}

void
scm_answer_print(FILE *out, json_t * answer)
{
	char	   *text = json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (text != NULL)
		fprintf(out, "%s\n", text);
	fflush(out);
	free(text);
	json_decref(answer);
}

bool
scm_answer_end(Session *session, json_t * answer, uint32_t code)
{
	if (code == SCMR_BROKEN)
	{
		json_decref(answer);
		return false;
	}
	json_object_set_new(answer, "ok", json_boolean(code == 0));
	json_object_set_new(answer, "error", json_integer(code));
	if (json_object_get(answer, "error_name") == NULL)
		json_object_set_new(answer, "error_name",
							json_string(words_error(code)));
	scm_answer_print(session->out, answer);
	return code == 0;
}

void
scm_answer_text(json_t * answer, const char *text)
{
	json_set_text(answer, "text", text);
}

void
scm_answer_status(json_t * answer, const ScmrStatus *status)
{
	json_set_text(answer, "state", words_state(status->state));
	json_object_set_new(answer, "pid", json_integer(status->pid));
}

void
scm_answer_config(json_t * answer, const ScmrConfig *config)
{
	json_set_text(answer, "display", config->display);
	json_set_text(answer, "start",
				  words_start(config->start, config->delayed));
}

void
scm_answer_recovery(json_t * answer, const ScmrRecovery *recovery)
{
	const Text *bytes = &recovery->bytes;
	char	   *text = mem_alloc(bytes->len * 4 / 3 + 8);

	EVP_EncodeBlock((unsigned char *) text,
					(const unsigned char *) bytes->bytes, (int) bytes->len);
	json_set_text(answer, "recovery", text);
	json_object_set_new(answer, "recovery_set", json_boolean(recovery->set));
	free(text);
}
