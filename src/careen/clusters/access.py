"""The access to a cluster: the address of its API, the trusted authorities, the credentials. Its ``repr`` contains no
secret."""

from pathlib import Path

from msgspec import Struct


class Access(Struct, frozen=True):
    """How to reach the API of a cluster. Certificates and keys are PEM. ``name`` is that of the context, for people."""

    name: str
    server: str
    token: str = ""
    token_file: Path | None = None  # read for each list: a mounted token is renewed
    username: str = ""
    password: str = ""
    authority: bytes = b""
    certificate: bytes = b""
    key: bytes = b""
    insecure: bool = False

    def __repr__(self) -> str:
        return f"Access(name={self.name!r}, server={self.server!r})"
