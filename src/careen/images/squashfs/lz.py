"""Decompresses LZ4 and LZO1X, which the standard library does not support: literals, and copies of earlier output.

Raises: ValueError if a block is damaged or decompresses to more than ``limit`` bytes.
**Source:** LZ4, "Block format description"; Linux, ``Documentation/staging/lzo.rst``.
"""


def lz4(data: bytes, limit: int) -> bytes:
    out = bytearray()
    at, end = 0, len(data)
    try:
        while at < end:
            token = data[at]
            length, at = _lz4_length(data, at + 1, token >> 4)
            _literals(out, data, at, length, limit)
            at += length
            if at >= end:
                break
            distance = data[at] | data[at + 1] << 8
            length, at = _lz4_length(data, at + 2, token & 15)
            _copy(out, distance, length + 4, limit)
    except IndexError:
        raise ValueError("damaged LZ4 data: they break off") from None
    return bytes(out)


def lzo(data: bytes, limit: int) -> bytes:
    out = bytearray()
    at = 0
    state = 0  # number of literals that the last instruction copied; 4 means more than 3
    try:
        if data[0] > 17:
            state = data[0] - 17
            _literals(out, data, 1, state, limit)
            at, state = 1 + state, min(state, 4)
        while True:
            code = data[at]
            at += 1
            if code < 16 and state == 0:
                length, at = _lzo_length(data, at, code, 15)
                _literals(out, data, at, length + 3, limit)
                at, state = at + length + 3, 4
                continue
            if code < 16:
                length, state, distance = (3, code & 3, 0x801) if state == 4 else (2, code & 3, 1)
                distance += (code >> 2) + (data[at] << 2)
                at += 1
            elif code >= 64:
                length, state = (code >> 5) + 1, code & 3
                distance = 1 + (code >> 2 & 7) + (data[at] << 3)
                at += 1
            else:
                mask = 31 if code >= 32 else 7
                length, at = _lzo_length(data, at, code & mask, mask)
                word = data[at] | data[at + 1] << 8
                at += 2
                length, state = length + 2, word & 3
                distance = 1 + (word >> 2) if code >= 32 else 0x4000 + ((code & 8) << 11) + (word >> 2)
                if distance == 0x4000 and code < 32:
                    return bytes(out)
            _copy(out, distance, length, limit)
            _literals(out, data, at, state, limit)
            at += state
    except IndexError:
        raise ValueError("damaged LZO data: they break off") from None


def _lz4_length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while True:
            byte = data[at]
            at += 1
            length += byte
            if byte != 255:
                break
    return length, at


def _lzo_length(data: bytes, at: int, length: int, most: int) -> tuple[int, int]:
    if length == 0:
        while data[at] == 0:
            length += 255
            at += 1
        length += most + data[at]
        at += 1
    return length, at


def _literals(out: bytearray, data: bytes, at: int, length: int, limit: int) -> None:
    if at + length > len(data) or len(out) + length > limit:
        raise ValueError("damaged data: literals out of bounds")
    out += data[at : at + length]


def _copy(out: bytearray, distance: int, length: int, limit: int) -> None:
    start = len(out) - distance
    if not distance or start < 0 or len(out) + length > limit:
        raise ValueError("damaged data: a copy out of bounds")
    piece = out[start : start + length]
    if len(piece) < length:  # an overlapping copy repeats what it has just written
        piece = (piece * (length // len(piece) + 1))[:length]
    out += piece
