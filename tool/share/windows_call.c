/*
 * windows_call.c
 *		Requests to a script at the Windows node of a share.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "platform/clock.h"
#include "platform/secret.h"
#include "powershell/powershell.h"
#include "share/windows_node.h"

/* Until a node says its first word: all of the input must have come there. */
#define ANSWER_MS 300000
#define ACCOUNT_BYTES 4096

static Text *
add_line(ShareRequests *requests)
{
	if (requests->n == requests->capacity)
	{
		requests->capacity = 2 * requests->capacity + 8;
		requests->lines = mem_grow(requests->lines,
								   requests->capacity * sizeof(Text));
	}
	requests->lines[requests->n] = (Text)
	{
		NULL, 0, 0
	};
	return &requests->lines[requests->n++];
}

void
share_requests_add(ShareRequests *requests, json_t * request)
{
	char	   *text = json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII);

	text_add(add_line(requests), text);
	free(text);
	json_decref(request);
}

void
share_requests_free(ShareRequests *requests)
{
	for (size_t i = 0; i < requests->n; i++)
		secret_free(&requests->lines[i]);
	free(requests->lines);
	memset(requests, 0, sizeof(*requests));
}

/* A string of JSON, without copies that are not wiped. */
static void
add_secret(Text *line, const char *value, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	secret_add(line, "\"", 1);
	for (size_t i = 0; i < len; i++)
	{
		const unsigned char c = (unsigned char) value[i];
		const char	escape[] = {'\\', 'u', '0', '0', digits[c >> 4],
		digits[c & 15]};

		if (c < ' ' || c == '"' || c == '\\')
			secret_add(line, escape, sizeof(escape));
		else
			secret_add(line, &value[i], 1);
	}
	secret_add(line, "\"", 1);
}

/* The value of "NAME = VALUE" in a file as Samba's programs take it. */
static bool
find_value(const Text *file, const char *name, const char **value,
		   size_t *len)
{
	const char *line = file->bytes;

	while (line != NULL && *line != '\0')
	{
		const char *end = line + strcspn(line, "\r\n");
		const char *at = line + strspn(line, " \t");

		if (strncmp(at, name, strlen(name)) == 0)
		{
			at += strlen(name);
			at += strspn(at, " \t");
			if (*at == '=')
			{
				at++;
				at += strspn(at, " \t");
				*value = at;
				*len = (size_t) (end - at);
				return true;
			}
		}
		line = end + strspn(end, "\r\n");
	}
	return false;
}

static bool
add_logon(ShareRequests *requests, const ShareAccess *access,
		  const Text *file, Error *error)
{
	json_t	   *place = json_string(access->place);
	char	   *root = json_dumps(place, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	const char *user,
			   *password,
			   *domain = "";
	size_t		user_len,
				password_len,
				domain_len = 0;
	Text		name = {NULL, 0, 0};
	Text	   *line;

	json_decref(place);
	if (!find_value(file, "username", &user, &user_len) ||
		!find_value(file, "password", &password, &password_len))
	{
		free(root);
		return error_set(error, NULL, "Write a line \"username = NAME\", a "
						 "line \"password = PASSWORD\", and a line \"domain = "
						 "DOMAIN\" where there is one.",
						 "file \"%s\" has no logon", access->share->account);
	}
	(void) find_value(file, "domain", &domain, &domain_len);
	text_add_bytes(&name, domain, domain_len);
	if (domain_len > 0)
		text_add(&name, "\\");
	text_add_bytes(&name, user, user_len);
	line = add_line(requests);
	secret_add(line, "{\"op\":\"logon\",\"root\":", 21);
	secret_add(line, root, strlen(root));
	secret_add(line, ",\"user\":", 8);
	add_secret(line, name.bytes, name.len);
	secret_add(line, ",\"password\":", 12);
	add_secret(line, password, password_len);
	secret_add(line, "}", 1);
	free(root);
	text_free(&name);
	return true;
}

bool
share_requests_logon(ShareRequests *requests, const ShareAccess *access,
					 Error *error)
{
	Text		file = {NULL, 0, 0};
	bool		good;

	if (access->share->account == NULL ||
		strncmp(access->place, "\\\\", 2) != 0)
		return true;
	good = plat_secret_read(access->share->account, ACCOUNT_BYTES, true,
							&file, error) &&
		add_logon(requests, access, &file, error);
	secret_free(&file);
	return good;
}

static const ConfigNode *
node_of(const ShareAccess *access)
{
	const Config *config = access->config;

	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].name, access->share->node) == 0)
			return &config->nodes[i];
	return NULL;
}

static int
left_ms(const ShareAccess *access)
{
	const		int64_t left = access->end - plat_clock_ms();

	if (access->end == 0)
		return 0;
	return left < 1 ? 1 : left > INT_MAX ? INT_MAX : (int) left;
}

bool
share_windows_run(const ShareScript *script, Error *error)
{
	const ShareRequests *requests = script->requests;
	const char **lines = mem_alloc((requests->n + 1) * sizeof(char *));
	PowershellCall call = {
		.node = node_of(script->access),.script = script->script,
		.parameters = script->parameters,.lines = lines,
		.n_lines = requests->n,.on_line = script->on_line,.arg = script->arg,
		.deadline_ms = left_ms(script->access),.answer_ms = ANSWER_MS
	};
	bool		good;

	for (size_t i = 0; i < requests->n; i++)
		lines[i] = requests->lines[i].bytes;
	good = powershell_run(&call, error);
	free(lines);
	return good;
}
