"""Random texts of the alphabets that tokens are made of, the same for each seed."""

import base64
import random
import string
import uuid
from collections.abc import Sequence
from typing import TypeVar

DIGITS = string.digits
HEX = "0123456789abcdef"
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
ALNUM = string.ascii_letters + string.digits
BASE32 = string.ascii_uppercase + "234567"
URLSAFE = ALNUM + "-_"
PASSWORD = ALNUM + "!*-_.^~+"
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

    def hex(self, size: int) -> str:
        return self.of(HEX, size)

    def alnum(self, size: int) -> str:
        return self.of(ALNUM, size)

    def lower(self, size: int) -> str:
        return self.of(LOWER, size)

    def upper(self, size: int) -> str:
        return self.of(UPPER, size)

    def urlsafe(self, size: int) -> str:
        """Letters at both ends, as a boundary of a word is where a reader looks for the end."""
        return self.alnum(1) + self.of(URLSAFE, size - 2) + self.alnum(1)

    def digits(self, size: int) -> str:
        """A number of this many digits: it does not begin with zero."""
        return self.of("123456789", 1) + self.of(DIGITS, size - 1)

    def between(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def one(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

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
            made = self.alnum(1) + self.of(PASSWORD, self.between(11, 20)) + self.alnum(1)
            if any(map(str.isdigit, made)) and any(map(str.islower, made)) and any(map(str.isupper, made)):
                return made
