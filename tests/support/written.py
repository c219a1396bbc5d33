"""What a reporter writes, as text."""

import io

from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions

# A template with all that there is to use.
EVERYTHING = """{{ target|tojson }} {{ verdict|tojson }} {{ coverage|tojson }} {{ steps|tojson }}
{% for finding in findings %}
{{ finding.severity }} {{ finding.id }} {{ finding.place }} {{ finding.what }} {{ finding.details|string }}
{% endfor %}
{{ packages|string }} {{ layers|string }} {{ suppressed|string }}
"""


def written(reporter: Reporter, report: Report, **options) -> str:
    if reporter.reads_template:
        options.setdefault("template", ("all.txt", EVERYTHING))
    stream = io.StringIO()
    reporter.write(report, stream, ReportOptions(**options))
    return stream.getvalue()
