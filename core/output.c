/*
 * output.c
 *		The sinks of a walk.
 */
#include "output.h"

#include <string.h>

static void
reserve(RwOutput *output, size_t more)
{
	size_t		wanted = output->used + more + 1;
	char	   *larger;

	if (wanted <= output->capacity)
		return;
	if (wanted < output->capacity * 2)
		wanted = output->capacity * 2;
	larger = output->mem->allocate(output->mem->arg, wanted);
	if (output->out != NULL)
	{
		memcpy(larger, output->out, output->used);
		output->mem->release(output->mem->arg, output->out);
	}
	output->out = larger;
	output->capacity = wanted;
}

static void
append(RwOutput *output, const char *bytes, size_t len)
{
	memcpy(output->out + output->used, bytes, len);
	output->used += len;
}

static bool
write_edit(RwSink *sink, const RwEdit *edit)
{
	RwOutput   *output = (RwOutput *) sink;

	/* Most values hold one hit or two: leave room for the rest at once. */
	reserve(output, output->in_len - output->copied + edit->len + 64);
	append(output, output->in + output->copied, edit->start - output->copied);
	append(output, edit->text, edit->len);
	output->copied = edit->end;
	return true;
}

void
rw_output_init(RwOutput *output, const char *in, size_t len,
			   const RwMemory *mem)
{
	memset(output, 0, sizeof(*output));
	output->sink.edit = write_edit;
	output->mem = mem;
	output->in = in;
	output->in_len = len;
}

RwResult
rw_output_finish(RwOutput *output, char **out, size_t *outlen)
{
	size_t		rest = output->in_len - output->copied;

	if (output->out == NULL)
		return RW_SAME;
	reserve(output, rest);
	append(output, output->in + output->copied, rest);
	output->out[output->used] = '\0';
	*out = output->out;
	*outlen = output->used;
	return RW_CHANGED;
}

static bool
keep_edit(RwSink *sink, const RwEdit *edit)
{
	RwFinder   *finder = (RwFinder *) sink;

	finder->found = true;
	finder->hit->start = edit->start;
	finder->hit->end = edit->end;
	finder->hit->mapping = finder->matcher->targets[edit->node->target].name;
	finder->hit->site = edit->node->site;
	return false;
}

void
rw_finder_init(RwFinder *finder, const RwMatcher *matcher, RwHit *hit)
{
	finder->sink.edit = keep_edit;
	finder->matcher = matcher;
	finder->hit = hit;
	finder->found = false;
}
