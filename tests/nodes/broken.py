#!/usr/bin/python3
"""A server that is no node: takes connections, and

    mute        never says anything
    close       hangs up
    noise       sends random bytes
    smb1        says no version of SMB that we speak
    half        sends the half of a packet, and then nothing

usage: broken.py ADDRESS HOW; prints its port, and "taken" for each connection
"""
import random
import socket
import sys
import threading
import time


def packet(data):
    return len(data).to_bytes(4, 'big') + data


def answer(connection, how):
    connection.recv(4096)
    if how == 'noise':
        connection.sendall(packet(random.Random(7).randbytes(500)))
    elif how == 'smb1':
        connection.sendall(packet(b'\xffSMB\x72' + bytes(60)))
    elif how == 'half':
        connection.sendall(packet(b'\xfeSMB' + bytes(200))[:60])
    if how not in ('close', 'smb1'):
        time.sleep(3600)
    connection.close()


def main():
    address, how = sys.argv[1:]
    listener = socket.create_server((address, 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        print('taken', flush=True)
        threading.Thread(target=answer, args=(connection, how),
                         daemon=True).start()


if __name__ == '__main__':
    main()
