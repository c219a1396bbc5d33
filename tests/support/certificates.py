"""A certificate authority and certificates of it, made on the spot with the ``openssl`` program."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    cert: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    folder: Path
    root: Certificate

    @classmethod
    def make(cls, folder: Path) -> "Authority":
        """Skips the test where there is no openssl."""
        if not shutil.which("openssl"):
            pytest.skip("no openssl here: tests of TLS are skipped")
        folder.mkdir(parents=True, exist_ok=True)
        root = Certificate(folder / "ca.pem", folder / "ca.key")
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *("-subj", "/CN=A private authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", root.key, "-out", root.cert),
        )
        return cls(folder, root)

    def issue(self, *names: str, client: bool = False) -> Certificate:
        stem = names[0].replace("*", "_")
        made = Certificate(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        request, extensions = self.folder / f"{stem}.csr", self.folder / f"{stem}.ext"
        alternatives = ",".join(f"IP:{name}" if name[0].isdigit() else f"DNS:{name}" for name in names)
        use = "clientAuth" if client else "serverAuth"
        extensions.write_text(f"subjectAltName={alternatives}\nextendedKeyUsage={use}\nbasicConstraints=CA:FALSE\n")
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={names[0]}"),
            *("-keyout", made.key, "-out", request),
        )
        _openssl(
            *("x509", "-req", "-in", request, "-CA", self.root.cert, "-CAkey", self.root.key, "-CAcreateserial"),
            *("-days", "2", "-extfile", extensions, "-out", made.cert),
        )
        return made


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
