"""The rules of Go's archive/tar in the plainest form: our fast walker is compared with it.

``read`` gives back rows (flag, mode, uid, gid, size, name, link, content, capable) and how it ended: "end" or
"error"; no content (None) of what engines read none of.
"""

import re

SPECIAL = {b"path", b"linkpath", b"uname", b"gname"}
WITHOUT_CONTENT = b"123456"


class RefusedError(Exception):
    pass


class Archive:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size, *, at_least=None):
        piece = self.data[self.at : self.at + size]
        self.at += len(piece)
        if len(piece) < (size if at_least is None else at_least):
            raise RefusedError
        return piece


def read(data):
    archive, rows = Archive(data), []
    try:
        while (row := one(archive)) is not None:
            rows.append(row)
    except RefusedError:
        return rows, "error"
    return rows, "end"


def one(archive):
    pax, long_name, long_link = {}, b"", b""
    while True:
        block = next_header(archive)
        if block is None:
            return None
        header = parsed(block)
        flag = header["flag"]
        if flag in b"xgLK":
            body = special(archive, header["size"])
            if flag in b"xg":
                pax = records(body)
            if flag == b"g":
                return (flag, 0, 0, 0, 0, pax.get(b"path") or header["name"], b"", None, False)
            if flag == b"L":
                long_name = body.split(b"\0")[0]
            if flag == b"K":
                long_link = body.split(b"\0")[0]
            continue
        merge(header, pax)
        header["name"] = long_name or header["name"]
        header["link"] = long_link or header["link"]
        if flag == b"\0":
            flag = b"5" if header["name"].endswith(b"/") else b"0"
        plain = flag not in WITHOUT_CONTENT or flag == b""
        stored = header["size"] if plain else 0
        if stored < 0:
            raise RefusedError
        content = expand(archive, block, header, pax, flag, plain, stored)
        capable = b"SCHILY.xattr.security.capability" in pax
        size = len(content or b"")
        return (flag, header["mode"], header["uid"], header["gid"], size, header["name"], header["link"], content, capable)


def next_header(archive):
    left = len(archive.data) - archive.at
    if left == 0:
        return None
    block = archive.take(512)
    if block != bytes(512):
        return block
    if archive.at == len(archive.data):
        return None
    if archive.take(512) == bytes(512):
        return None
    raise RefusedError


def parsed(block):
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    signed = total - 256 * sum(byte > 127 for byte in block[:148] + block[156:])
    if octal(block[148:156]) not in (total, signed):
        raise RefusedError
    header = {
        "flag": block[156:157],
        "name": string(block[:100]),
        "link": string(block[157:257]),
        "mode": numeric(block[100:108]) & 0o7777,
        "uid": numeric(block[108:116]),
        "gid": numeric(block[116:124]),
        "size": numeric(block[124:136]),
    }
    numeric(block[136:148])
    prefix = b""
    if block[257:263] == b"ustar\0":
        numeric(block[329:337]), numeric(block[337:345])
        if block[508:512] == b"tar\0":
            prefix = string(block[345:476])
            numeric(block[476:488]), numeric(block[488:500])
        else:
            prefix = string(block[345:500])
    elif block[257:265] == b"ustar  \0":
        numeric(block[329:337]), numeric(block[337:345])
        try:
            for field in (block[345:357], block[357:369]):
                if field[0]:
                    numeric(field)
        except RefusedError:
            prefix = string(block[345:500])
            prefix = prefix if all(byte < 128 for byte in prefix) else b""
    if prefix:
        header["name"] = prefix + b"/" + header["name"]
    return header


def special(archive, size):
    if size < 0 or size > 1 << 20:
        raise RefusedError
    body = archive.take(size)
    archive.take(-size % 512, at_least=0)
    return body


def records(body):
    found, parts = {}, []
    while body:
        length, space, _ = body.partition(b" ")
        if not space:
            raise RefusedError
        size = decimal(length)
        if size < 5 or size > len(body) or size - len(length) - 1 <= 0 or body[size - 1 : size] != b"\n":
            raise RefusedError
        key, equals, value = body[len(length) + 1 : size - 1].partition(b"=")
        if not equals or not key or b"\0" in (value if key in SPECIAL else key):
            raise RefusedError
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            if (key == b"GNU.sparse.offset") != (len(parts) % 2 == 0) or b"," in value:
                raise RefusedError
            parts.append(value)
        else:
            found[key] = value
        body = body[size:]
    if parts:
        found[b"GNU.sparse.map"] = b",".join(parts)
    return found


def merge(header, pax):
    for key, value in pax.items():
        if not value:
            continue
        if key == b"path":
            header["name"] = value
        elif key == b"linkpath":
            header["link"] = value
        elif key in (b"size", b"uid", b"gid"):
            header[key.decode()] = decimal(value)
        elif key in (b"mtime", b"atime", b"ctime"):
            seconds, _, rest = value.partition(b".")
            decimal(seconds)
            if rest.strip(b"0123456789"):
                raise RefusedError


def expand(archive, block, header, pax, flag, plain, stored):
    """The content, with the holes of a sparse file."""
    start = archive.at
    if flag == b"S":
        pairs, real = old_sparse(archive, block)
        start = archive.at
    else:
        pairs, real = pax_sparse(archive, pax, header, stored, start)
    left = stored - (archive.at - start)
    if pairs is not None:
        at = total = 0
        for offset, length in pairs:
            if offset < 0 or length < 0 or offset + length > real or offset < at:
                raise RefusedError
            at = offset + length
            total += length
        if not plain or real < 0 or total != left:
            raise RefusedError
    data = archive.take(left) if plain else None
    archive.take(-stored % 512 if plain else 0, at_least=0)
    if pairs is None:
        return data
    content, used = bytearray(real), 0
    for offset, length in pairs:
        content[offset : offset + length] = data[used : used + length]
        used += length
    return bytes(content)


def old_sparse(archive, block):
    if block[257:265] != b"ustar  \0":
        raise RefusedError
    real, pairs, table, more = numeric(block[483:495]), [], block[386:482], block[482]
    while True:
        for at in range(0, len(table), 24):
            if table[at] == 0:
                break
            pairs.append((numeric(table[at : at + 12]), numeric(table[at + 12 : at + 24])))
        if not more:
            return pairs, real
        block = archive.take(512)
        table, more = block[:504], block[504]


def pax_sparse(archive, pax, header, stored, start):
    major, minor = pax.get(b"GNU.sparse.major", b""), pax.get(b"GNU.sparse.minor", b"")
    if (major, minor) not in ((b"0", b"0"), (b"0", b"1"), (b"1", b"0")) and (major or minor or not pax.get(b"GNU.sparse.map")):
        return None, 0
    header["name"] = pax.get(b"GNU.sparse.name") or header["name"]
    size = pax.get(b"GNU.sparse.size") or pax.get(b"GNU.sparse.realsize")
    real = decimal(size) if size else header["size"]
    if major == b"1":
        read = b""

        def until(lines):
            nonlocal read
            while read.count(b"\n") < lines:
                if archive.at - start + 512 > stored:
                    raise RefusedError
                read += archive.take(512)

        until(1)
        count = decimal(read.split(b"\n")[0])
        if not 0 <= count < 1 << 40:
            raise RefusedError
        until(1 + 2 * count)
        numbers = [decimal(line) for line in read.split(b"\n")[1 : 1 + 2 * count]]
    else:
        count, joined = decimal(pax.get(b"GNU.sparse.numblocks", b"")), pax.get(b"GNU.sparse.map", b"")
        values = joined.split(b",") if joined else []
        if count < 0 or len(values) != 2 * count:
            raise RefusedError
        numbers = [decimal(value) for value in values]
    return list(zip(numbers[::2], numbers[1::2], strict=True)), real


def string(field):
    return field.split(b"\0")[0]


def octal(field):
    field = field.strip(b" \0").split(b"\0")[0]
    if not field:
        return 0
    if not re.fullmatch(rb"[0-7]+", field):
        raise RefusedError
    return int(field, 8)


def numeric(field):
    if field[0] < 128:
        return octal(field)
    value = int.from_bytes(field, "big") - (1 << (8 * len(field) - 1))
    if field[0] & 0x40:
        value -= 1 << (8 * len(field) - 1)
    if not -(1 << 63) <= value < 1 << 63:
        raise RefusedError
    return value


def decimal(value):
    if not re.fullmatch(rb"[+-]?[0-9]+", value) or not -(1 << 63) <= int(value) < 1 << 63:
        raise RefusedError
    return int(value)
