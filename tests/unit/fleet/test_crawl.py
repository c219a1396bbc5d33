"""A registry is listed into rows: every kind, in few requests, and on after an expired login, a 429 and a kill."""

import pytest
from sqlalchemy import select
from tests.support.registries.fleet import enrolled, known_names, new_project, small_fleet
from tests.support.registries.makers import Azure, Distribution, GitHub, Google, Harbor, Hub, Quay, digest
from tests.support.registries.rerouted import Rerouted
from tests.support.servers import Answer

from careen.fleet import crawl as crawling
from careen.fleet import enrolment, registries
from careen.fleet.asking import Login
from careen.fleet.connection import writing
from careen.fleet.crawl import crawl
from careen.fleet.queue import RetryError
from careen.fleet.registries import Choice
from careen.fleet.tables import image, project_image, registry, repository, tag, tag_change
from careen.images.credentials import Credential, Found
from careen.net import NetSettings, make_fetcher

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    known_names(monkeypatch)
    made = small_fleet(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def project(fleet):
    return new_project(fleet)


@pytest.fixture
def found(monkeypatch):
    return enrolled(monkeypatch)


def to(**servers):
    """A way to ask, whose hosts are servers of the test: underscores stand for dots."""
    return routed({name.replace("_", "."): server for name, server in servers.items()})


def routed(routes):
    fetcher = make_fetcher(NetSettings(), sleep=lambda _: None)
    rerouted = Rerouted(fetcher, routes)

    def make(_settings, _wait):
        return rerouted

    make.asked = rerouted.asked
    return make


def tags_of(fleet):
    query = select(repository.c.name, tag.c.name, image.c.identity).join_from(tag, repository).join(image)
    with fleet.engine.connect() as connection:
        return {f"{row[0]}:{row[1]}": row[2] for row in connection.execute(query)}


def row(fleet, number=1):
    with fleet.engine.connect() as connection:
        return connection.execute(select(registry).where(registry.c.id == number)).one()


def changes(fleet):
    with fleet.engine.connect() as connection:
        return [tuple(each) for each in connection.execute(select(tag_change.c.name, tag_change.c.identity))]


def flat(images):
    return {f"{name}:{each}": found for name, tags in images.items() for each, found in tags.items()}


def images(repositories=2, tags=3, prefix="team"):
    return {
        f"{prefix}/app{number}": {f"1.{each}": digest(1 + number * tags + each) for each in range(tags)}
        for number in range(repositories)
    }


def test_the_catalogue_and_a_head_for_each_tag(fleet, project, found):
    with Distribution(images()) as server:
        add(fleet, project, "registry.example/team")
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == flat(server.images)
        assert (server.count("HEAD .*manifests"), server.count("GET .*manifests"), server.count("tags/list")) == (6, 0, 2)
        assert found[0].reference == "registry.example/team/app0:1.0"
        assert row(fleet).kind == "distribution"
        assert row(fleet).position == row(fleet).trouble == ""
        assert row(fleet).listed_at


def test_known_digests_are_not_enrolled_again_and_changes_are_noted(fleet, project, found):
    with Distribution(images(1, 2)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        server.images["team/app0"] = {"1.0": digest(1), "1.1": digest(50), "2": digest(1)}
        found.clear()
        crawl(fleet, 1, to(registry_example=server))
        assert [each.identity for each in found] == [digest(50)]
        assert changes(fleet) == [
            ("1.0", digest(1)), ("1.1", digest(2)), ("1.1", digest(50)), ("2", digest(1)),
        ]  # fmt: skip
        assert server.count("GET .*manifests") == 0


def test_an_image_that_was_taken_out_of_the_project_stays_out(fleet, project, found):
    with Distribution(images(1, 2)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        found.clear()
        for deleted_at, asked in ((5.0, 0), (enrolment.ASKED_FOR, 2)):  # the latter waits for a proof, and is asked for again
            with writing(fleet.engine) as connection:
                connection.execute(project_image.update().values(deleted_at=deleted_at))
            crawl(fleet, 1, to(registry_example=server))
            assert server.count("GET .*manifests") == asked
        assert found == []


def test_what_the_registry_has_no_more_goes(fleet, project, found):
    with Distribution(images(2, 2)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        del server.images["team/app1"]
        del server.images["team/app0"]["1.1"]
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == flat(server.images)
        assert changes(fleet)[-3:] == [("1.0", ""), ("1.1", ""), ("1.1", "")]
        with fleet.engine.connect() as connection:
            assert connection.execute(select(repository.c.name)).scalars().all() == ["team/app0"]


def test_an_empty_catalogue_removes_nothing(fleet, project, found):
    with Distribution(images(2, 2)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        before = tags_of(fleet)
        server.images = {}
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == before
        assert "lists no repositories any more" in row(fleet).trouble


def test_a_list_that_fails_removes_nothing(fleet, project, found):
    with Distribution(images(1, 2)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        server.images = {**server.images, "other/x": {"1": digest(9)}}
        whole = server.respond

        def denied(request, path, query):
            return Answer(403) if path == "/v2/team/app0/tags/list" else whole(request, path, query)

        server.respond = denied
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == flat(server.images)
        assert row(fleet).trouble.startswith("team/app0: the registry does not list its tags")


@pytest.mark.parametrize(("expired", "tags"), [(403, 1000), (401, 100)])
def test_ecr_whose_password_expires_in_a_crawl(fleet, project, found, expired, tags, monkeypatch):
    """Of 3000 tags: the helper is asked twice, at first and when the registry refuses its first password."""
    given = []

    def helper(_fleet, host, _login):
        given.append(host)
        return Found(Credential("AWS", f"password{len(given)}", source="docker-credential-ecr-login"))

    monkeypatch.setattr("careen.fleet.asking._found", helper)
    with Distribution(images(3, tags), "AWS", ["password1", "password2"], expired) as server:
        server.head_limit = tags + tags // 2
        add(fleet, project, ECR, login=Login(helper=True))
        crawl(fleet, 1, routed({ECR: server}))
        assert row(fleet).kind == "ecr"
        assert tags_of(fleet) == flat(server.images)
        assert len(found) == 3 * tags
        assert given == [ECR, ECR]
        asked_without = 4  # the catalogue and three repositories
        refused = 1
        assert server.count("HEAD .*manifests") == 3 * tags + refused
        assert len(server.requests) == 3 * tags + refused + 1 + 3 + asked_without


def test_a_wrong_password_is_noted_and_not_retried(fleet, project, found):
    with Distribution(images(), "ann", ["right"]) as server:
        add(fleet, project, "registry.example", every_s=3600.0, login=Login("ann", "wrong"))
        crawl(fleet, 1, to(registry_example=server))
        assert "does not accept the user 'ann' or the password" in row(fleet).trouble
        assert "wrong" not in row(fleet).trouble
        assert row(fleet).next_at > row(fleet).tokens_at
        registries.change(fleet, project, 1, login=Login("ann", "right"))
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == flat(server.images)


def test_docker_hub_by_namespace_without_a_request_to_the_registry(fleet, project, found):
    with Hub(images(120, 2, "acme") | {"acme/big": {f"{n}": digest(5000 + n) for n in range(250)}}) as server:
        add(fleet, project, "docker.io/acme")
        make = to(hub_docker_com=server)
        crawl(fleet, 1, make)
        assert row(fleet).kind == "docker-hub"
        assert tags_of(fleet) == flat(server.images)
        assert len(make.asked) == 2 + 120 + 3


def test_docker_hub_with_a_login_that_expires_and_a_429(fleet, project, found):
    with Hub(images(2, 2, "acme"), {"ann": "s3cret"}) as server:
        add(fleet, project, "docker.io/acme", login=Login("ann", "s3cret"))
        whole, asked = server.respond, []

        def respond(request, path, query):
            asked.append(path)
            if len(asked) == 3:
                server.tokens.clear()
            return whole(request, path, query)

        server.respond = respond
        crawl(fleet, 1, to(hub_docker_com=server))
        assert tags_of(fleet) == flat(server.images)
        assert server.count("auth/token") == 2


def test_a_private_namespace_is_not_there_without_a_login(fleet, project, found):
    with Hub(images(1, 1, "acme"), {"ann": "s3cret"}) as server:
        add(fleet, project, "docker.io/acme")
        crawl(fleet, 1, to(hub_docker_com=server))
        assert "or it is private" in row(fleet).trouble


def test_too_many_requests_and_the_rest_later(fleet, project, found, monkeypatch):
    """The registry asks for a minute: the job is given back, all workers wait, and nothing is asked twice."""
    monkeypatch.setattr(crawling, "CHUNK", 10)
    with Distribution(images(2, 40)) as server:
        add(fleet, project, "registry.example", per_second=1000.0)
        whole, heads = server.respond, []

        def busy(request, path, query):
            if request.method == "HEAD":
                heads.append(path)
                if len(heads) == 56:
                    return Answer(429, headers={"Retry-After": "60"})
            return whole(request, path, query)

        server.respond = busy

        def make(settings, wait):
            return Rerouted(make_fetcher(NetSettings(max_wait_s=1e9), sleep=wait), {"registry.example": server})

        with pytest.raises(RetryError) as caught:
            crawl(fleet, 1, make)
        assert 50 < caught.value.after_s <= 60
        assert row(fleet).paused_until > row(fleet).tokens_at
        assert len(tags_of(fleet)) == 50
        assert "continues" in row(fleet).trouble
        with pytest.raises(RetryError):  # another worker waits too
            crawl(fleet, 1, make)
        assert len(heads) == 56
        with fleet.engine.begin() as connection:
            connection.execute(registry.update().values(paused_until=0.0))
        crawl(fleet, 1, make)
        assert tags_of(fleet) == flat(server.images)
        assert len(heads) == 56 + 30  # one chunk of the five that were not stored
        assert server.count("_catalog") == 1


def test_a_killed_crawl_continues(fleet, project, found, monkeypatch):
    monkeypatch.setattr(crawling, "CHUNK", 10)
    with Distribution(images(3, 30)) as server:
        server.page = 2
        add(fleet, project, "registry.example")
        whole, heads = server.respond, []

        def killed(request, path, query):
            heads.extend([path] if request.method == "HEAD" else [])
            return whole(request, path, query)

        server.respond = killed
        real = crawling.digest_of

        def dies(asked, name, each):
            if len(heads) == 45:
                raise KeyboardInterrupt
            return real(asked, name, each)

        monkeypatch.setattr(crawling, "digest_of", dies)
        with pytest.raises(KeyboardInterrupt):
            crawl(fleet, 1, to(registry_example=server))
        monkeypatch.setattr(crawling, "digest_of", real)
        catalogue = server.count("_catalog")
        crawl(fleet, 1, to(registry_example=server))
        assert tags_of(fleet) == flat(server.images)
        assert len(heads) == 95  # the chunk that was not stored is asked for again
        assert server.count("_catalog") == catalogue == 2


@pytest.mark.parametrize(("maker", "kind"), [(Harbor, "harbor"), (Quay, "quay")])
def test_kinds_that_are_recognised_by_their_answer(fleet, project, found, maker, kind):
    listed = images(2, 3) | {"team/deep/er": {str(n): digest(900 + n) for n in range(150)}}
    with maker(listed) as server:
        server_name = server.host
        fleet = small_fleet_listing(fleet, server_name)
        add(fleet, project, f"{server_name}/team")
        crawl(fleet, 1)
        assert row(fleet).kind == kind
        assert tags_of(fleet) == flat(server.images)
        assert server.count("HEAD") == server.count("manifests") == 0


def test_a_robot_that_may_not_use_the_api_of_quay(fleet, project, found):
    with Quay(images(1, 2), "team+robot", ["t0ken"]) as server:
        fleet = small_fleet_listing(fleet, server.host)
        add(fleet, project, f"{server.host}/team/app0", login=Login("team+robot", "t0ken"))
        crawl(fleet, 1)
        assert tags_of(fleet) == flat(server.images)
        assert server.count("/api/") == 0


@pytest.mark.parametrize("is_user", [False, True])
def test_github_by_pages_of_link(fleet, project, found, is_user):
    listed = {f"acme/app{n}": {"1": digest(1 + n)} for n in range(119)}
    listed["acme/long"] = {f"{n:04}": digest(10_000 + n) for n in range(250)}
    with GitHub(listed, "gh-token", is_user) as api, Distribution(listed) as server:
        server.page = 100
        add(fleet, project, "ghcr.io/acme", login=Login("ann", "gh-token"))
        crawl(fleet, 1, routed({"api.github.com": api, "ghcr.io": server}))
        assert row(fleet).kind == "ghcr"
        assert tags_of(fleet) == flat(listed)
        assert len(api.requests) == (3 if is_user else 2)
        assert (server.count("tags/list"), server.count("HEAD"), server.count("_catalog")) == (122, 369, 0)


def test_azure_states_digests(fleet, project, found):
    with Azure(images(2, 30), "00000000-0000-0000-0000-000000000000", ["refresh"]) as server:
        server.page = 20
        login = Login("00000000-0000-0000-0000-000000000000", "refresh")
        add(fleet, project, "acme.azurecr.io", login=login)
        crawl(fleet, 1, routed({"acme.azurecr.io": server}))
        assert row(fleet).kind == "acr"
        assert tags_of(fleet) == flat(server.images)
        assert (server.count("HEAD"), server.count("_tags"), server.count("/acr/v1/_catalog")) == (0, 6, 2)


def test_google_states_what_is_below_a_name_and_digests(fleet, project, found):
    host = "europe-docker.pkg.dev"
    listed = {"acme/repo/app": {"1": digest(1), "2": digest(2)}, "acme/repo/deep/er": {"1": digest(3)}}
    with Google(listed) as server:
        add(fleet, project, f"{host}/acme")
        crawl(fleet, 1, routed({host: server}))
        assert row(fleet).kind == "gar"
        assert tags_of(fleet) == flat(listed)
        assert server.count("HEAD") == 0


def test_the_newest_by_the_times_that_the_list_states(fleet, project, found):
    with Hub({"acme/app": {f"{n}": digest(n + 1) for n in range(150)}}) as server:
        registries.add(fleet, project, "docker.io/acme", Choice(newest=2))
        crawl(fleet, 1, to(hub_docker_com=server))
        assert sorted(tags_of(fleet)) == ["acme/app:148", "acme/app:149"]


def test_patterns(fleet, project, found):
    with Distribution(images(2, 3) | {"other/x": {"1": digest(99)}}) as server:
        registries.add(fleet, project, "registry.example", Choice(include=("team/*",), exclude=("*:1.0",)))
        crawl(fleet, 1, to(registry_example=server))
        assert sorted(tags_of(fleet)) == [f"team/app{n}:1.{each}" for n in range(2) for each in (1, 2)]
        assert server.count("other/x") == 0


def test_another_projects_digest_is_shown_only_after_its_manifest_was_fetched(fleet, project, found):
    """A registry that only claims to have a digest does not reveal the other project's image."""
    other = new_project(fleet, "two")
    with Distribution(images(1, 1)) as server:
        add(fleet, project, "registry.example")
        crawl(fleet, 1, to(registry_example=server))
        add(fleet, other, "registry.example")
        crawl(fleet, 2, to(registry_example=server))
        assert "another manifest" in row(fleet, 2).trouble
        with fleet.engine.connect() as connection:
            assert connection.execute(select(project_image.c.project_id)).scalars().all() == [project]


def test_a_registry_that_was_removed_meanwhile(fleet):
    crawl(fleet, 7)


def add(fleet, project, target, **options):
    return registries.add(fleet, project, target, **{"per_second": 1000.0, **options})


def small_fleet_listing(fleet, host):
    """The same fleet, whose operator lists a host on loopback."""
    from msgspec.structs import replace

    return replace(fleet, settings=replace(fleet.settings, private_hosts=(host,)))
