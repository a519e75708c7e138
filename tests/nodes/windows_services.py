"""What Invoke-QlikServiceRequest.ps1 answers, on a stand-in node."""
import base64
import json
import struct
import time

import scm
import svcctl

WORDS = {1: 'stopped', 2: 'start_pending', 3: 'stop_pending', 4: 'running',
         7: 'paused'}
NAMES = {5: 'ERROR_ACCESS_DENIED', 87: 'ERROR_INVALID_PARAMETER',
         1051: 'ERROR_DEPENDENT_SERVICES_RUNNING',
         1058: 'ERROR_SERVICE_DISABLED',
         1060: 'ERROR_SERVICE_DOES_NOT_EXIST',
         1067: 'ERROR_PROCESS_ABORTED', 1460: 'ERROR_TIMEOUT'}
STARTS = ('auto', 'delayed', 'manual', 'disabled')


def state_of(service):
    return WORDS[scm.value(service, 'state')]


def row(name, service):
    return {'service': name, 'display': service.get('display', name),
            'state': state_of(service), 'start': scm.value(service, 'start'),
            'pid': struct.unpack_from(
                '<L', svcctl.process(name, service), 28)[0]}


def recovery_of(service):
    recovery = svcctl.recovery_of(service)
    actions = b''.join(struct.pack('<LL', *one)
                       for one in recovery['actions'])
    if not actions:
        return None
    data = struct.pack('<6L', recovery['flag'], recovery['reset'], 0, 0,
                       len(recovery['actions']), 20) + actions
    return base64.b64encode(data).decode('ascii')


def set_recovery(service, text):
    recovery = svcctl.recovery_of(service)
    if text == 'none':
        recovery.update(reset=0, actions=[])
    else:
        data = base64.b64decode(text, validate=True)
        flag, reset, _, _, count, place = struct.unpack_from('<6L', data)
        recovery.update(flag=flag, reset=reset, actions=[
            list(struct.unpack_from('<LL', data, 4 + place + 8 * one))
            for one in range(count)])
    service['recovery'] = recovery


def need(service, right):
    if not scm.allowed(service, scm.RIGHTS[right]):
        raise scm.Refused(scm.ACCESS_DENIED)


def wait(manager, name, until, pending):
    while True:
        with manager.locked() as node:
            state = state_of(node['services'][name])
        if state not in pending or time.monotonic() >= until:
            return state
        time.sleep(0.01)


def change(manager, request, answer):
    until = time.monotonic() + request.get('deadline_ms', 60000) / 1000
    op = request['op']
    wanted = 'stopped' if op == 'stop' else 'running'
    with manager.locked() as node:
        name = scm.find(node, request['service'])
        service = node['services'][name]
        need(service, op)
        answer['already'] = state_of(service) == wanted
        if not answer['already']:
            (scm.stop if op == 'stop' else scm.start)(node, name)
    answer['state'] = wait(manager, name, until, (f'{op}_pending',))
    answer['ok'] = answer['state'] == wanted
    if not answer['ok'] and answer['state'] == 'stopped':
        raise scm.Refused(scm.PROCESS_ABORTED)


def configure(manager, request, answer):
    with manager.locked() as node:
        service = node['services'][scm.find(node, request['service'])]
        need(service, 'config')
        if request.get('start', 'auto') not in STARTS:
            raise scm.Refused(87)
        if 'start' in request:
            service['start'] = request['start']
        if 'recovery' in request:
            set_recovery(service, request['recovery'])
    answer['ok'] = True


def kill(manager, request, answer):
    with manager.locked() as node:
        service = node['services'][scm.find(node, request['service'])]
        answer['already'] = service['state'] == scm.STOPPED
        service['state'] = scm.STOPPED
        service.pop('until', None)
    answer.update(state='stopped', ok=True)


def run(manager, request, answer):
    with manager.locked() as node:
        node.setdefault('ran', []).append(request['command'])
        answer['exit'] = node.get('exit', 0)
    answer.update(ok=answer['exit'] == 0, output='')


def look(manager, request):
    with manager.locked() as node:
        services = dict(node['services'])
    op = request.get('op')
    if op == 'list':
        for name, service in services.items():
            yield row(name, service)
        yield {'done': 'list'}
        return
    if op not in ('query', 'rights'):
        raise scm.Refused(87)
    name = scm.find({'services': services}, request['service'])
    service = services[name]
    if op == 'query':
        need(service, 'query')
        recovery = recovery_of(service)
        yield {**row(name, service), 'recovery': recovery,
               'recovery_set': recovery is not None}
        return
    rights = {right: scm.allowed(service, scm.RIGHTS[right])
              for right in ('query', 'start', 'stop', 'config')}
    yield {'service': name, 'op': op, 'ok': all(rights.values()), **rights}


ACTS = {'stop': change, 'start': change, 'config': configure, 'kill': kill,
        'run': run}


def answer_one(manager, line):
    answer = {'service': None, 'op': None, 'ok': False}
    began = time.monotonic()
    try:
        request = json.loads(line)
        answer.update(service=request.get('service'), op=request.get('op'))
        if request.get('op') not in ACTS:
            yield from look(manager, request)
            return
        ACTS[request['op']](manager, request, answer)
    except scm.Refused as refused:
        code = refused.args[0]
        answer.update(ok=False, error=code,
                      error_name=NAMES.get(code, f'WIN32_{code}'))
    except ValueError as error:
        answer.update(error=1359, error_name='ERROR_INTERNAL_ERROR',
                      text=str(error))
    if answer['op'] in ACTS:
        answer['ms'] = int(1000 * (time.monotonic() - began))
        manager.log(answer['op'], answer['service'], answer.get('error', 0))
    yield answer


def answer(manager, lines):
    yield {'connected': True}
    for line in lines:
        if line.strip():
            yield from answer_one(manager, line)
