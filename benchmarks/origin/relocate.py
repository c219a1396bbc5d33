"""Moves the classes of a jar to another package, as shading tools do: names, descriptors and texts in the constant pool."""

import io
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence

SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
Classes = Mapping[str, bytes]


def classes_in(jar: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(jar)) as archive:
        names = (name for name in archive.namelist() if name.endswith(".class") and "META-INF" not in name)
        return {name: archive.read(name) for name in names if not name.endswith(("module-info.class", "package-info.class"))}


def jar_of(classes: Classes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in classes.items():
            archive.writestr(name, data)
    return stream.getvalue()


def relocated(classes: Classes, folder: str) -> dict[str, bytes]:
    """With the last part of each package's first three kept: ``org/apache/commons/io/A`` is ``FOLDER/commons/io/A``."""
    parts = [name.split("/") for name in classes]
    roots = {"/".join(path[: min(3, len(path) - 1)]) + "/" for path in parts if len(path) > 2}
    moves = [
        (root.encode(), f"{folder}/{root.split('/')[-2]}/".encode())
        for root in sorted(roots, key=lambda root: (-len(root), root))
    ]
    return {_moved(name.encode(), moves).decode(): _class(data, moves) for name, data in classes.items()}


def _class(data: bytes, moves: Sequence[tuple[bytes, bytes]]) -> bytes:
    out = bytearray(data[:10])
    at, number, count = 10, 1, struct.unpack_from(">H", data, 8)[0]
    while number < count:
        tag = data[at]
        if tag == 1:
            end = at + 3 + struct.unpack_from(">H", data, at + 1)[0]
            text = _moved(data[at + 3 : end], moves)
            out += b"\1" + struct.pack(">H", len(text)) + text
            at = end
        else:
            out += data[at : at + 1 + SIZES[tag]]
            at += 1 + SIZES[tag]
        number += 2 if tag in (5, 6) else 1
    return bytes(out + data[at:])


def _moved(text: bytes, moves: Sequence[tuple[bytes, bytes]]) -> bytes:
    for old, new in moves:
        if old in text:
            text = re.sub(rb"(?<![\w/.$])(L?)" + re.escape(old), lambda match, new=new: match[1] + new, text)
        dotted = old.replace(b"/", b".")
        if text.startswith(dotted):
            text = new.replace(b"/", b".") + text[len(dotted) :]
    return text
