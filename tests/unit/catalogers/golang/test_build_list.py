import pytest

from careen.catalogers.golang.build_list import MAX_MODULES, Module, read_build_list, standard_library_version
from careen.formats.binaries.go_build_info import BuildInfo


def build_list(modules, beside=""):
    return read_build_list(BuildInfo("go1.22.1", modules, beside))


def test_replacements_count_instead_of_their_modules():
    text = "dep\tx/a\tv1.0.0\th1:\n=>\tx/fork\tv1.1.0\th1:\ndep\tx/b\tv2.0.0\n=>\t./local\t\n"
    assert build_list(text).modules == (Module("x/fork", "v1.1.0"), Module("x/b", ""))


@pytest.mark.parametrize("folder", ["./x", "../x", "/x", "C:\\x", "C:/x"])
def test_a_folder_is_a_replacement_without_version(folder):
    assert build_list(f"dep\tx/a\tv1.0.0\n=>\t{folder}\n").modules == (Module("x/a", ""),)


def test_a_linker_flag_comes_before_the_commit():
    text = "path\tx.org/a/cmd/a\nmod\tx.org/a\t(devel)\nbuild\tvcs.revision=0123456789abcdef\n"
    text += "build\tvcs.time=2024-01-02T03:04:05Z\n"
    assert build_list(text).main == Module("x.org/a", "v0.0.0-20240102030405-0123456789ab", 0.5)
    assert build_list(text + 'build\t-ldflags="-X main.version=1.2.3"\n').main == Module("x.org/a", "v1.2.3", 0.9)
    flag = 'build\t-ldflags="-X x.org/a/pkg/version.ProgramVersion=v1.2.4"\n'
    assert build_list(text + flag).main == Module("x.org/a", "v1.2.4", 0.9)


@pytest.mark.parametrize(
    "recorded",
    [
        "v0.0.0-20240102030405-0123456789ab",
        "v1.2.4-0.20240102030405-0123456789ab+dirty",
        "v1.2.4-rc.1.0.20240102030405-0123456789ab",
    ],
)
def test_a_release_comes_before_a_recorded_pseudo_version(recorded):
    text = f"path\tx.org/a\nmod\tx.org/a\t{recorded}\n"
    assert build_list(text).main == Module("x.org/a", recorded)
    assert build_list(text, beside="1.2.3").main == Module("x.org/a", "v1.2.3", 0.4)
    assert build_list(text + 'build\t-ldflags="-X main.version=0.60"\n', beside="1.2.3").main == Module("x.org/a", "v0.60", 0.9)


@pytest.mark.parametrize("recorded", ["v1.2.4", "v1.2.4-rc.1", "v1.2.4+incompatible", "v1.2.4-20240102"])
def test_a_recorded_release_counts(recorded):
    text = f'path\tx.org/a\nmod\tx.org/a\t{recorded}\nbuild\t-ldflags="-X main.version=1.2.3"\n'
    assert build_list(text, beside="1.2.3").main == Module("x.org/a", recorded)


def test_a_version_beside_the_toolchain():
    text = "path\tx.org/a\nmod\tx.org/a\t(devel)\n"
    assert build_list(text, beside="1.2.3").main == Module("x.org/a", "v1.2.3", 0.4)
    assert build_list(text, beside="not a version").main == Module("x.org/a", "")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.9.0-1+b4", "v1.9.0"),
        ("1.9.0-2ubuntu0.1", "v1.9.0"),
        ("v1.9.0-1.1", "v1.9.0"),
        ("1.9.0+ds1", "v1.9.0"),
        ("1.9.0-ds1", "v1.9.0"),
        ("1.9.0+dfsg-1+b4", "v1.9.0"),
        ("1.9.0-rc.1", "v1.9.0-rc.1"),
        ("1.9.0-4-g0123abc", "v1.9.0-4-g0123abc"),
        ("1.9.0-20240102030405-0123456789ab", "v1.9.0-20240102030405-0123456789ab"),
        ("1.9.0-k3s1", "v1.9.0-k3s1"),
    ],
)
def test_the_revision_of_a_distributions_package_is_not_of_the_program(text, version):
    modules = "path\tx.org/a\nmod\tx.org/a\t(devel)\n"
    assert build_list(modules, beside=text).main == Module("x.org/a", version, 0.4)
    flag = f'build\t-ldflags="-X main.version={text}"\n'
    assert build_list(modules + flag).main == Module("x.org/a", version, 0.9)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("x.org/a/cmd/a", "x.org/a"),
        ("x.org/a/cmd", "x.org/a"),
        ("x.org/a/b", "x.org/a/b"),
        ("x.org/a/b/v2/client", "x.org/a/b/v2"),
        ("github.com/acme/tool", "github.com/acme/tool"),
        ("github.com/acme/tool/app/server", "github.com/acme/tool"),
        ("github.com/acme/tool/v3/internal/cmd/server", "github.com/acme/tool/v3"),
    ],
)
def test_without_modules_the_path_of_the_main_package_has_the_name(package, name):
    assert build_list(f"path\t{package}\n").main == Module(name, "")


def test_a_list_of_files_has_no_name():
    assert build_list("path\tcommand-line-arguments\n").main is None


def test_the_number_of_modules_is_bounded():
    assert len(build_list("dep\tx\tv1.0.0\n" * (MAX_MODULES + 5)).modules) == MAX_MODULES


@pytest.mark.parametrize(
    ("toolchain", "expected"),
    [
        ("go1.22.1", "1.22.1"),
        ("go1.20", "1.20"),
        ("go1.22.1 X:loopvar,boringcrypto", "1.22.1"),
        ("go1.15.15b5", "1.15.15"),
        ("go1.20.12 (Red Hat 1.20.12-1.el9)", "1.20.12"),
        ("go1.24.1-bigcorp", "1.24.1"),
        ("go1.21rc2", "1.21.0-rc.2"),
        ("go1.18beta1", "1.18.0-beta.1"),
        ("devel go1.23-abcdef Mon Jan 1", "1.23.0-devel"),
        ("devel +abcdef Mon Jan 1", ""),
        ("", ""),
    ],
)
def test_standard_library_version(toolchain, expected):
    assert standard_library_version(toolchain) == expected


def test_the_only_version_among_short_constants():
    text = "path\tx.org/a\nmod\tx.org/a\t(devel)\ndep\tx.org/b\tv1.18.1\th1:\n"
    cases = [("0.25.3",), ("0.25.3", "1.18.1"), ("0.25.3", "0.26.0")]
    versions = [read_build_list(BuildInfo("go1.22.1", text, constants=found)).main for found in cases]
    assert versions == [Module("x.org/a", "v0.25.3", 0.4), Module("x.org/a", "v0.25.3", 0.4), Module("x.org/a", "")]


def test_a_version_that_only_texts_show_is_of_the_major_version_in_the_path():
    text = "path\tx.org/a/v3\nmod\tx.org/a/v3\t(devel)\n"
    found = [read_build_list(BuildInfo("go1.22.1", text, constants=texts)).main for texts in (("1.4.2",), ("1.4.2", "3.6.2"))]
    assert found == [Module("x.org/a/v3", ""), Module("x.org/a/v3", "v3.6.2", 0.4)]


def test_the_only_version_before_that_of_the_toolchain_is_the_programs():
    text = "path\tx.org/a\nmod\tx.org/a\tv0.0.0-20240727131317-ac9ffb439807\n"
    one, two = (read_build_list(BuildInfo("go1.22.1", text, "", found)).main for found in (("0.54.2",), ("0.54.2", "1.2.3")))
    assert one == Module("x.org/a", "v0.54.2", 0.4)
    assert two.version == "v0.0.0-20240727131317-ac9ffb439807"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("github.com/acme/acme/main.go",), Module("github.com/acme/acme", "v1.2.3", 0.4)),
        (("github.com/acme/acme/cmd/acmed/main.go", "github.com/x/y/main.go"), Module("github.com/acme/acme", "v1.2.3", 0.4)),
        (("/home/me/src/acme.example/acme/cmd/acmed/main.go",), Module("acme.example/acme", "v1.2.3", 0.4)),
        (("github.com/acme/acme/main.go", "github.com/x/y/main.go"), None),
        (("/home/me/acme/main.go",), None),
        (("acme/main.go",), None),
        (("/root/go/pkg/mod/github.com/x/y@v1.2.3/main.go",), None),
        ((), None),
    ],
)
def test_a_program_without_modules_is_named_by_its_main_source(files, expected):
    assert read_build_list(BuildInfo("go1.15.9", "", "1.2.3", main_files=files)).main == expected


@pytest.mark.parametrize(
    ("file", "version"),
    [
        ("/build/acme-Ab12Cd/acme-2.49/_build/src/x.org/a/cmd/a/main.go", "v2.49"),
        ("/build/reproducible-path/acme-2.57.6+ds1/main.go", "v2.57.6"),
        ("/home/buildozer/aports/community/acme/src/acme-1.0.0~rc2/main.go", "v1.0.0-rc2"),
        ("/usr/lib/go-1.19/src/x.org/a/main.go", ""),
        ("/home/me/acme-next/main.go", ""),
        ("x.org/acme-1.2.3/main.go", ""),
    ],
)
def test_the_folder_in_which_a_program_was_built(file, version):
    text = "path\tx.org/a\nmod\tx.org/a\t(devel)\n"
    found = read_build_list(BuildInfo("go1.22.1", text, constants=("1.5.0", "1.6.0"), main_files=(file,))).main
    assert found.version == version


def test_the_tools_of_go_have_the_toolchains_version():
    assert read_build_list(BuildInfo("go1.27.4", "path\tcmd/go\n", constants=("0.1.0",))).main == Module("cmd/go", "")


@pytest.mark.parametrize(
    ("info", "file_name", "expected"),
    [
        (BuildInfo("go1.24.0", "", "1.2.3"), "acme-linux_amd64", Module("acme", "v1.2.3", 0.4)),
        (BuildInfo("go1.15.9", "", "", ("0.8.0+ds",)), "acme-exporter", Module("acme-exporter", "v0.8.0", 0.4)),
        (BuildInfo("go1.15.9", "", "not a version"), "acme", None),
        (BuildInfo("go1.15.9", "", "1.2.3"), "", None),
        (BuildInfo("go1.15.9", "path\tx.org/a\n", "1.2.3"), "acme", Module("x.org/a", "v1.2.3", 0.4)),
    ],
)
def test_a_program_of_which_only_the_version_is_known_is_named_by_its_file(info, file_name, expected):
    assert read_build_list(info, file_name).main == expected
