import pytest

from careen.formats.shell.wrappers import script_within, unwrapped


def test_what_wraps_nothing():
    assert unwrapped(("ls", "-l")) == ()
    assert unwrapped(("sudo",)) == ()
    assert unwrapped(()) == ()
    assert script_within(("ls", "-c", "x")) == ""


def test_options_of_a_wrapper_are_skipped():
    assert unwrapped(("/usr/bin/sudo", "-u", "app", "A=b", "make", "-j")) == ("make", "-j")
    assert unwrapped(("timeout", "-k", "5", "10", "wget", "x")) == ("wget", "x")


def test_the_script_of_a_shell():
    assert script_within(("bash", "script.sh", "-c", "x")) == "x"
    assert script_within(("su", "--command=npm ci", "app")) == "npm ci"
    assert script_within(("eval", "apt-get", "install")) == "apt-get install"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "runuser -u app -- make x",
            "setpriv --reuid 1 make x",
            "chroot /x make x",
            "flock -w 5 /lock make x",
            "busybox make x",
        ),
        *("conda run -n web --no-capture-output make x", "micromamba run --name web make x", "poetry run make x"),
        *(
            "pipenv run make x",
            "uv run --with a==1 make x",
            "bundle exec make x",
            "ruby -S make x",
            "scl enable rh-x -- make x",
        ),
        *("tini -s -- make x", "dumb-init make x", "xvfb-run -a make x", "fakeroot make x", "linux32 make x"),
    ],
)
def test_every_wrapper(text):
    assert unwrapped(text.split()) == ("make", "x")


def test_other_uses_of_a_runner():
    assert unwrapped(("conda", "install", "run")) == ()
    assert unwrapped(("ruby", "-e", "puts 1")) == ()
    assert unwrapped(("scl", "enable", "rh-x", "make x")) == ()


def test_more_scripts_in_words():
    assert script_within(("bash", "-c", "--", "make x")) == "make x"
    assert script_within(("scl", "enable", "rh-x", "make x")) == "make x"
    assert script_within(("runuser", "app", "-c", "make x")) == "make x"
