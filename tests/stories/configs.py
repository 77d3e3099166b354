"""The tables of `sitrep.toml` that stories are made of; where the vendors are is filled in."""

from __future__ import annotations

ROUTES = """
[egress]
allow = ["127.0.0.1"]
[network]
witnesses = ["witness.test:443"]
[[route]]
to = ["console", "slack:C0123456789"]
"""
PAGE = """
[[watch]]
url = "{openai.page}"
name = "OpenAI"
format = "statuspage"
interval = "1m"
"""
BASE = ROUTES + PAGE


def _http(name: str, component: str, path: str, vendor: str = "openai") -> str:
    return f"""
[[probe]]
name = "{name}"
type = "http"
vendor = "{vendor}"
component = "{component}"
target = "{{{vendor}.api}}{path}"
headers = {{ Authorization = "Bearer ${{API_KEY}}" }}
interval = "1m"
"""


API = _http("openai-api", "Chat Completions", "/v1/models")
SECOND = _http("openai-files", "Chat Completions", "/v1/files")
THIRD = _http("openai-batch", "Chat Completions", "/v1/batches")
LOGIN = _http("openai-login", "Login", "/login")
US, EU = _http("api-us", "us-east-1", "/us"), _http("api-eu", "eu-west-1", "/eu")
LLM = """
[[probe]]
name = "gpt"
type = "llm"
vendor = "openai"
component = "Chat Completions"
target = "{openai.llm}/v1"
model = "gpt-5-nano"
key = "${API_KEY}"
first_token_within = "3s"
interval = "1m"
"""
GATEWAY = """
[[hook]]
name = "gateway"
type = "rates"
token = "${TOKEN}"
"""
ALERTS = """
[[hook]]
name = "alerts"
type = "alertmanager"
token = "${TOKEN}"
"""
BACKUP = """
[[probe]]
name = "Nightly backup"
type = "heartbeat"
every = "1h"
grace = "5m"
token = "${TOKEN}"
"""
ANTHROPIC = """
[[watch]]
url = "{anthropic.page}"
name = "Anthropic"
format = "statuspage"
interval = "1m"
""" + _http("claude-api", "Chat Completions", "/v1/models", "anthropic")
# A list of the last incidents, which shows those that were written down afterwards too.
LIST = """
[[watch]]
url = "{openai.page}/api/v2/incidents.json"
name = "OpenAI"
format = "statuspage"
interval = "1m"
"""
SHOP = """
[[probe]]
name = "shop"
type = "http"
target = "{openai.api}/health"
interval = "1m"
"""
