"""Archives as an enemy would make them, the same for the same seed: honest members with strange ones between them."""

import random

FORMS = {"ustar": b"ustar\x0000", "gnu": b"ustar  \0", "old": bytes(8), "odd": b"ustar\x0017"}
NAMES = (b"a", b"b/c", b"usr/bin/x", b"./d", b"/e", b"f/", b"../g", b"h/../i", b".wh.a", b"b/.wh..wh..opq", b"j//k", b".", b"")


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def base256(value, width):
    return bytes([0x80 if value >= 0 else 0xFF]) + (value % (1 << 8 * (width - 1))).to_bytes(width - 1, "big")


def header(name=b"a", flag=b"0", length=0, *, form="ustar", link=b"", prefix=b"", **fields):
    """``fields`` are raw bytes by name, laid over what would stand there."""
    block = bytearray(512)
    places = {
        "name": (0, name),
        "mode": (100, octal(0o644, 8)),
        "uid": (108, octal(7, 8)),
        "gid": (116, octal(8, 8)),
        "size": (124, octal(length, 12)),
        "mtime": (136, octal(1 << 29, 12)),
        "flag": (156, flag),
        "link": (157, link),
        "magic": (257, FORMS[form]),
        "devices": (329, b""),
        "prefix": (345, prefix),
        "sparse": (386, b""),
        "trailer": (508, b""),
    }
    for key, (at, value) in places.items():
        value = fields.get(key, value)
        block[at : at + len(value)] = value
    return summed(block, fields.get("sum"))


def summed(block, text=None):
    block = bytearray(block)
    block[148:156] = b" " * 8
    block[148:156] = (text or b"%06o\0 ") % sum(block) if not text or b"%" in text else text[:8].ljust(8)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


def member(name, data=b"", flag=b"0", **fields):
    return header(name, flag, len(data), **fields) + padded(data)


def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    size = len(body)
    while len(b"%d" % size) + len(body) != size:
        size = len(b"%d" % size) + len(body)
    return b"%d" % size + body


def pax(*records, flag=b"x", name=b"PaxHeaders/x", **fields):
    return member(name, b"".join(records), flag, **fields)


def archive(seed):
    chance = random.Random(seed)
    parts = [honest(chance, b"first")]
    for _ in range(chance.choice((1, 1, 2, 3))):
        parts.append(chance.choice(STRANGE)(chance))
        if chance.random() < 0.7:
            parts.append(honest(chance, chance.choice(NAMES[:3])))
    parts.append(chance.choice((bytes(1024), bytes(1024), bytes(1024), bytes(512), b"", bytes(700), bytes(1024) + b"garbage")))
    data = b"".join(parts)
    if chance.random() < 0.08:
        data = data[: chance.randrange(len(data) + 1)]
    if chance.random() < 0.08 and data:
        data = bytearray(data)
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        if chance.random() < 0.7:  # with a sum that is right again, if it was in a header
            start = at // 512 * 512
            data[start : start + 512] = summed(data[start : start + 512]) if start + 512 <= len(data) else data[start:]
        data = bytes(data)
    return data


def honest(chance, name):
    data = bytes(chance.randrange(256) for _ in range(chance.choice((0, 1, 5, 512, 700))))
    kind = chance.choice((b"0", b"0", b"0", b"\0", b"5", b"2", b"1", b"3", b"6"))
    form = chance.choice(("ustar", "gnu"))
    link = b"first" if kind in b"12" and kind != b"\0" else b""
    return member(name, data if kind in (b"0", b"\0") else b"", kind, form=form, link=link)


def strange_type(chance):
    return member(chance.choice(NAMES), b"data", bytes([chance.randrange(256)]), form=chance.choice(list(FORMS)))


def strange_name(chance):
    kind = chance.choice((b"0", b"0", b"\0", b"5", b"2", b"1"))
    form, prefix = chance.choice(("ustar", "ustar", *FORMS)), chance.choice((b"", b"", b"p", b"p\0q", b"/p", b".."))
    return member(
        chance.choice((*NAMES, b"x\0y", b"\xff\xfe", "é".encode(), b"n" * 100)),
        content(chance, kind),
        kind,
        prefix=prefix if form == "ustar" or chance.random() < 0.2 else b"",
        form=form,
        link=chance.choice((b"", b"first", b"../out", b"late")),
    )


def content(chance, kind):
    return b"data" if kind in (b"0", b"\0") or chance.random() < 0.1 else b""


def strange_number(chance):
    field, width = chance.choice((("mode", 8), ("uid", 8), ("gid", 8), ("size", 12), ("mtime", 12), ("devices", 16)))
    value = chance.choice(
        (
            b" " * width,
            b"\0" * width,
            b" 12 \0".ljust(width, b"\0"),
            b"12 3".ljust(width),
            b"-1".ljust(width, b"\0"),
            b"\0\x0012".ljust(width, b"\0"),
            b"7" * width,
            b"9".ljust(width, b"\0"),
            b"1_2".ljust(width, b"\0"),
            b"+3".ljust(width, b"\0"),
            b"12\x003".ljust(width, b"\0"),
            base256(4, width),
            base256(-4, width),
            base256(1 << 40, width),
            b"\x81" + b"\0" * (width - 2) + b"\1",
            b"\xff" * width,
            b"\x80" + b"\xff" * (width - 1),
            b"0x1".ljust(width, b"\0"),
            b"000004\0 ".ljust(width, b"\0"),
            b"   4".ljust(width, b" "),
        )
    )
    kind = chance.choice((b"0", b"0", b"5", b"2", b"x", b"L"))
    return header(chance.choice(NAMES[:3]), kind, 4, form=chance.choice(list(FORMS)), **{field: value}) + padded(b"data")


def strange_sum(chance):
    text = chance.choice(
        (b"%o", b"%06o  ", b" %06o\0", b"%07o ", b"%08o", b"\0%06o", b"1%06o\0", b"-%06o\0", b"        ", b"0o%o")
    )
    return header(
        chance.choice((b"a", b"\xf4\x8f" * 40, "é".encode() * 50)), b"0", 0, sum=text, link=chance.choice((b"", b"\xff" * 100))
    )


def strange_records(chance):
    keys = (
        b"path",
        b"linkpath",
        b"size",
        b"uid",
        b"gid",
        b"mtime",
        b"comment",
        b"GNU.sparse.name",
        b"GNU.sparse.major",
        b"SCHILY.realsize",
        b"SCHILY.xattr.security.capability",
        b"uname",
        b"hdrcharset",
    )
    values = {
        b"path": (b"long/name", b"", b"nul\0name", b"slash/", b"/abs", b"../out", b".wh.a", b"\xff"),
        b"linkpath": (b"first", b"", b"a\0b", b"../out"),
        b"size": (b"4", b"+4", b"-4", b"04", b"", b"x", b"0", b"9223372036854775808", b"4.5", b" 4"),
        b"GNU.sparse.major": (b"0", b"1", b"2"),
    }
    chosen = [chance.choice(keys) for _ in range(chance.randrange(1, 4))]
    made = [record(key, chance.choice(values.get(key, (b"12", b"12.5", b"", b"-3", b"some\0thing", b"1e3")))) for key in chosen]
    if chance.random() < 0.15:
        made.append(
            chance.choice(
                (
                    b"5 a=\n",
                    b"4 =\n",
                    b"0 a=b\n",
                    b"999 a=b\n",
                    b"+6 a=b\n",
                    b"-6 a=b\n",
                    b"6 a=b",
                    b"\0" * 9,
                    b"07 a=b\n",
                    b" 7 a=b\n",
                    b"6  a=\n",
                    b"7 a=b\n\n",
                    b"5 ab\n",
                    b"12 a\0b=cdef\n",
                )
            )
        )
    flag = chance.choice((b"x", b"x", b"x", b"g", b"X"))
    head = pax(*made, flag=flag, name=chance.choice((b"PaxHeaders/x", b".wh.first", b"first", b"pax_global_header")))
    if chance.random() < 0.15:
        head += pax(record(b"comment", b"second"), flag=chance.choice((b"x", b"g")))
    if chance.random() < 0.2:
        return head + strange_number(chance)
    kind = chance.choice((b"0", b"0", b"0", b"\0", b"1", b"2", b"5", b"S", b"7", b"6"))
    return head + member(chance.choice(NAMES), content(chance, kind), kind, link=b"first")


def strange_long(chance):
    parts = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        body = chance.choice((b"long/name\0", b"long/name", b"long\0name\0", b"", b"\0", b"n" * 600, b"slash/\0", b"\xff\0"))
        parts.append(member(b"././@LongLink", body, chance.choice((b"L", b"L", b"K")), form="gnu"))
    if chance.random() < 0.25:
        parts.append(pax(record(chance.choice((b"path", b"linkpath", b"comment")), b"from/pax")))
    kind = chance.choice((b"0", b"\0", b"5", b"1", b"2"))
    parts.append(member(b"short", content(chance, kind), kind, form="gnu", link=b"first"))
    return b"".join(parts)


def strange_sparse(chance):
    style = chance.choice(("old", "0.0", "0.1", "1.0", "1.0"))
    pairs = chance.choice(
        (
            [(0, 3)],
            [(0, 3), (10, 3)],
            [(5, 3), (20, 0)],
            [],
            [(4, 3), (2, 3)],
            [(0, 9)],
            [(1000, 3)],
            [(-1, 3)],
            [(at * 4, 2) for at in range(30)],
        )
    )
    real = chance.choice((max((a + b for a, b in pairs), default=0), 2000, 3))
    data = bytes(range(1, 250))[: max(0, sum(length for _, length in pairs) + chance.choice((0, 0, 0, 0, 1, -1)))]
    if style == "old":
        rows = [octal(a, 12) + octal(b, 12) if a >= 0 else base256(a, 12) + octal(b, 12) for a, b in pairs]
        first, rest = rows[:4], rows[4:]
        block = b"".join(first).ljust(96, b"\0") + (b"\1" if rest else b"\0") + octal(real, 12)
        more = b""
        while rest:
            more += b"".join(rest[:21]).ljust(504, b"\0") + (b"\1" if rest[21:] else b"\0") + bytes(7)
            rest = rest[21:]
        form = chance.choice(("gnu", "gnu", "gnu", "ustar"))
        return header(b"sparse", b"S", len(data), form=form, sparse=block) + more + padded(data)
    made = [record(b"GNU.sparse.name", b"sparse/name")] if chance.random() < 0.8 else []
    made += [
        record(chance.choice((b"GNU.sparse.size", b"GNU.sparse.realsize")), b"%d" % real)
        for _ in range(chance.choice((0, 1, 1, 1, 2)))
    ]
    numbers = [number for pair in pairs for number in pair]
    if style == "1.0":
        made += [record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", chance.choice((b"0", b"0", b"0", b"1")))]
        count = len(pairs) + chance.choice((0, 0, 0, 0, 1, -1))
        table = b"".join(b"%d\n" % number for number in (count, *numbers))
        data = padded(chance.choice((table, table, table, table[:-1], b"x" + table))) + data
    else:
        version = (b"0", style[-1].encode()) if chance.random() < 0.7 else ()
        made += [record(key, value) for key, value in zip((b"GNU.sparse.major", b"GNU.sparse.minor"), version, strict=False)]
        if chance.random() < 0.9:
            made.append(record(b"GNU.sparse.numblocks", b"%d" % (len(pairs) + chance.choice((0, 0, 0, 1)))))
        if style == "0.1":
            made.append(record(b"GNU.sparse.map", b",".join(b"%d" % number for number in numbers)))
        else:
            made += [
                record(key, b"%d" % value)
                for pair in pairs
                for key, value in zip((b"GNU.sparse.offset", b"GNU.sparse.numbytes"), pair, strict=True)
            ]
    return pax(*made) + member(b"GNUSparseFile.0/s", data, chance.choice((b"0", b"0", b"0", b"\0", b"5", b"2")))


def strange_end(chance):
    return chance.choice((bytes(512), bytes(512), bytes(1024), bytes(100), bytes(1536)))


def strange_star(chance):
    return member(
        b"a",
        b"data",
        b"0",
        prefix=chance.choice((b"p", b"")).ljust(131, b"\0") + chance.choice((bytes(24), b"x" * 24, octal(1, 12) * 2)),
        trailer=b"tar\0",
        form=chance.choice(("ustar", "gnu", "old")),
    )


def strange_times(chance):
    return member(
        b"a",
        b"data",
        b"0",
        form="gnu",
        prefix=chance.choice((octal(1, 12) * 2, b"text/that/is/a/prefix", b"\xff" * 24, b"\0" * 12 + b"x")),
    )


STRANGE = (
    strange_type,
    strange_name,
    strange_number,
    strange_number,
    strange_sum,
    strange_records,
    strange_records,
    strange_long,
    strange_sparse,
    strange_end,
    strange_star,
    strange_times,
)
