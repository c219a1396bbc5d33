import pytest

from careen.formats.shell.syntax import MAX_COMMANDS, command_of, piped, read_script


def words(text):
    return [" ".join(command.words) for command in read_script(text).commands]


def test_commands_in_order_with_how_they_follow():
    commands = read_script("a 1 && b || c; d &\ne | f").commands
    assert [(command.words[0], command.joined) for command in commands][1:4] == [("b", "&&"), ("c", "||"), ("d", ";")]
    assert [command.program for command in commands] == ["a", "b", "c", "d", "e", "f"]
    assert commands[4].pipeline == commands[5].pipeline != 0
    assert commands[0].pipeline == 0


def test_compound_commands_are_entered():
    text = "if a; then b; elif c; then d; else e; fi; for x in 1 2; do f; done; while g; do h; done; "
    text += "case x in y) i;; esac; { j; }; (k); l() { m; }; ! n"
    assert [one for one in words(text) if one] == list("abcdefghijkmn")


def test_a_loop_assigns_all_its_values():
    assigned, run = read_script("for p in a=1 'b c'; do install $p; done").commands
    assert (assigned.words, assigned.assignments) == ((), (("p", "a=1\nb c"),))
    assert run.words == ("install", "$p")


def test_substitutions_follow_their_command():
    script = read_script('a $(b `c`) "$(d)" <(e); x=$(f)').commands
    assert [(one.program, one.inner) for one in script if one.words] == [
        ("a", False),
        ("b", True),
        ("c", True),
        ("d", True),
        ("e", True),
        ("f", True),
    ]


def test_quotes_assignments_and_redirections():
    (command,) = read_script("A=1 B='x y' run \"a b\" c\\ d 'e'f > out 2>&1").commands
    assert command.words == ("run", "a b", "c d", "ef")
    assert command.assignments == (("A", "1"), ("B", "x y"))
    assert [(one.operator, one.target) for one in command.redirects] == [(">", "out"), (">&", "1")]
    assert read_script("cat <<< text").commands[0].redirects[0].target == "text"


def test_a_redirection_belongs_to_the_last_command():
    first, second = read_script("a && b > x").commands
    assert not first.redirects
    assert second.redirects[0].target == "x"


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("sudo -E -u root apt-get update", "apt-get update"),
        ("env -i A=b -u C pip install x", "pip install x"),
        ("exec nohup nice -n 5 run x", "run x"),
        ("timeout -k 5 10 wget x", "wget x"),
        ("xargs -n 1 -r apt-get install", "apt-get install"),
        ("bash -exc 'cd /x && make'", "make"),
        ("su - app -c 'npm ci'", "npm ci"),
        ('eval "apt-get install $x"', "apt-get install $x"),
        ("sh -c \"sh -c 'deep down'\"", "deep down"),
    ],
)
def test_what_a_wrapper_runs_follows_it(text, inner):
    assert words(text)[-1] == inner
    assert read_script(text).commands[-1].wrapped


def test_who_reads_a_pipe():
    script = read_script("curl x | sudo bash; (a) | b | c").commands
    found = {(reader.program, tuple(one.program for one in earlier)) for reader, earlier in piped(script)}
    assert ("bash", ("curl", "sudo")) in found
    assert ("c", ("a", "b")) in found


def test_lines():
    commands = read_script("a\nb \\\n c\nd", (0, 2, 5, 8), (10, 11, 12, 13)).commands
    assert [(one.line, one.end_line) for one in commands] == [(10, 10), (11, 12), (13, 13)]
    assert read_script("é\nb", (0, 2), (1, 2)).commands[1].line == 2


def test_a_word_ends_at_a_blank():
    (one,) = read_script("V=1 get https://a.example/$V/b-$V-linux.tar 'x'$V-\"y\"").commands
    assert one.words == ("get", "https://a.example/$V/b-$V-linux.tar", "x$V-y")
    first, second = read_script("u=$A/b-$B-c; export v=$A/b-$B-c").commands
    assert first.words == () and first.assignments == (("u", "$A/b-$B-c"),)
    assert second.assignments == (("v", "$A/b-$B-c"),)


@pytest.mark.parametrize("text", ["a | | b", "if a", "'", '"', "$(", "a ) b", "\0", "}" * 1000])
def test_what_is_broken_is_read_as_far_as_it_goes(text):
    assert isinstance(read_script(text).broken, bool)


def test_what_would_take_too_long_is_refused():
    for text in ("a|" * 5000, "a " * 100_000):
        with pytest.raises(ValueError):
            read_script(text)


@pytest.mark.parametrize("count", [2, 59, 200, 900])
def test_a_long_chain_is_read_whole(count):
    script = read_script(" && ".join(f"a{number}" for number in range(count)))
    assert [command.words for command in script.commands] == [(f"a{number}",) for number in range(count)]
    assert [command.joined for command in script.commands] == [";", *["&&"] * (count - 1)]
    assert not script.cut


@pytest.mark.parametrize("text", ["(" * 80 + "a" + ")" * 80, "a;" * (MAX_COMMANDS + 1), "a " + "$(b) " * (MAX_COMMANDS + 1)])
def test_what_is_beyond_a_limit_is_known(text):
    assert read_script(text).cut


def test_many_wrappers_in_a_row_are_cut():
    assert read_script("sudo " * 5000 + "make").cut
    assert command_of(["env"] * 5000, 1, 1).cut
    found = command_of(["sudo"] * 20 + ["make"], 1, 1)
    assert (len(found.commands), found.cut) == (21, False)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cat <<X | sh\na b\nX\nc", ["cat", "sh", "a b", "c"]),
        ("sudo bash -s <<X\na b\nX", ["sudo bash -s", "bash -s", "a b"]),
        ("cat > /x <<X && c d\na b\nX", ["cat", "c d"]),
        ("sql <<X || c\na b\nX", ["sql", "c"]),
        ("cat <<X | grep y | sh -c 'd'\na b\nX", ["cat", "grep y", "sh -c d", "d"]),
        ("python3 <<X\na b\nX", ["python3"]),
    ],
)
def test_what_follows_a_here_document(script, expected):
    assert [" ".join(command.words) for command in read_script(script).commands] == expected


def test_a_here_document_is_piped():
    first, second = read_script("cat > y <<X | tee z\na\nX").commands
    assert first.pipeline == second.pipeline != 0
    assert first.redirects[0].target == "y"


def test_elements_of_an_array_are_lines():
    script = 'A=( "b-$V" c )\nfor x in "${A[@]}"; do d; done'
    assert [command.assignments for command in read_script(script).commands] == [(("A", "b-$V\nc"),), (("x", "$A"),), ()]
