/*
 * proof_answer.h
 *		What smbclient has said to a proof; private to this folder.
 */
#ifndef SHARE_PROOF_ANSWER_H
#define SHARE_PROOF_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "platform/child.h"
#include "share/proof.h"

/* Are two names the same, as Windows compares them (in ASCII)? */
extern bool proof_same(const char *a, const char *b);

/*
 * proof_answer
 *		Fill in state and problem.
 *
 * in:  failed: as plat_child_run() has filled it; its message NULL: code 0
 */
extern void proof_answer(const PlatChildResult *result, const Error *failed,
						 Arena *arena, ShareProof *proof);

#endif							/* SHARE_PROOF_ANSWER_H */
