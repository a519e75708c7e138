/*
 * share_accounts.c
 *		Concern: whether the service account can use the folders of its site.
 *
 * Only of this machine's site: the other one's file servers may have the same
 * names.
 */
#include "check/share.h"

#include <string.h>

#include "share/proof.h"
#include "share/verify.h"

/* Silence of a lost site does not keep the other one from taking over. */
static unsigned
blocks_of(const CheckRun *run, const SiteContent *content)
{
	return check_site_blocks(run, content->site);
}

/* A replica that something else writes may be read-only while it is one. */
static bool
is_replica(const CheckRun *run, const ConfigShare *share,
		   const ConfigSite *site)
{
	return share->replicated_by == CONFIG_REPLICATED_EXTERNALLY &&
		share->writable_command.n > 0 && run->active != NULL &&
		run->active->site != site;
}

static void
add(CheckRun *run, const SiteContent *content, ShareProofs *proofs,
	const char *what, const char *path, const char *account, unsigned how)
{
	const Config *config = run->config;

	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ConfigShare *share = &config->shares[i];
		const char *root = share_root_of_rows(config, share, content->site);

		if (root != NULL && is_replica(run, share, content->site) &&
			share_unc_below(path, root, &proofs->arena) != NULL)
			how |= SHARE_PROOF_REPLICA;
	}
	share_proofs_add(proofs, what, path, account, how);
}

static void
collect(CheckRun *run, const SiteContent *content, ShareProofs *proofs)
{
	const Config *config = run->config;
	Arena	   *arena = &proofs->arena;
	const char *account = NULL;

	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ConfigShare *share = &config->shares[i];
		const char *root = share_root_of_rows(config, share, content->site);

		if (share->account == NULL || root == NULL)
			continue;
		if (account == NULL)
			account = share->account;
		add(run, content, proofs, arena_printf(arena, "root of share \"%s\"",
											   share->name), root,
			share->account, SHARE_PROOF_ROOT);
	}
	/* All of them are used by the same services, as the same account. */
	for (size_t i = 0; account != NULL && i < content->n_folders; i++)
		add(run, content, proofs, content->folders[i].what,
			content->folders[i].path, account, SHARE_PROOF_ROOT);
	for (size_t i = 0; account != NULL && i < content->n_connections; i++)
		add(run, content, proofs,
			arena_printf(arena, "data connection \"%s\"",
						 arena_quote(arena, content->connections[i].what)),
			content->connections[i].path, account, 0);
}

static const char *
words_of(const ShareProof *proof)
{
	switch (proof->state)
	{
		case SHARE_PROOF_READ_ONLY:
			return "the service account can read it, and not write";
		case SHARE_PROOF_SHUT:
			return "the service account cannot read it";
		case SHARE_PROOF_MISSING:
			return "there is no such folder";
		case SHARE_PROOF_NO_SHARE:
			return "the server has no such share for the service account";
		case SHARE_PROOF_LEFT:
			return "the service account cannot remove what it has written";
		case SHARE_PROOF_DAMAGED:
			return "what is read is not what was written";
		case SHARE_PROOF_LOGON:
			return "the server does not let the service account in";
		case SHARE_PROOF_SILENT:
			return "the server does not answer";
		default:
			return "it could not be tried";
	}
}

static const char *
hint_of(CheckRun *run, const ShareProof *proof)
{
	switch (proof->state)
	{
		case SHARE_PROOF_LOGON:
			return "Look at the account before it is tried again: too many "
				"attempts lock it.";
		case SHARE_PROOF_LEFT:
			return arena_printf(&run->report->arena, "Remove the file \"%s\" "
								"there.", proof->file);
		case SHARE_PROOF_MISSING:
			return (proof->how & SHARE_PROOF_ROOT) ? "Look at the mapping and at the folders of "
				"the service cluster." : "Reloads that use it will fail.";
		case SHARE_PROOF_SILENT:
			return "Look whether the name means the right machine here, and "
				"whether it is up.";
		case SHARE_PROOF_FAILED:
			return "Look whether smbclient is installed here, and try it by "
				"hand with the same account (smbclient -A FILE).";
		case SHARE_PROOF_DAMAGED:
			return "Look at the file server's own log, and at its disk.";
		default:
			return "Give the account the right, on the share and on the "
				"folder.";
	}
}

static void
tell_proof(CheckRun *run, const SiteContent *content,
		   const ShareProof *proof)
{
	Arena	   *arena = &run->report->arena;
	const char *object = arena_printf(arena, "site %s, %s",
									  content->site->name, proof->what);
	const char *path = arena_quote(arena, proof->path);
	const char *said = proof->problem != NULL ?
	arena_printf(arena, " (%s)", proof->problem) : "";

	if (proof->how & SHARE_PROOF_ROOT)
		check_fail(run, blocks_of(run, content), object, hint_of(run, proof),
				   "\"%s\": %s%s", path, words_of(proof), said);
	else
		check_warn(run, object, hint_of(run, proof), "\"%s\": %s%s", path,
				   words_of(proof), said);
}

static bool
is_in_order(const ShareProof *proof)
{
	return proof->state == SHARE_PROOF_GOOD ||
		(proof->state == SHARE_PROOF_READ_ONLY &&
		 (proof->how & SHARE_PROOF_REPLICA));
}

static void
tell_counts(CheckRun *run, const SiteContent *content,
			const ShareProofs *proofs)
{
	size_t		counts[SHARE_PROOF_FAILED + 1] = {0};
	size_t		replicas = 0;
	const char *object = check_site(run, content->site);

	for (size_t i = 0; i < proofs->n; i++)
	{
		counts[proofs->list[i].state]++;
		replicas += proofs->list[i].state == SHARE_PROOF_READ_ONLY &&
			is_in_order(&proofs->list[i]);
	}
	if (counts[SHARE_PROOF_GOOD] > 0)
		check_pass(run, object, "the service account can read and write %lu "
				   "folders", (unsigned long) counts[SHARE_PROOF_GOOD]);
	if (replicas > 0)
		check_pass(run, object, "the service account can read %lu folders of "
				   "a replica", (unsigned long) replicas);
	if (counts[SHARE_PROOF_NOT_TRIED] > 0)
		check_warn(run, object, NULL, "%lu further folders were not tried, "
				   "since their servers do not let the service account in",
				   (unsigned long) counts[SHARE_PROOF_NOT_TRIED]);
	if (counts[SHARE_PROOF_NO_PATH] > 0)
		check_pass(run, object, "%lu folders are no network paths, and were "
				   "not tried", (unsigned long) counts[SHARE_PROOF_NO_PATH]);
}

void
check_share_accounts(CheckRun *run, const SiteContent *content)
{
	ShareProofs proofs = {NULL, 0, {NULL}};

	collect(run, content, &proofs);
	if (content->error != NULL && proofs.n > 0)
		check_warn(run, check_site(run, content->site), NULL,
				   "which folders Qlik Sense uses is not known: %s",
				   content->error);
	share_prove(run->config, content->site, &proofs);
	for (size_t i = 0; i < proofs.n; i++)
		if (!is_in_order(&proofs.list[i]) &&
			proofs.list[i].state != SHARE_PROOF_NOT_TRIED &&
			proofs.list[i].state != SHARE_PROOF_NO_PATH)
			tell_proof(run, content, &proofs.list[i]);
	tell_counts(run, content, &proofs);
	share_proofs_free(&proofs);
}
