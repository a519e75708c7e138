"""MS-SCMR over a Manager: requests are taken apart by impacket, answers are
put together here, so that the client is not tested against itself."""
import os
import struct
import time

from impacket.dcerpc.v5 import scmr

import rpc
import scm

INSUFFICIENT_BUFFER = 122
MORE_DATA = 234
NO_CHANGE = 0xffffffff
START_TYPES = ['boot', 'system', 'auto', 'manual', 'disabled']
WIN32_OWN_PROCESS = 0x10
ACTIVE, INACTIVE = 1, 2
NO_HANDLE = bytes(20)


def text(string):
    return (string + '\0').encode('utf-16-le')


def ndr_string(string):
    data = text(string)
    count = len(data) // 2
    return (struct.pack('<LLL', count, 0, count) + data
            + b'\0' * (-len(data) % 4))


def plain(string):
    """impacket's strings have their NUL."""
    return string[:-1] if string.endswith('\0') else string


def array(data, size):
    """A conformant array of as many bytes as the client has room for."""
    data += b'\0' * (size - len(data))
    return struct.pack('<L', size) + data + b'\0' * (-size % 4)


def status(service):
    state = scm.value(service, 'state')
    return struct.pack(
        '<7L', WIN32_OWN_PROCESS, state, 5 if state == scm.RUNNING else 0,
        service.get('exit', 0), 0, 0,
        2000 if state in (scm.START_PENDING, scm.STOP_PENDING) else 0)


def process(name, service):
    running = scm.value(service, 'state') != scm.STOPPED
    pid = 1000 + sum(name.encode()) if running else 0
    return status(service) + struct.pack('<LL', pid, 0)


def selected(service, states):
    stopped = scm.value(service, 'state') == scm.STOPPED
    return bool(states & (INACTIVE if stopped else ACTIVE))


def enumeration(entries, size):
    """As many (name, display, status) as fit: count, buffer, bytes missing."""
    sizes = [len(text(name)) + len(text(display)) + 8 + len(state)
             for name, display, state in entries]
    count, place = 0, 0
    while count < len(entries) and place + sizes[count] <= size:
        place += sizes[count]
        count += 1
    place = sum(len(state) + 8 for _, _, state in entries[:count])
    head, tail = b'', b''
    for name, display, state in entries[:count]:
        name, display = text(name), text(display)
        offset = place + len(tail)
        head += struct.pack('<LL', offset, offset + len(name)) + state
        tail += name + display
    return count, head + tail, sum(sizes[count:])


def recovery_of(service):
    return {**scm.RECOVERY, **service.get('recovery', {})}


def failure_actions(service):
    """SERVICE_FAILURE_ACTIONS with offsets in place of pointers."""
    recovery = recovery_of(service)
    actions = b''.join(struct.pack('<LL', *action)
                       for action in recovery['actions'])
    place = 20 + len(actions)
    offsets = []
    tail = b''
    for string in (recovery['message'], recovery['command']):
        offsets.append(place + len(tail) if string else 0)
        tail += text(string) if string else b''
    return struct.pack('<5L', recovery['reset'], *offsets,
                       len(recovery['actions']),
                       20 if actions else 0) + actions + tail


class Session:
    """One client's handles."""

    def __init__(self, manager):
        self.manager = manager
        self.handles = {}
        self.calls = {
            0: self.close, 1: self.control, 6: self.query,
            11: self.change_config, 13: self.enum_dependents,
            14: self.enum, 15: self.open_manager, 16: self.open_service,
            17: self.query_config, 19: self.start,
            37: self.change_config2, 39: self.query_config2,
            40: self.query_ex, 42: self.enum_ex}

    def peer(self):
        node = self.manager.peek()
        return node.get('peer') or '', node.get('peer_after', 0)

    def serve(self, opnum, stub):
        if opnum not in self.calls:
            raise rpc.Fault(rpc.OP_RANGE_ERROR)
        lag = self.manager.peek().get('lag', 0)
        if lag:
            time.sleep(lag)
        return self.calls[opnum](stub)

    def _new(self, what):
        handle = bytes(4) + os.urandom(16)
        self.handles[handle] = what
        return handle

    def _service(self, handle, right=0):
        name, access = self.handles.get(handle) or ('', 0)
        if not name:
            raise scm.Refused(scm.INVALID_HANDLE)
        if right and not access & right:
            raise scm.Refused(scm.ACCESS_DENIED)
        return name

    def close(self, stub):
        call = scmr.RCloseServiceHandle(stub)
        self.handles.pop(call['hSCObject'], None)
        return NO_HANDLE + struct.pack('<L', 0)

    def open_manager(self, stub):
        scmr.ROpenSCManagerW(stub)
        if self.manager.peek().get('deny'):
            self.manager.log('open', '', scm.ACCESS_DENIED)
            return NO_HANDLE + struct.pack('<L', scm.ACCESS_DENIED)
        return self._new(('', 0)) + struct.pack('<L', 0)

    def open_service(self, stub):
        call = scmr.ROpenServiceW(stub)
        name, access = plain(call['lpServiceName']), call['dwDesiredAccess']
        try:
            node = self.manager.peek()
            name = scm.find(node, name)
            if not scm.allowed(node['services'][name], access):
                raise scm.Refused(scm.ACCESS_DENIED)
            return self._new((name, access)) + struct.pack('<L', 0)
        except scm.Refused as refused:
            self.manager.log('open', name, refused.args[0])
            return NO_HANDLE + struct.pack('<L', refused.args[0])

    def _act(self, operation, handle, right, act):
        """A change under the lock; gives the code and the service then."""
        code, service = 0, {}
        name = ''
        try:
            name = self._service(handle, right)
            with self.manager.locked() as node:
                service = node['services'][name]
                act(node, name)
        except scm.Refused as refused:
            code = refused.args[0]
        self.manager.log(operation, name, code)
        time.sleep(service.get('answers_after', 0))
        return code, service

    def start(self, stub):
        call = scmr.RStartServiceW(stub)
        code, _ = self._act('start', call['hService'], 0x10, scm.start)
        return struct.pack('<L', code)

    def control(self, stub):
        call = scmr.RControlService(stub)

        def act(node, name):
            if call['dwControl'] != 1:
                raise scm.Refused(scm.SERVICE_CANNOT_ACCEPT_CTRL)
            scm.stop(node, name)
        code, service = self._act('stop', call['hService'], 0x20, act)
        return status(service) + struct.pack('<L', code)

    def _look(self, handle, right, empty, look):
        """What look(service, name) gives, or the empty answer and a code."""
        try:
            name = self._service(handle, right)
            return look(self.manager.peek()['services'][name], name)
        except scm.Refused as refused:
            return empty + struct.pack('<L', refused.args[0])

    def query(self, stub):
        call = scmr.RQueryServiceStatus(stub)
        return self._look(call['hService'], 4, bytes(28),
                          lambda service, name:
                          status(service) + struct.pack('<L', 0))

    def query_ex(self, stub):
        call = scmr.RQueryServiceStatusEx(stub)
        size = call['cbBufSize']
        return self._look(call['hService'], 4,
                          array(b'', size) + bytes(4),
                          lambda service, name: buffer(
                              process(name, service), size))

    def query_config(self, stub):
        call = scmr.RQueryServiceConfigW(stub)

        def look(service, name):
            kind = scm.value(service, 'start')
            kind = START_TYPES.index('auto' if kind == 'delayed' else kind)
            strings = ['C:\\Program Files\\Qlik\\%s.exe' % name, '', '/',
                       'LocalSystem', service.get('display', name)]
            tail = b''.join(ndr_string(string) for string in strings)
            # A pessimistic size, as Windows tells it.
            needed = 36 + sum(len(text(string)) for string in strings)
            if needed > call['cbBufSize']:
                return bytes(36) + struct.pack('<LL', needed,
                                               INSUFFICIENT_BUFFER)
            return struct.pack('<9L', WIN32_OWN_PROCESS, kind, 1, 0x20000,
                               0x20004, 0, 0x20008, 0x2000c,
                               0x20010) + tail + struct.pack('<LL', 0, 0)
        return self._look(call['hService'], 1, bytes(40), look)

    def query_config2(self, stub):
        call = scmr.RQueryServiceConfig2W(stub)
        level, size = call['dwInfoLevel'], call['cbBufSize']

        def look(service, _):
            if level == 2:
                return buffer(failure_actions(service), size)
            if level == 3:
                delayed = scm.value(service, 'start') == 'delayed'
                return buffer(struct.pack('<L', delayed), size)
            if level == 4:
                return buffer(struct.pack('<L', recovery_of(service)['flag']),
                              size)
            raise scm.Refused(124)
        return self._look(call['hService'], 1, array(b'', size) + bytes(4),
                          look)

    def change_config(self, stub):
        call = scmr.RChangeServiceConfigW(stub)

        def act(node, name):
            service = node['services'][name]
            kind = call['dwStartType']
            if kind != NO_CHANGE and not service.get('stubborn'):
                delayed = (scm.value(service, 'start') == 'delayed'
                           and START_TYPES[kind] == 'auto')
                service['start'] = 'delayed' if delayed else START_TYPES[kind]
        code, _ = self._act('config', call['hService'], 2, act)
        return struct.pack('<LL', 0, code)

    def change_config2(self, stub):
        handle = stub[:20]
        level, tag, pointer = struct.unpack_from('<LLL', stub, 20)
        if level != tag or not pointer:
            raise rpc.Fault(rpc.BAD_STUB)

        def act(node, name):
            service = node['services'][name]
            if service.get('stubborn'):
                return
            if level == 2:
                change_recovery(service, stub[32:])
            elif level == 3:
                if scm.value(service, 'start') not in ('auto', 'delayed'):
                    raise scm.Refused(87)
                delayed, = struct.unpack_from('<L', stub, 32)
                service['start'] = 'delayed' if delayed else 'auto'
            elif level == 4:
                flag, = struct.unpack_from('<L', stub, 32)
                service['recovery'] = {**recovery_of(service), 'flag': flag}
            else:
                raise scm.Refused(124)
        operation = {2: 'recovery', 3: 'delayed', 4: 'recovery flag'}
        code, _ = self._act(operation.get(level, 'config2'), handle, 2, act)
        return struct.pack('<L', code)

    def enum_dependents(self, stub):
        call = scmr.REnumDependentServicesW(stub)
        size, states = call['cbBufSize'], call['dwServiceState']
        try:
            name = self._service(call['hService'])
            node = self.manager.peek()
            services = node['services']
            entries = [(other, services[other].get('display', other),
                        status(services[other]))
                       for other in scm.dependents(node, name)
                       if selected(services[other], states)]
        except scm.Refused as refused:
            return array(b'', size) + struct.pack('<LLL', 0, 0,
                                                  refused.args[0])
        count, data, missing = enumeration(entries, size)
        return array(data, size) + struct.pack('<LLL', missing, count,
                                               MORE_DATA if missing else 0)

    def _enum(self, call, state_of):
        size, states = call['cbBufSize'], call['dwServiceState']
        begin = call['lpResumeIndex']
        begin = begin if isinstance(begin, int) else 0
        entries = [(name, service.get('display', name),
                    state_of(name, service))
                   for name, service in self.manager.peek()[
                       'services'].items()
                   if selected(service, states)][begin:]
        count, data, missing = enumeration(entries, size)
        return array(data, size) + struct.pack(
            '<LLLLL', missing, count, 0x20000,
            begin + count if missing else 0, MORE_DATA if missing else 0)

    def enum(self, stub):
        return self._enum(scmr.REnumServicesStatusW(stub),
                          lambda name, service: status(service))

    def enum_ex(self, stub):
        return self._enum(scmr.REnumServicesStatusExW(stub), process)


def buffer(data, size):
    """The answer's buffer, the bytes needed, and the code."""
    if len(data) > size:
        return array(b'', size) + struct.pack('<LL', len(data),
                                              INSUFFICIENT_BUFFER)
    return array(data, size) + struct.pack('<LL', len(data), 0)


def take_string(data, place):
    """A conformant varying string, and where it ends."""
    _, _, count = struct.unpack_from('<LLL', data, place)
    end = place + 12 + 2 * count
    string = data[place + 12:end].decode('utf-16-le')
    return plain(string), end + (-end % 4)


def change_recovery(service, data):
    """SERVICE_FAILURE_ACTIONS, which impacket cannot take without actions.

    A NULL leaves as it was, an empty string or array removes.
    """
    recovery = recovery_of(service)
    reset, message, command, count, actions = struct.unpack_from('<5L', data)
    place = 20
    for key, pointer in (('message', message), ('command', command)):
        if pointer:
            recovery[key], place = take_string(data, place)
    if actions:
        most, = struct.unpack_from('<L', data, place)
        if most != count or len(data) != place + 4 + 8 * count:
            raise rpc.Fault(rpc.BAD_STUB)
        recovery['actions'] = [list(one) for one in struct.iter_unpack(
            '<LL', data[place + 4:])]
        recovery['reset'] = reset
    service['recovery'] = recovery
