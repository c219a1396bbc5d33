"""Small Java archives in memory, the same bytes each time."""

import io
import zipfile
from collections.abc import Mapping


def jar(members: Mapping[str, str | bytes], stored: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            file.writestr(info, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def maven(group: str, artifact: str, version: str, pom: str = "") -> dict[str, str]:
    """The members that Maven's archiver adds."""
    folder = f"META-INF/maven/{group}/{artifact}"
    members = {f"{folder}/pom.properties": f"#Created by Maven\nversion={version}\ngroupId={group}\nartifactId={artifact}\n"}
    return members | ({f"{folder}/pom.xml": pom} if pom else {})


def manifest(**attributes: str) -> dict[str, str]:
    lines = ["Manifest-Version: 1.0", *(f"{name.replace('_', '-')}: {value}" for name, value in attributes.items())]
    return {"META-INF/MANIFEST.MF": "\r\n".join(lines) + "\r\n\r\n"}


def classes(*folders: str) -> dict[str, bytes]:
    return {f"{folder}/A{index}.class": b"\xca\xfe\xba\xbe" for index, folder in enumerate(folders)}
