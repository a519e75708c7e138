/*
 * key.c
 *		The words after which a host is named.
 */
#include "key.h"

#include <string.h>

#include "chars.h"

/* Without the blanks, underscores and hyphens that are ignored in them. */
static const char *const words[] = {
	"host", "hostname", "hosts", "server", "servername", "servers",
	"datasource", "addr", "address", "networkaddress", "ip", "ipaddress",
	"node", "nodename", "machine", "machinename", "computer",
	"computername", "dbhost", "dbserver", "databasehost", "databaseserver",
	"failoverpartner", "proxy", "proxyhost", "proxyserver", "endpoint",
	"broker", "brokers", "bootstrapservers", "smtphost", "smtpserver",
	"ldaphost", "certificatefilepath"
};

static void
add_letter(RwKeyTrie *trie, unsigned int *state, char letter)
{
	uint16_t   *next = &trie->next[*state][letter - 'a'];

	if (*next == 0)
		*next = (uint16_t) trie->n_states++;
	*state = *next;
}

void
rw_keys_init(RwKeys *keys)
{
	memset(keys, 0, sizeof(*keys));
	keys->forward.n_states = keys->backward.n_states = 1;
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
	{
		size_t		len = strlen(words[w]);
		unsigned int forward = 0;
		unsigned int backward = 0;

		for (size_t i = 0; i < len; i++)
		{
			add_letter(&keys->forward, &forward, words[w][i]);
			add_letter(&keys->backward, &backward, words[w][len - 1 - i]);
		}
		keys->forward.end[forward] = true;
		keys->backward.end[backward] = true;
	}
}

static bool
ignored(char c)
{
	return rw_is(c, RW_BLANK) || c == '_' || c == '-';
}

bool
rw_escape_before(const char *text, size_t p)
{
	return p >= 2 && text[p - 2] == '\\' &&
		(text[p - 1] == 'n' || text[p - 1] == 'r' || text[p - 1] == 't');
}

/* May a key begin at text[p], seen from what comes before? */
static bool
key_begins(const char *text, size_t p)
{
	return p == 0 || rw_escape_before(text, p) ||
		!(rw_is(text[p - 1], RW_LETTER | RW_DIGIT | RW_HIGH) ||
		  text[p - 1] == '_');
}

bool
rw_key_before(const RwKeys *keys, const char *text, size_t p)
{
	const RwKeyTrie *trie = &keys->backward;
	unsigned int state = 0;

	while (p > 0)
	{
		char		c = text[--p];

		if (!rw_is(c, RW_LETTER))
		{
			if (ignored(c))
				continue;
			return false;
		}
		state = trie->next[state][rw_fold(c) - 'a'];
		if (state == 0)
			return false;
		if (trie->end[state] && key_begins(text, p))
			return true;
	}
	return false;
}

size_t
rw_key_from(const RwKeys *keys, const char *text, size_t len, size_t p,
			unsigned int *state)
{
	const RwKeyTrie *trie = &keys->forward;

	while (p < len)
	{
		char		c = text[p++];

		if (!rw_is(c, RW_LETTER))
		{
			if (ignored(c))
				continue;
			return 0;
		}
		*state = trie->next[*state][rw_fold(c) - 'a'];
		if (*state == 0)
			return 0;
		if (trie->end[*state])
		{
			/* Ignored bytes but blanks may trail behind the key. */
			size_t		end = p;

			while (end < len && (text[end] == '_' || text[end] == '-'))
				end++;
			if (end < len && rw_is(text[end], RW_BLANK))
				return end;
		}
	}
	return 0;
}
