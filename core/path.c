/*
 * path.c
 *		Matching a path against the path mappings, and writing the local one
 *		in the spelling found.
 */
#include <string.h>

#include "chars.h"
#include "scan.h"

/* A value with every byte a separator of the longest spelling, and a root. */
#define PATH_MAX_WRITTEN (RW_VALUE_MAX * 4 + 64)

typedef struct Longest
{
	uint32_t	node;
	size_t		end;
} Longest;

/*
 * Match one component below parent that begins at text[start].  Where a byte
 * may follow a match inside a component ("Qlik Data"), the component may end
 * there or later: each end is looked up, as far as the longest key goes.
 *
 * Returns the node of the component up to its separator, *end there.
 */
static uint32_t
match_component(const RwScan *scan, const RwRoot *root, bool whole,
				uint32_t parent, size_t start, size_t *end, Longest *best)
{
	const char *text = scan->text;
	size_t		len = scan->len;
	size_t		longest = rw_node(scan, parent)->child_max;

	for (size_t p = start; p - start <= longest; p++)
	{
		bool		separator;

		/* Most bytes neither end a component nor may follow a match. */
		if (p < len && rw_is(text[p], RW_LETTER | RW_DIGIT | RW_HIGH))
			continue;
		separator = rw_separator(text, len, p, root->spelling) > 0;

		if (p == len || separator ||
			(!whole && rw_may_follow(text, len, p, root->spelling)))
		{
			uint32_t	node = p == start ? RW_NO_NODE :
			rw_index_find(&scan->matcher->index, parent, text + start,
						  p - start);

			if (node != RW_NO_NODE &&
				rw_node(scan, node)->target != RW_NO_TARGET)
			{
				best->node = node;
				best->end = p;
			}
			*end = p;
			if (p == len || separator)
				return node;
		}
	}
	return RW_NO_NODE;
}

/* The longest path mapping that names the path. */
static bool
find_longest(const RwScan *scan, const RwRoot *root, bool whole,
			 Longest *best)
{
	uint32_t	parent = root->drive ? RW_ROOT_DRIVE : RW_ROOT_UNC;
	size_t		p = root->body;

	best->node = RW_NO_NODE;
	if (root->drive)
	{
		parent = rw_index_find(&scan->matcher->index, parent,
							   scan->text + p, 1);
		p += 2;
	}
	while (parent != RW_NO_NODE)
	{
		size_t		n;

		if (p > root->body)
		{
			size_t		first = p;

			while ((n = rw_separator(scan->text, scan->len, p,
									 root->spelling)) > 0)
				p += n;
			if (p == first)
				break;
		}
		if (rw_node(scan, parent)->child_max == 0)
			break;
		parent = match_component(scan, root, whole, parent, p, &p, best);
	}
	return best->node != RW_NO_NODE;
}

typedef struct Writer
{
	char		bytes[PATH_MAX_WRITTEN];
	size_t		len;
} Writer;

static void
write_bytes(Writer *writer, const char *bytes, size_t len)
{
	memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

/* Write a stored path, from[0, len), with the separator of the spelling. */
static void
write_components(Writer *writer, const char *from, size_t len,
				 const char *separator, size_t separator_len)
{
	for (size_t i = 0; i < len; i++)
	{
		if (from[i] == '\\')
			write_bytes(writer, separator, separator_len);
		else
			writer->bytes[writer->len++] = from[i];
	}
}

/* What stands between root->turn and the server or the drive letter. */
static void
write_root(Writer *writer, RwSpelling spelling, bool drive,
		   const char *separator, size_t separator_len)
{
	int			n = drive ? 0 : 2;

	if (spelling == RW_EXTENDED || spelling == RW_EXTENDED_ESCAPED)
	{
		if (drive)
			return;
		write_bytes(writer, "UNC", 3);
		n = 1;
	}
	else if (spelling == RW_URL || spelling == RW_URL_JSON)
		n = drive ? 3 : 2;
	while (n-- > 0)
		write_bytes(writer, separator, separator_len);
}

static void
write_local(RwScan *scan, const RwRoot *root, const Longest *best)
{
	const RwNode *node = rw_node(scan, best->node);
	const RwTarget *target = &scan->matcher->targets[node->target];
	size_t		skip = target->drive ? 0 : 2;	/* the stored root */
	const char *separator = scan->text + root->separator;
	size_t		separator_len = rw_separator(scan->text, scan->len,
											 root->separator,
											 root->spelling);
	Writer		writer;
	RwEdit		edit;

	if (root->remote && target->drive)
		return;
	writer.len = 0;
	edit.start = root->body;
	if (target->drive != root->drive)
	{
		edit.start = root->turn;
		write_root(&writer, root->spelling, target->drive, separator,
				   separator_len);
	}
	write_components(&writer, target->value + skip, target->len - skip,
					 separator, separator_len);
	edit.end = best->end;
	edit.text = writer.bytes;
	edit.len = writer.len;
	edit.node = node;
	rw_emit(scan, &edit);
}

bool
rw_path_match(RwScan *scan, const RwRoot *root, bool whole, size_t *end)
{
	Longest		best;

	if (!find_longest(scan, root, whole, &best))
		return false;
	if (!rw_node(scan, best.node)->local || scan->all)
		write_local(scan, root, &best);
	*end = best.end;
	return true;
}

bool
rw_path_plausible(const RwScan *scan, const RwRoot *root)
{
	size_t		p = root->body;
	size_t		n;

	if (root->drive)
		return true;
	while (p < scan->len && rw_is(scan->text[p], RW_TOKEN))
		p++;
	n = rw_separator(scan->text, scan->len, p, root->spelling);
	return p > root->body && n > 0 && p + n < scan->len &&
		rw_is(scan->text[p + n], RW_TOKEN);
}

size_t
rw_path_rest(const RwScan *scan, size_t p, RwSpelling spelling)
{
	while (p < scan->len)
	{
		size_t		n;

		if (rw_is(scan->text[p], RW_LETTER | RW_DIGIT | RW_HIGH))
		{
			p++;
			continue;
		}
		n = rw_separator(scan->text, scan->len, p, spelling);
		if (n == 0 && rw_may_follow(scan->text, scan->len, p, spelling))
			break;
		p += n > 0 ? n : 1;
	}
	return p;
}

void
rw_scan_path(RwScan *scan)
{
	RwRoot		root;
	RwHost		host;
	size_t		end;

	if (!rw_root_at(scan->text, scan->len, 0, &root))
		return;
	if (scan->all)
		scan->paths += rw_path_plausible(scan, &root);
	if (rw_path_match(scan, &root, true, &end) || root.drive)
		return;
	if (rw_host_at(scan, root.body, false, &host))
		rw_host_emit(scan, &host);
}
