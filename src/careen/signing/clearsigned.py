"""Text in a clear signature: the lines between the header and the signature, with dashes unescaped.

**Source:** RFC 9580, section 7 (Cleartext Signature Framework).
"""

_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


def signed_text(data: bytes) -> bytes:
    """The text; all of ``data`` if it is not signed. Does not verify the signature."""
    lines = data.splitlines()
    if not lines or lines[0].rstrip() != _BEGIN:
        return data
    start = next((number for number, line in enumerate(lines) if not line.strip()), len(lines)) + 1
    text = []
    for line in lines[start:]:
        if line.rstrip() == _SIGNATURE:
            break
        text.append(line.removeprefix(b"- "))
    return b"\n".join(text)
