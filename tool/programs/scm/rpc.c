/*
 * rpc.c
 *		DCE/RPC over a pipe.
 *
 * The peer's lengths are believed only as far as they fit: a fragment is read
 * by the 16 bit length in its header, the sum of an answer's fragments has a
 * limit, and what each says is looked at in its own bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/rpc.h"

#include <inttypes.h>

enum
{
	REQUEST = 0,
	RESPONSE = 2,
	FAULT = 3,
	BIND = 11,
	BIND_ACK = 12,
	BIND_NAK = 13,
	FIRST_FRAGMENT = 1,
	LAST_FRAGMENT = 2,
	HEADER = 16,				/* bytes of what all begin with */
	CALL_HEADER = 8,			/* of what a request or response has next */
	FRAGMENT = 4280,			/* what Windows takes and gives by pipes */
	LEAST_FRAGMENT = 1432,		/* what everybody has to take */
	MOST_FRAGMENTS = 4096,		/* of an answer; they may be empty */
	ACCESS_DENIED = 5
};

/* One fragment of the peer. */
typedef struct Pdu
{
	uint8_t		bytes[UINT16_MAX];
	uint8_t		type;
	uint8_t		flags;
	NdrReader	body;			/* behind the header */
} Pdu;

static bool
make_no_sense(Rpc *rpc, const char *what)
{
	return failure_set(&rpc->failure, FAILURE_PROTOCOL, 0, "%s", what);
}

static void
put_header(Text *out, uint8_t type, uint8_t flags, size_t body, uint32_t call)
{
	const uint8_t begin[] = {5, 0, type, flags, 0x10, 0, 0, 0};

	text_add_bytes(out, begin, sizeof(begin));
	ndr_put_u16(out, (uint16_t) (HEADER + body));
	ndr_put_u16(out, 0);		/* no verifier */
	ndr_put_u32(out, call);
}

static bool
send_text(Rpc *rpc, Text *out)
{
	bool		good = rpc->pipe.write(rpc->pipe.arg, out->bytes, out->len,
									   &rpc->failure);

	text_free(out);
	return good;
}

static bool
read_all(Rpc *rpc, uint8_t *bytes, size_t len)
{
	while (len > 0)
	{
		size_t		got = 0;

		if (!rpc->pipe.read(rpc->pipe.arg, bytes, len, &got, &rpc->failure))
			return false;
		if (got == 0 || got > len)
			return make_no_sense(rpc, "the pipe was closed");
		bytes += got;
		len -= got;
	}
	return true;
}

/* Read a fragment, which must belong to the last call. */
static bool
read_pdu(Rpc *rpc, Pdu *pdu)
{
	NdrReader	in = {pdu->bytes, HEADER, 0, false};
	uint16_t	len;
	uint16_t	verifier;

	if (!read_all(rpc, pdu->bytes, HEADER))
		return false;
	if (pdu->bytes[0] != 5 || pdu->bytes[1] != 0 || pdu->bytes[4] != 0x10)
		return make_no_sense(rpc, "the answer is not DCE/RPC");
	pdu->type = pdu->bytes[2];
	pdu->flags = pdu->bytes[3];
	ndr_skip(&in, 8);
	len = ndr_u16(&in);
	verifier = ndr_u16(&in);
	if (len < HEADER || verifier != 0)
		return make_no_sense(rpc, "an answer's length is wrong");
	if (ndr_u32(&in) != rpc->call)
		return make_no_sense(rpc, "the answer is another call's");
	if (!read_all(rpc, pdu->bytes + HEADER, (size_t) len - HEADER))
		return false;
	pdu->body = (NdrReader)
	{
		pdu->bytes + HEADER, (size_t) len - HEADER, 0, false
	};
	return true;
}

static void
put_interfaces(Text *out)
{
	static const uint8_t svcctl[] = {
		0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35,
		0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03, 2, 0, 0, 0
	};
	static const uint8_t ndr[] = {
		0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11,
		0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0
	};

	ndr_put_u32(out, 1);		/* contexts */
	ndr_put_u16(out, 0);
	ndr_put_u16(out, 1);		/* its transfer syntaxes */
	text_add_bytes(out, svcctl, sizeof(svcctl));
	text_add_bytes(out, ndr, sizeof(ndr));
}

/* Take what the peer says to the bind. */
static bool
read_bind_ack(Rpc *rpc, NdrReader *in)
{
	uint16_t	takes = ndr_u16(in);

	ndr_skip(in, 2 + 4);		/* what it sends, the group */
	ndr_skip(in, ndr_u16(in));	/* its second name */
	ndr_align(in);
	ndr_skip(in, 4);			/* number of results */
	if (ndr_u16(in) != 0 || in->failed)
		return make_no_sense(rpc, "the service control manager was not "
							 "offered");
	rpc->fragment = takes < LEAST_FRAGMENT ? LEAST_FRAGMENT
		: takes > FRAGMENT ? FRAGMENT : takes;
	return true;
}

bool
rpc_bind(Rpc *rpc)
{
	static Pdu	pdu;
	Text		out = {NULL, 0, 0};
	Text		body = {NULL, 0, 0};

	rpc->call = 1;
	ndr_put_u16(&body, FRAGMENT);
	ndr_put_u16(&body, FRAGMENT);
	ndr_put_u32(&body, 0);		/* a new group */
	put_interfaces(&body);
	put_header(&out, BIND, FIRST_FRAGMENT | LAST_FRAGMENT, body.len,
			   rpc->call);
	text_add_bytes(&out, body.bytes, body.len);
	text_free(&body);
	if (!send_text(rpc, &out) || !read_pdu(rpc, &pdu))
		return false;
	if (pdu.type == BIND_NAK)
		return make_no_sense(rpc, "the bind was refused");
	if (pdu.type != BIND_ACK)
		return make_no_sense(rpc, "the answer to the bind is none");
	return read_bind_ack(rpc, &pdu.body);
}

/* Send a call in as many fragments as it takes. */
static bool
send_call(Rpc *rpc, uint16_t operation, const Text *stub)
{
	size_t		room = (size_t) rpc->fragment - HEADER - CALL_HEADER;
	size_t		done = 0;

	do
	{
		size_t		left = stub->len - done;
		size_t		piece = left < room ? left : room;
		uint8_t		flags = (done == 0 ? FIRST_FRAGMENT : 0)
		| (piece == left ? LAST_FRAGMENT : 0);
		Text		out = {NULL, 0, 0};

		put_header(&out, REQUEST, flags, CALL_HEADER + piece, rpc->call);
		ndr_put_u32(&out, (uint32_t) left);
		ndr_put_u16(&out, 0);	/* the context */
		ndr_put_u16(&out, operation);
		text_add_bytes(&out, stub->bytes + done, piece);
		if (!send_text(rpc, &out))
			return false;
		done += piece;
	} while (done < stub->len);
	return true;
}

static bool
take_fault(Rpc *rpc, NdrReader *in)
{
	uint32_t	status;

	ndr_skip(in, CALL_HEADER);
	status = ndr_u32(in);
	if (in->failed)
		return make_no_sense(rpc, "a fault has no status");
	return failure_set(&rpc->failure, status == ACCESS_DENIED
					   ? FAILURE_DENIED : FAILURE_PROTOCOL, status,
					   "the call was answered by fault 0x%08" PRIx32,
					   status);
}

/* Collect an answer's fragments in rpc->answer. */
static bool
read_answer(Rpc *rpc)
{
	static Pdu	pdu;
	int			fragments = 0;

	rpc->answer.len = 0;
	do
	{
		if (!read_pdu(rpc, &pdu))
			return false;
		if (pdu.type == FAULT)
			return take_fault(rpc, &pdu.body);
		if (pdu.type != RESPONSE
			|| (fragments == 0) != ((pdu.flags & FIRST_FRAGMENT) != 0))
			return make_no_sense(rpc, "the answer to a call is none");
		ndr_skip(&pdu.body, CALL_HEADER);
		if (pdu.body.failed)
			return make_no_sense(rpc, "an answer's length is wrong");
		text_add_bytes(&rpc->answer, pdu.body.bytes + pdu.body.at,
					   pdu.body.len - pdu.body.at);
		if (rpc->answer.len > RPC_LIMIT || ++fragments > MOST_FRAGMENTS)
			return make_no_sense(rpc, "an answer has no end");
	} while ((pdu.flags & LAST_FRAGMENT) == 0);
	return true;
}

bool
rpc_call(Rpc *rpc, uint16_t operation, Text *stub, NdrReader *answer)
{
	bool		good = rpc->failure.kind == FAILURE_NONE;

	rpc->call++;
	good = good && send_call(rpc, operation, stub) && read_answer(rpc);
	text_free(stub);
	*answer = (NdrReader)
	{
		(const uint8_t *) (good && rpc->answer.len > 0
						   ? rpc->answer.bytes : ""),
			good ? rpc->answer.len : 0, 0, !good
	};
	return good;
}

void
rpc_patience(Rpc *rpc, int ms)
{
	if (rpc->pipe.patience != NULL)
		rpc->pipe.patience(rpc->pipe.arg, ms);
}

void
rpc_end(Rpc *rpc)
{
	text_free(&rpc->answer);
	failure_free(&rpc->failure);
}
