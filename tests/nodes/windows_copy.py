"""What Copy-QlikShareContent.ps1 does, on a stand-in node.

A node's state may have

    held        [PATH]: files of the target that somebody has open
    killed      the script is killed when so many files are in their places
"""
import errno
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import windows_share

OPTIONS = ['/DCOPY:DAT', '/R:2', '/W:5', '/XJ', '/FFT', '/NP', '/NJH', '/NJS',
           '/NDL', '/NC', '/NS', '/FP', '/BYTES']
ODD = re.compile(r'^[-/]|[ .]$|[*?"<>|]')
TOLERANCE = 2_000_000_000
IN_USE = ('The process cannot access the file because it is being used by '
          'another process.')
ROBOCOPY = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        'robocopy.py')


def same(one, other):
    one, other = os.stat(one), os.stat(other)
    return one.st_size == other.st_size and (
        abs(one.st_mtime_ns - other.st_mtime_ns) <= TOLERANCE)


def log_errors(path):
    with open(path, encoding='utf-16') as file:
        lines = file.read().split('\n')
    found = {}
    for line, after in zip(lines, lines[1:] + ['']):
        match = re.search(r' (\d+) \(0x[0-9A-Fa-f]{8}\) ', line)
        if match:
            problem = (after.strip(), int(match[1]))
            found['*'] = problem
            found[line[line.rfind('\\') + 1:].strip().casefold()] = problem
    return found


class Copier:
    def __init__(self, directory, manager, parameters, failed):
        self.directory, self.address = directory, manager.address
        self.session = windows_share.Session(directory, manager, failed)
        self.failed = failed
        self.source = parameters.get('Source', '')
        self.target = parameters['Target']
        self.trash = parameters['Trash']
        self.security = parameters.get('Security', False)
        self.placed = 0
        self.lock = None

    def at(self, path):
        self.session.check(path)
        return self.session.place(self.target, path)

    def begin(self):
        """The roots are there, and no other run is at work."""
        if self.source:
            self.session.place(self.source)
        folder = self.at(windows_share.TRASH)
        os.makedirs(folder, exist_ok=True)
        # pylint: disable-next=consider-using-with
        self.lock = open(os.path.join(folder, 'lock'), 'wb')
        until = time.monotonic() + 60
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if time.monotonic() > until:
                    raise self.failed('Another run is at work on this share: '
                                      + IN_USE) from error
                time.sleep(0.05)

    def end(self):
        if self.lock is not None:
            os.unlink(self.lock.name)
            self.lock.close()

    def to_trash(self, path):
        place, kept = self.at(path), self.at(self.trash + '/' + path)
        if path in self.session.state.get('held', []):
            raise PermissionError(errno.EBUSY, IN_USE)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        free, number = kept, 0
        while os.path.lexists(free):
            number += 1
            free = f'{kept}.{number}'
        os.rename(place, free)

    def put(self, new, path):
        place = self.at(path)
        if os.path.lexists(place):
            self.to_trash(path)
        os.rename(new, place)
        self.placed += 1
        if self.placed == self.session.state.get('killed'):
            os.kill(os.getpid(), 9)

    def robocopy(self, folder, names, result):
        with tempfile.NamedTemporaryFile() as log:
            words = ([self.source.rstrip('\\') + '\\'
                      + folder.replace('/', '\\'),
                      self.target.rstrip('\\') + '\\'
                      + folder.replace('/', '\\') + '\\'
                      + windows_share.PARTIAL] + names
                     + ['/COPY:DATS' if self.security else '/COPY:DAT']
                     + OPTIONS + ['/UNILOG:' + log.name])
            assert not any('"' in word or word.endswith('\\')
                           for word in words)
            with open(os.path.join(self.directory, 'robocopies'), 'a',
                      encoding='utf-8') as seen:
                seen.write(json.dumps(words) + '\n')
            done = subprocess.run(
                [sys.executable, ROBOCOPY, self.directory, self.address,
                 *words], stdout=subprocess.PIPE, check=False)
            result['code'] = done.returncode
            result['errors'] = log_errors(log.name)
            if done.returncode >= 16 or done.returncode < 0:
                text = result['errors'].get(
                    '*', (done.stdout.decode().strip(), 0))[0]
                raise self.failed('robocopy ended with exit code '
                                  f'{done.returncode} in folder {folder}: '
                                  f'{text}')

    def copy_odd(self, folder, names, result):
        for name in names:
            try:
                shutil.copy2(self.session.place(self.source,
                                                folder + '/' + name),
                             os.path.join(self.at(folder),
                                          windows_share.PARTIAL, name))
            except FileNotFoundError:
                pass

    def complete(self, path, staged, result):
        source = self.session.place(self.source, path)
        name = path.rpartition('/')[2].casefold()
        if not os.path.isfile(source):
            return {'path': path, 'vanished': True}
        whole = os.path.isfile(staged) and same(source, staged)
        if name in result['errors'] and not whole:
            text, code = result['errors'][name]
            return {'path': path, 'failed': text, 'code': code}
        if not os.path.isfile(staged):
            text = 'robocopy has not copied it.'
            if result['code'] >= 8:
                text = result['errors'].get('*', (text,))[0]
            return {'path': path, 'failed': text, 'code': result['code']}
        if not whole:
            return {'path': path, 'changing': True}
        try:
            size = os.stat(staged).st_size
            self.put(staged, path)
            result['files'] += 1
            result['bytes'] += size
        except OSError as error:
            return {'path': path, 'failed': error.strerror, 'code': 32}
        return None

    def copy(self, request):
        folder, names = request['folder'], request['names']
        result = {'code': 0, 'errors': {}, 'files': 0, 'bytes': 0}
        for name in [folder, *names]:
            self.session.check(name)
        staged = os.path.join(self.at(folder), windows_share.PARTIAL)
        shutil.rmtree(staged, ignore_errors=True)
        os.makedirs(staged)
        odd = [name for name in names if ODD.search(name)]
        plain = [name for name in names if not ODD.search(name)]
        if plain:
            self.robocopy(folder, plain, result)
        self.copy_odd(folder, odd, result)
        for name in names:
            said = self.complete(folder + '/' + name,
                                 os.path.join(staged, name), result)
            if said is not None:
                yield said
        shutil.rmtree(staged)
        yield {'copied': result['files'], 'bytes': result['bytes']}

    def make(self, request):
        for path in request['paths']:
            try:
                os.makedirs(self.at(path), exist_ok=True)
            except FileExistsError:
                yield {'path': path, 'failed': 'Cannot create the folder '
                       'because a file with the same name already exists.',
                       'code': 183}

    def remove(self, request):
        removed = 0
        if self.source:
            self.session.place(self.source)
        for path in request['paths']:
            place = self.at(path)
            if self.source and os.path.lexists(
                    self.session.place(self.source, path)):
                yield {'path': path, 'kept': True}
                continue
            try:
                if os.path.islink(place):
                    os.unlink(place)
                elif os.path.isfile(place):
                    self.to_trash(path)
                    removed += 1
                elif os.path.isdir(place) and not os.listdir(place):
                    os.rmdir(place)
            except OSError as error:
                yield {'path': path, 'failed': error.strerror, 'code': 32}
        yield {'removed': removed}


def answer(directory, manager, parameters, lines, failed):
    copier = Copier(directory, manager, parameters, failed)
    for line in lines:
        request = json.loads(line)
        if request['op'] == 'logon':
            copier.session.logon(request)
            continue
        if copier.lock is None:
            copier.begin()
        yield from {'make': copier.make, 'copy': copier.copy,
                    'remove': copier.remove}[request['op']](request)
    copier.end()
