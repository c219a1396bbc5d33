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
