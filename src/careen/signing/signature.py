"""Whether a Release file is signed by one of the archive's keys, by GnuPG's ``gpgv``, or ``sqv`` if that is not installed.

Afterwards the text that the program reports as signed is read, not the file. Without a program or a key,
``Signed.verified`` is False and ``why`` is the reason.
Raises: ValueError if the signature is wrong or none of the given keys made it; OSError.
**Source:** GnuPG, doc/DETAILS, "Format of the --status-fd output"; sqv(1).
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from careen.exec import run

from .clearsigned import signed_text

MAX_BYTES = 32 << 20
TIMEOUT_S = 30.0
# Where Debian and its derivatives keep the keys of Debian's archive.
KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.pgp", "/usr/share/keyrings/debian-archive-keyring.gpg")


class Signed(Struct, frozen=True):
    text: bytes
    verified: bool
    why: str = ""  # the reason if it is not verified


def verified(data: bytes, keys: Sequence[Path]) -> Signed:
    """The signed text of a Release file, and whether it is verified. ``keys`` are binary keyrings that the user
    trusts; without any, those of this machine are used, which may lack the archive's."""
    given = [str(key.absolute()) for key in keys]
    keyrings = given or [name for name in KEYRINGS if Path(name).is_file()][:1]
    if not keyrings:
        return Signed(signed_text(data), False, "this machine has no keys of Debian's archive")
    try:
        answer = _gpgv(data, keyrings)
    except FileNotFoundError:
        try:
            answer = _sqv(data, keyrings)
        except FileNotFoundError:
            answer = Signed(signed_text(data), False, "neither gpgv nor sqv is installed")
    if given and not answer.verified:
        raise ValueError(f"not verified by the keys that were given: {answer.why}")
    return answer


def verify_detached(data: bytes, signature: bytes, keys: Sequence[Path]) -> None:
    """Raises ValueError if none of the keys made the signature, or no program can verify it."""
    import tempfile

    options = [part for key in keys for part in ("--keyring", str(key.absolute()))]
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        signed, detached = Path(folder, "signed"), Path(folder, "signature")
        signed.write_bytes(data)
        detached.write_bytes(signature)
        try:
            done = run(["gpgv", *options, "--status-fd", "2", str(detached), str(signed)], timeout_s=TIMEOUT_S)
            good = {"GOODSIG", "VALIDSIG"} <= _status_words(done.stderr) and "BADSIG" not in _status_words(done.stderr)
        except FileNotFoundError:
            try:
                good = run(["sqv", *options, "--signature-file", str(detached), str(signed)], timeout_s=TIMEOUT_S).code == 0
            except FileNotFoundError:
                raise ValueError("neither gpgv nor sqv is installed") from None
    if not good:
        raise ValueError("not signed by any of the keys that were given")


def _gpgv(data: bytes, keyrings: Sequence[str]) -> Signed:
    options = [part for keyring in keyrings for part in ("--keyring", keyring)]
    done = run(
        ["gpgv", *options, "--status-fd", "2", "--output", "-"], input=data, timeout_s=TIMEOUT_S, max_output_bytes=MAX_BYTES
    )
    status = _status_words(done.stderr)
    if "BADSIG" in status:
        raise ValueError("its signature is wrong: it was changed after it was signed")
    if {"GOODSIG", "VALIDSIG"} <= status:
        return Signed(done.stdout, True)
    if "EXPKEYSIG" in status or "REVKEYSIG" in status:
        why = "the keys that signed it have expired or were revoked"
    else:
        why = "no available key signed it" if "NO_PUBKEY" in status else "it is not signed"
    return Signed(signed_text(data), False, why)


def _status_words(stderr: bytes) -> set[str]:
    lines = [line.split() for line in stderr.decode("utf-8", "replace").splitlines() if line.startswith("[GNUPG:] ")]
    return {words[1] for words in lines if len(words) > 1}


def _sqv(data: bytes, keyrings: Sequence[str]) -> Signed:
    """Verifies with ``sqv``, which reads only files, and does not distinguish a wrong signature from one by an
    unknown key."""
    import tempfile

    options = [part for keyring in keyrings for part in ("--keyring", keyring)]
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        message, text = Path(folder, "message"), Path(folder, "text")
        message.write_bytes(data)
        done = run(["sqv", *options, "--output", str(text), "--cleartext", str(message)], timeout_s=TIMEOUT_S)
        if done.code == 0 and text.is_file():
            return Signed(text.read_bytes(), True)
    return Signed(signed_text(data), False, "no available key signed it")
