"""A project with a row in every table: some that it alone has ("only-first"), some that another has as well ("shared")."""

from careen.fleet.tables import (
    agent_report,
    api_key,
    audit,
    base_tag,
    context,
    decision,
    delivery,
    event,
    event_project,
    exposed_container,
    exposure,
    image,
    image_gap,
    image_layer,
    image_secret,
    image_unit,
    layer,
    member,
    notified,
    outbox,
    policy,
    project_image,
    registry,
    repository,
    saved_view,
    signed_check,
    signed_statement,
    subscription,
    tag,
    tag_change,
    ticket,
    unit,
    unit_count,
    unit_digest,
    unit_finding,
    unit_package,
    unit_source,
    upload,
    user,
)

MINE, BOTH = "only-first", "shared"


def fill(connection, project_id: int, shared_with: int) -> None:
    def add(table, **values) -> int:
        return connection.execute(table.insert().values(**values)).inserted_primary_key[0]

    someone = add(user, name=BOTH, created_at=1.0)
    add(member, project_id=project_id, user_id=someone, role="reader")
    add(api_key, project_id=project_id, name=MINE, prefix=MINE, key_hash="x", scopes="read", created_at=1.0)
    add(audit, at=1.0, actor=MINE, project_id=project_id, action="x")
    watched = add(registry, project_id=project_id, host=MINE)
    repo = add(repository, registry_id=watched, name=MINE)
    add(tag_change, at=1.0, repository_id=repo, name=MINE)
    add(agent_report, project_id=project_id, source=MINE, at=1.0)
    add(policy, project_id=project_id, name=MINE, rules=b"{}", changed_at=1.0)
    add(decision, project_id=project_id, vulnerability=MINE, status="fixed", decided_by=MINE, decided_at=1.0)
    add(saved_view, project_id=project_id, name=MINE, path="images", made_by=MINE, made_at=1.0)
    add(base_tag, project_id=project_id, reference=MINE, checked_at=1.0)
    sent = add(exposure, project_id=project_id, source=MINE, content=b"", sent_by=MINE, at=1.0)
    add(exposed_container, exposure_id=sent, position=0, node=MINE)
    subscribed = add(subscription, project_id=project_id, kind="webhook", target=MINE.encode(), created_at=1.0)
    message = {"kind": "message", "title": MINE, "body": b"{}", "created_at": 1.0, "next_at": 1.0}
    add(delivery, subscription_id=subscribed, key=MINE, **message)
    add(notified, subscription_id=subscribed, kind="disclosed", vulnerability=MINE, package="", at=1.0)
    add(ticket, subscription_id=subscribed, package=MINE, opened_at=1.0)
    around = add(context, key=b"c" * 32, data=BOTH.encode())
    for index, name in enumerate((MINE, BOTH)):
        number = add(image, identity=name, reference=name, state="ready", enrolled_at=1.0)
        add(image_secret, image_id=number, kind=name)
        add(image_gap, image_id=number, code=name)
        add(signed_statement, image_id=number, vulnerability=name, status="fixed", signer=name, document=name, stated_at=1.0)
        add(signed_check, image_id=number, at=1.0)
        add(layer, digest=name, state="read", enrolled_at=1.0)
        add(image_layer, image_id=number, position=0, digest=name)
        package = add(unit, key=bytes([index]) * 32, context_id=around, data=b"", type="deb", name=name)
        add(image_unit, image_id=number, unit_id=package)
        found = {"severity": "low", "risk": 1, "confidence": "likely", "fix_state": "open", "first_at": 1.0, "data": b""}
        add(unit_finding, unit_id=package, vulnerability=name, package=name, **found)
        add(unit_source, namespace=name, name=name, unit_id=package)
        add(unit_package, unit_id=package, position=0, type="deb", name=name, version="1")
        add(unit_count, unit_id=package)
        add(unit_digest, unit_id=package, digests=b"")
        add(event, at=1.0, kind="image_ready", image_id=number, package=name)
        happened = add(event, at=1.0, kind="disclosed", package=name)
        for seen_by in (project_id, shared_with) if name == BOTH else (project_id,):
            add(event_project, project_id=seen_by, event_id=happened, images=1)
        add(outbox, event_id=happened, subscription_id=subscribed, at=1.0)
        add(project_image, project_id=project_id, image_id=number, seen_at=1.0)
        if name == BOTH:
            add(project_image, project_id=shared_with, image_id=number, seen_at=1.0)
        else:
            add(tag, repository_id=repo, name=MINE, image_id=number, seen_at=1.0)
            add(
                upload,
                project_id=project_id,
                image_id=number,
                token=MINE,
                kind="sbom",
                content=b"",
                size_bytes=0,
                uploaded_by=MINE,
                at=1.0,
            )
