"""views.*: https://docs.slack.dev/reference/methods/views.open, …/views.update, …/views.publish; /surfaces/modals.

A trigger lives three seconds and opens one view.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.localslack import blocks, elements
from tests.localslack.calls import Asked
from tests.localslack.errors import Json, SlackError

MAX_TITLE = 24
MAX_PRIVATE = 3_000
MAX_CALLBACK = 255


def opened(asked: Asked) -> Json:
    asked.world.spend(str(asked.args.get("trigger_id", "")))
    view = _checked(asked.args.get("view"), "modal")
    made = _kept(asked, view, asked.world.new_id("V"))
    asked.world.views[made["id"]] = made
    return {"ok": True, "view": made}


def updated(asked: Asked) -> Json:
    known = _known(asked)
    if asked.args.get("hash") not in (None, known["hash"]):
        raise SlackError("hash_conflict")
    made = _kept(asked, _checked(asked.args.get("view"), known["type"]), known["id"])
    asked.world.views[known["id"]] = made
    return {"ok": True, "view": made}


def published(asked: Asked) -> Json:
    user = str(asked.args.get("user_id", ""))
    if user not in asked.world.users or asked.world.users[user].team != asked.by.team:
        raise SlackError("user_not_found")
    before = asked.world.homes.get(user)
    if asked.args.get("hash") and before and asked.args["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    made = _kept(asked, _checked(asked.args.get("view"), "home"), before["id"] if before else asked.world.new_id("V"))
    asked.world.homes[user] = made
    return {"ok": True, "view": made}


def faults_of(view: Any, kind: str) -> Iterator[str]:
    """Yield what is wrong with a view, in Slack's words."""
    if not isinstance(view, dict):
        yield "must be an object [json-pointer:/view]"
        return
    if view.get("type") != kind:
        yield elements.unsupported(view.get("type"), "/view/type")
    yield from elements.too_long(view.get("private_metadata"), MAX_PRIVATE, "/view/private_metadata", least=0)
    yield from elements.too_long(view.get("callback_id"), MAX_CALLBACK, "/view/callback_id")
    yield from blocks.faults_of(view.get("blocks"), blocks.VIEW, "/view/blocks")
    if kind == "modal":
        yield from _modal(view)


def _modal(view: Json) -> Iterator[str]:
    yield from elements.fields_missing(view, "/view", "title")
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            yield from elements.text(view[name], MAX_TITLE, f"/view/{name}", only="plain_text")
    asks = any(isinstance(one, dict) and one.get("type") == "input" for one in view.get("blocks") or ())
    if asks and view.get("submit") is None:
        yield "missing required field: submit [json-pointer:/view]"


def _checked(view: Any, kind: str) -> Json:
    found = list(faults_of(view, kind))
    if found:
        raise blocks.refused("invalid_arguments", found)
    return dict(view)


def _known(asked: Asked) -> Json:
    wanted, external = asked.args.get("view_id"), asked.args.get("external_id")
    for view in asked.world.views.values():
        if view["id"] == wanted or (external and view.get("external_id") == external):
            return view
    raise SlackError("not_found")


def _kept(asked: Asked, view: Json, id_: str) -> Json:
    number = asked.world.new_id("")
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **view,
        "id": id_,
        "team_id": asked.by.team,
        "app_id": asked.by.app,
        "bot_id": asked.by.bot_id,
        "blocks": blocks.completed(view["blocks"]),
        "state": {"values": {}},
        "hash": f"{int(asked.world.clock.seconds())}.{number}",
        "root_view_id": id_,
        "previous_view_id": None,
    }
