"""Tests of language, distribution and licence: 6.1.12, 6.1.15, 6.1.28, 6.1.38 to 6.1.41, 6.1.54, 6.1.55.

**Source:** CSAF 2.0 and 2.1, section 6.1; BCP 47 with IANA's registry of subtags; SPDX 2.3, annex D.
"""

from careen.formats.data.plain import mapping, sequence, text
from careen.licences.library import entries_by_id
from careen.safety.pattern import pattern
from careen.validation.problem import quoted
from careen.validation.schema import schemas

from .content import Content, Found, Rule
from .profiles import is_english

_PUBLIC, _NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"
_NAMES = {_PUBLIC: "Public", _NOBODY: "No sharing allowed"}
_GROUP = ("document", "distribution", "sharing_group")
_TOKEN = pattern(r"\s*([()]|[^\s()]+)\s*")
_REFERENCE = pattern(r"(?:DocumentRef-[A-Za-z0-9.-]{1,500}:)?LicenseRef-[A-Za-z0-9.-]{1,500}")
_ADDITION = pattern(r"(?:DocumentRef-[A-Za-z0-9.-]{1,500}:)?AdditionRef-[A-Za-z0-9.-]{1,500}")
MAX_EXPRESSION = 4000  # characters


def unknown_language(content: Content) -> Found:
    for field in ("lang", "source_lang"):
        tag = text(content.document.get(field))
        if tag and (part := _unknown_subtag(tag)):
            yield ("document", field), f"{quoted(part)} in {quoted(tag)} is not a registered language, script or region"


def _unknown_subtag(tag: str) -> str:
    known = schemas("csaf-lists")["languages"]
    parts = tag.lower().split("-")
    if parts[0] in ("i", "x"):
        return "" if parts[0] == "x" or tag.lower() in known["whole"] else tag
    if tag.lower() in known["whole"]:
        return ""
    if parts[0] not in known["language"]:
        return parts[0]
    for part in parts[1:]:
        if len(part) == 1:  # extensions and private use
            return ""
        kind = {4: "script", 2: "region"}.get(len(part), "variant" if len(part) > 4 else "")
        kind = "variant" if len(part) == 4 and part[0].isdigit() else kind or ("region" if part.isdigit() else "extlang")
        if part not in known[kind]:
            return part
    return ""


def translator_without_source(content: Content) -> Found:
    translated = mapping(content.document.get("publisher")).get("category") == "translator"
    if translated and "source_lang" not in content.document:
        yield ("document", "source_lang"), "a translator has to state the language of the original"


def same_language(content: Content) -> Found:
    language = content.document.get("lang")
    if language is not None and language == content.document.get("source_lang"):
        yield ("document", "source_lang"), f"{quoted(language)} is also the language of the document"


def unlimited_sharing(content: Content) -> Found:
    if _group_id(content) == _PUBLIC and _label(content) != "CLEAR":
        yield (*_GROUP, "id"), f"the id means everybody, but TLP is {_label(content)}"


def limited_sharing(content: Content) -> Found:
    if _group_id(content) not in ("", _PUBLIC) and _label(content) == "CLEAR":
        yield (*_GROUP, "id"), "the id means one group, but TLP is CLEAR"


def reserved_name(content: Content) -> Found:
    name = _group(content).get("name")
    for id, reserved in _NAMES.items():
        if name == reserved and _group_id(content) != id:
            yield (*_GROUP, "name"), f"{quoted(name)} belongs to {id}"


def missing_name(content: Content) -> Found:
    expected = _NAMES.get(_group_id(content))
    if expected and _group(content).get("name") != expected:
        yield (*_GROUP, "name"), f"the name of this id has to be {quoted(expected)}"


def invalid_expression(content: Content) -> Found:
    expression = text(content.document.get("license_expression"))
    if "license_expression" in content.document and not is_expression(expression):
        yield ("document", "license_expression"), f"{quoted(expression)} is no SPDX licence expression"


def missing_text(content: Content) -> Found:
    """Finds a document whose licence is not on a list and that has no note with its text."""
    parts = text(content.document.get("license_expression")).replace("(", " ").replace(")", " ").split()
    unlisted = [part for part in parts if "LicenseRef-" in part and not part.startswith("LicenseRef-scancode-")]
    notes = [mapping(note) for note in sequence(content.document.get("notes"))]
    given = [note for note in notes if note.get("title") == "License" and note.get("category") == "legal_disclaimer"]
    if unlisted and is_english(content) and len(given) != 1:
        yield ("document", "notes"), "one legal disclaimer with the title 'License' is needed"


def is_expression(expression: str) -> bool:
    """Whether the text follows the grammar of licence expressions, with ids spelled as in the SPDX list."""
    tokens = _TOKEN.findall(expression[:MAX_EXPRESSION])
    if len(expression) > MAX_EXPRESSION:
        return False
    form, before = "".join(map(_kind, tokens)).replace("LWE", "L"), ""
    while form != before:
        form, before = form.replace("LOL", "L").replace("(L)", "L"), form
    return form == "L"


def _kind(token: str) -> str:
    """The kind of a token as a letter: licence, operator, with, exception; a bracket is itself."""
    if token in ("(", ")"):
        return token
    if token in ("AND", "OR", "and", "or"):
        return "O"
    if token in ("WITH", "with"):
        return "W"
    entry = entries_by_id().get(token.removesuffix("+"))
    if entry is not None:
        return "E" if entry.exception and not token.endswith("+") else "?" if entry.exception else "L"
    return "L" if _REFERENCE.fullmatch(token) else "E" if _ADDITION.fullmatch(token) else "?"


def _group(content: Content) -> dict[str, object]:
    return mapping(mapping(content.document.get("distribution")).get("sharing_group"))


def _group_id(content: Content) -> str:
    return text(_group(content).get("id"))


def _label(content: Content) -> str:
    return text(mapping(mapping(content.document.get("distribution")).get("tlp")).get("label"))


RULES = (
    Rule("6.1.12", unknown_language),
    Rule("6.1.15", translator_without_source),
    Rule("6.1.28", same_language),
    Rule("6.1.38", unlimited_sharing, "2.1"),
    Rule("6.1.39", limited_sharing, "2.1"),
    Rule("6.1.40", reserved_name, "2.1"),
    Rule("6.1.41", missing_name, "2.1"),
    Rule("6.1.54", invalid_expression, "2.1"),
    Rule("6.1.55", missing_text, "2.1"),
)
