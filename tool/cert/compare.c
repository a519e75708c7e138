/*
 * compare.c
 *		Two sets by key: a file may differ where nothing does, and a renewed
 *		certificate still opens what its key has closed.
 */
#include "cert/cert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "cert/internal.h"

/* A pairing under way. */
typedef struct Pairing
{
	const CertSet *right;
	bool	   *taken;			/* of the right set, by place */
	CertDifference *list;
	size_t		n;
} Pairing;

static bool
same_key(const CertEntry *a, const CertEntry *b)
{
	unsigned char left[32];
	unsigned char right[32];

	cert_key_id(a->certificate, left);
	cert_key_id(b->certificate, right);
	return memcmp(left, right, sizeof(left)) == 0;
}

/* How well two entries go together; 0: not at all. */
static int
likeness(const CertEntry *a, const CertEntry *b)
{
	if (a->role != b->role)
		return 0;
	if (X509_cmp(a->certificate, b->certificate) == 0)
		return 3;
	if (a->role >= CERT_BROWSER || !ascii_same(a->name, b->name))
		return 0;
	return same_key(a, b) ? 2 : 1;
}

static CertChange
change_of(const CertEntry *left, const CertEntry *right, int like)
{
	if (like == 1)
		return CERT_OTHER_KEY;
	if (left->key != NULL && right->key == NULL)
		return CERT_KEY_ONLY_LEFT;
	if (left->key == NULL && right->key != NULL)
		return CERT_KEY_ONLY_RIGHT;
	return like == 3 ? CERT_SAME : CERT_RENEWED;
}

/* Pair what is this alike and still free. */
static bool
pair(Pairing *pairing, const CertEntry *left, int like)
{
	for (size_t i = 0; i < pairing->right->n; i++)
	{
		const CertEntry *right = &pairing->right->entries[i];

		if (pairing->taken[i] || likeness(left, right) != like)
			continue;
		pairing->taken[i] = true;
		pairing->list[pairing->n++] = (CertDifference)
		{
			change_of(left, right, like), left, right
		};
		return true;
	}
	return false;
}

bool
cert_set_compare(const CertSet *left, const CertSet *right,
				 CertDifference **list, size_t *n)
{
	Pairing		pairing = {right, NULL, NULL, 0};
	bool	   *done = mem_alloc(left->n + 1);
	bool		same = true;

	pairing.taken = mem_alloc(right->n + 1);
	pairing.list = mem_alloc((left->n + right->n + 1) *
							 sizeof(CertDifference));
	memset(done, 0, left->n);
	memset(pairing.taken, 0, right->n);
	for (int like = 3; like > 0; like--)
		for (size_t i = 0; i < left->n; i++)
			done[i] = done[i] || pair(&pairing, &left->entries[i], like);
	for (size_t i = 0; i < left->n; i++)
		if (!done[i])
			pairing.list[pairing.n++] = (CertDifference)
		{
			CERT_ONLY_LEFT, &left->entries[i], NULL
		};
	for (size_t i = 0; i < right->n; i++)
		if (!pairing.taken[i])
			pairing.list[pairing.n++] = (CertDifference)
		{
			CERT_ONLY_RIGHT, NULL, &right->entries[i]
		};
	for (size_t i = 0; i < pairing.n; i++)
		same = same && pairing.list[i].change <= CERT_RENEWED;
	free(done);
	free(pairing.taken);
	*list = pairing.list;
	*n = pairing.n;
	return same;
}
