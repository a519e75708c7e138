"""What Invoke-QlikShareRequest.ps1 does, on a stand-in node.

A node's state may have

    logons      {\\\\server\\share: [USER, PASSWORD]}: who may enter it
    denied      [PATH]: folders that cannot be read
"""
import base64
import json
import os
import re
import shutil
import stat

import windows_paths

PARTIAL, TRASH = '.qsrepl-partial', '.qsrepl-trash'
EPOCH = 116444736000000000
LINE, PIECE = 16000, 8192


class Session:
    """One run of a script: what it may enter, and how it fails."""

    def __init__(self, directory, manager, failed):
        self.disk = windows_paths.Disk(directory, manager.address)
        self.state = manager.peek()
        self.failed = failed
        self.entered = {}

    def logon(self, request):
        parts = request['root'].split('\\')
        if not request['root'].startswith('\\\\'):
            return
        share = '\\'.join(parts[:4])
        if self.state.get('logons', {}).get(share) != [request['user'],
                                                       request['password']]:
            raise self.failed('The user name or password is incorrect.')
        self.entered[share] = True

    def place(self, root, path=''):
        """Where it is; the root must be there, and may be entered."""
        share = '\\'.join(root.split('\\')[:4])
        if share in self.state.get('logons', {}) and share not in self.entered:
            raise self.failed(f"Access to the path '{root}' is denied.")
        real = self.disk.real(root)
        if not os.path.isdir(real):
            raise self.failed(f"Could not find a part of the path '{root}'.")
        return self.disk.real(root + '\\' + path.replace('/', '\\'))

    def check(self, path):
        parts = path.replace('\\', '/').split('/')
        if ':' in path or any(part in ('', '.', '..') for part in parts):
            raise self.failed(f'The path {path} does not lead below the root.')


def filetime(status):
    return status.st_mtime_ns // 100 + EPOCH


def kind_of(status, name):
    if stat.S_ISLNK(status.st_mode):
        return 'l'
    if stat.S_ISDIR(status.st_mode):
        return 's' if name == PARTIAL else 'd'
    return 'f'


def scan(session, root, folders):
    """Entries of the known folders."""
    session.place(root)
    todo = []
    for folder in folders:
        session.check(folder)
        real = session.place(root, folder)
        if os.path.isdir(real):
            status = os.lstat(real)
            if not stat.S_ISLNK(status.st_mode):
                todo.append((folder, real))
            yield [kind_of(status, folder), folder, 0, filetime(status)]
    while todo:
        folder, real = todo.pop()
        if folder in session.state.get('denied', []):
            raise session.failed(f"Access to the path '{root}\\{folder}' is "
                                 'denied.')
        try:
            entries = list(os.scandir(real))
        except FileNotFoundError:
            continue
        for entry in entries:
            path = folder + '/' + entry.name
            status = entry.stat(follow_symlinks=False)
            kind = kind_of(status, entry.name)
            try:
                path.encode('utf-8')
            except UnicodeEncodeError:
                kind, path = 'x', path.encode('ascii', 'replace').decode()
            if kind == 'd':
                todo.append((path, entry.path))
            yield [kind, path, status.st_size if kind in 'fx' else 0,
                   filetime(status)]


def listing(session, request):
    count, line, length = 0, [], 0
    for entry in scan(session, request['root'], request['folders']):
        line.append(entry)
        count += 1
        length += len(json.dumps(entry))
        if length > LINE:
            yield {'entries': line}
            line, length = [], 0
    if line:
        yield {'entries': line}
    yield {'listed': count}


def read(session, request):
    session.check(request['name'])
    if not os.path.isdir(session.disk.real(request['root'])):
        yield {'missing': 'root'}
    else:
        path = session.place(request['root'], request['name'])
        if os.path.islink(path):
            raise session.failed(f'The file {request["name"]} is a link.')
        if not os.path.isfile(path):
            yield {'missing': 'file'}
        else:
            with open(path, 'rb') as file:
                data = file.read()
            if len(data) > request['most']:
                raise session.failed(f'The file {request["name"]} has more '
                                     f'than {request["most"]} bytes.')
            text = base64.b64encode(data).decode('ascii')
            for at in range(0, len(text), PIECE):
                yield {'content': text[at:at + PIECE]}
    yield {'read': request['name']}


def write(session, request):
    session.check(request['name'])
    path = session.place(request['root'], request['name'])
    with open(path + '.new', 'wb') as file:
        file.write(base64.b64decode(request['content'], validate=True))
        os.fsync(file.fileno())
    os.replace(path + '.new', path)
    yield {'written': request['name']}


def remove(session, request):
    session.check(request['name'])
    path = session.place(request['root'], request['name'])
    if os.path.isfile(path):
        os.unlink(path)
    yield {'removed': request['name']}


def clean(session, request):
    root = request['root']
    for entry in list(scan(session, root, request['folders'])):
        if entry[0] == 's':
            shutil.rmtree(session.place(root, entry[1]))
            yield {'cleaned': entry[1]}
    trash = session.place(root, TRASH)
    for name in sorted(os.listdir(trash)) if os.path.isdir(trash) else []:
        if re.fullmatch(r'\d{8}T\d{6}\.\d{3}Z', name) and (
                name < request['older']):
            shutil.rmtree(os.path.join(trash, name))
            yield {'cleaned': f'{TRASH}/{name}'}


def compare(session, request):
    paths = request['paths']
    for number in range(len(paths) // 2):
        answer_one = {'pair': request['first'] + number}
        try:
            contents = []
            for root, path in ((request['root'], paths[2 * number]),
                               (request['other'], paths[2 * number + 1])):
                with open(session.place(root, path), 'rb') as file:
                    contents.append(file.read())
            if contents[0] != contents[1]:
                yield answer_one
        except OSError as error:
            yield {**answer_one, 'unreadable': error.strerror}
    yield {'compared': len(paths) // 2}


OPERATIONS = {'list': listing, 'read': read, 'write': write, 'remove': remove,
              'clean': clean, 'compare': compare}


def answer(directory, manager, lines, failed):
    session = Session(directory, manager, failed)
    for line in lines:
        request = json.loads(line)
        try:
            if request['op'] == 'logon':
                session.logon(request)
            else:
                yield from OPERATIONS[request['op']](session, request)
        except OSError as error:
            raise failed(str(error)) from error
