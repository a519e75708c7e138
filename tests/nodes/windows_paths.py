"""Where a stand-in Windows node has its files.

D:\\folder is DIRECTORY/disks/ADDRESS/D/folder, \\\\server\\share\\folder is
DIRECTORY/disks/unc/server/share/folder, which all nodes see.  Upper and lower
case are the same.
"""
import os


class Disk:
    def __init__(self, directory, address):
        self.top = os.path.join(directory, 'disks')
        self.address = address

    def real(self, path):
        """The place of a path here, of which not all need be there."""
        if path.startswith('\\\\'):
            place, rest = os.path.join(self.top, 'unc'), path[2:]
        elif path[1:3] == ':\\' and path[0].isalpha():
            place = os.path.join(self.top, self.address)
            rest = path[0].upper() + path[2:]
        else:
            raise ValueError(f'no path of Windows: {path}')
        for part in rest.replace('/', '\\').split('\\'):
            if part:
                place = os.path.join(place, self.spelled(place, part))
        return place

    @staticmethod
    def spelled(folder, name):
        """The name as it is spelled in a folder, whatever its case."""
        if os.path.lexists(os.path.join(folder, name)):
            return name
        try:
            for other in os.listdir(folder):
                if other.casefold() == name.casefold():
                    return other
        except OSError:
            pass
        return name
