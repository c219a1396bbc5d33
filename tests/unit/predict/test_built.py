import io

import pytest
from tests.support.work import ends

from careen.formats.dockerfile.reader import read_dockerfile
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


KANIKO = [
    ("RUN yum install -y       mysql-community-server-${MYSQL}       nano  && yum clean all", False),
    ("WORKDIR /srv", False),
    ("COPY --from=build --chown=27:27 /out/app /usr/local/bin/", False),
    ("RUN <<EOF\nset -e\nuseradd app\nEOF", False),
]
BUILDAH = [
    ("/bin/sh -c #(nop) ARG MYSQL", True),
    ("/bin/sh -c #(nop) ENV LANG=C.UTF-8", True),
    ("|1 MYSQL=8.0.30-1.el9 /bin/sh -c yum install -y mysql-community-server-${MYSQL} nano && yum clean all", False),
    ("/bin/sh -c #(nop) WORKDIR /srv", True),
    ("/bin/sh -c #(nop) COPY file:77ab in /usr/local/bin/ ", False),
    ("|1 MYSQL=8.0.30-1.el9 /bin/sh -c set -e\nuseradd app\n", False),
    ("/bin/sh -c #(nop) USER app", True),
    ('/bin/sh -c #(nop) CMD ["app"]', True),
]


def test_what_kaniko_writes():
    assert lines(BASE + KANIKO) == [(7, 7), (10, 13), (14, 14), (15, 15), (16, 19)]


def test_what_buildah_writes():
    assert lines(BASE + BUILDAH) == [(7, 7), (10, 13), (15, 15), (16, 19)]
    in_one_layer = [(text, number < len(BUILDAH) - 1) for number, (text, _) in enumerate(BUILDAH)]
    assert lines(BASE + in_one_layer) == [(7, 7), None]  # unknown which instruction wrote what


def test_what_is_in_the_history_besides():
    labelled = [*BASE, *CLASSIC, ("/bin/sh -c #(nop)  LABEL commit=1f2e", True)]
    triggers = [*BUILDKIT[:3], ("ONBUILD RUN /bin/sh -c make", True), *BUILDKIT[3:]]
    assert lines(labelled) and lines(BASE + triggers)


SHAPES = """\
FROM debian:12
ARG VERSION=1
ENV PATH="/opt/a b/bin:$PATH" MODE=prod
LABEL org.example.team="shop team" org.example.version=$VERSION
MAINTAINER Ann <ann@example.test>
WORKDIR app
COPY ["a file", "/srv/a file"]
COPY <<EOF /etc/conf
x=1
EOF
ADD --checksum=sha256:00 https://example.test/x.tgz /tmp/
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/root/.cache for a in 1 2; do \\
    # why
    echo "$a" | tee x; done
EXPOSE 80 443/tcp
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s CMD curl -f http://localhost/
ENTRYPOINT exec server --port 80
CMD ["-v"]
"""
SHAPED = [
    ("ARG VERSION=7", True),
    ("ENV PATH=/opt/a b/bin:/usr/bin MODE=prod", True),
    ("LABEL org.example.team=shop team org.example.version=7", True),
    ("MAINTAINER Ann <ann@example.test>", True),
    ("WORKDIR /root/app", False),
    ("COPY a file /srv/a file # buildkit", False),
    ("COPY EOF /etc/conf # buildkit", False),
    ("ADD https://example.test/x.tgz /tmp/ # buildkit", False),
    ("SHELL [/bin/bash -o pipefail -c]", True),
    ('RUN |1 VERSION=7 /bin/bash -o pipefail -c for a in 1 2; do     echo "$a" | tee x; done # buildkit', False),
    ("EXPOSE map[443/tcp:{} 80/tcp:{}]", True),
    ("VOLUME [/data]", True),
    ("STOPSIGNAL SIGTERM", True),
    ('HEALTHCHECK &{["CMD-SHELL" "curl -f http://localhost/"] "5s" "0s" "0s" "0s" \'\\x00\'}', True),
    ('ENTRYPOINT ["/bin/bash" "-o" "pipefail" "-c" "exec server --port 80"]', True),
    ('CMD ["-v"]', True),
]


def test_every_instruction_as_buildkit_writes_it():
    assert lines(BASE + SHAPED, SHAPES) == [(1, 1), (6, 6), (7, 7), (8, 10), (11, 11), (13, 15)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nano", "vim"),
        ("nano", "nano"),
        ("mysql-community-server-${MYSQL}", "mysql-community-server-9"),
        ("/out/app /usr/local/bin/", "/out/app /usr/bin/"),
        ("/out/app /usr/local/bin/", "/out/tool /usr/local/bin/"),
        ("LANG=C.UTF-8", "LANG=en_US.UTF-8"),
        ("USER app", "USER root"),
        ('CMD ["app"]', 'CMD ["app", "--debug"]'),
        ("useradd app\n", "useradd app\nuseradd eve\n"),
        ("USER app\n", "USER app\nRUN true\n"),
        ("USER app\n", ""),
        ("WORKDIR /srv\n", ""),
    ],
)
def test_a_dockerfile_that_has_changed_since(before, after):
    changed = TEXT.replace(before, after, 1)
    assert (lines(BASE + BUILDKIT, changed) is None) == (changed != TEXT)


def test_a_layer_that_came_later():
    assert lines([*BASE, *BUILDKIT, ("/bin/sh -c apt-get install -y netcat", False)]) is None
    assert lines([*BASE, *BUILDKIT, ("", False)]) is None  # docker commit


def test_a_squashed_image_cannot_be_confirmed():
    assert lines([]) is None
    assert lines([("", False)]) is None
    squashed = [(text, True) for text, _ in BASE + BUILDKIT]
    assert lines([*squashed, ("merge sha256:1f2e to sha256:3a4b", False)]) is None


def test_instructions_of_another_image_with_the_same_first_steps():
    common = "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nWORKDIR /app\nCOPY . .\n"
    history = [
        *BASE,
        ("RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", False),
        ("WORKDIR /app", False),
        ("COPY . . # buildkit", False),
        ("RUN /bin/sh -c npm ci # buildkit", False),
        ('CMD ["node" "server.js"]', True),
    ]
    assert lines(history, common + 'RUN npm ci\nCMD ["node", "server.js"]\n')
    assert lines(history, common + 'RUN pip install .\nCMD ["python", "-m", "app"]\n') is None
    assert lines(history, common) is None


def test_layers_of_a_proven_base_image():
    document = read_dockerfile(TEXT)
    extra = [*BASE, ("RUN /bin/sh -c yum install -y telnet # buildkit", False), *BUILDKIT]
    assert with_instructions(image(extra), document) is not None  # it may be the base image's
    assert with_instructions(image(extra), document, base_layers=1) is None
    assert with_instructions(image(extra), document, base_layers=2) is not None


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
