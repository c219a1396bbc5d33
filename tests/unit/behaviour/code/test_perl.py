"""Dangerous code in Perl."""

import pytest
from tests.support.work import ends

from careen.behaviour.code.perl import perl_matches


def found(text):
    return [(match.rule, match.line, match.severity) for match in perl_matches(text.encode())]


SET = "my $a = $q->param('a');\n"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('system("ping $a");', ["COD-001"]), ("my $o = `ls $a`;", ["COD-001"]), ("my $o = qx{ls $a};", ["COD-001"]),
        ('system("ls $ENV{QUERY_STRING}");', ["COD-001"]), ('open(F, "/d/$a");', ["COD-001", "COD-010"]),
        ("open(my $f, '<', \"/d/$a\");", ["COD-010"]), ("eval $a;", ["COD-002"]), ("thaw($q->param('b'));", ["COD-003"]),
        ("$db->do(\"DELETE FROM t WHERE a = '$a'\");", ["COD-004"]), ("my $b = lc($a); exec $b;", ["COD-001"]),
        ("unlink $a;", ["COD-010"]),
    ],
)  # fmt: skip
def test_values_of_requests(text, rules):
    assert [(rule, line) for rule, line, _ in found(SET + text)] == [(rule, 2) for rule in rules]


@pytest.mark.parametrize(
    "text",
    [
        'system("ping", $a);', '# system("ping $a");', "my $b = quotemeta($a); system($b);", "eval { run($a) };",
        '$db->do("DELETE FROM t WHERE a = ?", undef, $a);', "if ($a eq 'x') { system('ls') }", "print 'system($a)';",
        "my ($b) = $a =~ /^(\\w+)$/; system($b);", "$a = 'x'; system($a);", "=pod\n\nsystem($a)\n\n=cut\n", "$o->{system}{$a};",
        "print \"don't\"; $h{exec} = 1;",
    ],
)  # fmt: skip
def test_harmless_relatives(text):
    assert found(SET + text) == []


def test_hostile_text():
    with ends():
        for part in ("`", '"', "qx{", "q(", "$a->", "param ", "->do(", "system(", "=pod\n", "open ", "$a = ", "{ "):
            found(part * 20_000)
