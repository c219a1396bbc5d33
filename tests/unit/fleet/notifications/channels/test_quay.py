"""What Quay gets; ``unit/server/interfaces/clair/test_notifier.py`` has how it reads the rest."""

import json

from msgspec.structs import replace
from tests.support.hostile import outgoing

from careen.fleet.notifications.channels.quay import QuayTarget, request


def test_a_message_announces_its_range_of_events():
    found = outgoing("x")
    found = replace(found, message=replace(found.message, first_event=10, last_event=13))
    made = request(found, QuayTarget("https://quay.test/secscan/notification", "c2VjcmV0LXNlY3JldC1zZWNyZXQ="))
    assert json.loads(made.body) == {
        "notification_id": "7-10-13",
        "callback": "https://careen.test/clair/notifier/api/v1/notification/7-10-13",
    }
    assert made.headers["Authorization"].startswith("Bearer ") and "c2VjcmV0" not in repr(made)
