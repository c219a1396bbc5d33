"""Small class files: fields, and methods whose code uses constants."""

from struct import pack

GET_FIELD, INVOKE, LOAD, NEW, RETURN, TABLE_SWITCH, LOOKUP_SWITCH = 0xB4, 0xB6, 0x13, 0xBB, 0xB1, 0xAA, 0xAB


class ClassFile:
    """``code`` of a method is a list of bytes, and of (operation, constant) where a constant is one of ``text`` and so on."""

    def __init__(self, name: str, parent: str = "java/lang/Object") -> None:
        self._constants: list[bytes] = []
        self._name, self._parent = self.of_class(name), self.of_class(parent)
        self._fields: list[bytes] = []
        self._methods: list[bytes] = []

    def utf8(self, text: str) -> int:
        return self._constant(b"\1" + pack(">H", len(text.encode())) + text.encode())

    def text(self, text: str) -> int:
        return self._constant(pack(">BH", 8, self.utf8(text)))

    def integer(self, value: int) -> int:
        return self._constant(pack(">Bi", 3, value))

    def of_class(self, name: str) -> int:
        return self._constant(pack(">BH", 7, self.utf8(name)))

    def member(self, owner: str, name: str, descriptor: str, tag: int = 10) -> int:
        pair = self._constant(pack(">BHH", 12, self.utf8(name), self.utf8(descriptor)))
        return self._constant(pack(">BHH", tag, self.of_class(owner), pair))

    def field(self, name: str, descriptor: str = "I", access: int = 0) -> None:
        self._fields.append(pack(">HHHH", access, self.utf8(name), self.utf8(descriptor), 0))

    def method(self, name: str, descriptor: str, *code: "bytes | tuple[int, int]", access: int = 0) -> None:
        body = b"".join(part if isinstance(part, bytes) else pack(">BH", *part) for part in code) + bytes([RETURN])
        content = pack(">HHI", 9, 9, len(body)) + body + pack(">HH", 0, 0)
        attribute = pack(">HI", self.utf8("Code"), len(content)) + content
        self._methods.append(pack(">HHHH", access, self.utf8(name), self.utf8(descriptor), 1) + attribute)

    def bytes(self) -> "bytes":
        head = pack(">IHHH", 0xCAFEBABE, 0, 52, len(self._constants) + 1) + b"".join(self._constants)
        members = (pack(">H", len(part)) + b"".join(part) for part in (self._fields, self._methods))
        return head + pack(">HHHH", 0x21, self._name, self._parent, 0) + b"".join(members) + pack(">H", 0)

    def _constant(self, content: "bytes") -> int:
        if content not in self._constants:
            self._constants.append(content)
        return self._constants.index(content) + 1


def reader(package: str, *, texts: tuple[str, ...] = ("header", "footer"), extra: str = "") -> "bytes":
    """A class ``Reader`` that has the same code in every package."""
    made = ClassFile(f"{package}/Reader", f"{package}/Base")
    made.field("limit")
    made.field("state", f"L{package}/State;")
    for number, text in enumerate(texts):
        made.method(
            f"readPart{number}",
            f"(L{package}/State;)V",
            b"\x2a",
            (GET_FIELD, made.member(f"{package}/Reader", "state", f"L{package}/State;", 9)),
            (LOAD, made.text(text)),
            (INVOKE, made.member(f"{package}/State", f"enter{number}", "(Ljava/lang/String;)V")),
            (LOAD, made.integer(1000 + number)),
            (NEW, made.of_class(f"{package}/Token{extra}")),
            (LOAD, made.text(f"{package}/Resource".replace("/", "."))),
        )
    return made.bytes()
