"""The attributes of the main section of a jar's ``META-INF/MANIFEST.MF``, by lower-case name.

Shape: ``Name: value`` lines of at most 72 bytes, continued on lines that begin with one blank; an empty line ends the
section, and later sections describe single members.
Raises: ValueError if there is no attribute.  **Source:** Jar file specification, JAR Manifest.
"""


def attributes(data: bytes) -> dict[str, str]:
    found: dict[str, list[bytes]] = {}
    parts: list[bytes] = []
    for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] == b" ":
            parts.append(line[1:])
            continue
        if not line.strip():
            if found:
                break
            continue
        name, colon, value = line.partition(b":")
        if colon:
            parts = [value]
            found[name.strip().lower().decode("latin-1")] = parts
    if not found:
        raise ValueError("manifest: no attributes")
    return {name: b"".join(value).strip().decode("utf-8", "replace") for name, value in found.items()}
