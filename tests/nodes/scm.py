"""The service control manager of a stand-in node.

Its services are in a JSON file, which the test may change at any time under
the same lock; whatever is done is a line in the group's log.  A node:

    services    name to service, see below
    peer        answers are broken: rpc.py; peer_after: so many calls are not
    lag         seconds before each answer
    deny        the manager cannot be opened

A service; what is left out has the value in DEFAULTS:

    state       1 stopped, 2 starting, 3 stopping, 4 running, 7 paused
    start       boot, system, auto, delayed, manual, disabled
    delay       seconds that a start or stop takes
    answers_after   seconds that the node's answer to it, or to a change, takes
    hang_start, hang_stop   it never ends
    fail_start, fail_stop   a Win32 code that refuses it
    dies        a start ends in stopped, with exit code 1067
    deny        rights that are refused: start, stop, config, query, all
    depends     names of the services that it needs
    stubborn    a changed configuration is accepted and forgotten
    recovery    reset (seconds), message, command, actions: [type, ms] ...,
                flag
"""
import contextlib
import fcntl
import json
import os
import time

STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
FOREVER = 9e18
DEFAULTS = {'state': STOPPED, 'start': 'auto', 'delay': 0.05, 'depends': []}
RECOVERY = {'reset': 0, 'message': '', 'command': '', 'actions': [],
            'flag': 0}

ACCESS_DENIED = 5
INVALID_HANDLE = 6
DEPENDENT_SERVICES_RUNNING = 1051
SERVICE_REQUEST_TIMEOUT = 1053
SERVICE_ALREADY_RUNNING = 1056
SERVICE_DISABLED = 1058
SERVICE_DOES_NOT_EXIST = 1060
SERVICE_CANNOT_ACCEPT_CTRL = 1061
SERVICE_NOT_ACTIVE = 1062
PROCESS_ABORTED = 1067
SERVICE_DEPENDENCY_FAIL = 1068

RIGHTS = {'query': 0x5, 'config': 0x2, 'start': 0x10, 'stop': 0x20}


class Refused(Exception):
    """A Win32 error code."""


class Manager:
    """One node."""

    def __init__(self, directory, address):
        self.address = address
        self.path = os.path.join(directory, 'nodes', address + '.json')
        self.lock = os.path.join(directory, 'lock')
        self.log_path = os.path.join(directory, 'operations')
        self.known = None           # what the file was when it was read
        self.node = None

    def _read(self):
        with open(self.path, encoding='utf-8') as file:
            return json.load(file)

    def peek(self):
        """The node as it is, not to be changed: renames are atomic."""
        if any(is_over(service) for service in self._cached().values()):
            with self.locked():
                pass
        self._cached()
        return self.node

    def _cached(self):
        status = os.stat(self.path)
        known = (status.st_ino, status.st_mtime_ns, status.st_size)
        if known != self.known:
            self.known, self.node = known, self._read()
        return self.node['services']

    @contextlib.contextmanager
    def locked(self):
        """The node; what is changed is kept, also where it is refused."""
        with open(self.lock, 'a', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            node = self._read()
            before = json.dumps(node)
            for service in node['services'].values():
                settle(service)
            try:
                yield node
            finally:
                if json.dumps(node) != before:
                    self._write(node)

    def _write(self, node):
        with open(self.path + '.new', 'w', encoding='utf-8') as file:
            json.dump(node, file, indent=1)
        os.replace(self.path + '.new', self.path)

    def log(self, operation, service, code):
        line = json.dumps({'time': time.time(), 'node': self.address,
                           'operation': operation, 'service': service,
                           'code': code})
        with open(self.log_path, 'a', encoding='utf-8') as file:
            file.write(line + '\n')


def value(service, key):
    return service.get(key, DEFAULTS.get(key))


def find(node, name):
    """The service's own spelling: names do not differ by case."""
    for known in node['services']:
        if known.lower() == name.lower():
            return known
    raise Refused(SERVICE_DOES_NOT_EXIST)


def is_over(service):
    """Whether a pending state has ended by the clock."""
    return (value(service, 'state') in (START_PENDING, STOP_PENDING)
            and time.time() >= service.get('until', 0))


def settle(service):
    if is_over(service):
        service.pop('until', None)
        if service['state'] == STOP_PENDING:
            service['state'] = STOPPED
        elif service.get('dies'):
            service['state'] = STOPPED
            service['exit'] = PROCESS_ABORTED
        else:
            service['state'] = RUNNING


def allowed(service, access):
    deny = service.get('deny', [])
    return not any(access & RIGHTS[right] for right in RIGHTS
                   if right in deny or 'all' in deny)


def dependents(node, name):
    """All that need a service, those that must be stopped first first."""
    found = []
    for other, service in node['services'].items():
        if name in value(service, 'depends') and other not in found:
            found += [one for one in dependents(node, other) + [other]
                      if one not in found]
    return found


def start(node, name):
    service = node['services'][name]
    if value(service, 'start') == 'disabled':
        raise Refused(SERVICE_DISABLED)
    if value(service, 'state') != STOPPED:
        raise Refused(SERVICE_ALREADY_RUNNING)
    if service.get('fail_start'):
        raise Refused(service['fail_start'])
    for needed in value(service, 'depends'):
        other = node['services'][needed]
        if value(other, 'state') == STOPPED:
            try:
                start(node, needed)
            except Refused as refused:
                raise Refused(SERVICE_DEPENDENCY_FAIL) from refused
    service.pop('exit', None)
    service['state'] = START_PENDING
    service['until'] = (FOREVER if service.get('hang_start')
                        else time.time() + value(service, 'delay'))


def stop(node, name):
    service = node['services'][name]
    state = value(service, 'state')
    if state == STOPPED:
        raise Refused(SERVICE_NOT_ACTIVE)
    if state in (START_PENDING, STOP_PENDING):
        raise Refused(SERVICE_CANNOT_ACCEPT_CTRL)
    if service.get('fail_stop'):
        raise Refused(service['fail_stop'])
    if any(value(node['services'][other], 'state') != STOPPED
           for other in dependents(node, name)):
        raise Refused(DEPENDENT_SERVICES_RUNNING)
    service['state'] = STOP_PENDING
    service['until'] = (FOREVER if service.get('hang_stop')
                        else time.time() + value(service, 'delay'))
