"""The rules of sudo and doas by which a user becomes root without a password: (path, line) of each that counts.

A later rule about all commands replaces those before it. Hosts are not compared, and a rule for some commands counts: few
commands cannot start a shell.
**Source:** sudoers(5), doas.conf(5).
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from careen.safety.pattern import pattern

Place = tuple[str, int]
MAX_DEPTH = 50  # of aliases within aliases; deeper ones count as the person
_COMMENT = pattern(r"(?<!\\)#(?!\d).*")
_ALIAS = pattern(r"(?:User|Runas|Host|Cmnd|Cmd)_Alias\b")
_DEFAULTS = pattern(r"Defaults(?:(?P<kind>[@:!>])\s*(?P<whom>\S+))?\s+(?P<settings>.*)")
_EXEMPT = pattern(r"\bexempt_group\s*=\s*\"?([^\s,\"]+)")
_WORDS = pattern(r'(?:[^\s"]|"[^"]*")+')
_COMMANDS = pattern(r"(?:[^,()\\]|\\.|\([^()]*\))+")
_RUN_AS = pattern(r"\s*\(([^()]*)\)")
_PASSWORD = pattern(r"\b(NO)?PASSWD\s*:")
_COMMAND = pattern(r"\s*(?:\([^()]*\))?\s*(?:[A-Z_]+(?:=\S+|\s*:)\s*)*(.*)")
_LIST = pattern(r"\s*,\s*")
_SET = pattern(r"setenv\s*\{[^{}]*\}")


class Person(Struct, frozen=True):
    """The user whose rules are wanted, with the names of their groups."""

    name: str
    uid: int | None
    gid: int | None
    groups: tuple[str, ...]


def of_sudo(files: Iterable[tuple[str, str]], person: Person) -> list[Place]:
    """``files``: path and text of sudoers, then those of sudoers.d in their order."""
    lines = [(path, number, line) for path, text in files for number, line in _logical(text)]
    people = _People(person, _aliases(line for _, _, line in lines))
    always: list[Place] = []
    found: list[Place] = []
    for path, number, line in lines:
        if line.startswith("Defaults"):
            if _asks_nothing(line, people):
                always.append((path, number))
        elif not _ALIAS.match(line) and "=" in line:
            head, _, commands = line.partition("=")
            words = _WORDS.findall(_LIST.sub(",", head))
            if words and people.are_in(words[0]):
                passwordless, replaces = _of_commands(commands)
                if replaces:
                    found.clear()
                if passwordless:
                    found.append((path, number))
    return always + found


def of_doas(files: Iterable[tuple[str, str]], person: Person) -> list[Place]:
    found: list[Place] = []
    for path, text in files:
        for number, line in _logical(text):
            words = _SET.sub(" ", line).split()
            options = [word for word in words[1:] if word in ("nopass", "persist", "nolog", "keepenv")]
            rest = words[1 + len(options) :]
            if not rest or words[0] not in ("permit", "deny") or not _is_doas_identity(rest[0], person):
                continue
            if rest[1:2] == ["as"] and rest[2:3] not in (["root"], ["0"]):
                continue
            if "cmd" not in rest:
                found.clear()
            if words[0] == "permit" and "nopass" in options:
                found.append((path, number))
    return found


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """(number of the first line, text) without comments; a backslash continues a line."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            begun += line[:-1] + " "
            continue
        whole = _COMMENT.sub("", begun + line).strip()
        if whole:
            yield first, whole
        begun, first = "", 0
    if begun.strip():
        yield first, begun.strip()


def _aliases(lines: Iterable[str]) -> dict[str, str]:
    """The people of each User_Alias."""
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith("User_Alias"):
            for definition in line.removeprefix("User_Alias").split(":"):
                name, _, people = definition.partition("=")
                found[name.strip()] = people.strip()
    return found


class _People:
    """Whether the person is in a list of people: the last entry that names them decides."""

    def __init__(self, person: Person, aliases: Mapping[str, str]) -> None:
        self._names = {"ALL", person.name, f"#{person.uid}", f"%#{person.gid}", *(f"%{group}" for group in person.groups)}
        self._groups = person.groups
        self._aliases = aliases
        self._known: dict[str, bool] = {}
        self._depth = 0

    def are_in(self, listed: str) -> bool:
        is_in = False
        for entry in _LIST.split(listed):
            name = entry.lstrip("! ").replace('"', "").replace("\\", "")
            if self._is(name):
                is_in = (len(entry) - len(entry.lstrip("!"))) % 2 == 0
        return is_in

    def are_group(self, name: str) -> bool:
        return name in self._groups

    def _is(self, name: str) -> bool:
        if name in self._names:
            return True
        if name not in self._aliases:
            return False
        if name not in self._known:
            if self._depth == MAX_DEPTH:
                return True
            self._known[name] = False  # for an alias within itself
            self._depth += 1
            self._known[name] = self.are_in(self._aliases[name])
            self._depth -= 1
        return self._known[name]


def _asks_nothing(line: str, people: _People) -> bool:
    parts = _DEFAULTS.match(line)
    if not parts or (parts["kind"] == ":" and not people.are_in(parts["whom"])):
        return False
    exempt = _EXEMPT.search(parts["settings"])
    return "!authenticate" in parts["settings"].replace("! ", "!") or bool(exempt and people.are_group(exempt[1]))


def _of_commands(text: str) -> tuple[bool, bool]:
    """Of the commands of a rule: whether root runs one of them without a password, and whether they are all commands."""
    run_as, passwordless = "root", False
    found = replaces = False
    for part in _COMMANDS.findall(text):
        if as_user := _RUN_AS.match(part):
            run_as = as_user[1].partition(":")[0].strip()
        for tag in _PASSWORD.findall(part):
            passwordless = bool(tag)
        command = _COMMAND.match(part)
        wanted = command[1].strip() if command else ""
        if not wanted or wanted.startswith("!") or not _may_be_root(run_as):
            continue
        found = found or passwordless
        replaces = replaces or wanted == "ALL"
    return found, replaces


def _may_be_root(run_as: str) -> bool:
    names = _LIST.split(run_as)
    return "!root" not in names and any(name in ("root", "#0") or (name.isupper() and name[:1] != "!") for name in names)


def _is_doas_identity(identity: str, person: Person) -> bool:
    if identity.startswith(":"):
        return identity[1:] in person.groups or identity[1:] == str(person.gid)
    return identity in (person.name, str(person.uid))
