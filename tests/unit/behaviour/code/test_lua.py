"""Dangerous code in Lua."""

import pytest
from tests.support.work import ends

from careen.behaviour.code.lua import lua_matches


def found(text):
    return [(match.rule, match.line, match.severity) for match in lua_matches(text.encode())]


SET = "local args = ngx.req.get_uri_args()\n"


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ('os.execute("ls " .. args.x)', "COD-001", "high"),
        ('io.popen("ls " .. ngx.var.arg_x)', "COD-001", "high"),
        ("load(ngx.req.get_body_data())()", "COD-002", "high"),
        ('db:query("SELECT * FROM t WHERE a = \'" .. args.x .. "\'")', "COD-004", "high"),
        ('io.open("/d/" .. args.x)', "COD-010", None),
        ("ngx.say(args.x)", "COD-013", None),
        ("client:request_uri(args.x)", "COD-021", None),
    ],
)
def test_values_of_requests(text, rule, severity):
    assert found(SET + text) == [(rule, 2, severity)]


@pytest.mark.parametrize(
    "text",
    [
        "-- os.execute(args.x)",
        "--[[ os.execute(args.x) ]]",
        "local n = tonumber(args.x)\nos.execute(n)",
        "ngx.say(escape(args.x))",
        'if args.x == "y" then os.execute("ls") end',
        'client:request_uri("https://a.example/" .. args.x)',
        "print(args.x)",
        "db:query(quote(args.x))",
        "args = {}\nos.execute(args.x)",
        "self.load(args.x)",
    ],
)
def test_harmless_relatives(text):
    assert found(SET + text) == []


def test_hostile_text():
    with ends():
        for part in ("--[[", "[[", '"', "ngx.var.args ", "a.", "(", "\n", "os.execute(", "a = "):
            found(part * 20_000)
