"""Runs the functions of bench/inside inside of Odoo."""

import json
import os

from devtools import places, processes
from devtools.errors import Problem

ANSWER = "the answer of bench/inside: "


def call(instance, module, function, *arguments, **options):
    """Run ``function(env, *arguments)`` of bench/inside/``module``.py in an Odoo shell and return what it returns.

    :param arguments: what JSON can hold, as the answer
    :param options: of the configuration, see Instance.configure
    """
    script = f"""
import json
from bench.inside import {module}
print({ANSWER!r} + json.dumps({module}.{function}(env, *json.loads({json.dumps(arguments)!r}))))
"""
    command = instance.command("shell", "--config", instance.configure(**options), "--no-http", "--log-level=warn")
    path = f"{places.CHECKOUT}{os.pathsep}{instance.environment['PYTHONPATH']}"
    environment = {**instance.environment, "PYTHONPATH": path}
    output = processes.run(command, function, cwd=instance.folder, env=environment, input=script)
    answers = [line.removeprefix(ANSWER) for line in output.splitlines() if line.startswith(ANSWER)]
    if not answers:
        raise Problem(f"{function} gave no answer", output[-3000:])
    return json.loads(answers[0])
