import pytest

from careen.editor.package_files import is_package_file, is_requirements, lines_of_packages
from careen.model.package import Package

NPM = """{
"node_modules/@a/b": {
 "version": "1.0.0"
},
"node_modules/c/node_modules/@a/b": {
 "version": "2.0.0"
}}"""


def line(text, type, name, version):
    return lines_of_packages(text, [Package(type, None, name, version)])[name, version]


@pytest.mark.parametrize("path", ["requirements.txt", "dev-requirements.txt", "a/requirements/base.txt", "constraints.txt"])
def test_requirements(path):
    assert is_requirements(path)
    assert is_package_file(path)


@pytest.mark.parametrize("path", ["notes.txt", "package.json", "requirements.md"])
def test_others(path):
    assert not is_package_file(path)


@pytest.mark.parametrize(
    ("text", "type", "name", "version", "expected"),
    [
        ("# a\nFlask_Login==1.0\n", "pypi", "flask-login", "1.0", 2),
        ('[[package]]\nname = "b"\nversion = "1"\n\n[[package]]\nname = "b"\nversion = "2"\n', "cargo", "b", "2", 6),
        (NPM, "npm", "@a/b", "2.0.0", 5),
        ("require (\n\ta.example/x v0.1.0\n\ta.example/x/y v0.2.0 // indirect\n)", "golang", "a.example/x", "v0.1.0", 2),
        ("<dependency>\n<groupId>g</groupId>\n<artifactId>a</artifactId>\n<version>1</version>", "maven", "g:a", "1", 3),
        ("    rails (7.0.1)\n      rack (~> 2)\n    rack (2.2.0)\n", "gem", "rack", "2.2.0", 3),
        ('lodash@^4.0.0:\n  version "4.17.15"\n', "npm", "lodash", "4.17.15", 1),
        ("nothing of it", "npm", "lodash", "4.17.15", 1),
    ],
)  # fmt: skip
def test_the_line_of_a_package(text, type, name, version, expected):
    assert line(text, type, name, version) == expected
