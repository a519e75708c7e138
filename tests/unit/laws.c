/*
 * laws.c
 *		The laws of rewriting.
 */
#include "laws.h"

#include <string.h>

#include "chars.h"
#include "edits.h"
#include "inet6.h"

static bool
same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static Outcome
holds(bool good)
{
	return good ? LAW_HOLDS : LAW_BROKEN;
}

/* ---- identity, idempotence, return, route, order, anchors ---- */

static Outcome
judge_identity(Lab *lab, const Trial *trial)
{
	size_t		outlen;
	const char *out = lab_rewrite(lab, trial->form, trial->goal, trial->in,
								  trial->len, &outlen);
	RwHit		hit;
	bool		found = rw_find(lab->at[trial->goal], trial->form, trial->in,
								trial->len, &hit);

	if (out == trial->in)
		return holds(!found && lab->scratch.taken == 0);
	return holds(found && hit.start <= hit.end && hit.end <= trial->len &&
				 memcmp(out, trial->in, hit.start) == 0 &&
				 out[outlen] == '\0' && lab->scratch.live == 1 &&
				 !same(out, outlen, trial->in, trial->len));
}

static Outcome
judge_idempotence(Lab *lab, const Trial *trial)
{
	size_t		once_len;
	size_t		twice_len;
	const char *once;

	if (!laws_apply(lab, trial, false))
		return LAW_SILENT;
	once = lab_rewrite(lab, trial->form, trial->goal, trial->in, trial->len,
					   &once_len);
	return holds(lab_rewrite(lab, trial->form, trial->goal, once, once_len,
							 &twice_len) == once);
}

static Outcome
judge_return(Lab *lab, const Trial *trial)
{
	size_t		there_len;
	size_t		back_len;
	const char *there;
	const char *back;

	if (!laws_apply(lab, trial, true))
		return LAW_SILENT;
	there = lab_rewrite(lab, trial->form, trial->via, trial->in, trial->len,
						&there_len);
	back = lab_rewrite(lab, trial->form, trial->home, there, there_len,
					   &back_len);
	return holds(same(back, back_len, trial->in, trial->len));
}

static Outcome
judge_route(Lab *lab, const Trial *trial)
{
	size_t		direct_len;
	size_t		there_len;
	size_t		route_len;
	const char *direct;
	const char *there;
	const char *route;

	if (!laws_apply(lab, trial, true))
		return LAW_SILENT;
	direct = lab_rewrite(lab, trial->form, trial->goal, trial->in,
						 trial->len, &direct_len);
	there = lab_rewrite(lab, trial->form, trial->via, trial->in, trial->len,
						&there_len);
	route = lab_rewrite(lab, trial->form, trial->goal, there, there_len,
						&route_len);
	return holds(same(route, route_len, direct, direct_len));
}

static Outcome
judge_order(Lab *lab, const Trial *trial)
{
	RwMatcher  *other = lab->shuffled[trial->goal];
	size_t		outlen;
	const char *out = lab_rewrite(lab, trial->form, trial->goal, trial->in,
								  trial->len, &outlen);
	char	   *other_out;
	size_t		other_len;
	RwHit		a;
	RwHit		b;

	if (rw_rewrite(other, trial->form, trial->in, trial->len,
				   &lab->scratch.engine, &other_out, &other_len) == RW_SAME)
		return holds(out == trial->in);
	return holds(same(out, outlen, other_out, other_len) &&
				 rw_find(lab->at[trial->goal], trial->form, trial->in,
						 trial->len, &a) &&
				 rw_find(other, trial->form, trial->in, trial->len, &b) &&
				 a.start == b.start && a.end == b.end &&
				 strcmp(a.mapping, b.mapping) == 0 &&
				 strcmp(a.site, b.site) == 0);
}

static Outcome
judge_anchors(Lab *lab, const Trial *trial)
{
	size_t		outlen;
	const char *out = lab_rewrite(lab, trial->form, trial->goal, trial->in,
								  trial->len, &outlen);
	char	   *other;
	size_t		other_len;

	if (rw_rewrite(lab->open[trial->goal], trial->form, trial->in,
				   trial->len, &lab->scratch.engine, &other,
				   &other_len) == RW_SAME)
		return holds(out == trial->in);
	return holds(same(out, outlen, other, other_len));
}

/* ---- totality ---- */

/* How much is read is the sanitizers' and valgrind's to see. */
static Outcome
judge_totality(Lab *lab, const Trial *trial)
{
	RwMatcher  *matcher = lab->at[trial->goal];
	bool		good = true;

	for (int form = RW_FORM_PATH; form <= RW_FORM_VALUE; form++)
	{
		size_t		outlen;
		const char *out = lab_rewrite(lab, (RwForm) form, trial->goal,
									  trial->in, trial->len, &outlen);
		RwHit		hit;

		good = good && rw_find(matcher, (RwForm) form, trial->in, trial->len,
							   &hit) == (out != trial->in);
	}
	for (int json = 0; json < 2; json++)
	{
		RwForm		form;
		char	   *out;
		size_t		outlen;
		RwHit		hit;

		rw_suggest_form(matcher, trial->in, trial->len, json == 1,
						&lab->scratch.engine, &form);
		good = good &&
			rw_find_json(matcher, trial->in, trial->len,
						 &lab->scratch.engine, &hit) ==
			(rw_rewrite_json(matcher, trial->in, trial->len,
							 &lab->scratch.engine, &out, &outlen) ==
			 RW_CHANGED);
	}
	return holds(good);
}

/* ---- locality ---- */

/*
 * Bring a path, or the part of one that is replaced, into one spelling: its
 * components in lower case with '/' between them, without a root.
 */
static size_t
plain_path(const char *in, size_t len, char *out, size_t size)
{
	size_t		used = 0;
	bool		separator = false;

	for (size_t p = 0; p < len; p++)
	{
		char		c = in[p];

		if (len - p >= 3 && (rw_equal_fold(in + p, "%5c", 3) ||
							 rw_equal_fold(in + p, "%2f", 3)))
		{
			c = '/';
			p += 2;
		}
		if (c == '\\' || c == '/')
		{
			separator = used > 0;
			continue;
		}
		if (used + 2 > size)
			return 0;
		if (separator)
			out[used++] = '/';
		separator = false;
		out[used++] = rw_fold(c);
	}
	if (used > 4 && memcmp(out, "unc/", 4) == 0)
	{
		memmove(out, out + 4, used - 4);
		used -= 4;
	}
	return used;
}

/* Do the bytes name this value of a mapping? */
static bool
names(GenClass class, const char *bytes, size_t len, const char *value)
{
	unsigned char a[16];
	unsigned char b[16];
	char		path[1024];
	char		other[1024];
	size_t		n = strlen(value);

	if (n == 0)
		return false;
	if (gen_kind(class) == RW_KIND_PATH)
	{
		size_t		path_len = plain_path(bytes, len, path, sizeof(path));

		return same(path, path_len, other,
					plain_path(value, n, other, sizeof(other)));
	}
	if (class == GEN_INET6)
		return rw_inet6_parse(bytes, len, a) && rw_inet6_parse(value, n, b) &&
			memcmp(a, b, 16) == 0;
	for (size_t i = 0; i < len && i < n; i++)
		if (rw_fold(bytes[i]) != rw_fold(value[i]))
			return false;
	return len == n;
}

/* Does the edit replace a foreign value of its mapping by the local one? */
static bool
right_edit(const Lab *lab, const Trial *trial, const Edit *edit)
{
	const GenMapping *mapping = &lab->set.mappings[edit->mapping[1] - '0'];
	const char *bytes = trial->in + edit->start;
	size_t		len = edit->end - edit->start;
	bool		foreign = false;

	for (size_t site = 0; site < lab->set.n_sites; site++)
		foreign = foreign || names(mapping->class, bytes, len,
								   mapping->value[site]);
	foreign = foreign || names(mapping->class, bytes, len, mapping->former);
	return foreign && !edit->local &&
		!names(mapping->class, bytes, len, mapping->value[trial->goal]) &&
		names(mapping->class, edit->text, edit->len,
			  mapping->value[trial->goal]);
}

static Outcome
judge_locality(Lab *lab, const Trial *trial)
{
	static Edits edits;
	size_t		outlen;
	const char *out = lab_rewrite(lab, trial->form, trial->goal, trial->in,
								  trial->len, &outlen);
	size_t		p = 0;			/* in the value */
	size_t		q = 0;			/* in the result */

	edits_collect(&edits, lab->at[trial->goal], trial->form, trial->in,
				  trial->len, false);
	if (!edits.all_kept)
		return LAW_SILENT;
	for (size_t i = 0; i < edits.n; i++)
	{
		const Edit *edit = &edits.list[i];
		size_t		before = edit->start - p;

		if (edit->start < p || edit->end < edit->start ||
			edit->end > trial->len || !right_edit(lab, trial, edit) ||
			outlen - q < before + edit->len ||
			memcmp(out + q, trial->in + p, before) != 0 ||
			memcmp(out + q + before, edit->text, edit->len) != 0)
			return LAW_BROKEN;
		p = edit->end;
		q += before + edit->len;
	}
	return holds(same(out + q, outlen - q, trial->in + p, trial->len - p));
}

const Law	laws[] = {
	{"identity", judge_identity, false, false, false},
	{"idempotence", judge_idempotence, true, false, false},
	{"return", judge_return, true, true, false},
	{"route", judge_route, true, true, false},
	{"locality", judge_locality, false, false, false},
	{"totality", judge_totality, false, false, true},
	{"order", judge_order, false, false, false},
	{"anchors", judge_anchors, false, false, false},
};
const size_t laws_size = sizeof(laws) / sizeof(laws[0]);
