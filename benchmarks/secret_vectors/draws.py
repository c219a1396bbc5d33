"""Random texts of the alphabets that tokens are made of, the same for each seed."""

import base64
import random
import re
import string
import uuid
from collections.abc import Sequence
from typing import TypeVar

LETTERS, DIGITS = string.ascii_letters, string.digits
ALNUM = LETTERS + DIGITS
PASSWORD = ALNUM + "!*-_.^~+"
ALPHABETS = {
    "hex": "0123456789abcdef",
    "uphex": "0123456789ABCDEF",
    "lower": string.ascii_lowercase + DIGITS,
    "upper": string.ascii_uppercase + DIGITS,
    "letters": LETTERS,
    "alnum": ALNUM,
    "capital": string.ascii_uppercase + "234567",  # base32
    "small": string.ascii_lowercase + "234567",
    "radix": ALNUM + "+/",  # base64
    "bech": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
}
_PART = re.compile(r"\{(uuid|[a-z]+?(\d+)(?:-(\d+))?)\}|\(([^()]+)\)")
WORDS = (
    "account", "billing", "cache", "catalog", "cluster", "console", "delivery", "gateway", "harbor", "inventory", "ledger",
    "mailer", "metrics", "notifier", "orders", "portal", "reports", "shipping", "storage", "worker",
)  # fmt: skip
T = TypeVar("T")


class Draws:
    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def of(self, alphabet: str, size: int) -> str:
        return "".join(self._random.choices(alphabet, k=size))

    def named(self, alphabet: str, size: int) -> str:
        """A number does not begin with zero, and a text of base64url has letters at its ends, where words end."""
        if alphabet == "digits":
            return self.of("123456789", 1) + self.of(DIGITS, size - 1)
        if alphabet == "urlsafe":
            return self.of(ALNUM, 1) + self.of(ALNUM + "-_", size - 2) + self.of(ALNUM, 1)
        return self.of(ALPHABETS[alphabet], size)

    def filled(self, pattern: str) -> str:
        """``sk_(live|test)_{alnum24}``: one of the words, and random letters; ``{hex20-30}`` has a random length."""

        def part(found: "re.Match[str]") -> str:
            if found[4]:
                return self.one(found[4].split("|"))
            if found[1] == "uuid":
                return self.uuid()
            least = int(found[2])
            return self.named(found[1].rstrip("0123456789-"), self.between(least, int(found[3] or least)))

        return _PART.sub(part, pattern)

    def between(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def one(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return self._random.sample(options, len(options))

    def bytes(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def base64(self, size: int) -> str:
        """The base64 text of this many bytes."""
        return base64.b64encode(self.bytes(size)).decode()

    def uuid(self) -> str:
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def word(self) -> str:
        return self.one(WORDS)

    def host(self) -> str:
        return f"{self.word()}-{self.one(('db', 'prod', 'eu1', 'int'))}.{self.word()}.{self.one(('internal', 'net', 'io'))}"

    def password(self) -> str:
        """As a generator of passwords makes them: letters of both cases, digits, and a sign or two."""
        while True:
            made = self.of(ALNUM, 1) + self.of(PASSWORD, self.between(11, 20)) + self.of(ALNUM, 1)
            if any(map(str.isdigit, made)) and any(map(str.islower, made)) and any(map(str.isupper, made)):
                return made
