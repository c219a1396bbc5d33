"""Jobs: what waits, for whom, and who may cancel."""

from careen.fleet.connection import writing
from careen.fleet.queue import Job
from careen.fleet.tables import worker

from .test_entry import token_in


def test_jobs_and_workers(world, browser):
    world.fleet.queue.add(None, [Job("crawl", "crawl:<b>1</b>", lane=0, owner="user:ada"), Job("read", "read:2", lane=2)])
    with writing(world.fleet.engine) as connection:
        connection.execute(worker.insert().values(id="w1", host="node-1", started_at=1.0, beat_at=2.0, doing="read"))
    page = browser.get("/jobs").text
    assert "crawl:&lt;b&gt;1" in page
    assert "user:ada" in page
    assert "a place" in page  # why it waits
    assert "quiet" in page  # a worker that was not heard of for long
    assert "read:2" not in browser.get("/jobs?lane=0").text
    assert browser.get("/jobs?export=csv").text.count("\r\n") == 3
    cancelled = browser.post("/jobs/1/cancel", data={"csrf": token_in(browser.get("/jobs"))})
    assert cancelled.headers["location"] == "/jobs?notice=cancelled"
    assert [job.kind for job in world.fleet.queue.jobs] == ["read"]
    assert "The job is cancelled." in browser.get("/jobs?notice=cancelled").text


def test_only_an_administrator_sees_them(world):
    reader = world.browser(world.add_user("rita", role="admin"))
    assert reader.get("/jobs").status_code == 403
    assert reader.post("/jobs/1/cancel", data={"csrf": token_in(reader.get("/projects"))}).status_code == 403
    assert "/jobs" not in reader.get("/projects").text
