"""The names by which a JavaScript file calls the functions of ``child_process`` that run a shell.

``exec`` is also a method of regular expressions, of database clients and of command-line parsers: a call counts if the file
gets the function, or what it belongs to, from the module.
**Source:** the documentation of Node.js, child_process.
"""

from careen.safety.pattern import pattern

RUNS = frozenset((b"exec", b"execSync", b"spawn", b"spawnSync", b"execFile", b"execFileSync", b"fork"))
_MODULE = rb"""["'](?:node:)?child_process["']"""
_LOADED = rb"""(?:\w{1,60}\(\s?)?require\(\s?""" + _MODULE + rb"""\s?\)\)?"""
_ALIAS = pattern(
    rb"([\w$]{1,100})\s{0,5}=\s{0,5}" + _LOADED + rb"(?!\s{0,5}\.\s{0,5}\w)"
    rb"|\bimport\s{1,5}(?:\*\s{1,5}as\s{1,5})?([\w$]{1,100})\s{1,5}from\s{0,5}" + _MODULE
)
_TAKEN = pattern(
    rb"\{([^{}]{1,500})\}\s{0,5}=\s{0,5}" + _LOADED + rb"|\bimport\s{0,5}\{([^{}]{1,500})\}\s{0,5}from\s{0,5}" + _MODULE
)
_MEMBER = pattern(rb"([\w$]{1,100})\s{0,5}=\s{0,5}" + _LOADED + rb"\s{0,5}\.\s{0,5}(\w{1,20})")
_PROMISED = pattern(rb"([\w$]{1,100})\s{0,5}=\s{0,5}(?:[\w$]{1,60}\.)?promisify\(\s?((?:[\w$]{1,100}\.)?\w{1,20})\s?\)")
_RENAMED = pattern(rb"\s{0,20}([\w$]{1,100})\s{0,5}(?::|\bas\b)\s{0,5}([\w$]{1,100})")
_DIRECT = pattern(_LOADED + rb"\s{0,5}\.\s{0,5}(\w{1,20})$")


class Processes:
    def __init__(self, data: bytes) -> None:
        self._modules: set[bytes] = set()
        self._functions: dict[bytes, bytes] = {}
        if b"child_process" not in data:
            return
        self._modules.update(first or second for first, second in _ALIAS.findall(data))
        for first, second in _TAKEN.findall(data):
            for name in (first or second).split(b","):
                renamed = _RENAMED.match(name)
                self._add(*((renamed[2], renamed[1]) if renamed else (name.strip(), name.strip())))
        for name, function in _MEMBER.findall(data):
            self._add(name, function)
        for name, function in _PROMISED.findall(data):
            self._add(name, self.function(function))

    def function(self, callee: bytes) -> bytes:
        """The name of the called function, if it is one of ``child_process`` that can run a shell; else b""."""
        if callee.startswith(b"(0,"):  # as compilers write the call of an imported function
            callee = callee[3:].strip(b" )")
        if callee in self._functions:
            return self._functions[callee]
        owner, _, method = callee.rpartition(b".")
        if owner in self._modules and method in RUNS:
            return method
        direct = _DIRECT.search(callee)
        return direct[1] if direct and direct[1] in RUNS else b""

    def _add(self, name: bytes, function: bytes) -> None:
        if function in RUNS:
            self._functions[name] = function
