from careen.catalogers.binary.build_paths import MAX_FOLDERS, BuildPaths
from careen.catalogers.binary.own_name import own_name


def stated(paths, text, number):
    data = b"\0" + text + b"\0"
    return dict(paths.stated(data, data.index(number)))


def test_the_folder_of_the_programs_own_sources():
    assert stated(BuildPaths(own_name("acme")), b"/build/acme-1.2/src/a.c", b"1.2") == {b"1.2": "acme"}
    assert stated(BuildPaths(own_name("lister")), b"/build/acme-1.2/src/a.c", b"1.2") == {}


def test_the_only_folder_of_a_package():
    paths = BuildPaths(own_name("lister"))
    stated(paths, b"/build/reproducible-path/acme-1.2+dfsg/a.c", b"1.2")
    assert paths.package() == ("acme", "1.2")
    for number in range(2 * MAX_FOLDERS):
        stated(paths, b"/build/reproducible-path/acme-1.3%d/a.c" % number, b"1.3%d" % number)
    assert paths.package() is None
