"""Sends messages: makes them from the outbox, claims the due ones, and stores the result of each try. Several workers
may do so at the same time.

All requests go through ``careen.net``, to addresses that this server may contact.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.app.opening import open_context
from careen.errors import Error
from careen.images.fetching import net_settings
from careen.log import logger
from careen.net import NetSettings, make_fetcher
from careen.net.mail import send_mail
from careen.plugins import Fetcher
from careen.safety.typed import from_json

from .. import guard
from ..fleet import Fleet
from . import deliveries, gathering, targets, tickets
from .channels import cloudevents, email, github, jira, quay, slack, teams, webhook
from .channels.posted import Post, SendError, post
from .deliveries import Claimed, Outcome
from .links import public_address
from .message import Message, Outgoing

log = logger(__name__)

POLL_S = 3.0
TIMEOUT_S = 15.0
THREADS = 4
ANSWER_BYTES = 1 << 20
POSTED: Mapping[str, Callable[[Outgoing, Any], Post]] = {
    "webhook": webhook.request,
    "cloudevents": cloudevents.request,
    "slack": slack.request,
    "teams": teams.request,
    "quay": quay.request,
}
TRACKERS: Mapping[str, Callable[[tickets.Ticket, int, Any, Fetcher], str]] = {"jira": jira.send, "github": github.send}


class Network(Struct, frozen=True):
    """The means to send messages: HTTP requests, and mail."""

    fetcher: Fetcher
    mail: email.SendsMail


def network(fleet: Fleet) -> Network:
    """The network with this server's settings: its proxy, its certificate authorities and its allowed private hosts."""
    settings = net_of(fleet)

    def mail(server: Any, sender: str, recipients: tuple[str, ...], message: bytes) -> None:
        import os

        send_mail(server, sender, recipients, message, settings, os.environ)

    return Network(guard.GuardedFetcher(make_fetcher(settings), "notifications"), mail)


def net_of(fleet: Fleet) -> NetSettings:
    plain = net_settings(open_context(fleet.settings, lambda *_: None).settings)
    return replace(
        guard.guarded(plain, guard.listed(fleet.settings)),
        timeout_s=TIMEOUT_S,
        attempts=1,
        grace_s=TIMEOUT_S,
        client_cert=None,
        client_key=None,
        max_body_bytes=ANSWER_BYTES,
    )


def work(fleet: Fleet, worker: str, ended: threading.Event) -> None:
    """Sends messages until ``ended`` is set. Errors of the database are logged, and the next round tries again."""
    net = network(fleet)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="notify") as pool:
        while not ended.is_set():
            count = 0
            try:
                count = step(fleet, worker, time.time(), net, pool)
            except Exception as error:  # the database may not answer: the next round tries again
                log.warning("notifications could not be sent: %s: %s", type(error).__name__, error)
                log.debug("notifications could not be sent", exc_info=True)
            ended.wait(0 if count else POLL_S)


def step(fleet: Fleet, worker: str, now: float, net: Network, pool: ThreadPoolExecutor | None = None) -> int:
    """One round: makes, claims and sends messages. Returns how many were tried."""
    gathering.gather(fleet, now)
    tickets.reconcile(fleet, now)
    claimed = deliveries.claim(fleet, worker, now)
    address = public_address(fleet.engine) if claimed else ""

    def one(each: Claimed) -> None:
        finish(fleet, each, tried(fleet, each, net, address, now), now)

    list((pool.map if pool else map)(one, claimed))
    return len(claimed)


def tried(fleet: Fleet, claimed: Claimed, net: Network, address: str, now: float) -> "Outcome | Done":
    """Tries to send a message, and returns the result. No behaviour of a receiver raises an exception here."""
    try:
        target = targets.opened(fleet, claimed.channel, claimed.target)
        if claimed.channel in TRACKERS:
            wanted = from_json(claimed.body, tickets.Ticket)
            return Done(TRACKERS[claimed.channel](wanted, claimed.attempt, target, net.fetcher))
        message = from_json(claimed.body, Message)
        outgoing = Outgoing(claimed.key, claimed.attempt, message, now, claimed.subscription_id, address)
        send(claimed.channel, outgoing, target, net)
    except SendError as error:
        return Outcome(error.code, error.trouble, error.lasting)
    except Error as error:  # for example, the key is missing, or the target has the form of an earlier version
        return Outcome("target", str(error))
    except msgspec.MsgspecError:
        return Outcome("message", "it was written by another version of careen", lasting=True)
    except Exception as error:
        log.exception("a message could not be sent")
        return Outcome("error", type(error).__name__)
    return Outcome()


class Done(Struct, frozen=True):
    """The tracker has opened, updated or closed the ticket, whose id there is ``remote``."""

    remote: str


def send(channel: str, outgoing: Outgoing, target: Any, net: Network) -> None:
    """Sends a message through its channel. Raises SendError."""
    if channel == "smtp":
        email.send(outgoing, target, net.mail)
    else:
        post(net.fetcher, POSTED[channel](outgoing, target))


def finish(fleet: Fleet, claimed: Claimed, outcome: "Outcome | Done", now: float) -> None:
    if isinstance(outcome, Outcome):
        deliveries.settle(fleet, claimed, outcome, now)
        return
    remote = outcome.remote
    deliveries.settle(
        fleet, claimed, Outcome(), now, also=lambda connection: tickets.note_remote(connection, claimed.body, remote, now)
    )
