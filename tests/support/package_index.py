"""Indexes of packages that are played: pages and archives by address, and what was asked for."""

import hashlib
import io
import json
import tarfile
import zipfile

CODE = "\n".join(f"def function_{n}(value):\n    return value * {n} + other_{n}(value, 'text {n}')\n" for n in range(40))
INDEX = "https://index.example/simple"
REGISTRY = "https://registry.example"
ENVIRON = {"PIP_INDEX_URL": INDEX, "npm_config_registry": REGISTRY, "HOME": "/nowhere"}


class Answer:
    def __init__(self, body, kind="", status=200):
        self.status, self.url, self._body = status, "", io.BytesIO(body)
        self.headers = {"content-type": kind}

    def read(self, size=-1):
        return self._body.read(size)

    def close(self):
        pass


class Web:
    """Answers from ``pages``; ``asked`` are the addresses in their order."""

    def __init__(self, pages):
        self.pages, self.asked = pages, []

    def request(self, url, **_):
        self.asked.append(url)
        found = self.pages.get(url, Answer(b"", status=404))
        if isinstance(found, Exception):
            raise found
        return found() if callable(found) else found


def tarball(files):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def wheel(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made.getvalue()


def python_index(archives, kind="application/vnd.pypi.simple.v1+json"):
    """``archives``: content by file name."""
    pages = {f"{INDEX}/files/{name}": (lambda body=body: Answer(body)) for name, body in archives.items()}
    files = [
        {"filename": name, "url": f"../files/{name}", "hashes": {"sha256": hashlib.sha256(body).hexdigest()}}
        for name, body in archives.items()
    ]
    if "json" in kind:
        page = json.dumps({"files": files}).encode()
    else:
        links = (f'<a href="{one["url"]}#sha256={one["hashes"]["sha256"]}">{one["filename"]}</a>' for one in files)
        page = "".join(links).encode()
    pages[f"{INDEX}/demo/"] = lambda: Answer(page, kind)
    return Web(pages)


ARCHIVES = {
    "demo-1.0.tar.gz": tarball({"demo-1.0/own/code.py": CODE}),
    "demo-1.10.tar.gz": tarball({"demo-1.10/own/code.py": CODE + "# more\nMORE = 'a new text'\n"}),
    "demo-1.2-py3-none-any.whl": wheel({"own/code.py": CODE.replace("text 7", "other 7")}),
    "demo-1.2-cp311-cp311-manylinux_2_17_x86_64.whl": b"not looked at",
    "demo-2.0rc1.tar.gz": b"not looked at",
    "demo-1.0.exe": b"not looked at",
}
