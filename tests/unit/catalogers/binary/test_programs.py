from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from careen.catalogers.binary.programs import FILE, Names, Program, fits, linked_libraries, programs
from careen.formats.feeds.software import software


def test_every_rule_is_read():
    known = {program.name for program in programs()}
    assert {"nginx", "traefik", "bash"} <= known


def test_a_program_is_not_identified_by_a_file_that_links_it_in():
    program = Program("openssl", ("openssl", "libssl.so*"), inside=("nginx",))
    assert Names((program,)).programs("nginx") == [program]
    assert not program.matches("nginx")
    assert program.matches("libssl.so.3")


def test_a_name_has_all_its_programs_once():
    both = (Program("a", ("lib*", "libx")), Program("b", ("libx*",)))
    assert Names(both).programs("libx") == list(both)
    assert Names(both).programs("other") == []


def test_parts_do_not_overlap():
    assert fits(["ab", "ba"], "abba")
    assert not fits(["ab", "ba"], "aba")


@given(
    st.lists(st.text("ab.", max_size=4), min_size=2, max_size=4).map("*".join),
    st.text("ab.", max_size=10),
)
def test_names_with_stars_are_those_of_a_shell(pattern, name):
    names = Names((Program("x", (pattern,)),))
    assert bool(names.programs(name)) == fnmatchcase(name, pattern)


def test_the_software_of_every_rule_is_assessed():
    """The database has the advisories about names that the map of software has, and no others."""
    assessed = {cpe for known in software() for cpe in known.cpe}
    named = {rule.cpe for rule in (*programs(), *linked_libraries()) if rule.cpe and FILE not in rule.cpe}
    assert named - assessed == set()
