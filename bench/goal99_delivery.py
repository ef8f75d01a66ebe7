"""Delivery: e-mails and web pushes a second through the notifier, side by side with a loop that sends the same without rows."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from bench.goal04_notice import _send
from braid.contact.actions import begin_dispatch, count_deliveries, freeze_audience, go_on_dispatching
from braid.contact.composing import compose_notices
from braid.contact.models import Dispatch, Notice
from braid.kernel.delivery import CHANNELS, Message, Result, send_due
from braid.kernel.delivery.webpush import Subscription, decoded
from braid.kernel.enums import DeliveryState
from braid.kernel.models import Delivery
from braid.people.models import Account, ChosenChannel
from braid.people.queries.channels import addresses_by
from braid.units.models import Unit

from .places import ROOT
from .report import Line
from .timing import say, took
from .world import NOW, World, head

MOST = 4_000
"""People who chose each channel: as many messages go out, and no more than may wait at once."""
PATHS = {"email": "mails", "push": "pushes"}
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
"""A browser's public key: the example of RFC 8291."""
LATER = NOW + timedelta(minutes=1)


def run(world: World) -> Iterator[Line]:
    people = world.people()
    most = MOST if world.scale.facts >= 100_000 else 500
    with _receiving() as folder:
        for number, channel in enumerate(PATHS):
            _choose(channel, range(1 + number * most, 1 + (number + 1) * most))
            yield from _measure(channel, most, people, folder)
            ChosenChannel.objects.all().delete()


@contextmanager
def _receiving() -> Iterator[Path]:
    """A mail server and a push service that keep every message and always answer, for both sides of the ratio."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.receiving_server", folder, "0", "1"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            mail_port, push_port = server.stdout.readline().split()
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(mail_port)
            settings.PRIVATE_HOSTS = ["127.0.0.1"]
            Path(folder, "port").write_text(push_port)
            try:
                yield Path(folder)
            finally:
                server.kill()


def _choose(channel: str, persons: range) -> None:
    Account.objects.filter(person_id__in=persons).delete()  # of goals measured before this one
    Account.objects.bulk_create(
        Account(person_id=number, username=f"told-{number}", email=f"p{number}@example.org", date_joined=NOW)
        for number in persons
    )
    for number in persons:
        ChosenChannel.objects.create(person_id=number, channel=channel, address="", since=NOW)


def _measure(channel: str, most: int, people: int, folder: Path) -> Iterator[Line]:
    if channel == "push":
        _subscribe((folder / "port").read_text())
    notice = _send(Unit.objects.get(depth=0), head())
    freeze_audience(notice, at=LATER)
    begin_dispatch(notice, at=LATER)
    say(f"{channel}: looking for {most:,} who chose it among {people:,}")
    with took() as owing:
        while Dispatch.objects.filter(finished_at=None).exists():
            go_on_dispatching(LATER)
    words = _words(notice)
    say(f"{channel}: sending {most:,}")
    with took() as ours:
        while send_due(LATER):
            pass
    with took() as counting:
        while count_deliveries(LATER):
            pass
    assert Counter(Delivery.objects.filter(thing=notice.pk).values_list("state", flat=True)) == {
        DeliveryState.SENT: most
    }
    say(f"{channel}: the same without rows")
    with took() as raw:
        _send_bare(channel, words)
    arrived = len((folder / PATHS[channel]).read_text().splitlines())
    assert arrived == 2 * most, arrived
    yield Line(
        "delivery",
        f"{channel}: sent by the worker, against a loop without rows",
        f"{most / ours.seconds:,.0f}/s",
        f"{most / raw.seconds:,.0f}/s",
        raw.seconds / ours.seconds,
        "",
        f"{most:,} messages to the same server on loopback, each begun and settled in rows",
    )
    yield Line(
        "delivery",
        f"{channel}: owed and counted, against sending them",
        f"{(owing.seconds + counting.seconds):.1f} s",
        f"{ours.seconds:.1f} s",
        (owing.seconds + counting.seconds) / ours.seconds,
        "",
        f"owed out of {people:,} people in {owing.seconds:.1f} s",
    )


def _subscribe(port: str) -> None:
    for chosen in ChosenChannel.objects.all():
        endpoint = f"http://127.0.0.1:{port}/{chosen.person_id}"
        chosen.address = Subscription(endpoint, decoded(POINT), b"sixteen bytes!!!").text
        chosen.save()


def _words(notice: Notice) -> list[tuple[str, Message, str]]:
    """What goes out, to whom and under which key, composed before: the peer has nothing to do but send."""
    rows = list(Delivery.objects.filter(thing=notice.pk))
    words = compose_notices(rows, LATER)
    channel = rows[0].channel
    addresses = addresses_by(channel, [row.person_number or 0 for row in rows])
    found = []
    for row in rows:
        message = words[row.pk]
        assert isinstance(message, Message), message
        found.append((addresses[row.person_number or 0][0], message, row.key))
    return found


def _send_bare(channel: str, words: list[tuple[str, Message, str]]) -> None:
    """One connection where the channel keeps one, as the worker's."""
    with CHANNELS[channel].opened() as send:
        for address, message, key in words:
            assert send(address, message, key).result is Result.SENT
