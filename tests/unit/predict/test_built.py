import io

import pytest
from tests.support.work import ends

from careen.formats.dockerfile.stages import read_dockerfile
from careen.model.finding import Fix, Vulnerability
from careen.model.image import History, Image, ImageConfig, Layer
from careen.predict.built import located, with_instructions

TEXT = """\
ARG MYSQL=8.0.30-1.el9
FROM golang:1.24 AS build
WORKDIR /src
COPY . .
RUN go build -o /out/app ./cmd/app

FROM rockylinux:9
ARG MYSQL
ENV LANG=C.UTF-8
RUN yum install -y \\
      mysql-community-server-${MYSQL} \\
      nano \\
 && yum clean all
WORKDIR /srv
COPY --from=build --chown=27:27 /out/app /usr/local/bin/
RUN <<EOF
set -e
useradd app
EOF
USER app
CMD ["app"]
"""
BASE = [("/bin/sh -c #(nop) ADD file:1f2e in / ", False), ('/bin/sh -c #(nop)  CMD ["/bin/bash"]', True)]
BUILDKIT = [
    ("ARG MYSQL=8.0.30-1.el9", True),
    ("ENV LANG=C.UTF-8", True),
    (
        "RUN |1 MYSQL=8.0.30-1.el9 /bin/sh -c yum install -y       mysql-community-server-${MYSQL}       nano "
        " && yum clean all # buildkit",
        False,
    ),
    ("WORKDIR /srv", False),
    ("COPY --chown=27:27 /out/app /usr/local/bin/ # buildkit", False),
    ("RUN |1 MYSQL=8.0.30-1.el9 /bin/sh -c set -e\nuseradd app\n # buildkit", False),
    ("USER app", True),
    ('CMD ["app"]', True),
]
CLASSIC = [
    ("/bin/sh -c #(nop)  ARG MYSQL=8.0.30-1.el9", True),
    ("/bin/sh -c #(nop)  ENV LANG=C.UTF-8", True),
    (
        "|1 MYSQL=8.0.30-1.el9 /bin/sh -c yum install -y       mysql-community-server-${MYSQL}       nano  && yum clean all",
        False,
    ),
    ("/bin/sh -c #(nop) WORKDIR /srv", True),
    ("/bin/sh -c #(nop) COPY --chown=27:27file:77ab in /usr/local/bin/ ", False),
    ("/bin/sh -c set -e\nuseradd app\n", False),
    ("/bin/sh -c #(nop)  USER app", True),
    ('/bin/sh -c #(nop)  CMD ["app"]', True),
]


def image(history):
    made = sum(not empty for _, empty in history)
    layers = tuple(Layer(index, "", "", 0, "", io.BytesIO) for index in range(made))
    config = ImageConfig(history=tuple(History(created_by=text, empty_layer=empty) for text, empty in history))
    return Image("app:1", "image", "", None, config, layers)


def lines(history, text=TEXT):
    found = with_instructions(image(history), read_dockerfile(text, "app/Dockerfile"))
    return found and [one.instruction and (one.instruction.line, one.instruction.end_line) for one in found.layers]


def test_what_buildkit_writes():
    assert lines(BASE + BUILDKIT) == [(7, 7), (10, 13), (14, 14), (15, 15), (16, 19)]


def test_what_the_classic_builder_writes():
    assert lines(BASE + CLASSIC) == [(7, 7), (10, 13), (15, 15), (16, 19)]


def test_a_base_image_with_steps_like_ours():
    base = [*BASE, ("RUN /bin/sh -c yum install -y nano && yum clean all # buildkit", False), ("WORKDIR /srv", False)]
    assert lines(base + BUILDKIT) == [(7, 7), (7, 7), (7, 7), (10, 13), (14, 14), (15, 15), (16, 19)]


def test_an_image_of_an_earlier_stage():
    history = [
        *BASE,
        ("WORKDIR /src", False),
        ("COPY . . # buildkit", False),
        ("RUN /bin/sh -c go build -o /out/app ./cmd/app # buildkit", False),
    ]
    assert lines(history) == [(2, 2), (3, 3), (4, 4), (5, 5)]


def test_stages_that_build_upon_each_other():
    text = "FROM debian:12 AS base\nRUN apt-get update\nFROM base\nRUN apt-get install -y curl\nCOPY a /a\n"
    history = [
        *BASE,
        ("RUN /bin/sh -c apt-get update # buildkit", False),
        ("RUN /bin/sh -c apt-get install -y curl # buildkit", False),
        ("COPY a /a # buildkit", False),
    ]
    assert lines(history, text) == [(1, 1), (2, 2), (4, 4), (5, 5)]


def test_from_scratch():
    text = "FROM golang AS b\nRUN go build ./x\nFROM scratch\nCOPY --from=b /x /x\n"
    assert lines([("COPY /x /x # buildkit", False)], text) == [(4, 4)]


def test_a_step_whose_words_differ_stands_between_its_neighbours():
    history = list(BASE + BUILDKIT)
    history[4] = ("RUN something that a tool wrote otherwise", False)
    assert lines(history) == [(7, 7), (10, 13), (14, 14), (15, 15), (16, 19)]


@pytest.mark.parametrize(
    "history",
    [
        [],
        BASE,
        [*BASE, ("RUN /bin/sh -c apk add --no-cache curl", False), ("COPY x /y # buildkit", False)],
    ],
)
def test_another_image(history):
    assert lines(history) is None


def test_a_history_that_does_not_fit_the_layers():
    one = image(BASE + BUILDKIT)
    short = Image(one.reference, one.kind, "", None, one.config, one.layers[:2])
    assert with_instructions(short, read_dockerfile(TEXT)) is None


def vulnerability(purl, name, layer):
    fix = Fix("open")
    fields = (purl, name, "1", (), "high", None, (), None, False, 0.0, fix, (), "", "confirmed", layer, "f")
    return Vulnerability("CVE-1", (), *fields)


def test_the_line_of_the_name_within_a_run():
    document = read_dockerfile(TEXT, "Dockerfile")
    built = with_instructions(image(BASE + BUILDKIT), document)
    findings = [
        vulnerability("pkg:rpm/rocky/nano@1", "nano", 1),
        vulnerability("pkg:rpm/rocky/ncurses@1", "ncurses", 1),
        vulnerability("pkg:rpm/rocky/bash@1", "bash", 0),
        vulnerability("pkg:pypi/x@1", "x", None),
    ]
    places = [one.location and (one.location.line, one.location.end_line) for one in located(findings, built, document)]
    assert places == [(12, 12), (10, 13), (7, 7), None]


def test_long_files_and_histories_take_bounded_time():
    text = "".join(f"FROM a AS s{stage}\n" + "RUN a b c d\n" * 400 for stage in range(40))
    with ends():
        lines([("RUN /bin/sh -c a b c d", False)] * 3000, text)
