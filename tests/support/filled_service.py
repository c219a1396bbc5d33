"""The service with findings to decide about, and forms filled in as a browser does."""

import re

from careen.fleet.connection import writing
from careen.fleet.tables import image_layer
from tests.support.fleet_units import add_image, database_with
from tests.support.matching import deb, pypi
from tests.support.triage_world import ABOVE, BASE, RECORDS

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def with_findings(service):
    """Images 1 (OpenSSL) and 2 (OpenSSL and Django, on the layers of image 1) of the project."""
    database_with(service.fleet, RECORDS, "2026-01-01T00:00:00+00:00")
    add_image(service.fleet, [deb()], 1, service.id)
    add_image(service.fleet, [deb(), pypi()], 2, service.id)
    with writing(service.fleet.engine) as connection:
        for number, layers in ((1, BASE), (2, [*BASE, ABOVE])):
            rows = [{"image_id": number, "position": place, "digest": digest} for place, digest in enumerate(layers)]
            connection.execute(image_layer.insert(), rows)
    return service


def send(browser, page, address, /, files=None, **form):
    """With the token of the page."""
    return browser.post(address, data={"csrf": CSRF.search(page.text)[1], **form}, files=files)
