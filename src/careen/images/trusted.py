"""Public keys that the user trusts, and whether one of them made a signature, by ``openssl``.

Raises: UsageError for a file that is not a public key of ECDSA or RSA.
**Source:** openssl-dgst(1); RFC 7468, section 13; RFC 5480 and RFC 3279 for the algorithms.
"""

import base64
import binascii
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..exec import run

MAX_KEY_BYTES = 16 * 1024
MAX_SIGNATURE_BYTES = 2048
MAX_QUESTIONS = 256  # calls of the program in one scan
TIMEOUT_S = 10.0
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_ALGORITHMS = (bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06092a864886f70d010101"))  # ECDSA, RSA


class Keys:
    """``trouble``: why not all signatures were verified."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        for file in self.files:
            _check(file)
        self.trouble = ""
        self._left = MAX_QUESTIONS

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(file) for file in self.files)

    def maker(self, message: bytes, signatures: Sequence[bytes]) -> str:
        """The key that made one of the signatures of a message, over its SHA-256; "" if none did."""
        for signature in signatures:
            for file in self.files:
                if not 0 < len(signature) <= MAX_SIGNATURE_BYTES:
                    continue
                if self._left == 0:
                    self.trouble = f"there are more signatures than are verified, which are {MAX_QUESTIONS}"
                    return ""
                self._left -= 1
                if self._made(file, message, signature):
                    return str(file)
        return ""

    def _made(self, file: Path, message: bytes, signature: bytes) -> bool:
        with tempfile.TemporaryDirectory(prefix="careen-") as folder:
            beside = Path(folder, "signature")
            beside.write_bytes(signature)
            command = ["openssl", "dgst", "-sha256", "-verify", str(file.absolute()), "-signature", str(beside)]
            try:
                return run(command, input=message, timeout_s=TIMEOUT_S).code == 0
            except FileNotFoundError:
                self.trouble = "openssl is not installed: no signature could be verified"
            except OSError as error:
                self.trouble = f"openssl could not be asked about a signature: {error}"
        return False


def _check(file: Path) -> None:
    hint = "cosign public-key, or openssl pkey -pubout, writes one"
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_KEY_BYTES + 1).decode("ascii", "replace")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check --trust-key") from None
    _, begin, rest = text.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    try:
        key = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not begin or not end or len(text) > MAX_KEY_BYTES or not any(algorithm in key[:32] for algorithm in _ALGORITHMS):
        raise UsageError(f"{file} is not a public key of ECDSA or RSA in PEM", hint)
