"""What Set-QlikHostsFile.ps1 does, on a stand-in node.

Its drives are the directory that is also its administrative share.
"""
import base64
import os

PIECE = 8192


def answer(directory, manager, parameters, lines, failed):
    path = os.path.join(directory, 'shares', manager.address,
                        parameters['Path'][3:].replace('\\', '/'))
    try:
        if not lines:
            with open(path, 'rb') as file:
                text = base64.b64encode(file.read()).decode('ascii')
            for at in range(0, len(text), PIECE):
                yield {'content': text[at:at + PIECE]}
            return
        data = base64.b64decode(''.join(lines), validate=True)
        with open(path + '.qsrepl-new', 'wb') as file:
            file.write(data)
        os.replace(path, path + '.qsrepl-backup')
        os.replace(path + '.qsrepl-new', path)
    except OSError as error:
        raise failed(str(error)) from error
    yield {'replaced': True}
