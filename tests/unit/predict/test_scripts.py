import pytest

from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.dockerfile.variables import MAX_ADDED
from careen.predict.context import Context
from careen.predict.declared import copied_from, predicted
from careen.predict.scripts import MAX_SCRIPTS, with_scripts


def followed(root, text, **files):
    for name, content in files.items():
        (root / f"{name}.sh").write_text(content)
    document = read_dockerfile(text)
    longer, unread = with_scripts(document, Context(root), copied_from(document))
    return [(one.line, one.package.name, one.package.version) for one in predicted(longer)], list(unread)


@pytest.mark.parametrize(
    "run", ["RUN /a.sh", "RUN sh -ex /a.sh", "RUN bash -o pipefail /a.sh", "RUN . /a.sh", "RUN cd / && ./a.sh", 'RUN ["/a.sh"]']
)
def test_the_commands_of_a_script_count_at_the_line_that_starts_it(tmp_path, run):
    text = f"FROM debian:12\nCOPY a.sh /\n{run}\n"
    assert followed(tmp_path, text, a="#!/bin/sh\nset -e\npip install django==2.0\n") == ([(3, "django", "2.0")], [])


def test_arguments_and_scripts_that_start_scripts(tmp_path):
    text = "FROM debian:12\nCOPY *.sh /s/\nRUN /s/a.sh django==2.0\n"
    a, b = 'pip install "$1"\nsh /s/b.sh', "#!/usr/bin/env bash\npip install mako==1.0.0\n"
    assert followed(tmp_path, text, a=f"#!/bin/sh\n{a}", b=b) == ([(3, "django", "2.0"), (3, "mako", "1.0.0")], [])


def test_scripts_of_here_documents_mounts_and_other_stages(tmp_path):
    text = (
        "FROM debian:12 AS base\nCOPY <<EOF /i.sh\npip install django==2.0\nEOF\nRUN sh /i.sh\n"
        "FROM debian:12\nCOPY --from=base /i.sh /j.sh\nRUN sh /j.sh\nRUN --mount=type=bind,target=/m sh /m/a.sh\n"
    )
    assert followed(tmp_path, text, a="pip install mako==1.0.0") == (
        [(5, "django", "2.0"), (8, "django", "2.0"), (9, "mako", "1.0.0")],
        [],
    )


def test_what_is_not_read_is_listed(tmp_path):
    text = "FROM debian:12\nCOPY a.sh /\nRUN ./missing.sh && /a.sh && /usr/bin/make && . /etc/profile.sh\n"
    packages, unread = followed(tmp_path, text, a="#!/usr/bin/python3\nimport os\n")
    assert packages == []
    assert unread == [
        "Dockerfile:3: the script ./missing.sh is not in the build context, so that what it installs is unknown",
        "Dockerfile:3: the script /a.sh is not of a shell, so that what it installs is unknown",
    ]


def test_scripts_that_start_themselves_end(tmp_path):
    text = "FROM debian:12\nCOPY a.sh /\nRUN sh /a.sh\n"
    packages, unread = followed(tmp_path, text, a="sh /a.sh\n" * 100)
    assert packages == []
    assert unread == ["Dockerfile:3: the script /a.sh is not read: it is over the limit of scripts that are followed"]
    assert MAX_SCRIPTS < 100


def test_a_program_of_the_context_is_no_script(tmp_path):
    (tmp_path / "tool").write_bytes(b"\x7fELF\0\0")
    assert followed(tmp_path, "FROM debian:12\nCOPY tool /\nRUN /tool\n") == ([], [])


def test_a_stage_that_nothing_comes_from_starts_nothing(tmp_path):
    text = "FROM debian:12\nCOPY a.sh /\nRUN sh /a.sh\nFROM debian:12\n"
    assert followed(tmp_path, text, a="pip install django==2.0") == ([], [])


def test_variables_add_a_bounded_text_to_a_script(tmp_path):
    (tmp_path / "a.sh").write_text('pip install "$V"\n' * 500)
    document = read_dockerfile(f"FROM debian:12\nENV V={'v' * 50_000}\nCOPY a.sh /\nRUN /a.sh\n")
    longer, _ = with_scripts(document, Context(tmp_path), copied_from(document))
    specs = [spec for call in longer.by_step[4] if call.package for spec in call.package.specs]
    assert len(specs) == 500
    assert sum(len(spec.text) for spec in specs) <= MAX_ADDED + 60_000
