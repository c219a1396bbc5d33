from msgspec.structs import replace

from careen.behaviour.hardening import hardening_findings, missing, risky_folders, usual_protections
from careen.model.hardening import Build, BuiltFile, Hardening

GOOD = Build("elf", "program", position=True, relro=True, bind_now=True, canary=True, fortified=5, fortifiable=9)
BARE = Build("elf", "program", canary=False, fortifiable=9)
OLD = replace(GOOD, position=False)


def test_what_nine_of_ten_files_have_is_usual():
    assert {"pie", "relro", "canary", "fortify", "bind_now"} <= set(usual_protections([GOOD] * 27 + [BARE] * 3))
    assert "pie" not in usual_protections([GOOD] * 17 + [OLD] * 3)
    assert "branches" not in usual_protections([GOOD] * 30)


def test_with_few_files_what_compilers_give_is_expected():
    assert {"pie", "relro"} <= set(usual_protections([OLD] * 3))
    assert "canary" not in usual_protections([GOOD] * 3)


def test_a_file_lacks_what_is_usual():
    usual = usual_protections([GOOD] * 30)
    assert missing(GOOD, usual) == ()
    assert missing(BARE, usual) == ("pie", "relro", "canary", "fortify", "bind_now")
    assert missing(replace(BARE, no_exec_stack=False), usual, always=True) == ("exec_stack",)
    assert missing(Build("", ""), usual) == ()


def test_languages_that_need_no_canary_lack_none():
    usual = usual_protections([GOOD] * 30)
    assert missing(replace(BARE, language="go"), usual) == ()
    assert missing(replace(BARE, language="rust", position=True, relro=True, bind_now=True), usual) == ()


def test_a_library_is_no_program_at_a_fixed_address():
    assert "pie" not in missing(replace(BARE, role="library"), ("pie", "relro"))


def test_folders_that_others_may_write_to():
    build = replace(GOOD, rpath=("/usr/lib/x", "$ORIGIN/../lib", "lib", ""), runpath=("/tmp/build/lib", "/tmpfs"))
    assert risky_folders(build) == ("lib", "", "/tmp/build/lib")
    assert missing(build, usual_protections([])) == ("search_path",)


def test_one_finding_for_each_protection_and_package():
    files = [BuiltFile(f"opt/a/{number}.so", 1, BARE, ("relro",), package="pkg:pypi/a@1") for number in range(40)]
    files += [BuiltFile("opt/tool/bin/x", 2, BARE, ("relro", "pie"))]
    found = list(hardening_findings(Hardening(100, (), tuple(files)), (), False))
    assert [(one.id, one.package, len(one.evidence)) for one in found] == [
        ("HRD-005", "pkg:pypi/a@1", 20),
        ("HRD-005", "", 1),
        ("HRD-004", "", 1),
    ]
    assert found[0].message == "/opt/a/0.so and 39 more of pkg:pypi/a@1"


def test_privilege_and_exposure_weigh_one_step_more():
    def severity(file, started=(), has_ports=False):
        return next(hardening_findings(Hardening(1, (), (file,)), started, has_ports)).severity

    plain = BuiltFile("opt/x", 0, BARE, ("pie",))
    assert severity(plain) == "low"
    assert severity(replace(plain, mode=0o4755)) == "medium"
    assert severity(replace(plain, capabilities=True)) == "medium"
    assert severity(plain, started=("opt/x",)) == "medium"
    listening = replace(plain, build=replace(BARE, listens=True))
    assert (severity(listening), severity(listening, has_ports=True)) == ("low", "medium")


def test_a_finding_lasts_when_files_are_added():
    def fingerprints(count):
        files = tuple(BuiltFile(f"opt/x/{number}", 0, BARE, ("pie",)) for number in range(count))
        return [one.fingerprint for one in hardening_findings(Hardening(9, (), files), (), False)]

    assert fingerprints(1) == fingerprints(7)
