"""The server's side of DCE/RPC over a pipe: bind, requests, fragments.

A node's "peer" in its state file makes it one that cannot be trusted: see
broken().
"""
import random
import struct
import time

REQUEST, RESPONSE, FAULT, BIND, BIND_ACK, BIND_NAK = 0, 2, 3, 11, 12, 13
FIRST, LAST = 1, 2
SVCCTL = bytes.fromhex('81bb7a364498f135ad3298f03800100302000000')
NDR = bytes.fromhex('045d888aeb1cc9119fe808002b10486002000000')
OP_RANGE_ERROR = 0x1c010002
BAD_STUB = 0x6f7


class Fault(Exception):
    """A call is answered by a fault with this status."""


def pdu(kind, flags, call, body):
    return struct.pack('<BBBBLHHL', 5, 0, kind, flags, 0x10,
                       16 + len(body), 0, call) + body


class Connection:
    """Serves one client; serve(opnum, stub) gives the answer's stub."""

    def __init__(self, pipe, serve, peer):
        self.pipe = pipe
        self.serve = serve
        self.peer = peer            # a function: how to behave right now
        self.pending = b''
        self.limit = 4280
        self.calls = 0

    def next_pdu(self):
        while len(self.pending) < 16:
            self.pending += self.pipe.read()
        length, = struct.unpack_from('<H', self.pending, 8)
        while len(self.pending) < length:
            self.pending += self.pipe.read()
        result, self.pending = self.pending[:length], self.pending[length:]
        return result

    def bind(self, call, body):
        self.limit = max(1024, min(4280, struct.unpack_from('<H', body, 2)[0]))
        good = body[16:36] == SVCCTL and body[36:56] == NDR
        name = b'\\PIPE\\svcctl\0'
        answer = struct.pack('<HHLH', 4280, 4280, 1, len(name)) + name
        answer += b'\0' * (-len(answer) % 4)
        answer += struct.pack('<B3xHH', 1, 0 if good else 2, 0 if good else 1)
        answer += NDR if good else bytes(20)
        return pdu(BIND_ACK, FIRST | LAST, call, answer)

    def respond(self, call, stub):
        room = self.limit - 24
        place = 0
        while True:
            piece = stub[place:place + room]
            flags = FIRST if place == 0 else 0
            if place + room >= len(stub):
                flags |= LAST
            head = struct.pack('<LHBB', len(stub) - place, 0, 0, 0)
            self.pipe.write(pdu(RESPONSE, flags, call, head + piece))
            place += room
            if flags & LAST:
                return

    def call(self, call, opnum, stub):
        try:
            self.respond(call, self.serve(opnum, stub))
        except Fault as fault:
            body = struct.pack('<LHBBLL', 0, 0, 0, 0, fault.args[0], 0)
            self.pipe.write(pdu(FAULT, FIRST | LAST, call, body))

    def run(self):
        stub = b''
        while True:
            one = self.next_pdu()
            kind, flags = one[2], one[3]
            call, = struct.unpack_from('<L', one, 12)
            if broken(self, kind, call):
                continue
            if kind == BIND:
                self.pipe.write(self.bind(call, one[16:]))
            elif kind == REQUEST:
                stub = (b'' if flags & FIRST else stub) + one[24:]
                if flags & LAST:
                    self.call(call, struct.unpack_from('<H', one, 22)[0],
                              stub)


def broken(connection, kind, call):
    """Answer as the node's "peer" says; false where it says nothing.

    "bind_nak" and "hang_bind" concern the bind, the rest the calls, or those
    that come after the first "peer_after".
    """
    write = connection.pipe.write
    peer, after = connection.peer()
    connection.calls += kind == REQUEST
    if kind == REQUEST and connection.calls <= after:
        return False
    if peer == 'bind_nak' and kind == BIND:
        write(pdu(BIND_NAK, FIRST | LAST, call, struct.pack('<HB3x', 4, 0)))
    elif peer == 'hang_bind' and kind == BIND:
        time.sleep(3600)
    elif kind != REQUEST:
        return False
    elif peer == 'hang':
        time.sleep(3600)
    elif peer == 'close':
        raise EOFError
    elif peer == 'garbage':
        # smbd cuts messages by the length in them.
        noise = bytearray(random.Random(call).randbytes(64))
        noise[8:10] = struct.pack('<H', 64)
        noise[4] = 0x10
        write(bytes(noise))
    elif peer == 'wrong_call':
        write(pdu(RESPONSE, FIRST | LAST, call + 7, bytes(8 + 24)))
    elif peer == 'short':
        write(pdu(RESPONSE, FIRST | LAST, call, bytes(8 + 3)))
    elif peer == 'huge_length':
        # Says 64 kB and gives a few.
        write(struct.pack('<BBBBLHHL', 5, 0, RESPONSE, 3, 0x10, 0xffff, 0,
                          call) + bytes(40))
    elif peer == 'tiny_length':
        write(struct.pack('<BBBBLHHL', 5, 0, RESPONSE, 3, 0x10, 3, 0, call))
    elif peer == 'huge_count':
        # A conformant array of four billion bytes.
        write(pdu(RESPONSE, FIRST | LAST, call,
                  bytes(8) + b'\xff\xff\xff\xff' + bytes(60)))
    elif peer == 'endless':
        # Fragments without a last one.
        for _ in range(5000):
            write(pdu(RESPONSE, 0, call, bytes(8 + 4000)))
    elif peer in ('endless_first', 'empty_fragments'):
        size = 4000 if peer == 'endless_first' else 0
        for number in range(5000):
            write(pdu(RESPONSE, FIRST if number == 0 else 0, call,
                      bytes(8 + size)))
    elif peer == 'other_type':
        write(pdu(BIND_ACK, FIRST | LAST, call, bytes(100)))
    elif peer == 'denied_fault':
        write(pdu(FAULT, FIRST | LAST, call,
                  struct.pack('<LHBBLL', 0, 0, 0, 0, 5, 0)))
    elif peer == 'fault':
        write(pdu(FAULT, FIRST | LAST, call,
                  struct.pack('<LHBBLL', 0, 0, 0, 0, OP_RANGE_ERROR, 0)))
    else:
        return False
    return True
