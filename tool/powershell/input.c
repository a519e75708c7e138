/*
 * input.c
 *		What goes to a node: a command line and standard input.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "powershell/powershell.h"
#include "powershell/scripts.h"

/* "qsrepl-1 NUMBER SHA256", with room for any number. */
#define HEAD "qsrepl-1 0000000000 "
#define HEAD_NUMBER 9
#define HEAD_DIGITS 10

static const PowershellScript *
find(const char *name)
{
	const PowershellScript *script = powershell_scripts;

	while (strcmp(script->name, name) != 0)
		script++;
	return script;
}

static void
add_line(Text *text, const void *bytes, size_t len)
{
	base64_add(text, bytes, len);
	secret_add(text, "\n", 1);
}

static void
add_hex(char *to, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++)
	{
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
}

/* How many lines follow the head, and their digest without the last feed. */
static void
fill_head(Text *text, size_t n_lines, size_t body)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t		len = 0;
	char	   *number = text->bytes + HEAD_NUMBER + HEAD_DIGITS;

	for (; n_lines > 0; n_lines /= 10)
		*--number = (char) ('0' + n_lines % 10);
	(void) EVP_Q_digest(NULL, "SHA256", NULL, text->bytes + body,
						text->len - body - 1, digest, &len);
	add_hex(text->bytes + strlen(HEAD), digest, len);
}

static void
add_input(const PowershellCall *call, Text *text)
{
	const PowershellScript *script = find(call->script);
	char		sum[2 * 32];
	char	   *parameters = call->parameters == NULL ? mem_strdup("{}") :
	json_dumps(call->parameters, JSON_COMPACT | JSON_ENSURE_ASCII);
	size_t		body;

	memset(sum, '0', sizeof(sum));
	secret_add(text, HEAD, strlen(HEAD));
	secret_add(text, sum, sizeof(sum));
	secret_add(text, "\n", 1);
	body = text->len;
	add_line(text, script->text, script->len);
	add_line(text, parameters, strlen(parameters));
	for (size_t i = 0; i < call->n_lines; i++)
		add_line(text, call->lines[i], strlen(call->lines[i]));
	fill_head(text, 2 + call->n_lines, body);
	free(parameters);
}

/* The bootstrap as -EncodedCommand takes it: base64 of UTF-16. */
static char *
encoded_command(void)
{
	const PowershellScript *script = find("bootstrap");
	Text		wide = {NULL, 0, 0};
	Text		encoded = {NULL, 0, 0};

	for (size_t i = 0; i < script->len; i++)
	{
		text_add_bytes(&wide, &script->text[i], 1);
		text_add_bytes(&wide, "", 1);
	}
	base64_add(&encoded, wide.bytes, wide.len);
	text_free(&wide);
	return text_take(&encoded);
}

/* All words but the bootstrap are constants or the configuration's. */
static const char **
make_argv(const ConfigWords *way, const char *bootstrap)
{
	static const char *const words[] = {
		"powershell.exe", "-NoLogo", "-NoProfile", "-NonInteractive",
		"-InputFormat", "Text", "-OutputFormat", "Text", "-EncodedCommand"
	};
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char **argv = mem_alloc((way->n + n + 2) * sizeof(char *));

	for (size_t i = 0; i < way->n; i++)
		argv[i] = way->words[i];
	for (size_t i = 0; i < n; i++)
		argv[way->n + i] = words[i];
	argv[way->n + n] = bootstrap;
	argv[way->n + n + 1] = NULL;
	return argv;
}

bool
powershell_prepare(const PowershellCall *call, PowershellChild *child,
				   Error *error)
{
	const ConfigWords *way = &call->node->ssh_command;

	memset(child, 0, sizeof(*child));
	if (way->n == 0)
		return error_set(error, NULL, "Set ssh_command in its section, for "
						 "example to \"ssh -o BatchMode=yes USER@HOST\".",
						 "no ssh_command leads to node \"%s\"",
						 call->node->name);
	add_input(call, &child->input);
	child->bootstrap = encoded_command();
	child->argv = make_argv(way, child->bootstrap);
	child->child.argv = child->argv;
	child->child.input = child->input.bytes;
	child->child.input_len = child->input.len;
	child->child.deadline_ms = call->deadline_ms;
	child->child.answer_ms = call->answer_ms;
	return true;
}

void
powershell_free(PowershellChild *child)
{
	free(child->argv);
	free(child->bootstrap);
	secret_free(&child->input);
}
