"""Files of apk-tools 3, written by hand after its specification."""

import struct
import zlib

_ARRAY, _OBJECT = 0xD0000000, 0xE0000000


def package(info, paths=()):
    """Bare values of a package: ``info`` maps field numbers to texts, ``paths`` folders to names of files."""
    values = _Values()
    folders = [
        values.listed(
            [
                values.blob(folder.encode()),
                0,
                values.listed([values.listed([values.blob(name.encode())], _OBJECT) for name in names]),
            ],
            _OBJECT,
        )
        for folder, names in paths
    ]
    root = values.listed([_info(values, info), values.listed(folders)], _OBJECT)
    return values.written(root)


def package_file(info, paths=()):
    return b"ADB.pckg" + _block(package(info, paths)) + _block(b"signature", 1)


def installed(*packages, bare=False):
    values = _Values()
    root = values.listed([values.listed([values.blob(one if bare else _block(one)) for one in packages])], _OBJECT)
    return b"ADB.idb\0" + _block(values.written(root))


def index(*infos):
    values = _Values()
    root = values.listed([values.blob(b"main"), values.listed([_info(values, info) for info in infos])], _OBJECT)
    return b"ADB.indx" + _block(values.written(root))


def deflated(data):
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"ADBd" + engine.compress(data) + engine.flush()


def _info(values, info):
    return values.listed([values.blob(info[number].encode()) if number in info else 0 for number in range(1, 9)], _OBJECT)


def _block(payload, kind=0):
    data = struct.pack("<I", kind << 30 | len(payload) + 4) + payload
    return data + bytes(-len(data) % 8)


class _Values:
    def __init__(self):
        self._data = bytearray(8)

    def blob(self, data):
        at = len(self._data)
        if len(data) < 256:
            self._data += bytes([len(data)]) + data
            return 0x80000000 | at
        if len(data) < 65536:
            self._data += struct.pack("<H", len(data)) + data
            return 0x90000000 | at
        self._data += struct.pack("<I", len(data)) + data
        return 0xA0000000 | at

    def listed(self, values, kind=_ARRAY):
        while values and not values[-1]:
            values = values[:-1]
        self._data += bytes(-len(self._data) % 4)
        at = len(self._data)
        self._data += struct.pack(f"<{len(values) + 1}I", len(values) + 1, *values)
        return kind | at

    def written(self, root):
        struct.pack_into("<BBHI", self._data, 0, 0, 0, 0, root)
        return bytes(self._data)
