#!/usr/bin/python3
"""powershell.exe of a stand-in Windows node, behind a real sshd.

usage: powershell.py DIRECTORY [ARGUMENT ...]

It is what sshd runs: of the tool it sees a command line and standard input,
which it takes apart as the bootstrap does.  It runs no PowerShell: the scripts
are recognized by their names, and what they do is done by a model on the same
state files as those of nodes.py; the address that was called tells which.
So this is a test of the tool and of the way, not of the scripts' text.

A node's state file may have "powershell", which says what goes wrong:

    banner      a line before anything else
    short       so many bytes of the input are lost on the way
    wrong       a byte of the input is another one
    silent      nothing is answered
    cut         the connection ends after so many lines
    throw       the script fails at once with this text
    noise       lines of other kinds between the script's
    of          all this goes wrong with scripts only that have this text

DIRECTORY/seen gets what was seen of each call, as JSON: the words, the script's
digest and its parameters. DIRECTORY/processes gets the command lines and
environments of all processes at that time.
"""
import base64
import glob
import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import scm
import windows_certificates
import windows_copy
import windows_hosts
import windows_share

WORDS = ['-NoLogo', '-NoProfile', '-NonInteractive', '-InputFormat', 'Text',
         '-OutputFormat', 'Text', '-EncodedCommand']
# What cmd.exe takes.
LONGEST = 8191


class Failed(Exception):
    """The script has thrown."""


class Wire:
    """Standard output, on which things go wrong as the node's state says."""

    def __init__(self, faults):
        self.faults = faults
        self.lines = 0

    def write(self, line):
        if self.faults.get('cut') == self.lines:
            cut()
        self.lines += 1
        sys.stdout.write(line + '\r\n')
        sys.stdout.flush()

    def answer(self, answer):
        line = json.dumps(answer)
        if self.faults.get('noise'):
            self.write('WARNING: {not ours}')
            self.write('')
        self.write(line)


def cut():
    """The sshd of this connection is our ancestor: end it.

    What was written before is to be on its way, which nobody tells.
    """
    time.sleep(0.3)
    pid = os.getppid()
    while pid > 1:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
            name, rest = file.read().rsplit(')', 1)
        if name.endswith('(sshd'):
            os.kill(pid, signal.SIGKILL)
            break
        pid = int(rest.split()[1])
    sys.exit(255)


def wait_for_end():
    """Until the connection is gone: its sshd is no longer our parent."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.05)
    sys.exit(255)


def record_processes(directory):
    """What others could see: command lines and environments."""
    with open(os.path.join(directory, 'processes'), 'ab') as seen:
        for path in glob.glob('/proc/[0-9]*/cmdline') + glob.glob(
                '/proc/[0-9]*/environ'):
            try:
                with open(path, 'rb') as file:
                    seen.write(file.read() + b'\n')
            except OSError:
                pass


def take_input(data, bootstrap):
    """Script, parameters and lines, or the bootstrap's complaint."""
    assert 'qsrepl-1' in bootstrap
    lines = data.decode('ascii').splitlines()
    head = lines[0].split(' ') if lines else ['']
    if (len(head) != 3 or head[0] != 'qsrepl-1'
            or len(lines) <= int(head[1])):
        raise Failed('The input has not come as a whole.')
    lines = lines[1:int(head[1]) + 1]
    digest = hashlib.sha256('\n'.join(lines).encode('ascii')).hexdigest()
    if digest.upper() != head[2]:
        raise Failed('The input has been changed on the way.')
    lines = [base64.b64decode(line, validate=True).decode('utf-8')
             for line in lines]
    return lines[0], json.loads(lines[1]), lines[2:]


def record(directory, words, script, parameters, lines):
    entry = {'words': words, 'lines': len(lines), 'parameters': parameters,
             'digest': hashlib.sha256(script.encode('utf-8')).hexdigest()}
    record_processes(directory)
    with open(os.path.join(directory, 'seen'), 'a',
              encoding='utf-8') as file:
        file.write(json.dumps(entry) + '\n')


def damage(data, faults):
    if 'short' in faults:
        data = data[:-faults['short']]
    if 'wrong' in faults:
        data = data[:-3] + (b'A' if data[-3:-2] != b'A' else b'B') + data[-2:]
    return data


def run(wire, manager, script, parameters, lines):
    if wire.faults.get('throw'):
        raise Failed(wire.faults['throw'])
    if re.search('^Answers requests about the services', script, re.M):
        # What it needs takes a while to load.
        services = importlib.import_module('windows_services')
        work = services.answer(manager, lines)
    elif re.search('^Reads or replaces the hosts file', script, re.M):
        work = windows_hosts.answer(sys.argv[1], manager, parameters, lines,
                                    Failed)
    elif re.search('^Answers requests about the content', script, re.M):
        work = windows_share.answer(sys.argv[1], manager, lines, Failed)
    elif re.search('^Copies files of one file share', script, re.M):
        work = windows_copy.answer(sys.argv[1], manager, parameters, lines,
                                   Failed)
    else:
        work = windows_certificates.answer(manager, parameters, lines, Failed)
    for answer in work:
        wire.answer(answer)


def main():
    directory, words = sys.argv[1], sys.argv[2:]
    manager = scm.Manager(directory,
                          os.environ['SSH_CONNECTION'].split(' ')[2])
    wire = Wire(manager.peek().get('powershell', {}))
    assert words[:-1] == WORDS, words
    assert len('powershell.exe ' + ' '.join(words)) < LONGEST
    bootstrap = base64.b64decode(words[-1], validate=True).decode('utf-16-le')
    if wire.faults.get('banner'):
        wire.write(wire.faults['banner'])
    # -EncodedCommand waits for the end of its input.
    data = damage(sys.stdin.buffer.read(), wire.faults)
    if wire.faults.get('silent'):
        wait_for_end()
    try:
        script, parameters, lines = take_input(data, bootstrap)
        record(directory, words, script, parameters, lines)
        if wire.faults.get('of', '') not in script:
            wire.faults = {}
        wire.write('{"qsrepl":"begin","version":"5.1.0","user":"qlik"}')
        run(wire, manager, script, parameters, lines)
        wire.write('{"qsrepl":"end","ok":true}')
    except Failed as failed:
        wire.write(json.dumps({'qsrepl': 'end', 'ok': False,
                               'error': str(failed), 'id': 'failed'}))
        sys.exit(1)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(str(error))
        raise


if __name__ == '__main__':
    main()
