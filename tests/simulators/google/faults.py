"""Misbehaviour on command (RELIABILITY.md, fault catalogue). Each fault is a dict given to the control endpoint:

method   "events.insert", "oauth.token", ... or "*"
account  only for that address
skip     let so many matching calls pass first
times    how often (default 1; 0 for always)
action   one of:
  status    answer `status` with `reason`, `headers`, without doing anything
  reset     close the connection without doing anything
  lose      do it, then close the connection without an answer
  hang      wait `seconds`, then close
  drip      do it, answer one byte per `seconds`
  html      200 with a login page, without doing anything
  truncate  do it, send half of the body with the full Content-Length
  cut       do it, send half of the body as if it were all
  huge      200 with `bytes` of JSON
  bomb      200 with `bytes` of zeros, compressed
  redirect  302 to `location`
  change    do it, then merge `fields` into the answer (null removes)
  bare      do it, then leave cancelled items only their id and status
  repeat    do it, then repeat the last item of this page at the start of the next one
"""

import gzip
import json
import time

LOGIN_PAGE = b"<!doctype html><html><body><h1>Sign in to the hotel network</h1></body></html>"


def take(world, method, account):
    """The fault that is due for this call, if any; counts it down."""
    for fault in world.faults:
        if fault["method"] not in ("*", method) or fault.get("account", account) != account:
            continue
        if fault.get("skip", 0) > 0:
            fault["skip"] -= 1
            continue
        if fault.get("times", 1) == 1:
            world.faults.remove(fault)
        elif fault.get("times"):
            fault["times"] -= 1
        return fault
    return None


def instead(fault):
    """(status, headers, body) for a fault that keeps the call from being carried out; None for the others.

    A status of 0 closes the connection.
    """
    action = fault["action"]
    if action == "status":
        reason = fault.get("reason", "")
        detail = {"domain": "global", "reason": reason, "message": reason}
        body = {"error": {"code": fault["status"], "message": reason, "errors": [detail] if reason else []}}
        if fault.get("oauth"):
            body = {"error": reason}
        return (
            fault["status"],
            {"Content-Type": "application/json", **fault.get("headers", {})},
            json.dumps(body).encode(),
        )
    if action == "html":
        return 200, {"Content-Type": "text/html"}, LOGIN_PAGE
    if action == "huge":
        return (
            200,
            {"Content-Type": "application/json"},
            json.dumps({"items": [], "summary": "x" * fault["bytes"]}).encode(),
        )
    if action == "bomb":
        body = gzip.compress(b'{"summary": "' + b"0" * fault["bytes"] + b'"}')
        return 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, body
    if action == "redirect":
        return 302, {"Location": fault["location"]}, b""
    if action == "reset":
        return 0, {}, b""
    if action == "hang":
        time.sleep(fault["seconds"])
        return 0, {}, b""
    return None


def alter(world, fault, answer):
    """The answer of a call that was carried out, made wrong."""
    if not isinstance(answer, dict):
        return answer
    if fault["action"] == "change":
        changed = {**answer, **fault["fields"]}
        return {name: value for name, value in changed.items() if value is not None}
    if fault["action"] == "bare":
        items = [
            {"id": item["id"], "status": "cancelled"} if item.get("status") == "cancelled" else item
            for item in answer["items"]
        ]
        return {**answer, "items": items}
    if fault["action"] == "repeat" and "nextPageToken" in answer:
        following = world.pages[answer["nextPageToken"]]
        following["items"] = [answer["items"][-1], *following["items"]]
    return answer


def send(fault, handler, status, headers, body):
    """Send as the fault wants it. Returns False if it has no opinion."""
    action = fault["action"]
    if action == "lose":
        handler.hang_up()
    elif action == "truncate":
        handler.reply(status, {**headers, "Content-Length": str(len(body))}, body[: len(body) // 2], close=True)
    elif action == "cut":
        handler.reply(status, headers, body[: len(body) // 2])
    elif action == "drip":
        handler.reply(status, {**headers, "Content-Length": str(len(body))}, b"")
        try:
            for byte in body:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(fault["seconds"])
        except OSError:
            handler.close_connection = True
    else:
        return False
    return True
