"""What values of requests reach in JavaScript, also through variables."""

import pytest

pytest.importorskip("tree_sitter_javascript")

from careen.behaviour.code.javascript import javascript_matches


def found(text):
    return [(match.rule, match.severity) for match in javascript_matches(text.encode())]


HEAD = "const { exec } = require('child_process'); "


@pytest.mark.parametrize(
    "text",
    [
        "f((req, res) => { const { host } = req.query; exec(`ping ${host}`); })",
        "f((req, res) => { const { query: { host }, body } = req; exec('ping ' + body.host); })",
        "f((req, res) => { let a = req.params.a; a = a.trim(); g(() => exec('x ' + a)); })",
        "f(async (ctx) => { const a = String(ctx.query.a ?? ''); exec(a) })".replace("?? ''", "|| ''"),
    ],
)
def test_a_command_with_a_value_of_a_request(text):
    assert found(HEAD + text) == [("COD-001", "high")]


@pytest.mark.parametrize(
    "text",
    [
        "f((req) => { const a = COMMANDS[req.query.a]; exec(a) })",
        "f((req) => { const a = quote(req.query.a); exec('x ' + a) })",
        "f((req) => { const a = req.query.a === 'x'; exec('x' + a) })",
        "f((req) => { let a = req.query.a; a = b; exec(a) })",
        "f((req) => { const a = req.query.a; }); g((a) => exec(a))",
        "f((req) => { const { method } = req; exec(method) })",
    ],
)
def test_a_command_without_one(text):
    assert [severity for _, severity in found(HEAD + text)] == [None]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("fetch(req.query.u)", "COD-021"),
        ("const u = req.body.u; axios.post(u, data)", "COD-021"),
        ("axios({ url: `https://${req.params.host}/a` })", "COD-021"),
        ("const f = req.params.f; res.sendFile(path.join('/d', f))", "COD-010"),
        ("res.send('<b>' + req.query.name + '</b>')", "COD-013"),
        ("jwt.verify(t, k, { algorithms: ['HS256', 'none'] })", "COD-022"),
        ("cors({ origin: true, credentials: true })", "COD-023"),
        ("parseXml(text, { noent: true })", "COD-014"),
    ],
)
def test_other_matches(text, rule):
    assert found(text) == [(rule, None)]


@pytest.mark.parametrize(
    "text",
    [
        "fetch(`https://a.example/${req.query.u}`)", "fetch('/api/' + req.params.id)", "fetch(BASE + req.query.u)",
        "fetch(request.url)", "self.onfetch = e => e.respondWith(fetch(e.request.headers.get('x')))",
        "res.sendFile(req.params.f, { root: '/d' })", "res.send({ name: req.query.name })", "res.send('hello ' + name)",
        "jwt.verify(t, k, { algorithms: ['HS256'] })", "cors({ origin: true })", "cors({ origin: list, credentials: true })",
        "map.get(req.query.u)",
    ],
)  # fmt: skip
def test_harmless_relatives(text):
    assert found(text) == []
