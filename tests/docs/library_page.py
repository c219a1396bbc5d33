"""The reference page of the library: the signature of each public function, and the fields of each public type."""

import inspect
import types
import typing

from msgspec.structs import NODEFAULT, fields

from careen import api

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails if they differ. -->\n\n"

# Types that only checks of the user's own inspect, and settings: other pages describe them.
DOCUMENT = "What a [check of your own](../own-checks.md) inspects."
ELSEWHERE = {
    "Settings": "The fields are the [settings](settings.md).",
    **dict.fromkeys(("Compose", "Dockerfile", "ImageDocument", "Manifests", "Running"), DOCUMENT),
}
# Of these types the fields that are promised; of all others, all fields.
FIELDS = {
    "Image": ("reference", "kind", "digest", "platform", "layers", "opened", "tag"),
    "Inventory": ("distribution", "packages", "unknowns", "files", "secrets", "unidentified"),
}
METHODS = {"Database": ("info", "update"), "Report": ("to_rows",)}

INTRODUCTION = """\
Everything that `import careen` promises: a change that removes or alters a line of this page needs a new major version. Names,
parameters with a default and fields may be added at any time. See [Careen as a library](../library.md).

"""


def page() -> str:
    text = "# The library\n\n" + NOTE + INTRODUCTION
    values = {name: getattr(api, name) for name in sorted(api.__all__)}
    functions = {name: value for name, value in values.items() if inspect.isfunction(value)}
    types = {name: value for name, value in values.items() if inspect.isclass(value)}
    text += "## Functions\n" + "".join(_function(name, value) for name, value in functions.items())
    text += "\n## Types\n" + "".join(_type(name, value) for name, value in types.items())
    others = {name: value for name, value in values.items() if name not in functions and name not in types}
    return text + "\n## Unions\n\n" + "".join(f"`{name}` is `{_named(value)}`.\n" for name, value in others.items())


def _function(name: str, value: object) -> str:
    summary = (inspect.getdoc(value) or "").partition("\n\n")[0].replace("\n", " ")
    return f"\n### {name}\n\n{_marked(summary)}\n\n```python\n{_signature(f'careen.{name}', value)}\n```\n"


def _type(name: str, value: type) -> str:
    doc = (value.__dict__.get("__doc__") or "").strip().partition("\n\n")[0]
    parts = [f"### {name}", _marked(" ".join(doc.split()))]
    if issubclass(value, Exception):
        bases = ", ".join(f"`{base.__name__}`" for base in value.__bases__ if base.__module__ == "careen.errors")
        parts.append(f"An error, a kind of {bases}." if bases else "")
    if name in ELSEWHERE:
        parts.append(ELSEWHERE[name])
    elif lines := _lines(name, value):
        parts.append("```python\n" + "\n".join(lines) + "\n```")
    return "\n" + "\n\n".join(filter(None, parts)) + "\n"


def _lines(name: str, value: type) -> list[str]:
    lines = [_signature(name, value)] if name == "Database" else []
    if hasattr(value, "__struct_config__"):
        wanted = FIELDS.get(name)
        lines += [_field(field) for field in fields(value) if wanted is None or field.name in wanted]
    return lines + [_signature(method, getattr(value, method)) for method in METHODS.get(name, ())]


def _field(field: object) -> str:
    default = "" if field.default is NODEFAULT else f" = {_value(field.default)}"
    return f"{field.name}: {_named(field.type)}{default}"


def _signature(name: str, value: object) -> str:
    signature = inspect.signature(value)
    given = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in given:
            given.append("*")
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        hint = "" if parameter.annotation is parameter.empty else f": {_named(parameter.annotation)}"
        default = "" if parameter.default is parameter.empty else f" = {_value(parameter.default)}"
        given.append(f"{stars}{parameter.name}{hint}{default}")
    result = "" if inspect.isclass(value) else f" -> {_named(signature.return_annotation)}"
    return f"{name}({', '.join(given)}){result}"


def _named(hint: object) -> str:
    """The type as a programmer writes it, without modules: all versions of Python give the same."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _named(arguments[0])
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(_value, arguments))}]"
    if origin in (typing.Union, types.UnionType):
        return " | ".join(map(_named, arguments))
    if isinstance(hint, list):
        return f"[{', '.join(map(_named, hint))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(_named, arguments))}]"
    if hint is type(None):
        return "None"
    text = hint if isinstance(hint, str) else "..." if hint is ... else getattr(hint, "__name__", str(hint))
    return getattr(hint, "__forward_arg__", text)


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else getattr(value, "__name__", repr(value))


def _marked(text: str) -> str:
    return text.replace("``", "`")
