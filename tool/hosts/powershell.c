/*
 * powershell.c
 *		Access: a file of a Windows node by ssh, with PowerShell there.
 *
 * The script is one word in base64, which no shell on the way changes; the
 * file's bytes come and go in base64, too.  File.Replace puts the new file in
 * place in one step, keeps the old one's access rights, and keeps the old one.
 */
#include <string.h>

#include <openssl/evp.h>

#include "hosts/internal.h"

static const char head[] =
"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; ";

static const char read_script[] =
"[Console]::Out.Write([Convert]::ToBase64String("
"[IO.File]::ReadAllBytes($path)))";

static const char write_script[] =
"$bytes = [Convert]::FromBase64String([Console]::In.ReadToEnd().Trim()); "
"$new = $path + '" HOSTS_NEW "'; "
"[IO.File]::WriteAllBytes($new, $bytes); "
"[IO.File]::Replace($new, $path, $path + '" HOSTS_BACKUP "')";

static char *
base64(const void *bytes, size_t len, Arena *arena)
{
	char	   *out = arena_alloc(arena, 4 * ((len + 2) / 3) + 1);

	EVP_EncodeBlock((unsigned char *) out, bytes, (int) len);
	return out;
}

/* The script with the path, as -EncodedCommand takes it: UTF-16, base64. */
static const char *
encoded(const char *path, const char *script, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	char	   *wide;
	const char *result;

	text_addf(&text, "%s$path = '", head);
	for (; *path != '\0'; path++)
		text_addf(&text, "%s%c", *path == '\'' ? "'" : "", *path);
	text_addf(&text, "'; %s", script);
	wide = arena_alloc(arena, 2 * text.len);
	for (size_t i = 0; i < text.len; i++)
		wide[2 * i] = text.bytes[i];
	result = base64(wide, 2 * text.len, arena);
	text_free(&text);
	return result;
}

static const char *const *
words(const HostsFinding *finding, const char *script, Arena *arena)
{
	const char *const powershell[] = {
		"powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand",
		encoded(finding->path, script, arena), NULL
	};

	return hosts_ssh_words(finding, powershell, arena);
}

void
hosts_powershell_prepare(const HostsFinding *finding, Arena *arena,
						 PlatChild *child)
{
	child->argv = words(finding, read_script, arena);
}

/* Of four bytes each; EVP_DecodeBlock() counts the padding as bytes. */
static bool
decode(char *bytes, size_t len, Text *content)
{
	int			padding;
	int			n;

	while (len > 0 && strchr("\r\n ", bytes[len - 1]) != NULL)
		len--;
	if (len == 0)
		return true;
	if (len % 4 != 0)
		return false;
	padding = (bytes[len - 1] == '=') + (bytes[len - 2] == '=');
	n = EVP_DecodeBlock((unsigned char *) bytes, (unsigned char *) bytes,
						(int) len);
	if (n < 0)
		return false;
	text_add_bytes(content, bytes, (size_t) (n - padding));
	return true;
}

bool
hosts_powershell_take(const PlatChildResult *result, const Error *failed,
					  Text *content, Error *error)
{
	Text		output = {NULL, 0, 0};
	bool		good;

	if (failed->message != NULL)
		return error_set(error, failed->detail, failed->hint, "%s",
						 failed->message);
	text_add_bytes(&output, result->output, result->output_len);
	good = output.len == 0 || decode(output.bytes, output.len, content);
	text_free(&output);
	return good || error_set(error, NULL, "It must be Windows, with OpenSSH's "
							 "server and PowerShell.",
							 "what PowerShell there prints is not a file in "
							 "base64");
}

bool
hosts_powershell_write(const HostsFinding *finding, Arena *arena,
					   Error *error)
{
	Text		input = {NULL, 0, 0};
	bool		good;

	text_add(&input, base64(finding->result.bytes, finding->result.len,
							arena));
	good = hosts_run(words(finding, write_script, arena), &input, error);
	text_free(&input);
	return good;
}
