/*
 * fuzz_scm.c
 *		Any bytes as the answers of a service control manager.
 *
 * The first byte chooses the requests (its low bits) and what the rest is:
 * the bytes of the pipe as they come, or (0x80) answers, each with a length
 * of two bytes before it, which are put into fragments that belong to the
 * call, so that what is in them is reached.
 */
#define _POSIX_C_SOURCE 200809L /* fmemopen() */

#include "fuzz.h"
#include "programs/scm/session.h"

#define WRAPPED 0x80
#define HEADER 24

typedef struct Peer
{
	const uint8_t *data;
	size_t		left;
	bool		wrapped;
	uint8_t		call[4];		/* of the last request */
	uint8_t		out[HEADER + UINT16_MAX];
	size_t		out_len;
	size_t		out_at;
} Peer;

static const char *const requests[] = {
	"{\"op\":\"list\"}",
	"{\"op\":\"query\",\"service\":\"a\"}",
	"{\"op\":\"stop\",\"service\":\"a\",\"deadline_ms\":0}",
	"{\"op\":\"start\",\"service\":\"a\",\"deadline_ms\":0}",
	"{\"op\":\"config\",\"service\":\"a\",\"recovery\":\"none\"}",
	"{\"op\":\"rights\",\"service\":\"a\"}",
};

static bool
peer_write(void *arg, const void *bytes, size_t len, Failure *failure)
{
	Peer	   *peer = arg;

	(void) failure;
	require(len >= 16 && len <= 4280);
	memcpy(peer->call, (const uint8_t *) bytes + 12, 4);
	return true;
}

/* The next answer in one fragment; that of the bind is always good. */
static bool
next_answer(Peer *peer)
{
	static const uint8_t head[] = {5, 0, 2, 3, 0x10, 0, 0, 0};
	static const uint8_t bind_ack[] = {0xb8, 0x10, 0xb8, 0x10};
	bool		bind = peer->call[0] == 1 && peer->call[1] == 0;
	size_t		len = bind ? 32 : 0;

	if (!bind)
	{
		if (peer->left < 2)
			return false;
		len = peer->data[0] | (size_t) peer->data[1] << 8;
		len = len % 8192;
		peer->data += 2;
		peer->left -= 2;
		len = len < peer->left ? len : peer->left;
	}
	memset(peer->out, 0, HEADER + 64);
	memcpy(peer->out, head, sizeof(head));
	peer->out_len = HEADER + len;
	peer->out_at = 0;
	peer->out[8] = peer->out_len & 0xff;
	peer->out[9] = (uint8_t) (peer->out_len >> 8);
	memcpy(peer->out + 12, peer->call, 4);
	if (bind)
	{
		peer->out[2] = 12;
		memcpy(peer->out + 16, bind_ack, sizeof(bind_ack));
		return true;
	}
	memcpy(peer->out + HEADER, peer->data, len);
	peer->data += len;
	peer->left -= len;
	return true;
}

static bool
peer_read(void *arg, void *bytes, size_t len, size_t *got, Failure *failure)
{
	Peer	   *peer = arg;

	require(len > 0);
	if (peer->wrapped && peer->out_at == peer->out_len && !next_answer(peer))
		return failure_set(failure, FAILURE_UNREACHABLE, 0, "the end");
	if (peer->wrapped)
	{
		*got = peer->out_len - peer->out_at;
		*got = *got < len ? *got : len;
		memcpy(bytes, peer->out + peer->out_at, *got);
		peer->out_at += *got;
		return true;
	}
	if (peer->left == 0)
		return failure_set(failure, FAILURE_UNREACHABLE, 0, "the end");
	*got = peer->left < len ? peer->left : len;
	memcpy(bytes, peer->data, *got);
	peer->data += *got;
	peer->left -= *got;
	return true;
}

/* All that was printed are objects, one a line. */
static void
check_answers(const char *text)
{
	while (*text != '\0')
	{
		size_t		len = strcspn(text, "\n");
		json_t	   *answer = json_loadb(text, len, 0, NULL);

		require(json_is_object(answer) && text[len] == '\n');
		json_decref(answer);
		text += len + 1;
	}
}

static void
ask(Session *session, uint8_t which)
{
	json_t	   *request = json_loads(requests[which
											  % (sizeof(requests)
												 / sizeof(requests[0]))], 0,
									 NULL);

	scm_request(session, request);
	json_decref(request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Peer peer;
	static char out[1024 * 1024];
	Session		session = {.out = NULL};

	if (size == 0)
		return 0;
	memset(&peer, 0, sizeof(peer));
	peer.data = data + 1;
	peer.left = size - 1;
	peer.wrapped = (data[0] & WRAPPED) != 0;
	session.rpc.pipe = (RpcPipe)
	{
		peer_write, peer_read, NULL, &peer
	};
	memset(out, 0, 16);
	session.out = fmemopen(out, sizeof(out), "w");
	if (scm_begin(&session))
		for (uint8_t i = 0; i < 3; i++)
			ask(&session, (uint8_t) ((data[0] & 0x7f) + i));
	if (session.rpc.failure.kind != FAILURE_NONE)
		scm_print_failure(session.out, &session.rpc.failure);
	scm_end(&session);
	fclose(session.out);
	check_answers(out);
	return 0;
}
