"""Reads the status of each call of a gateway, one a line, and reports every minute how many of them failed.

tail -F access.log | awk '{ print $9; fflush() }' | python report_rates.py http://127.0.0.1:8080/hooks/gateway

The secret is in SITREP_HOOK_TOKEN.  Nothing but Python's own library is needed.
"""

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.request

WHAT = {"vendor": "openai", "component": "Chat Completions", "host": "api.openai.com"}
URL, TOKEN, EVERY = sys.argv[1], os.environ["SITREP_HOOK_TOKEN"], 60


def report(calls, failures, seconds):
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = json.dumps(
        {**WHAT, "window": f"{min(seconds, 3600)}s", "calls": calls, "failures": failures, "at": at}
    ).encode()
    now = str(int(time.time()))
    signature = hmac.new(TOKEN.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Sitrep-Timestamp": now, "X-Sitrep-Signature": f"v1={signature}"}
    try:
        print(urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=10).read().decode().strip())
    except OSError as error:
        print(f"not reported: {error}", file=sys.stderr)  # the next report counts what comes next


calls, failures, began = 0, 0, time.monotonic()
for line in sys.stdin:
    calls, failures = calls + 1, failures + line.startswith("5")
    if (passed := time.monotonic() - began) >= EVERY:
        report(calls, failures, round(passed))
        calls, failures, began = 0, 0, time.monotonic()
if calls:
    report(calls, failures, max(round(time.monotonic() - began), 1))
