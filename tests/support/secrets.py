"""Secrets for tests, put together at run time: no text that looks like one lies in the repository."""

import random
import re
import string

_CLASSES = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "alnum": string.ascii_letters + string.digits,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "base32_": string.ascii_uppercase + "234567",
    "lowerb32_": string.ascii_lowercase + "234567",
    "digit": string.digits,
    "word": string.ascii_letters + string.digits + "_",
    "alpha": string.ascii_letters,
    "b64_": string.ascii_letters + string.digits,
    "base58_": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "bech": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_PART = re.compile(r"\{(?:(uuid)|(" + "|".join(sorted(_CLASSES, key=len, reverse=True)) + r")(\d+))\}")


def filled(template: str, seed: int = 1) -> str:
    """``{hex32}`` becomes 32 random hexadecimal digits; all classes that can have digits and letters have both."""
    source = random.Random(seed)

    def part(found: "re.Match[str]") -> str:
        if found[1]:
            return "-".join("".join(source.choices(_CLASSES["hex"], k=size)) for size in (8, 4, 4, 4, 12))
        letters, size = _CLASSES[found[2]], int(found[3])
        made = source.choices(letters, k=size)
        if size >= 8 and not set(made) & set(string.digits) and set(letters) & set(string.digits):
            made[size // 2] = next(letter for letter in letters if letter in string.digits)
        return "".join(made)

    return _PART.sub(part, template)


def assigned(name: str, value: str) -> list[str]:
    """One assignment in the languages that configuration is written in."""
    lower, upper = name.lower().replace("-", "_"), name.upper().replace("-", "_")
    return [
        f"{lower}_token={value}",
        f'{lower}Token = "{value}"',
        f"export {upper}_TOKEN={value}",
        f'{{"{lower}_token": "{value}", "other": 1}}',
        f"{lower}_token: '{value}'",
        f"<{lower}Token>\n    {value}\n</{lower}Token>",
        f'var {lower}Token string = "{value}"',
        f"{lower}Token := `{value}`",
        f'System.setProperty("{upper}_TOKEN", "{value}")',
        f'"{lower}Token" => "{value}",',
        f'{upper}_TOKEN ?= "{value}"',
    ]
