"""What Install-QlikCertificates.ps1 does and answers, on a stand-in node.

The node's stores are files DIRECTORY/stores/ADDRESS/ROLE/THUMBPRINT.pem with
certificate and key; what was there before is in "before" beside the roles. A
node's state file may have "certificates":

    fail        an installation fails with this text, when nothing is changed
    fail_back   so does a rollback
    hold        an installation waits until this file is gone
    wrong       it is another set that was installed, says the node
    kept        roles whose keys cannot be exported
    broken      what is exported is nothing that can be read
"""
import base64
import fcntl
import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

ROLES = ('client', 'root', 'server')
DATABASE = 'QlikSenseRepositoryDatabase'


def openssl(*words, data=b''):
    return subprocess.run(['openssl', *words], input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


@functools.lru_cache(None)
def facts(pem):
    text = openssl('x509', '-noout', '-fingerprint', '-sha1', '-subject',
                   '-issuer', '-nameopt', 'RFC2253', '-text',
                   data=pem).decode('utf-8')
    found = {key: re.search(f'^{key}=(.*)', text, re.M).group(1)
             for key in ('subject', 'issuer')}
    return {**found, 'marker': '1.3.6.1.5.5.7.13.3' in text,
            'thumbprint': re.search('Fingerprint=(.*)', text).group(1)
            .replace(':', '')}


class Stores:
    """The stores of one node."""

    def __init__(self, manager):
        self.path = os.path.join(os.path.dirname(manager.lock), 'stores',
                                 manager.address)
        self.before = os.path.join(self.path, 'before')

    def entries(self, folder=None):
        """Role and PEM text of each."""
        folder = folder or self.path
        for role in ROLES:
            where = os.path.join(folder, role)
            for name in sorted(os.listdir(where)) if os.path.isdir(
                    where) else []:
                with open(os.path.join(where, name), 'rb') as file:
                    yield role, file.read()

    def write(self, folder, entries):
        for role in ROLES:
            where = os.path.join(folder, role)
            shutil.rmtree(where, ignore_errors=True)
            os.makedirs(where, mode=0o700)
        for role, pem in entries:
            name = facts(pem)['thumbprint'] + '.pem'
            with open(os.path.join(folder, role, name), 'wb') as file:
                file.write(pem)

    def replace(self, wanted):
        present = list(self.entries())
        self.write(self.before, present)
        self.write(self.path, wanted)


def title(entries):
    return ' '.join(sorted(f"{role}-{facts(pem)['thumbprint']}"
                           for role, pem in entries))


def has_key(pem):
    return b'PRIVATE KEY' in pem


def opened(data, password, with_key):
    """PEM of a PFX file, or of a certificate in DER."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        if data[:8].find(b'\x02\x01\x03') < 0:
            return openssl('x509', '-inform', 'DER', '-in', file.name)
        return openssl('pkcs12', '-in', file.name, '-passin', 'stdin',
                       '-nodes', '-legacy', *([] if with_key else ['-nokeys']),
                       data=password.encode('ascii') + b'\n')


def closed(pem, password):
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        return openssl('pkcs12', '-export', '-in', file.name, '-passout',
                       'stdin', '-legacy', '-descert', '-keypbe',
                       'PBE-SHA1-3DES', data=password.encode('ascii') + b'\n')


def wanted_of(request, central, failed):
    wanted = []
    for role in ROLES:
        keyed = role != 'root' or central
        pem = opened(base64.b64decode(request[role], validate=True),
                     request['password'], keyed)
        if keyed and not has_key(pem):
            raise failed(f'The {role} certificate comes without its private '
                         'key.')
        if role != 'root' and not facts(pem)['marker']:
            raise failed(f'The {role} certificate lacks the extension '
                         '1.3.6.1.5.5.7.13.3.')
        wanted.append((role, pem))
    return wanted


def refuse_running(manager, failed):
    with manager.locked() as node:
        running = sorted(name for name, service in node['services'].items()
                         if name.startswith('QlikSense') and name != DATABASE
                         and service.get('state', 1) != 1)
    if running:
        raise failed(f"These services are not stopped: {', '.join(running)}.")


def install(stores, wanted, name, faults):
    present = list(stores.entries())
    already = title(present) == title(wanted)
    while os.path.exists(faults.get('hold', '')):
        time.sleep(0.05)
    if not already:
        stores.replace(wanted)
        for action, entries in (('saved', present), ('added', wanted),
                                ('removed', present)):
            for role, pem in entries:
                yield {'action': action, 'role': role,
                       'thumbprint': facts(pem)['thumbprint']}
    yield {'done': name, 'already': already,
           'set': faults.get('wrong') or title(wanted)}


def listing(stores, mode, request, faults):
    for role, pem in stores.entries():
        data = openssl('x509', '-outform', 'DER', data=pem)
        answer = {'role': role, **facts(pem), 'has_key': has_key(pem),
                  'exportable': (has_key(pem)
                                 and role not in faults.get('kept', [])),
                  'certificate': base64.b64encode(data).decode('ascii')}
        if mode == 'Export' and answer['exportable']:
            pfx = closed(pem, request['password'])
            answer['pfx'] = base64.b64encode(
                pfx[:40] if faults.get('broken') else pfx).decode('ascii')
        yield answer
    yield {'done': mode.lower()}


def answer(manager, parameters, lines, failed):
    stores = Stores(manager)
    faults = manager.peek().get('certificates', {})
    mode = parameters.get('Mode', 'Install')
    request = json.loads(lines[0]) if lines else {}
    if mode != 'Install':
        yield from listing(stores, mode, request, faults)
        return
    refuse_running(manager, failed)
    back = parameters.get('Rollback')
    trouble = faults.get('fail_back' if back else 'fail')
    if trouble:
        raise failed(trouble)
    if back and not os.path.isdir(stores.before):
        raise failed('There is no installation that could be rolled back.')
    os.makedirs(stores.path, exist_ok=True)
    with open(stores.path + '/lock', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (list(stores.entries(stores.before)) if back else
                  wanted_of(request, parameters.get('Central'), failed))
        yield from install(stores, wanted, 'rollback' if back else 'install',
                           faults)
