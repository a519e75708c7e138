"""A named pipe as smbd hands it to a program of one's own.

smbd connects to NCALRPC_DIR/np/NAME, says in a request "NPAM" who the client
is and which of its addresses it has called, waits for a reply of that shape,
and then passes on what the client writes: two bytes of length before each
message.  One smbd with many addresses is many nodes: the address tells which.
"""
import re
import socket
import struct

ADDRESS = re.compile(rb'\d{1,3}(?:\.\d{1,3}){3}(?=\0)')
MESSAGE_MODE = 2
DEVICE_STATE = 0xff | 0x400 | 0x100
ALLOCATION = 4096


class Pipe:
    """A client's pipe: bytes in and out, and the address that it called."""

    def __init__(self, connection):
        self.connection = connection
        length, = struct.unpack('>L', self._exactly(4))
        request = self._exactly(length)
        if request[:4] != b'NPAM':
            raise ValueError('not a request for a named pipe')
        level = request[4:8]
        # The client's name and address, then the server's.
        self.address = ADDRESS.findall(request)[-1].decode()
        reply = (b'NPAM' + level + level
                 + struct.pack('<HH4xQL', MESSAGE_MODE, DEVICE_STATE,
                               ALLOCATION, 0))
        connection.sendall(struct.pack('>L', len(reply)) + reply)

    def _exactly(self, length):
        data = b''
        while len(data) < length:
            piece = self.connection.recv(length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def read(self):
        """The next message."""
        length, = struct.unpack('<H', self._exactly(2))
        return self._exactly(length)

    def write(self, message):
        self.connection.sendall(struct.pack('<H', len(message)) + message)

    def close(self):
        self.connection.close()


def listen(path):
    """A socket on which smbd finds us."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(200)
    return listener
