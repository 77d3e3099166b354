"""The same from another process: /control/<verb>, JSON in and out.

    POST /control/state      {}                                            token, channels, connections, identifies
    POST /control/messages   {"channel": id?}                              every message, as kept and as read
    POST /control/calls      {"route": name?}                              the journal
    POST /control/channel    {"name": …, "deny": [...]}                    a new channel
    POST /control/forum      {"name": …, "tags": [...]}
    POST /control/fault      {"route": …, "fault": {…}, "times": 1, "when": {"channel_id": …}}
    POST /control/well       {}                                            nothing goes wrong any more, nothing hangs
    POST /control/limits     {"enforced": false}
    POST /control/rules      {"lag": 2, "nonce_window": 60}                see `world.Rules`
    POST /control/token      {"state": "revoked"}                          "" makes it good again
    POST /control/permissions {"channel"?: id, "deny": ["send_messages"]}  of a channel, or of the bot in its guild
    POST /control/clock      {"seconds": 60}
    POST /control/says       {"channel", "text", "user"?}                  a person writes
    POST /control/removes    {"channel", "message"?}                       a person deletes a message, or a channel
    POST /control/runs       {"command", "channel", "options", "user"?}    and `types`, `presses`, `submits`, `uses`
    POST /control/gateway    {"does": "closes", "code": 4000}              `reconnects`, `invalidates`, `aborts`,
                                                                           `freezes`, `refuses`, `forgets`, `says_raw`,
                                                                           `carries` {"late": s, "times": n}

`fault` has the fields of `faults.Fault`.  What people do is answered when the app has answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiohttp import web

from tests.localdiscord.delivery import MODAL, Delivery
from tests.localdiscord.errors import DiscordError, Json
from tests.localdiscord.faults import Condition, Fault
from tests.localdiscord.local import LocalDiscord
from tests.localdiscord.looks import pings, readable
from tests.localdiscord.nouns import Message
from tests.localdiscord.world import GUILD, PERSON

Verb = Callable[[Json], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Control:
    local: LocalDiscord

    async def respond(self, request: web.Request) -> web.Response:
        """Answer one request; what can not be done is 400 with the reason."""
        verbs = {**self._state(), **self._people()}
        verb = verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": f"no such verb; there are {sorted(verbs)}"}, status=404)
        try:
            return web.json_response(await verb(await request.json() if request.can_read_body else {}))
        except (DiscordError, LookupError, TypeError, ValueError, TimeoutError) as failed:
            return web.json_response({"error": f"{type(failed).__name__}: {failed}"}, status=400)

    def _state(self) -> dict[str, Verb]:
        return {
            "state": self._tells,
            "messages": self._messages,
            "calls": self._calls,
            "channel": self._channel,
            "forum": self._forum,
            "fault": self._fault,
            "well": self._well,
            "limits": self._limits,
            "rules": self._rules,
            "token": self._token,
            "permissions": self._permissions,
            "clock": self._clock,
            "says": self._says,
            "removes": self._removes,
            "gateway": self._gateway,
        }

    def _people(self) -> dict[str, Verb]:
        return {
            "runs": self._runs,
            "types": self._types,
            "presses": self._presses,
            "submits": self._submits,
            "uses": self._uses,
        }

    async def _tells(self, _: Json) -> Json:
        return about(self.local)

    async def _messages(self, asked: Json) -> Json:
        wanted, world = asked.get("channel"), self.local.world
        kept = [one for one in world.messages() if wanted in (None, one.channel)]
        hidden = [one for there in world.channels.values() for one in there.ephemeral if wanted in (None, there.id)]
        return {"messages": [shown(one) for one in kept], "ephemeral": [shown(one) for one in hidden]}

    async def _calls(self, asked: Json) -> Json:
        wanted = asked.get("route")
        return {"calls": [asdict(call) for call in self.local.journal.calls if wanted in (None, call.route)]}

    async def _channel(self, asked: Json) -> Json:
        made = self.local.world.channel(asked["name"], deny=tuple(asked.get("deny", ())))
        return {"id": made.id, "name": made.name}

    async def _forum(self, asked: Json) -> Json:
        made = self.local.world.forum(asked["name"], tags=tuple(asked.get("tags", ())))
        return {"id": made.id, "name": made.name, "tags": {one.name: one.id for one in made.tags}}

    async def _fault(self, asked: Json) -> Json:
        when = asked.get("when")
        fault = Fault(**asked["fault"])
        self.local.faults.add(asked["route"], fault, times=asked.get("times", 1), when=_same(when) if when else None)
        return {}

    async def _well(self, _: Json) -> Json:
        self.local.faults.clear()
        return {}

    async def _limits(self, asked: Json) -> Json:
        self.local.pace.enforced = bool(asked["enforced"])
        return {}

    async def _rules(self, asked: Json) -> Json:
        self.local.world.rules = replace(self.local.world.rules, **asked)
        return asdict(self.local.world.rules)

    async def _token(self, asked: Json) -> Json:
        if asked["state"]:
            self.local.revokes()
        self.local.world.state = asked["state"]
        return {}

    async def _permissions(self, asked: Json) -> Json:
        if "channel" in asked:
            self.local.world.denies(asked["channel"], *asked.get("deny", ()))
        else:
            self.local.world.forbids(*asked.get("deny", ()), guild=asked.get("guild", GUILD))
        return {}

    async def _clock(self, asked: Json) -> Json:
        self.local.world.clock.jumps(asked["seconds"])
        return {}

    async def _says(self, asked: Json) -> Json:
        return shown(self.local.world.says(asked["channel"], asked["text"], user=asked.get("user", PERSON)))

    async def _removes(self, asked: Json) -> Json:
        if "message" in asked:
            self.local.world.removes(asked["channel"], asked["message"])
        else:
            self.local.world.removes_channel(asked["channel"])
        return {}

    async def _gateway(self, asked: Json) -> Json:
        gateway = self.local.gateway
        plain = {one.__name__: one for one in (gateway.reconnects, gateway.aborts, gateway.freezes, gateway.forgets)}
        match asked.get("does"):
            case str(name) if name in plain:
                plain[name]()
            case "closes":
                gateway.closes(asked["code"])
            case "invalidates":
                gateway.invalidates(resumable=asked["resumable"])
            case "refuses":
                gateway.refuses(asked.get("times", 1))
            case "says_raw":
                gateway.says_raw(asked["text"])
            case "carries":
                gateway.late, gateway.times = asked.get("late", 0), asked.get("times", 1)
            case other:
                raise ValueError(f"the gateway can not do {other!r}")
        return {"connections": len(gateway.links)}

    async def _runs(self, asked: Json) -> Json:
        there = self.local.world.there(asked["channel"])
        return await _told(await self._person(asked).runs(asked["command"], channel=there, **asked.get("options", {})))

    async def _types(self, asked: Json) -> Json:
        there = self.local.world.there(asked["channel"])
        sent = self._person(asked).types(
            asked["command"], asked["option"], asked["typed"], channel=there, **asked.get("options", {})
        )
        return await _told(await sent)

    async def _presses(self, asked: Json) -> Json:
        message = self._message(asked)
        return await _told(await self._person(asked).presses(message, asked["wanted"], values=asked.get("values")))

    async def _submits(self, asked: Json) -> Json:
        """`interaction` is the one that opened the modal."""
        opened = self.local.world.interactions[asked["interaction"]]
        return await _told(await self._person(asked).submits(opened, asked["values"]))

    async def _uses(self, asked: Json) -> Json:
        return await _told(await self._person(asked).uses(asked["command"], self._message(asked)))

    def _person(self, asked: Json) -> Any:
        return self.local.person(asked.get("user", PERSON))

    def _message(self, asked: Json) -> Message:
        there = self.local.world.there(asked["channel"])
        hidden = next((one for one in there.ephemeral if one.id == asked["message"]), None)
        return hidden or self.local.world.message(there.id, asked["message"])


def about(local: LocalDiscord) -> Json:
    """Return what a process must know to use this Discord."""
    return {
        "url": local.url,
        "api_url": local.api_url,
        "gateway_url": local.gateway_url,
        "token": local.token,
        "guild": GUILD,
        "channels": {one.name: one.id for one in local.world.channels.values() if one.name and not one.is_thread},
        "threads": [one.id for one in local.world.channels.values() if one.is_thread],
        "commands": local.world.commands,
        "connections": len(local.gateway.links),
        "identifies": len(local.gateway.identifies),
        "invalid": local.journal.invalid(),
    }


def shown(message: Message) -> Json:
    """Return a message as another process is told of it."""
    return asdict(message) | {"readable": readable(message), "pings": pings(message)}


def _same(when: Json) -> Condition:
    return lambda args: all(args.get(name) == value for name, value in when.items())


async def _told(delivery: Delivery) -> Json:
    await delivery.done()
    return {
        "interaction": delivery.id,
        "answered": delivery.is_answered,
        "in_time": delivery.in_time,
        "took": delivery.took,
        "answer": delivery.callback,
        "ephemeral": delivery.ephemeral,
        "choices": delivery.choices,
        "modal": (delivery.callback or {}).get("type") == MODAL,
        "response": shown(delivery.response) if delivery.response else None,
        "followups": [shown(one) for one in delivery.followups],
        "failed": delivery.failed,
        "refused": delivery.refused,
    }
