"""The keys and identities that are trusted, and whether one of them made a signature.

A key needs no log and never expires. An identity needs a certificate of Sigstore, whose time the transparency log
proves. ``sigstore`` is imported only if a certificate must be verified.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .identities import Identity
from .public_keys import PublicKey, read_public_key
from .refusals import Checked, refused
from .seals import Seal

if TYPE_CHECKING:
    from .keyless import Keyless

MAX_CHECKS = 512  # signatures by keys, in one scan
MAX_CERTIFICATES = 128


class Trust:
    """The trusted keys and identities. ``trouble``: why not all signatures were verified. ``root``: the trusted root
    of Sigstore; None: the public one."""

    def __init__(
        self,
        keys: Sequence[PublicKey] = (),
        identities: Sequence[Identity] = (),
        root: Path | None = None,
        keyless: "Keyless | None" = None,
    ) -> None:
        self.keys, self.identities, self.root = tuple(keys), tuple(identities), root
        self.trouble = ""
        self._checks, self._certificates = MAX_CHECKS, MAX_CERTIFICATES
        self._keyless = keyless

    @property
    def names(self) -> tuple[str, ...]:
        return (*(key.name for key in self.keys), *(identity.name for identity in self.identities))

    def check(self, seal: Seal) -> Checked:
        """The trusted key or identity that made the signature, else the code of the refusal. The code is "" if
        nothing is trusted: then nothing was checked."""
        if not self.keys and not self.identities:
            return Checked()
        for signature in seal.signatures:
            for key in self.keys:
                if self._checks == 0:
                    return self._gave_up(f"more than {MAX_CHECKS} signatures were to be verified")
                self._checks -= 1
                if key.made(seal.message, signature):
                    return Checked(key.name)
        if not seal.by_certificate:
            return refused("signature_mismatch" if self.keys else "no_key_listed")
        if not self.identities:
            return refused("no_identity_listed")
        if self._certificates == 0:
            return self._gave_up(f"more than {MAX_CERTIFICATES} certificates were to be verified")
        self._certificates -= 1
        return self._by_certificate(seal)

    def _by_certificate(self, seal: Seal) -> Checked:
        try:
            from .keyless import Keyless

            self._keyless = self._keyless or Keyless(self.root)
        except ImportError:
            return self._gave_up("certificates need the package sigstore: pip install 'careen[sigstore]'")
        return self._keyless.check(seal, self.identities)

    def _gave_up(self, why: str) -> Checked:
        self.trouble = why
        return refused("not_checked", why)


def trust_of(keys: Sequence[Path], identities: Sequence[Identity] = (), root: Path | None = None) -> Trust:
    """The trust in these keys and identities. Raises UsageError if a file is not a public key."""
    return Trust(tuple(map(read_public_key, keys)), identities, root)
