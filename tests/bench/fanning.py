"""Sitrep beside Prometheus' Alertmanager: one thing told in a thousand places, and a thousand things in a place each.

Both post webhooks to one local server; Sitrep also messages to channels of Slack's API there.  What they do for it
differs, and docs/benchmarks.md says how.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.bench.apart import apart
from tests.bench.boards import on_free_port
from tests.bench.fanned import Fanned, columns
from tests.bench.figures import Columns, Figure, Note
from tests.bench.posts import Post, Taking, noting_posts
from tests.bench.program import Program, database_in, running
from tests.bench.server import Server, serving
from tests.bench.watches import prepared, source_at

PLACES = 1_000
_ROUNDS = 3
_COMMAND = "prometheus-alertmanager"
_INTERVAL, _STARTING = timedelta(seconds=5), timedelta(seconds=3)
_SETTLING, _PATIENCE = 3.0, 300.0


def measure() -> Iterator[Figure | Columns | Note]:
    ways = {**_WAYS}
    if shutil.which(_COMMAND) is None:
        yield Note(f"not measured: there is no {_COMMAND} here; on Debian, apt-get install {_COMMAND}")
        ways = {name: way for name, way in ways.items() if not name[0].startswith("Alertmanager")}
    found: dict[tuple[str, str], list[Fanned]] = {}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            found.setdefault(name, []).append(way())
    yield columns(
        f"{PLACES:,} messages, the median of {_ROUNDS} rounds in turn",
        (((name[1], name[0]), rounds) for name, rounds in sorted(found.items())),
    )


# Alertmanager


def _alertmanager(alerts: int) -> Fanned:
    """Post that many alerts at once: one goes to every receiver, or each to a receiver of its own."""
    with noting_posts() as taking, tempfile.TemporaryDirectory() as folder:
        hooks = taking.url.removesuffix("api/")
        config = Path(folder) / "alertmanager.yml"
        config.write_text(json.dumps(_configured(hooks, each=alerts > 1)), encoding="utf-8")
        with _managing(Path(folder), config) as (manager, port):
            cpu, began = manager.cpu(), time.monotonic()
            _post(port, [_alert(number) for number in range(alerts)])
            posts = _arrived(taking, lambda: False)
            waits = [post.at - began for post in posts]
            return Fanned(max(waits), manager.cpu() - cpu, manager.memory("VmHWM"), waits, len(posts))


def _configured(hooks: str, *, each: bool) -> Mapping[str, object]:
    """Return a configuration that tells at once: by default it would wait half a minute for more of a group."""
    receivers = [
        {"name": f"r{number}", "webhook_configs": [{"url": f"{hooks}r{number}", "send_resolved": True}]}
        for number in range(PLACES)
    ]
    routes = [
        {"receiver": f"r{number}", "continue": not each, "matchers": [f'place="{number}"'] if each else []}
        for number in range(PLACES)
    ]
    root = {"receiver": "r0", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "5m"}
    return {"route": {**root, "repeat_interval": "4h", "routes": routes}, "receivers": receivers}


def _alert(number: int) -> Mapping[str, object]:
    about = "Elevated error rates. " + "We are looking into it. " * 10
    labels = {"alertname": f"Outage{number}", "place": str(number), "severity": "major", "vendor": f"page-{number}"}
    return {"labels": labels, "annotations": {"summary": about}, "generatorURL": "http://127.0.0.1/"}


def _post(port: int, alerts: Sequence[Mapping[str, object]]) -> None:
    head = {"Content-Type": "application/json"}
    with urlopen(Request(f"http://127.0.0.1:{port}/api/v2/alerts", json.dumps(alerts).encode(), head)):
        pass


@contextmanager
def _managing(folder: Path, config: Path) -> Iterator[tuple[Program, int]]:
    port = on_free_port()
    address, data = f"--web.listen-address=127.0.0.1:{port}", f"--storage.path={folder}"
    command = (_COMMAND, f"--config.file={config}", data, address, "--cluster.listen-address=", "--log.level=error")
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, text=True)
        try:
            _ready(port)
            yield Program(process, folder, time.monotonic()), port
        finally:
            process.terminate()
            process.wait()


def _ready(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/-/ready"):
            return
        time.sleep(0.1)
    raise TimeoutError(f"{_COMMAND} does not answer")


# Sitrep


def _sitrep(platform: str, pages: int) -> Fanned:
    """Let one page break out and be told in every place, or every page, each told in a place of its own."""
    with serving() as server, noting_posts() as taking, tempfile.TemporaryDirectory() as folder:
        watched = [source_at(server.sudden(number), number, _INTERVAL) for number in range(pages)]
        apart(prepared, database_in(Path(folder)), watched, _STARTING)
        with running(Path(folder), watched, _keys(platform, taking), routes=_routes(platform, pages)) as program:
            _wait(lambda: len(server.first()) >= pages, program)
            time.sleep(_SETTLING)
            before = program.cpu(), time.monotonic()
            taking.posts()
            server.breaks_out()
            posts = [post for post in _arrived(taking, program.has_ended) if _is_post(post)]
            roots = [post for post in posts if not _is_reply(post)]
            cpu, wall = program.cpu() - before[0], max(post.at for post in posts) - min(server.given().values())
            return Fanned(wall, cpu, program.memory("VmHWM"), _waits(server, roots, pages), len(posts))


def _wait(is_so: Callable[[], bool], program: Program) -> None:
    until = time.monotonic() + _PATIENCE
    while not is_so():
        if program.has_ended() or time.monotonic() > until:
            raise TimeoutError(f"not all pages were read; its log: {program.log()}")
        time.sleep(0.2)


def _routes(platform: str, pages: int) -> str:
    def to(number: int) -> str:
        return f'"webhook:r{number}"' if platform == "webhook" else f'"slack:C{number:010}"'

    if pages == 1:
        return f"[[route]]\nto = [{', '.join(map(to, range(PLACES)))}]\n"
    each = (f'[[route]]\nmatch = {{ vendor = ["page-{n}"] }}\nto = [{to(n)}]\n' for n in range(PLACES))
    return "".join(each)


def _keys(platform: str, taking: Taking) -> Mapping[str, str]:
    if platform == "slack":
        return {"SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_SIGNING_SECRET": "bench", "SLACK_API_URL": taking.url}
    hooks = taking.url.removesuffix("api/")
    urls = {f"WEBHOOK_URL_R{number}": f"{hooks}r{number}" for number in range(PLACES)}
    return urls | {f"WEBHOOK_SECRET_R{number}": "bench" for number in range(PLACES)}


def _is_post(post: Post) -> bool:
    """Whether it is one of the messages: a bot also asks who it is."""
    return post.path.endswith("chat.postMessage") or not post.path.startswith("/api/")


def _is_reply(post: Post) -> bool:
    return post.is_reply or '"step":"reply"' in post.body.replace(" ", "")


def _waits(server: Server, roots: Sequence[Post], pages: int) -> Sequence[float]:
    """Return how long each took from the answer that had it to the message that told it."""
    given = server.given()
    if pages == 1:
        return [post.at - min(given.values()) for post in roots]
    return [post.at - given[f"page-{_place(post)}"] for post in roots]


def _place(post: Post) -> int:
    return int(post.channel.removeprefix("C") or post.path.rpartition("/r")[2])


def _arrived(taking: Taking, has_ended: Callable[[], bool]) -> list[Post]:
    """Return what comes until all have heard of it and nothing more comes for a while."""
    found: list[Post] = []
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        time.sleep(1.0)
        new = taking.posts()
        found += new
        if not new and sum(not _is_reply(post) for post in found if _is_post(post)) >= PLACES:
            return found
        if has_ended():
            break
    raise TimeoutError(f"only {len(found)} messages came")


_WAYS: dict[tuple[str, str], Callable[[], Fanned]] = {
    ("Alertmanager, webhooks", "one thing in 1,000 places"): lambda: _alertmanager(1),
    ("Sitrep, webhooks", "one thing in 1,000 places"): lambda: _sitrep("webhook", 1),
    ("Sitrep, Slack", "one thing in 1,000 places"): lambda: _sitrep("slack", 1),
    ("Alertmanager, webhooks", "1,000 things, a place each"): lambda: _alertmanager(PLACES),
    ("Sitrep, webhooks", "1,000 things, a place each"): lambda: _sitrep("webhook", PLACES),
    ("Sitrep, Slack", "1,000 things, a place each"): lambda: _sitrep("slack", PLACES),
}
