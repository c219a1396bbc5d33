import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.gem import CATALOGER

PLACE = "usr/lib/ruby/gems/3.1.0/specifications/name-9.9.9.gemspec"


def specification(*lines):
    return ("Gem::Specification.new do |s|\n" + "".join(f"  s.{line}\n" for line in lines) + "end\n").encode()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (('name = "rake".freeze', 'version = "13.0.3"'), ("rake", "13.0.3")),
        (("name = 'rake' # a comment", "version='13.0.3'"), ("rake", "13.0.3")),
        (("name = %q{rake}", "version = %q<13.0.3>"), ("rake", "13.0.3")),
        (('name = "rake"', 'version = "13.0.3".freeze', 'required_rubygems_version = "1"'), ("rake", "13.0.3")),
        (("name = NAME", "version = Rake::VERSION"), ("name", "9.9.9")),
        (('name = "rake"', 'version = Gem::Version.new("13.0.3")'), ("rake", "13.0.3")),
    ],
)
def test_literals_else_the_name_of_the_file(lines, expected):
    [package] = read_all(CATALOGER, {PLACE: specification(*lines)})
    assert (package.name, package.version) == expected


def test_stub_line():
    content = b"# -*- encoding: utf-8 -*-\n# stub: rake 13.0.3 ruby lib\n" + specification("name = N")
    [package] = read_all(CATALOGER, {"specifications/x.gemspec": content})
    assert (package.name, package.version, package.confidence) == ("rake", "13.0.3", 0.9)


def test_licenses():
    content = specification('name = "a"', 'version = "1"', 'licenses = ["Ruby".freeze, "BSDL".freeze]')
    assert read_all(CATALOGER, {PLACE: content})[0].licenses == ("Ruby", "BSDL")


@pytest.mark.parametrize("path", ["opt/gems/a-1.0/a.gemspec", "gems/a-1.0/ext/b.gemspec"])
def test_sources_within_a_gem_are_left_out(path):
    reading = read_files(CATALOGER, {path: specification('name = "a"', 'version = "1"')})
    assert (reading.packages, reading.unknowns) == ([], [])


def test_a_source_tree_declares():
    [package] = read_all(CATALOGER, {"app/a.gemspec": specification('name = "a"', 'version = "1"')})
    assert package.presence == "declared"
