#!/usr/bin/python3
"""What a node of Qlik Sense answers over HTTP, as far as it is asked.

usage: qlik.py ADDRESS PORT TLS_PORT CERTIFICATE DIRECTORY

A file in the directory is the answer to a path: its first line is the status,
the rest the body; its name is the path with "_" for "/".  What is asked is a
line in the file "asked".  With port 0 a free one is taken; both ports are
printed when all is ready.
"""
import http.server
import os
import ssl
import sys
import threading


def main():
    address, port, tls_port, certificate, directory = sys.argv[1:]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split('?')[0]
            with open(os.path.join(directory, 'asked'), 'a') as file:
                file.write('%s %s\n' % (self.headers['Host'], self.path))
            try:
                with open(os.path.join(directory,
                                       path.replace('/', '_'))) as file:
                    status, body = file.read().split('\n', 1)
            except FileNotFoundError:
                status, body = '404', 'not found'
            self.send_response(int(status))
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    plain = http.server.ThreadingHTTPServer((address, int(port)), Handler)
    secure = http.server.ThreadingHTTPServer((address, int(tls_port)), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    print(plain.server_port, secure.server_port, flush=True)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    secure.serve_forever()


main()
