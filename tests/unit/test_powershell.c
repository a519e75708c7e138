/*
 * test_powershell.c
 *		What goes to a Windows node, and what is made of its answers, without a
 *		way there: tests/t/116_powershell.pl has one.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "harness.h"
#include "powershell/powershell.h"
#include "powershell/scripts.h"

static const char *const way[] = {"ssh", "P1", NULL};
static const ConfigNode node = {.name = "P1",.ssh_command = {way, 2}};

static void
test_base64(void)
{
	static const char *const wrong[] = {
		"A", "AA", "AAA", "A===", "====", "AA=A", "=AAA", "AAA\n", "AA A",
		"AAAA====", "AAAA=", "AA-_", "\xc3\xa4" "AA"
	};
	unsigned char bytes[200];

	for (size_t len = 0; len <= sizeof(bytes); len++)
	{
		Text		text = {NULL, 0, 0};
		Text		back = {NULL, 0, 0};

		if (len > 0)
			bytes[len - 1] = (unsigned char) (len * 37);
		base64_add(&text, bytes, len);
		check(base64_decode(text.bytes != NULL ? text.bytes : "", &back));
		check(back.len == len &&
			  (len == 0 || memcmp(back.bytes, bytes, len) == 0));
		text_free(&text);
		secret_free(&back);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		Text		back = {NULL, 0, 0};

		check(!base64_decode(wrong[i], &back));
		secret_free(&back);
	}
}

/* The lines of the input, decoded but for the first. */
static size_t
take_apart(const PowershellChild *child, Text *lines, size_t room)
{
	char	   *copy = mem_strdup(child->child.input);
	char	   *at = copy;
	size_t		n = 0;

	check(strlen(copy) == child->child.input_len);
	while (*at != '\0' && n < room)
	{
		char	   *end = strchr(at, '\n');

		if (!check(end != NULL))
			break;
		*end = '\0';
		lines[n] = (Text)
		{
			NULL, 0, 0
		};
		if (n == 0)
			text_add(&lines[n], at);
		else
			check(base64_decode(at, &lines[n]));
		if (lines[n].bytes == NULL)
			text_add(&lines[n], "");
		n++;
		at = end + 1;
	}
	free(copy);
	return n;
}

static void
check_digest(const PowershellChild *child, const char *head)
{
	const char *body = strchr(child->child.input, '\n') + 1;
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t		len;
	Text		expected = {NULL, 0, 0};

	(void) EVP_Q_digest(NULL, "SHA256", NULL, body, strlen(body) - 1, digest,
						&len);
	text_add(&expected, "qsrepl-1 0000000004 ");
	for (size_t i = 0; i < len; i++)
		text_addf(&expected, "%02X", digest[i]);
	check_text(head, expected.bytes);
	text_free(&expected);
}

static void
test_input(void)
{
	static const char *const input[] = {"\xc3\xa4 \"x\"", ""};
	PowershellCall call = {
		.node = &node,.script = POWERSHELL_SERVICES,
		.parameters = json_pack("{s:s}", "Name", "\xc3\xa4"),
		.lines = input,.n_lines = 2
	};
	PowershellChild child;
	Error		error = ERROR_NONE;
	Text		lines[5];
	size_t		n;

	check(powershell_prepare(&call, &child, &error));
	n = take_apart(&child, lines, 5);
	if (check(n == 5))
	{
		check_digest(&child, lines[0].bytes);
		check(strncmp(lines[1].bytes, "<#\n.SYNOPSIS\n", 13) == 0);
		check_text(lines[2].bytes, "{\"Name\":\"\\u00E4\"}");
		check_text(lines[3].bytes, input[0]);
		check_text(lines[4].bytes, "");
	}
	for (size_t i = 0; i < n; i++)
		text_free(&lines[i]);
	check_text(child.argv[0], "ssh");
	check_text(child.argv[2], "powershell.exe");
	powershell_free(&child);
	json_decref(call.parameters);
}

/* Windows takes 8191 characters; ssh_command's account is not among them. */
static void
test_bootstrap(void)
{
	PowershellCall call = {.node = &node,.script = POWERSHELL_CERTIFICATES};
	PowershellChild child;
	Error		error = ERROR_NONE;
	size_t		len = 0;
	Text		wide = {NULL, 0, 0};

	check(powershell_prepare(&call, &child, &error));
	for (size_t i = 2; child.argv[i] != NULL; i++)
		len += strlen(child.argv[i]) + 1;
	check(len < 6000);
	check(base64_decode(child.bootstrap, &wide));
	for (size_t i = 1; i < wide.len; i += 2)
		if (!check(wide.bytes[i] == '\0'))
			break;
	text_free(&wide);
	powershell_free(&child);
}

/* The scripts are the files, in ASCII. */
static void
test_scripts(void)
{
	for (const PowershellScript *script = powershell_scripts;
		 script->name != NULL; script++)
	{
		bool		ascii = true;

		for (size_t i = 0; i < script->len; i++)
			ascii = ascii && (script->text[i] == '\n' ||
							  script->text[i] == '\t' ||
							  (script->text[i] >= ' ' &&
							   script->text[i] <= '~'));
		check(ascii);
		check(script->len > 500);
	}
}

static void
count(void *arg, const json_t * line)
{
	int		   *n = arg;

	(void) line;
	++*n;
}

/* Feed lines, and judge; the message is compared by its beginning. */
static void
check_answer(const char *const *lines, bool ran, int objects,
			 const char *message, const char *detail)
{
	int			n = 0;
	PowershellCall call = {.node = &node,.script = POWERSHELL_SERVICES,
	.on_line = count,.arg = &n};
	PowershellAnswer answer = POWERSHELL_ANSWER(&call);
	PlatChildResult result = {.end = PLAT_CHILD_EXITED};
	Error		error = ERROR_NONE;
	bool		good;

	if (!ran)
		error_set(&error, "why", NULL, "program \"ssh\" failed");
	for (; *lines != NULL; lines++)
		powershell_read(&answer, *lines);
	good = powershell_judge(&answer, ran, &result, &error);
	check(good == (message == NULL));
	check(n == objects);
	if (message != NULL)
		check(strncmp(error.message, message, strlen(message)) == 0);
	else
		check(error.message == NULL);
	check_text(error.detail != NULL ? error.detail : "", detail);
	error_free(&error);
}

#define BEGIN "{\"qsrepl\":\"begin\"}"
#define END "{\"qsrepl\":\"end\",\"ok\":true}"

static void
test_answers(void)
{
	const char *const whole[] = {
		"", "Welcome", "{}", BEGIN, "", "{\"a\":1}", "{no", "[1]", "{\"b\":2}",
		END, "{\"c\":3}", NULL
	};
	const char *const failed[] = {
		BEGIN, "{\"a\":1}", "{\"qsrepl\":\"end\",\"ok\":false,\"error\":"
		"\"because\"}", NULL
	};
	const char *const silent[] = {
		BEGIN, "{\"qsrepl\":\"end\",\"error\":7}", NULL
	};
	const char *const torn[] = {BEGIN, "{\"a\":1}", NULL};
	const char *const other[] = {"bash: powershell.exe: not found", NULL};
	const char *const odd[] = {"{\"qsrepl\":7}", "{\"qsrepl\":\"x\"}", NULL};

	check_answer(whole, true, 2, NULL, "");
	/* The script has ended: what the shell says afterwards does not count. */
	check_answer(whole, false, 2, NULL, "");
	check_answer(failed, false, 1, "script \"Invoke-QlikServiceRequest\" "
				 "failed at node \"P1\"", "because");
	check_answer(silent, false, 0, "script \"Invoke-QlikServiceRequest\" "
				 "failed at node \"P1\"", "");
	check_answer(torn, false, 1, "the connection to node \"P1\" ended before",
				 "why");
	check_answer(other, true, 0, "what answers at node \"P1\" is no PowerShell",
				 other[0]);
	check_answer(other, false, 0, "could not run PowerShell at node \"P1\"",
				 "program \"ssh\" failed: why\nbash: powershell.exe: not "
				 "found");
	check_answer(odd, true, 0, "what answers at node \"P1\" is no PowerShell",
				 odd[0]);
}

int
main(void)
{
	test_base64();
	test_input();
	test_bootstrap();
	test_scripts();
	test_answers();
	return harness_finish();
}
