#!/usr/bin/python3
"""The services of stand-in Windows nodes, behind one real smbd.

usage: nodes.py DIRECTORY

DIRECTORY/ncalrpc is smbd's; DIRECTORY/nodes has a JSON file an address.
"""
import os
import sys
import threading
import traceback

import pipe
import rpc
import scm
import svcctl


def serve(directory, connection):
    try:
        end = pipe.Pipe(connection)
        session = svcctl.Session(scm.Manager(directory, end.address))
        rpc.Connection(end, session.serve, session.peer).run()
    except (EOFError, ConnectionError):
        pass
    except Exception:               # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        connection.close()


def main():
    directory = sys.argv[1]
    folder = os.path.join(directory, 'ncalrpc', 'np')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    listener = pipe.listen(os.path.join(folder, 'svcctl'))
    print('ready', flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(directory, connection),
                         daemon=True).start()


if __name__ == '__main__':
    main()
