"""Writes rpm headers and the databases around them, byte by byte, for tests."""

import sqlite3
import struct
import zlib
from pathlib import Path

TAGS = {
    "name": 1000, "version": 1001, "release": 1002, "epoch": 1003, "summary": 1004, "vendor": 1011, "license": 1014,
    "packager": 1015, "arch": 1022, "states": 1029, "modes": 1030, "flags": 1037, "sourcerpm": 1044,
    "dirindexes": 1116, "basenames": 1117, "dirnames": 1118, "oldfilenames": 1027, "modularitylabel": 5096,
    "filedigests": 1035, "fileverifyflags": 1045, "filedigestalgo": 5011,
}  # fmt: skip
I18N = ("summary",)
WIDTHS = {"states": (2, "B", 1), "modes": (3, "H", 2)}
REGION, REGION_TAGS = 63, 16


def header(region: bool = True, dribble: dict | None = None, **fields) -> bytes:
    """A header as rpm stores it: str is a string, list of str a string array, list of int numbers, int a number."""
    entries, store = b"", b""
    for name, value in fields.items():
        entry, store = _entry(name, value, store)
        entries += entry
    count = len(fields)
    if region:
        trailer = struct.pack(">IIiI", REGION, 7, -(count + 1) * 16, 16)
        entries = struct.pack(">IIiI", REGION, 7, len(store), 16) + entries
        store += trailer
        count += 1
    for name, value in (dribble or {}).items():
        entry, store = _entry(name, value, store)
        entries += entry
        count += 1
    return struct.pack(">II", count, len(store)) + entries + store


def package(name: str, version: str = "1.0", release: str = "1.el9", files=(), **more) -> bytes:
    """A header with what every package has; ``files`` are paths with a leading slash."""
    folders = sorted({path.rpartition("/")[0] + "/" for path in files})
    about = {
        "name": name, "version": version, "release": release, "summary": f"{name} for tests", "license": "MIT",
        "vendor": "Example Linux", "arch": "x86_64", "sourcerpm": f"{name}-{version}-{release}.src.rpm",
    } | more  # fmt: skip
    if files:
        about["basenames"] = [path.rpartition("/")[2] for path in files]
        about["dirnames"] = folders
        about["dirindexes"] = [folders.index(path.rpartition("/")[0] + "/") for path in files]
    return header(**{key: value for key, value in about.items() if value is not None})


def sqlite(path: Path, headers, page_bytes: int = 4096) -> bytes:
    """A database as rpm 4.16 and later makes it, with one of its index tables."""
    connection = sqlite3.connect(path)
    connection.executescript(
        f"PRAGMA page_size={page_bytes}; PRAGMA secure_delete=OFF;"
        "CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL);"
        "CREATE TABLE IF NOT EXISTS 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL);"
        "CREATE INDEX IF NOT EXISTS 'Name_key_idx' ON 'Name'(key ASC);"
    )
    add(connection, headers)
    connection.close()
    return path.read_bytes()


def add(connection: sqlite3.Connection, headers) -> None:
    for blob in headers:
        cursor = connection.execute("INSERT INTO Packages (blob) VALUES (?)", (blob,))
        connection.execute("INSERT INTO Name VALUES (?, ?, 0)", (f"package {cursor.lastrowid}", cursor.lastrowid))
    connection.commit()


def ndb(headers) -> bytes:
    slots, blobs = b"", b""
    for number, blob in enumerate(headers, 1):
        head = struct.pack("<4s3I", b"BlbS", number, number, len(blob))
        tail = struct.pack("<II4s", zlib.adler32(head + blob), len(blob), b"BlbE")
        padding = -(len(head) + len(blob) + len(tail)) % 16
        slots += struct.pack("<4s3I", b"Slot", number, (4096 + len(blobs)) // 16, (len(head + blob + tail) + padding) // 16)
        blobs += head + blob + bytes(padding) + tail
    slots = struct.pack("<4s7I", b"RpmP", 0, 1, 1, len(headers) + 1, 0, 0, 0) + slots
    assert len(slots) <= 4096
    return slots + b"Slot".ljust(16, b"\0") * ((4096 - len(slots)) // 16) + blobs


def bdb(headers, order: str = "<", page_bytes: int = 512, inline_bytes: int = 0) -> bytes:
    """A hash database of one hash page; values up to ``inline_bytes`` lie on it, larger ones on overflow pages."""
    pages = [bytearray(page_bytes), bytearray(page_bytes)]
    items = [b"\1" + bytes(4), b"\1" + struct.pack(f"{order}I", len(headers))]
    for number, blob in enumerate(headers, 1):
        items.append(b"\1" + struct.pack(f"{order}I", number))
        if len(blob) <= inline_bytes:
            items.append(b"\1" + blob)
            continue
        items.append(struct.pack(f"{order}B3xII", 3, len(pages), len(blob)))
        room = page_bytes - 26
        for at in range(0, len(blob), room):
            part = blob[at : at + room]
            following = len(pages) + 1 if at + room < len(blob) else 0
            pages.append(bytearray(_page_header(order, len(pages), following, 1, len(part), 7) + part.ljust(room, b"\0")))
    struct.pack_into(f"{order}8xIIII", pages[0], 0, 0, 0x061561, 9, page_bytes)
    pages[0][25] = 8
    place, places = page_bytes, []
    for item in items:
        place -= len(item)
        pages[1][place : place + len(item)] = item
        places.append(place)
    pages[1][:26] = _page_header(order, 1, 0, len(items), place, 13)
    struct.pack_into(f"{order}{len(places)}H", pages[1], 26, *places)
    assert 26 + 2 * len(places) <= place
    return b"".join(pages)


def _page_header(order: str, number: int, following: int, entries: int, free_at: int, kind: int) -> bytes:
    return struct.pack(f"{order}8xIIIHHBB", number, 0, following, entries, free_at, 0, kind)


def _entry(name: str, value, store: bytes) -> tuple[bytes, bytes]:
    values = value if isinstance(value, list) else [value]
    if isinstance(values[0], str):
        kind = 9 if name in I18N else 8 if isinstance(value, list) else 6
        content = b"".join(text.encode() + b"\0" for text in values)
    else:
        kind, letter, width = WIDTHS.get(name, (4, "I", 4))
        store += bytes(-len(store) % width)
        content = struct.pack(f">{len(values)}{letter}", *values)
    return struct.pack(">IIiI", TAGS[name], kind, len(store), len(values)), store + content
