"""The same from another process: /control/<verb>, JSON in and out.

    POST /control/state      {}                                          tokens, channels, connections
    POST /control/messages   {"channel": id?}                            every message, as kept and as read
    POST /control/calls      {"method": name?}                           the journal
    POST /control/channel    {"name": …, "private": …, "member": …}      a new channel
    POST /control/fault      {"method": …, "fault": {…}, "times": 1, "when": {"channel": …}}
    POST /control/well       {}                                          nothing goes wrong any more, nothing hangs
    POST /control/limits     {"enforced": false}
    POST /control/rules      {"lag": 2, "orphans": "thread_not_found"}   see `world.Rules`
    POST /control/token      {"state": "token_revoked"}
    POST /control/clock      {"seconds": 60}
    POST /control/says       {"channel", "text", "user"?, "thread"?}     a person writes
    POST /control/removes    {"channel", "ts"}                           a person deletes a message
    POST /control/runs       {"command", "text", "channel", "user"?}     and `presses`, `uses`, `mentions`,
                                                                         `submits`, `opens_home`: see `people`
    POST /control/sockets    {"does": "disconnects", "reason": …}        `aborts`, `freezes`, `refuse`, `haunt`

`fault` has the fields of `faults.Fault`.  What people do is answered when the app has answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiohttp import web

from tests.localslack.delivery import Delivery
from tests.localslack.errors import Json, SlackError
from tests.localslack.faults import Condition, Fault
from tests.localslack.local import LocalSlack
from tests.localslack.looks import fallback, readable
from tests.localslack.nouns import Message
from tests.localslack.world import PERSON

Verb = Callable[[Json], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Control:
    slack: LocalSlack

    async def respond(self, request: web.Request) -> web.Response:
        """Answer one request; what can not be done is 400 with the reason."""
        verbs = {**self._state(), **self._people()}
        verb = verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": f"no such verb; there are {sorted(verbs)}"}, status=404)
        try:
            return web.json_response(await verb(await request.json() if request.can_read_body else {}))
        except (SlackError, LookupError, TypeError, ValueError, TimeoutError) as failed:
            return web.json_response({"error": f"{type(failed).__name__}: {failed}"}, status=400)

    def _state(self) -> dict[str, Verb]:
        return {
            "state": self._tells,
            "messages": self._messages,
            "calls": self._calls,
            "channel": self._channel,
            "fault": self._fault,
            "well": self._well,
            "limits": self._limits,
            "token": self._token,
            "rules": self._rules,
            "clock": self._clock,
            "says": self._says,
            "removes": self._removes,
            "sockets": self._sockets,
        }

    def _people(self) -> dict[str, Verb]:
        return {
            "runs": self._runs,
            "presses": self._presses,
            "uses": self._uses,
            "mentions": self._mentions,
            "submits": self._submits,
            "opens_home": self._opens_home,
        }

    async def _tells(self, _: Json) -> Json:
        return about(self.slack)

    async def _messages(self, asked: Json) -> Json:
        wanted = asked.get("channel")
        kept = [one for one in self.slack.world.messages() if wanted in (None, one.channel)]
        hidden = [
            one for there in self.slack.world.channels.values() for one in there.ephemeral if wanted in (None, there.id)
        ]
        return {"messages": [shown(one) for one in kept], "ephemeral": [shown(one) for one in hidden]}

    async def _calls(self, asked: Json) -> Json:
        wanted = asked.get("method")
        calls = [call for call in self.slack.journal.calls if wanted in (None, call.method)]
        return {"calls": [asdict(call) for call in calls]}

    async def _channel(self, asked: Json) -> Json:
        made = self.slack.world.channel(**asked)
        return {"id": made.id, "name": made.name}

    async def _fault(self, asked: Json) -> Json:
        when = asked.get("when")
        fault = Fault(**asked["fault"])
        self.slack.faults.add(asked["method"], fault, times=asked.get("times", 1), when=_same(when) if when else None)
        return {}

    async def _well(self, _: Json) -> Json:
        self.slack.faults.clear()
        return {}

    async def _limits(self, asked: Json) -> Json:
        self.slack.pace.enforced = bool(asked["enforced"])
        return {}

    async def _rules(self, asked: Json) -> Json:
        self.slack.world.rules = replace(self.slack.world.rules, **asked)
        return asdict(self.slack.world.rules)

    async def _token(self, asked: Json) -> Json:
        self.slack.world.installations[asked.get("token", self.slack.token)].state = asked["state"]
        return {}

    async def _clock(self, asked: Json) -> Json:
        self.slack.world.clock.jumps(asked["seconds"])
        return {}

    async def _says(self, asked: Json) -> Json:
        user, thread = asked.get("user", PERSON), asked.get("thread")
        return shown(self.slack.world.says(asked["channel"], asked["text"], user=user, thread=thread))

    async def _removes(self, asked: Json) -> Json:
        self.slack.world.remove(asked["channel"], asked["ts"])
        return {}

    async def _sockets(self, asked: Json) -> Json:
        sockets = self.slack.sockets
        match asked.get("does"):
            case "disconnects":
                await sockets.disconnects(asked["reason"])
            case "aborts":
                sockets.aborts()
            case "freezes":
                sockets.freezes()
            case "refuse":
                sockets.refuse(asked.get("times", 1), dead=asked.get("dead", True))
            case "haunt":
                sockets.haunt(asked["number"])
            case other:
                raise ValueError(f"sockets can not do {other!r}")
        return {"links": len(sockets.links)}

    async def _runs(self, asked: Json) -> Json:
        return await _told(await self._person(asked).runs(asked["command"], asked["text"], asked["channel"]))

    async def _presses(self, asked: Json) -> Json:
        return await _told(
            await self._person(asked).presses(self._message(asked), asked["wanted"], chosen=asked.get("chosen"))
        )

    async def _uses(self, asked: Json) -> Json:
        message = self._message(asked) if "ts" in asked else None
        return await _told(await self._person(asked).uses(asked["callback_id"], message))

    async def _mentions(self, asked: Json) -> Json:
        person = self._person(asked)
        return await _told(await person.mentions(asked["text"], asked["channel"], thread=asked.get("thread")))

    async def _submits(self, asked: Json) -> Json:
        view = self.slack.world.views[asked["view"]]
        return await _told(await self._person(asked).submits(view, asked["values"]))

    async def _opens_home(self, asked: Json) -> Json:
        return await _told(await self._person(asked).opens_home())

    def _person(self, asked: Json) -> Any:
        return self.slack.person(asked.get("user", PERSON))

    def _message(self, asked: Json) -> Message:
        return self.slack.world.message(asked["channel"], asked["ts"])


def about(slack: LocalSlack) -> Json:
    """Return what a process must know to use this Slack."""
    return {
        "url": slack.url,
        "api_url": slack.api_url,
        "token": slack.token,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "channels": {one.name: one.id for one in slack.world.channels.values() if one.name},
        "connections": len(slack.sockets.links),
        "views": slack.world.views,
        "homes": slack.world.homes,
    }


def shown(message: Message) -> Json:
    """Return a message as another process is told of it."""
    told = asdict(message)
    told |= {"readable": readable(message), "fallback": fallback(message), "is_reply": message.is_reply}
    return told


def _same(when: Json) -> Condition:
    return lambda args: all(args.get(name) == value for name, value in when.items())


async def _told(delivery: Delivery) -> Json:
    await delivery.done()
    return {
        "acked": delivery.is_acked,
        "in_time": delivery.in_time,
        "took": delivery.took,
        "answer": delivery.answer,
        "failed": delivery.failed,
        "problems": delivery.problems,
        "attempts": delivery.attempts,
    }
