"""Workers that kill themselves with -9 at one exact place: processes of their own, forked from an Odoo shell."""

import http.client
import json
import os
import signal
import traceback

from odoo import SUPERUSER_ID, api, sql_db


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def dies(owner, name, nth=1, only=lambda result: True):
    """Kills this worker after the ``nth`` call of ``owner.name`` for whose result ``only`` holds."""
    original = getattr(owner, name)
    calls = []

    def method(*args, **kwargs):
        result = original(*args, **kwargs)
        if only(result):
            calls.append(True)
            if len(calls) == nth:
                die()
        return result

    setattr(owner, name, method)


def dies_waiting_for(method, nth):
    """Kills this worker when its ``nth`` request of that method to a calendar's events has left, unanswered."""
    putrequest, getresponse = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse
    calls = []

    def put(connection, verb, url, *args, **kwargs):
        connection.asks_for_event = verb == method and "/events" in url
        return putrequest(connection, verb, url, *args, **kwargs)

    def get(connection):
        if connection.asks_for_event:
            calls.append(True)
            if len(calls) == nth:
                die()
        return getresponse(connection)

    http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse = put, get


def worker(registry, work, killed=False):
    """Runs ``work(env)`` in a process of its own and returns what it returns.

    :raises AssertionError: it failed, or was not killed although it should
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        status = 1
        try:
            # The parent's connections stay its own: not even closed here, that would end them there.
            kept = sql_db._Pool, sql_db._Pool_readonly  # noqa: F841 - what is forgotten would be closed
            sql_db._Pool = sql_db._Pool_readonly = None
            with registry.cursor() as cr:
                answer = work(api.Environment(cr, SUPERUSER_ID, {}))
            with os.fdopen(writing, "w") as pipe:
                json.dump(answer, pipe)
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    if killed:
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if status:
        raise AssertionError("a worker failed; its words stand above")
    return json.loads(text)
