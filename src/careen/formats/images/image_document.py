"""An image as its checks see it: the configuration, and security-relevant files.

``described`` reads one from YAML (the examples of checks): ``config`` as in ``ImageConfig``, ``files`` by path (a
text, or ``mode``, ``uid``, ``gid``, ``owned``, ``kind``, ``capabilities``, ``layer``, ``text``), ``integrity`` as in
``Integrity``.
Source: OCI image-spec, config.md; passwd(5), shadow(5), sudoers(5); Linux capabilities(7).
"""

import posixpath
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from careen.model.attached import Attached
from careen.model.filesystem import Entry, FileSystem
from careen.model.image import ImageConfig
from careen.model.integrity import Integrity
from careen.safety.typed import converted

from .user_name import number_of

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Account(Struct, frozen=True):
    """One line of passwd with what shadow adds. ``password``: "" means no password, "!" or "*" locked."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str
    line: int

    @property
    def logs_in(self) -> bool:
        return not self.shell.endswith(("/nologin", "/false", "/sync", "/halt", "/shutdown"))


class User(Struct, frozen=True):
    """The user of the image's processes. ``uid`` is None if the name is not in passwd."""

    name: str
    uid: int | None
    numeric: bool
    gid: int | None = None
    groups: tuple[str, ...] = ()


class ImageDocument:
    def __init__(
        self,
        config: ImageConfig,
        filesystem: FileSystem,
        *,
        today: date | None = None,
        anomalies: tuple[tuple[str, str], ...] = (),
        complete: bool = True,
        unassessed: str = "",
        tag: str = "",
        attached: Attached | None = None,
        integrity: Integrity | None = None,
    ) -> None:
        """``anomalies``: (path, problem) in the archives. ``complete``: it is an image, not a folder. ``unassessed``:
        why no advisories cover the distribution's packages. ``tag``: the requested name, if it has no digest.
        ``attached``: signatures, attestations and SBOMs in its registry, if they were requested."""
        self.config, self.filesystem = config, filesystem
        self.today, self.anomalies, self.complete = today, anomalies, complete
        self.unassessed, self.tag, self.attached = unassessed, tag, attached
        self.integrity = integrity or Integrity()

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return {entry.path: entry for entry in self.filesystem.entries}

    @property
    def texts(self) -> dict[str, str]:
        return self.filesystem.texts

    def lines(self, *places: str) -> Iterator[tuple[str, int, str]]:
        """(path, line number, line) of the texts at these places: a path, or "folder/" for the files directly in a
        folder."""
        for path, text in sorted(self.texts.items()):
            if path in places or path.rpartition("/")[0] + "/" in places:
                for number, line in enumerate(text.splitlines(), start=1):
                    yield path, number, line

    @cached_property
    def environment(self) -> dict[str, str]:
        pairs = (variable.partition("=") for variable in self.config.env)
        return {name: value for name, _, value in pairs}

    @cached_property
    def search_path(self) -> tuple[str, ...]:
        return tuple(self.environment.get("PATH", DEFAULT_PATH).split(":"))

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        passwords = {}
        for _, _, line in self.lines("etc/shadow"):
            fields = line.split(":")
            if len(fields) > 1:
                passwords[fields[0]] = fields[1]
        found = []
        for _, number, line in self.lines("etc/passwd"):
            fields = line.split(":")
            if (
                len(fields) == 7
                and fields[2].isdecimal()
                and fields[3].isdecimal()
                and max(len(fields[2]), len(fields[3])) <= 10
            ):
                password = passwords.get(fields[0], "*") if fields[1] == "x" else fields[1]
                home, shell = fields[5], fields[6].strip() or "/bin/sh"
                found.append(Account(fields[0], int(fields[2]), int(fields[3]), home, shell, password, number))
        return tuple(found)

    @cached_property
    def user(self) -> User:
        name, _, group = self.config.user.partition(":")
        if not name:
            return User("root", 0, True, 0)
        number, of_group = number_of(name), number_of(group)
        # As engines do: the first line with the name or number counts, and an account may be named like a number.
        account = next((known for known in self.accounts if known.name == name or known.uid == number), None)
        uid = account.uid if account else 0 if name == "root" else number
        gid = of_group if of_group is not None else account.gid if account else None
        return User(account.name if account else name, uid, number is not None, gid, self._groups(account))

    def _groups(self, account: Account | None) -> tuple[str, ...]:
        found = []
        for _, _, line in self.lines("etc/group"):
            fields = line.split(":")
            if account and len(fields) == 4 and (fields[2] == str(account.gid) or account.name in fields[3].split(",")):
                found.append(fields[0])
        return tuple(found)

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Paths of the start program and of files among its arguments."""
        words = [*self.config.entrypoint, *self.config.cmd]
        found = []
        for number, word in enumerate(words[:64]):
            if word.startswith(("/", "./")):
                found.append(posixpath.normpath(posixpath.join("/", self.config.working_dir, word)).lstrip("/"))
            elif number == 0 and "/" not in word:
                places = (posixpath.join(folder, word).lstrip("/") for folder in self.search_path if folder.startswith("/"))
                found.append(next((place for place in places if place in self.entries), ""))
        return tuple(path for path in dict.fromkeys(found) if path)

    def on_search_path(self, path: str) -> bool:
        return "/" + path.rpartition("/")[0] in self.search_path

    def may_write(self, entry: Entry) -> bool:
        """Whether the image's user, if it is not root, may change this file."""
        user = self.user
        if user.uid in (None, 0):
            return False
        if entry.uid == user.uid:
            return bool(entry.mode & 0o200)
        return bool(entry.mode & (0o020 if entry.gid == user.gid and user.gid is not None else 0o002))

    @property
    def ports(self) -> tuple[tuple[int, str], ...]:
        """(number, protocol) of EXPOSE; a range gives its first and last port."""
        found = []
        for text in self.config.exposed_ports:
            numbers, _, protocol = text.partition("/")
            found += [(int(part), protocol or "tcp") for part in numbers.split("-") if part.isdecimal() and len(part) < 6]
        return tuple(found)


def described(text: str) -> ImageDocument:
    """The image that a YAML text describes. Raises ValueError if the text is not YAML, or not of that shape."""
    import yaml

    try:
        values = yaml.safe_load(text) or {}
        if not isinstance(values, dict):
            raise ValueError("an image is described by a mapping")  # noqa: TRY004
        config = converted(values.get("config") or {}, ImageConfig)
        entries, texts = [], {}
        for path, value in sorted((values.get("files") or {}).items()):
            if isinstance(value, str):
                texts[path] = value
                value = {}
            entry, body = _file(path, value)
            entries.append(entry)
            if body is not None:
                texts[path] = body
        anomalies = tuple((str(path), str(what)) for path, what in (values.get("anomalies") or {}).items())
        attached = converted(values["attached"], Attached) if "attached" in values else None
        integrity = converted(values.get("integrity") or {}, Integrity)
        today = values.get("today")
    except (yaml.YAMLError, msgspec.ValidationError, AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error
    return ImageDocument(
        config,
        FileSystem(tuple(entries), texts),
        today=today if isinstance(today, date) else None,
        anomalies=anomalies,
        unassessed=str(values.get("unassessed") or ""),
        tag=str(values.get("tag") or ""),
        attached=attached,
        integrity=integrity,
    )


def _file(path: str, value: dict[str, Any]) -> tuple[Entry, str | None]:
    fields = {"path": path, "kind": "f"} | {key: field for key, field in value.items() if key != "text"}
    if isinstance(fields.get("mode"), str):
        fields["mode"] = int(fields["mode"], 8)
    names = Entry.__struct_fields__
    return converted([fields[name] if name in fields else _default(name) for name in names], Entry), value.get("text")


def _default(name: str) -> Any:
    return {"mode": 0o644, "owned": False, "capabilities": False}.get(name, 0)
