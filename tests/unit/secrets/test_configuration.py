import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.model.image import History, ImageConfig
from careen.secrets import configuration
from careen.secrets.configuration import exposed, without_secrets
from tests.support.secrets import filled


def secrets_in(config):
    return [(one.id, one.location.path, one.match) for one in exposed(config)[0]]


def test_a_credential_in_the_environment():
    config = ImageConfig(env=("PATH=/bin", "DB_PASSWORD=correct horse", "APP_MODE=prod"))
    assert secrets_in(config) == [("credential-in-configuration", "ENV DB_PASSWORD", "DB_PASSWORD=…(redacted)")]


def test_a_weak_password_is_one_too():
    assert len(secrets_in(ImageConfig(env=("POSTGRES_PASSWORD=changeme", "ROOT_PASSWORD=admin123")))) == 2


def test_credential_names_without_a_credential():
    config = ImageConfig(
        env=(
            "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
            "DB_PASSWORD_FILE=/run/secrets/db",
            "API_TOKEN=",
            "API_TOKEN2=x",
            "SECRET_KEY=${SECRET_KEY}",
            "TOKEN=/var/run/token",
            "PWD=/srv",
            "AUTH_TOKEN=your-token-here",
            "CSRF_TOKEN_NAME=csrf",
            "PASSWORD_MIN_LENGTH=12",
            "REQUIRE_PASSWORD=true",
            "TOKEN_TTL=3600",
            "VAULT_TOKEN=vault:secret/app",
        )
    )
    assert secrets_in(config) == []


def test_tokens_are_recognized_in_any_place():
    token = filled("npm_{alnum36}")
    config = ImageConfig(
        env=(f"REGISTRY={token}",),
        labels={"note": filled("dop_v1_{hex64}")},
        cmd=("run", "--key", filled("lin_api_{alnum40}")),
        entrypoint=("curl", "-u", "admin:tRombone7x", "http://internal"),
        history=(History(created_by=f"RUN |1 NPM={token} /bin/sh -c npm ci"),),
    )
    assert [(id, place) for id, place, _ in secrets_in(config)] == [
        ("npm-access-token", "ENV REGISTRY"),
        ("digitalocean-personal-access-token", "LABEL note"),
        ("curl-user-password", "ENTRYPOINT"),
        ("linear-api-key", "CMD"),
    ]


def test_what_the_build_was_given_stays_in_the_history():
    config = ImageConfig(
        env=("A=b",),
        history=(
            History(created_by='/bin/sh -c #(nop)  ENV DB_PASSWORD="tRombone7"'),
            History(created_by="|2 VERSION=1 SIGNING_SECRET=tRombone8 /bin/sh -c make"),
            History(created_by="RUN /bin/sh -c PASSWORD=tRombone9 make # buildkit"),
        ),
    )
    assert [(place, match) for _, place, match in secrets_in(config)] == [
        ("history 0", "DB_PASSWORD=…(redacted)"),
        ("history 1", "SIGNING_SECRET=…(redacted)"),
        ("history 2", "PASSWORD=…(redacted)"),
    ]


def test_a_token_hides_no_other_credential_of_its_step():
    token = filled("npm_{alnum36}")
    step = f"RUN |3 NPM_TOKEN={token} DB_PASSWORD=tRombone7 API_KEY='{token}' /bin/sh -c npm ci"
    assert [(id, match) for id, _, match in secrets_in(ImageConfig(history=(History(created_by=step),)))] == [
        ("npm-access-token", "npm_…(redacted)"),
        ("credential-in-configuration", "DB_PASSWORD=…(redacted)"),
    ]


def test_commands_contain_assignments():
    config = ImageConfig(
        entrypoint=("/bin/sh", "-c", "DB_PASSWORD=tRombone1 exec app"),
        cmd=("env", "API_TOKEN=tRombone2", "app", "SIGNING_SECRET=$SIGNING_SECRET"),
        health_check=("CMD-SHELL", "PROBE_TOKEN=tRombone3 probe"),
        on_build=("RUN make", "ENV SIGNING_SECRET=tRombone4"),
    )
    assert [(place, match) for _, place, match in secrets_in(config)] == [
        ("ENTRYPOINT", "DB_PASSWORD=…(redacted)"),
        ("CMD", "API_TOKEN=…(redacted)"),
        ("HEALTHCHECK", "PROBE_TOKEN=…(redacted)"),
        ("ONBUILD 1", "SIGNING_SECRET=…(redacted)"),
    ]


def test_a_variable_and_the_step_that_set_it_are_one_secret():
    config = ImageConfig(env=("DB_PASSWORD=tRombone7",), history=(History(created_by="ENV DB_PASSWORD=tRombone7"),))
    assert [place for _, place, _ in secrets_in(config)] == ["ENV DB_PASSWORD"]


def test_no_value_is_shown():
    config = ImageConfig(env=("DB_PASSWORD=tRombone7", f"X={filled('npm_{alnum36}')}"))
    assert "tRombone7" not in repr(exposed(config))
    assert filled("npm_{alnum36}")[4:12] not in repr(exposed(config))


TEXTS = ("PATH=/bin", "A=" + filled("npm_{alnum36}"), "DB_PASSWORD=tRombone7", "KEY", "x" * 5000, filled("dop_v1_{hex64}"))


@given(st.lists(st.sampled_from(TEXTS), max_size=12))
def test_texts_are_searched_as_if_each_was_alone(texts):
    together = secrets_in(ImageConfig(env=tuple(f"V{number}_{text}" for number, text in enumerate(texts))))
    alone = [secrets_in(ImageConfig(env=(f"V{number}_{text}",))) for number, text in enumerate(texts)]
    assert {one[:1] for one in together} == {one[:1] for some in alone for one in some}
    assert {one[1] for one in together} <= {one[1] for some in alone for one in some}


def test_a_search_is_begun_for_many_short_texts_at_once(monkeypatch):
    searched = []
    monkeypatch.setattr(configuration, "find", lambda text, path, using: searched.append(len(using._rules)) or ())
    exposed(ImageConfig(env=tuple(f"VAR_{number}=value" for number in range(9000))))
    assert len(searched) > 9000
    assert sum(searched) < len(searched)  # next to no rule is tried on any of them


def test_what_is_over_the_bounds_is_unknown():
    over = (
        ImageConfig(env=tuple(f"VAR_{number}=value" for number in range(90_000))),
        ImageConfig(labels={f"label{number}": "x" for number in range(300_000)}),
        ImageConfig(history=tuple(History(created_by=f"RUN step {number}") for number in range(50_000))),
        ImageConfig(env=("A=" + "x" * (2 << 20),)),
        ImageConfig(cmd=("x" * 1000,) * 2000),
    )
    for config in over:
        found, unknowns = exposed(config)
        assert [(one.code, one.whole_layer) for one in unknowns] == [("over_budget", True)]
        assert found == ()


def test_of_very_many_secrets_the_rest_is_not_listed():
    found, unknowns = exposed(ImageConfig(env=tuple(f"V{number}_PASSWORD=tRombone{number}" for number in range(3000))))
    assert 1000 < len(found) < 2000
    assert [one.code for one in unknowns] == ["over_budget"]


def test_what_images_have_is_below_a_quarter_of_the_bounds():
    config = ImageConfig(
        env=tuple(f"VAR_{number}=value" for number in range(500)),
        labels={f"label{number}": "x" * 200 for number in range(500)},
        history=tuple(History(created_by="RUN " + "x" * 500) for _ in range(300)),
    )
    assert exposed(config) == ((), ())
    assert configuration.MAX_TEXTS > 4 * 1300


TOKEN = filled("ghp_{alnum36}")


def test_steps_are_shown_without_their_secrets():
    step = f"RUN |1 DB_PASSWORD=correcthorse /bin/sh -c curl -H 'Authorization: token {TOKEN}' x && echo {TOKEN} # buildkit"
    shown = without_secrets(step)
    assert TOKEN not in shown and "correcthorse" not in shown
    assert shown.startswith("RUN |1 DB_PASSWORD=…(redacted) /bin/sh -c curl -H 'Authorization: token …(redacted)' x && echo …(")
    assert without_secrets(f'ENV API_TOKEN="{TOKEN}"') == 'ENV API_TOKEN="…(redacted)"'
    assert without_secrets(" ".join(f"{TOKEN[:-4]}{number:04}" for number in range(300))) == "…(redacted)"


@pytest.mark.parametrize("step", ["", "COPY . /app # buildkit", "RUN |1 MODE=prod /bin/sh -c make", 'CMD ["sh"]', "x\udc80"])
def test_other_steps_are_shown_as_they_are(step):
    assert without_secrets(step) == step
