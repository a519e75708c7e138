#!/usr/bin/python3
"""robocopy.exe of a stand-in Windows node: what the copying script asks of it.

usage: robocopy.py DIRECTORY ADDRESS SOURCE DESTINATION [NAME ...] [/OPTION ...]

Files of one folder, by name, without subfolders. It ends as robocopy does: 0
nothing to do, 1 copied, 2 extra files, 4 mismatches, 8 failures, 16 nothing
begun. Its log is UTF-16, with errors as robocopy writes them.

A node's state may have "robocopy", which says what goes wrong:

    locked      {NAME: TRIES}: reading fails so many times, with error 32
    denied      [NAME]: reading fails with error 5
    vanish      [NAME]: gone as soon as it has been seen
    grows       [NAME]: is written to while it is copied
    torn        [NAME]: half of it has come when reading fails
    also        this is added to the exit code
    fatal       the words of an error that keeps it from beginning
    sleep       seconds before anything
    words       "de": a system in German
"""
import os
import re
import sys
import time

import scm
import windows_paths

KNOWN = re.compile(r'/(COPY:DATS?|DCOPY:DAT|R:\d+|W:\d+|XJ|FFT|NP|NJH|NJS|NDL|'
                   r'NC|NS|FP|BYTES|UNILOG:.+)$')
LONGEST = 32767
TEXTS = {
    'en': {5: 'Access is denied.', 32: 'The process cannot access the file '
           'because it is being used by another process.',
           'error': 'ERROR', 'copy': 'Copying File', 'limit':
           'ERROR: RETRY LIMIT EXCEEDED.', 'wait': 'Waiting'},
    'de': {5: 'Zugriff verweigert', 32: 'Der Prozess kann nicht auf die Datei '
           'zugreifen, da sie von einem anderen Prozess verwendet wird. Größe.',
           'error': 'FEHLER', 'copy': 'Datei wird kopiert', 'limit':
           'FEHLER: WIEDERHOLUNGSLIMIT ÜBERSCHRITTEN.', 'wait': 'Warten'}}


class Log:
    def __init__(self, path):
        self.path = path
        self.lines = []

    def add(self, line):
        self.lines.append(line)

    def close(self):
        with open(self.path, 'wb') as file:
            file.write(b'\xff\xfe' + ''.join(
                line + '\r\n' for line in self.lines).encode(
                    'utf-16-le', 'surrogatepass'))


def matches(pattern, name):
    text = ''.join('.*' if c == '*' else '.' if c == '?' else re.escape(c)
                   for c in pattern)
    return re.fullmatch(text, name, re.I | re.S) is not None


def copy(source, destination, name, faults):
    """One try; the error's code, or 0."""
    path = os.path.join(source, name)
    if name in faults.get('denied', []):
        return 5
    tries = faults.get('locked', {})
    if tries.get(name, 0) > 0:
        tries[name] -= 1
        return 32
    with open(path, 'rb') as file:
        data = file.read()
    at = os.stat(path)
    if name in faults.get('torn', []):
        data = data[:len(data) // 2]
    with open(os.path.join(destination, name), 'wb') as file:
        file.write(data)
    if name in faults.get('torn', []):
        return 5
    os.utime(os.path.join(destination, name),
             ns=(at.st_atime_ns, at.st_mtime_ns // 100 * 100))
    if name in faults.get('grows', []):
        with open(path, 'ab') as file:
            file.write(b'more')
    return 0


def copy_with_retries(source, shown, destination, name, faults, options, log):
    words = TEXTS[faults.get('words', 'en')]
    log.add(f'\t\t\t{shown}\\{name}')
    for left in range(options['R'], -1, -1):
        code = copy(source, destination, name, faults)
        if code == 0:
            return 1
        log.add(f'2026/01/31 11:08:17 {words["error"]} {code} '
                f'(0x{code:08X}) {words["copy"]} {shown}\\{name}')
        log.add(words[code])
        if left > 0:
            log.add(f'{words["wait"]} {options["W"]} ...')
    log.add('')
    log.add(words['limit'])
    return 8


def main():
    directory, address = sys.argv[1:3]
    words = sys.argv[3:]
    faults = scm.Manager(directory, address).peek().get('robocopy', {})
    assert len(' '.join(f'"{word}"' for word in words)) < LONGEST
    options = {'R': 1000000, 'W': 30}
    names = []
    for word in words[2:]:
        if not word.startswith('/'):
            names.append(word)
            continue
        if not KNOWN.match(word):
            print(f'ERROR : Invalid Parameter "{word}"')
            return 16
        key, _, value = word[1:].partition(':')
        options[key] = int(value) if value.isdigit() else value
    log = Log(options['UNILOG'])
    time.sleep(faults.get('sleep', 0))
    disk = windows_paths.Disk(directory, address)
    source, destination = disk.real(words[0]), disk.real(words[1])
    if 'fatal' in faults or not os.path.isdir(source):
        log.add('2026/01/31 11:08:17 ERROR 3 (0x00000003) Accessing Source '
                f'Directory {words[0]}\\')
        log.add(faults.get('fatal', 'The system cannot find the path '
                           'specified.'))
        log.close()
        return 16
    code = faults.get('also', 0)
    os.makedirs(destination, exist_ok=True)
    found = sorted(os.listdir(source))
    for name in found:
        if not os.path.isfile(os.path.join(source, name)):
            continue
        if not any(matches(pattern, name) for pattern in names):
            continue
        if name in faults.get('vanish', []):
            os.unlink(os.path.join(source, name))
            continue
        code |= copy_with_retries(source, words[0], destination, name, faults,
                                  options, log)
    log.close()
    return code


if __name__ == '__main__':
    sys.exit(main())
