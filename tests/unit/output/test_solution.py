import pytest
from tests.support.reports import JINJA, vulnerability

from careen.model.finding import Fix
from careen.output.solution import solution


@pytest.mark.parametrize(
    ("fix", "paid", "text"),
    [
        (Fix("fixed", ("3.1.3",)), None, "Update Jinja2 from 3.0.1 to 3.1.3."),
        (Fix("fixed", ("3.1.3", "4.0")), None, "Update Jinja2 from 3.0.1 to 3.1.3 or 4.0."),
        (Fix("open"), "3.0.2", "Update Jinja2 from 3.0.1 to 3.0.2, which customers of paid support get."),
        (Fix("wont_fix"), None, "Jinja2 3.0.1: its maintainers do not plan a fix."),
        (Fix("end_of_life"), None, "Jinja2 3.0.1: its release has reached its end of life and gets no fix."),
    ],
)
def test_what_to_do(fix, paid, text):
    assert solution(vulnerability("CVE-1", JINJA, fix=fix, paid_fix=paid)) == text
