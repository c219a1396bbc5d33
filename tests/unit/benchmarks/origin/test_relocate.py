"""The relocator moves a class as shading tools do."""

import pytest

from tests.support.class_files import reader
from tests.support.jars import jar

pytest.importorskip("numpy")

from benchmarks.origin.relocate import classes_in, jar_of, relocated

from careen.origin.java.class_file import read_class


def test_a_class_in_another_package():
    classes = classes_in(jar({"org/example/io/Reader.class": reader("org/example/io"), "module-info.class": b"", "a.txt": b""}))
    ((path, data),) = relocated(classes, "shaded/p1").items()
    assert path == "shaded/p1/io/Reader.class"
    assert data == reader("shaded/p1/io")
    assert read_class(data).texts == (b"header", b"shaded.p1.io.Resource", b"footer")
    assert classes_in(jar_of({path: data})) == {path: data}
