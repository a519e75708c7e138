/*
 * laws_silent.c
 *		Trials of which the laws about more than one rewriting do not speak.
 */
#include <string.h>

#include "chars.h"
#include "edits.h"
#include "laws.h"

/* Does the text hold the word, in lower case, in any case? */
static bool
holds_word(const char *text, size_t len, const char *word)
{
	size_t		n = strlen(word);

	for (size_t p = 0; p + n <= len; p++)
		if (rw_equal_fold(text + p, word, n))
			return true;
	return false;
}

static bool
has_drives(const GenSet *set)
{
	bool		drives = false;

	for (size_t m = 0; m < set->n_mappings; m++)
		drives = drives || set->mappings[m].class == GEN_DRIVE;
	return drives;
}

/*
 * A UNC path behind file://// becomes a drive path behind file:///, which
 * comes back as a UNC path behind file://.  A drive path cannot stand in an
 * smb: or cifs: URL, so that a text keeps the address of the site at which it
 * last had one.
 */
static bool
one_way(const GenSet *set, const Trial *trial)
{
	static const char *const words[] = {"file:////", "file:\\/\\/\\/\\/",
	"smb:", "cifs:"};

	size_t		n = has_drives(set) ? sizeof(words) / sizeof(words[0]) : 0;

	for (size_t i = 0; i < n; i++)
		if (holds_word(trial->in, trial->len, words[i]))
			return true;
	return false;
}

/*
 * "%2" and "%1" pack pairs, and are the beginning of an escape where two
 * hexadecimal digits follow: whether a path ends before "%2be1.local", and
 * where in "%192.168.1.1" a host begins, depends on the host's first letter.
 * In the authority of an encoded URL "%2C:" is a comma, and "%2E:" is none:
 * the path behind one may have been a UNC path before.
 */
static bool
packs_hex_name(const Lab *lab, const Trial *trial, const Edit *edit)
{
	const GenMapping *mapping = &lab->set.mappings[edit->mapping[1] - '0'];
	bool		hex = false;

	if (edit->start == 0 ||
		(gen_kind(mapping->class) == RW_KIND_PATH &&
		 !holds_word(trial->in, edit->start, "%3a%2f%2f")))
		return false;
	for (size_t site = 0; site < lab->set.n_sites; site++)
		hex = hex || rw_is(mapping->value[site][0], RW_HEX);
	return hex && (gen_kind(mapping->class) == RW_KIND_PATH ||
				   trial->in[edit->start - 1] == '%' ||
				   (edit->start > 1 && trial->in[edit->start - 2] == '%'));
}

/*
 * A path in a URL's user or password ends it where a folder's name holds one
 * of the bytes that no user holds, and only there.
 */
static bool
within_user(const Trial *trial, const Edit *edit)
{
	const char *behind = trial->in + edit->end;
	size_t		len = trial->len - edit->end;

	return (holds_word(trial->in, edit->start, "://") ||
			holds_word(trial->in, edit->start, ":\\/\\/") ||
			holds_word(trial->in, edit->start, "%3a%2f%2f")) &&
		(holds_word(behind, len, "@") || holds_word(behind, len, "%40"));
}

/*
 * Behind these bytes a path may begin, and none of them ends a path.  Where
 * one is in the rest of a path, the path behind it is met only if its root
 * ends the rest: "%2Fx~\\\\fs\\q" is two paths, "%2Fx~D:\\q" is one.
 */
static bool
begins_in_rest(const GenSet *set, const Trial *trial)
{
	const char *in = trial->in;

	for (size_t p = 0; has_drives(set) && p + 2 < trial->len; p++)
		if (in[p] != '\0' && strchr("!%+@^~", in[p]) != NULL &&
			(in[p + 1] == '\\' || in[p + 1] == '/' || in[p + 1] == '%' ||
			 in[p + 2] == ':' || (trial->len - p > 4 &&
								  holds_word(in + p + 1, 4, "file"))))
			return true;
	return false;
}

/*
 * "server=fs:\\\\x": a short name and ':' are also a word before a path, as
 * "np:" is, where the name is one.  In "x910:" it is none.
 */
static bool
word_before_path(const Lab *lab, const Trial *trial, const Edit *edit)
{
	const GenMapping *mapping = &lab->set.mappings[edit->mapping[1] - '0'];
	const char *behind = trial->in + edit->end;
	size_t		len = trial->len - edit->end;

	return gen_kind(mapping->class) == RW_KIND_HOST && len > 2 &&
		behind[0] == ':' && (behind[1] == '\\' || behind[1] == '/' ||
							 rw_is(behind[1], RW_LETTER));
}

/*
 * Where two edits touch, but for bytes that end no path, the second begins in
 * the rest of the first: it is met only if its own root ends that rest, which
 * the root of a UNC path may do and a drive cannot.
 */
static bool
edits_touch(const GenSet *set, const Trial *trial, const Edits *edits)
{
	for (size_t i = 1; has_drives(set) && i < edits->n; i++)
	{
		size_t		p = edits->list[i - 1].end;

		while (p < edits->list[i].start &&
			   (trial->in[p] == ']' ||
				!rw_is(trial->in[p], RW_SPACE | RW_CONTROL | RW_LISTED)))
			p++;
		if (p >= edits->list[i].start)
			return true;
	}
	return false;
}

/*
 * Is the text spelled as its home site spells it?  Fragments that were glued
 * can give another site's value, or one of the home's in another spelling;
 * then writing the home's values over all that is named changes something.
 */
static bool
spelled_at_home(const Trial *trial, const Edits *edits)
{
	for (size_t i = 0; i < edits->n; i++)
	{
		const Edit *edit = &edits->list[i];

		if (edit->end - edit->start != edit->len ||
			memcmp(trial->in + edit->start, edit->text, edit->len) != 0)
			return false;
	}
	return edits->all_kept;
}

bool
laws_apply(const Lab *lab, const Trial *trial, bool own)
{
	static Edits edits;

	edits_collect(&edits, lab->at[own ? trial->home : trial->goal],
				  trial->form, trial->in, trial->len, true);
	for (size_t i = 0; i < edits.n; i++)
		if (packs_hex_name(lab, trial, &edits.list[i]) ||
			within_user(trial, &edits.list[i]) ||
			word_before_path(lab, trial, &edits.list[i]))
			return false;
	return !own || (!one_way(&lab->set, trial) &&
					!begins_in_rest(&lab->set, trial) &&
					!edits_touch(&lab->set, trial, &edits) &&
					spelled_at_home(trial, &edits));
}
