"""Dangerous code in pages of JSP."""

import pytest
from tests.support.work import ends

from careen.behaviour.code.jsp import jsp_matches


def found(text):
    return [(match.rule, match.line, match.severity) for match in jsp_matches(text.encode())]


SET = '<% String a = request.getParameter("a");\n'


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("Runtime.getRuntime().exec(a); %>", "COD-001", "high"),
        ('String[] c = {"sh", "-c", a}; new ProcessBuilder(c).start(); %>', "COD-001", "high"),
        ("engine.eval(new String(a.getBytes())); %>", "COD-002", "high"),
        ("new ObjectInputStream(request.getInputStream()).readObject(); %>", "COD-003", "high"),
        ('s.executeQuery("SELECT * FROM t WHERE a=\'" + a + "\'"); %>', "COD-004", "high"),
        ('new File("/d/" + a.trim()); %>', "COD-010", None),
        ('out.println("<b>" + a); %>', "COD-013", None),
        ("new URL(a).openStream(); %>", "COD-021", None),
        ('%><jsp:include page="<%= a %>"/>', "COD-010", None),
        ("%><b><%= a %></b>", "COD-013", None),
        ("%>${param.a}", "COD-013", None),
    ],
)
def test_values_of_requests(text, rule, severity):
    assert found(SET + text) == [(rule, 2, severity)]


@pytest.mark.parametrize(
    "text",
    [
        "// Runtime.getRuntime().exec(a);\n %>",
        '/* out.print(a); */ out.print("a"); %>',
        "out.println(escapeHtml(a)); %>",
        "int n = Integer.parseInt(a); out.println(n); s.executeQuery(q + n); %>",
        'if (a.equals("x")) { Runtime.getRuntime().exec(b); } %>',
        's.prepareStatement("SELECT * FROM t WHERE a = ?").setString(1, a); %>',
        'new URL("https://a.example/" + a); %>',
        '%><c:out value="${param.a}"/>${fn:escapeXml(param.a)}\\${param.a}',
        "a = b; Runtime.getRuntime().exec(a); %>",
        "%><%-- <%= a --%>",
        "out.print(COMMANDS.get(lookup(a))); %>",
    ],
)
def test_harmless_relatives(text):
    assert found(SET + text) == []


def test_a_page_that_defines_classes():
    text = "<%! class U extends ClassLoader { Class g(byte[] b) { return super.defineClass(b, 0, b.length); } } %>"
    assert found(text) == [("COD-002", 1, "high")]
    assert found(text.replace("defineClass", "findClass")) == []


def test_hostile_text():
    with ends():
        for part in (
            "<%",
            "%>",
            "<%= ",
            '"',
            "/*",
            "a.",
            "(",
            "request.getParameter(",
            "<jsp:include page=",
            "<c:out ",
            "${param",
            "a = ",
        ):
            found(f"<% {part * 20_000}")
            found(part * 20_000)
