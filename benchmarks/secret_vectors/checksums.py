"""The checksums that some issuers put at the end of their tokens."""

import base64
import zlib

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def number(value: int, alphabet: str, size: int) -> str:
    """In the base of the alphabet, filled up at the left."""
    made = ""
    while value:
        value, digit = divmod(value, len(alphabet))
        made = alphabet[digit] + made
    return made.rjust(size, alphabet[0])


def crc32_base62(text: str) -> str:
    """GitHub and npm: six characters."""
    return number(zlib.crc32(text.encode()), BASE62, 6)


def crc32_base36(text: str) -> str:
    """GitLab: seven characters."""
    return number(zlib.crc32(text.encode()), BASE36, 7)


def crc32_hex(text: str) -> str:
    """Atlassian: eight characters, upper case."""
    return f"{zlib.crc32(text.encode()):08X}"


def crc24(data: bytes) -> str:
    """OpenPGP: the last line of an armor."""
    register = 0xB704CE
    for byte in data:
        register ^= byte << 16
        for _ in range(8):
            register <<= 1
            if register & 0x1000000:
                register ^= 0x1864CFB
    return "=" + base64.b64encode((register & 0xFFFFFF).to_bytes(3, "big")).decode()


def bech32(prefix: str, data: bytes) -> str:
    """age: a key with the checksum of BIP 173."""
    bits = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = (len(data) * 8 + 4) // 5
    groups = [bits >> 5 * (count - 1 - place) & 31 for place in range(count)]
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    remainder = bech32_remainder([*expanded, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [remainder >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(BECH32[group] for group in groups)


def bech32_remainder(groups: list[int]) -> int:
    remainder = 1
    for group in groups:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ group
        for place, generator in enumerate(_BECH32_GENERATOR):
            remainder ^= generator if top >> place & 1 else 0
    return remainder
