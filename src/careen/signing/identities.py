"""The identities whose Sigstore certificates are accepted: an exact name and the provider that vouches for it. Never
a pattern.

Raises: UsageError.
"""

from msgspec import Struct

from ..errors import UsageError

MAX_LENGTH = 2000
_PATTERNS = ("*", "^", "$", "[", "\\", "(", "|")


class Identity(Struct, frozen=True):
    identity: str  # of the certificate's alternative name: a URI, an address, a user name
    issuer: str  # the identity provider

    @property
    def name(self) -> str:
        return f"{self.identity} ({self.issuer})"


def exact(identity: str, issuer: str, where: str) -> Identity:
    """The identity with this exact name. Raises UsageError for a pattern: a policy that accepts any identity would
    accept everyone with a mail address."""
    if not issuer.startswith(("https://", "http://")):
        raise UsageError(f"{where}: {issuer[:100]!r} is not an issuer", "an issuer is a URL, https://accounts.google.com")
    for word, value in (("identity", identity), ("issuer", issuer)):
        if not value or len(value) > MAX_LENGTH or any(not char.isprintable() or char.isspace() for char in value):
            raise UsageError(f"{where}: the {word} is not a single name", f"write the exact {word} of the certificate")
        if any(mark in value for mark in _PATTERNS):
            raise UsageError(
                f"{where}: the {word} {value[:100]!r} is a pattern", "write each identity that may sign as an entry of its own"
            )
    return Identity(identity, issuer)
