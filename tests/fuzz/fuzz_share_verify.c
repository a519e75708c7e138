/*
 * fuzz_share_verify.c
 *		Any bytes as a network path, as a canary, as what smbclient says, and as
 *		the system's list of mounts: the first one says which.
 */
#include "fuzz.h"

#include "platform/mount.h"
#include "share/external.h"
#include "share/proof_answer.h"
#include "share/unc.h"

static void
run_unc(const char *text, Arena *arena)
{
	ShareUnc	unc;
	const char *rest;

	if (!share_unc_parse(text, arena, &unc))
		return;
	require(unc.server[0] != '\0' && unc.share[0] != '\0');
	require(strpbrk(unc.server, "/\\\"\n") == NULL);
	require(strpbrk(unc.rest, "\\\"\n") == NULL);
	rest = share_unc_below(text, text, arena);
	require(rest != NULL && rest[0] == '\0');
}

static void
run_canary(const char *text, size_t len, Arena *arena)
{
	ShareCanary canary;
	ShareCanary again;
	Error		error = ERROR_NONE;

	if (share_canary_parse(text, len, arena, &canary, &error))
	{
		char	   *out = share_canary_format(&canary);

		require(out != NULL &&
				share_canary_parse(out, strlen(out), arena, &again, &error));
		require(again.number == canary.number &&
				strcmp(again.site, canary.site) == 0);
		free(out);
	}
	error_free(&error);
}

static void
run_answer(const char *text, Arena *arena)
{
	ShareProof	proof = {.file = ".qsrepl-proof-1"};
	char	   *output = arena_strdup(arena, text);
	size_t		half = strcspn(output, "|");
	PlatChildResult result = {
		.end = PLAT_CHILD_EXITED,.output = output,
		.errors = output + half + (output[half] == '|')
	};
	Error		failed = ERROR_NONE;

	output[half] = '\0';
	proof_answer(&result, &failed, arena, &proof);
	require(proof.state != SHARE_PROOF_FAILED || proof.problem != NULL);
}

static void
run_mounts(const char *text, Arena *arena)
{
	PlatMount	mount;

	if (plat_mount_parse(text, "/srv/qlik/x", arena, &mount))
		require(mount.point[0] == '/' && mount.type[0] != '\0');
	else
		return;
	plat_mount_has(&mount, "ro");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena		arena = {NULL};
	char	   *text;

	if (size == 0)
		return 0;
	text = arena_alloc(&arena, size);
	memcpy(text, data + 1, size - 1);
	switch (data[0] % 4)
	{
		case 0:
			run_unc(text, &arena);
			break;
		case 1:
			run_canary(text, size - 1, &arena);
			break;
		case 2:
			run_answer(text, &arena);
			break;
		default:
			run_mounts(text, &arena);
	}
	arena_free(&arena);
	return 0;
}
