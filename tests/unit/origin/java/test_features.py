import pytest
from tests.support.class_files import LOAD, ClassFile, reader

np = pytest.importorskip("numpy")

from careen.origin.features import features_of  # noqa: E402
from careen.origin.java.class_file import read_class  # noqa: E402
from careen.origin.java.features import class_features, simple, unqualified  # noqa: E402
from careen.origin.spans import hash_of  # noqa: E402


def features(data):
    return {family: hashes.tolist() for family, hashes in class_features(read_class(data)).items()}


def test_a_relocated_class_has_the_same_features():
    assert features(reader("org/example")) == features(reader("shaded/x/org/example/deeper"))
    assert all(features(reader("org/example")).values())


def test_another_class_has_not():
    one, other = features(reader("org/example")), features(reader("org/example", extra="Other"))
    assert one["file"] != other["file"]
    assert one["literals"] == other["literals"]
    assert set(one["sequences"]) != set(other["sequences"])


def test_names_alone_and_with_the_class():
    names = features(reader("org/example"))["names"]
    assert {hash_of(text) for text in (b"Reader", b"state", b"Reader.state", b"Reader.readPart1")} <= set(names)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(b"org/a/B$C", b"B$C"), (b"[[Lorg/a/B;", b"B"), (b"B", b"B"), (b"package-info", b"package-info"), (b"[I", b"I")],
)
def test_simple_names(name, expected):
    assert simple(name) == expected


def test_texts_that_are_names_of_classes():
    assert [unqualified(text) for text in (b"org.a.B", b"org/a/B", b"a sentence. with/dots", b"B")] == [
        b"B", b"B", b"a sentence. with/dots", b"B"
    ]  # fmt: skip


def test_what_the_compiler_makes_is_left_out():
    made = ClassFile("org/example/Small")
    plain = features(made.bytes())
    made.field("this$0", access=0x1010)
    made.method("access$000", "()V", (LOAD, made.text("text")), access=0x1008)
    assert features(made.bytes())["names"] == plain["names"]


def test_small_classes_are_not_known_as_a_whole():
    assert features(ClassFile("org/example/Marker").bytes())["file"] == []


def test_a_damaged_class_is_a_file_like_others():
    assert set(features_of("A.class", reader("org/example")[:100])) == {"file"}
