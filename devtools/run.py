"""./dev run: from a fresh machine to a running Odoo with the addon, its demo data and a mail catcher."""

import argparse
import os
import re
from contextlib import ExitStack, contextmanager

from . import database, google, mail, odoo_source, places, postgres, processes, python_env
from .errors import Problem
from .instance import Instance, warm
from .progress import step

DEFAULT_PORT = 8069


def parser():
    options = argparse.ArgumentParser(
        prog="./dev run",
        description="Start Odoo 19 with the addon on 127.0.0.1, bringing all it needs. Ctrl-C ends all it started.",
        epilog="environment: ODOO_HOME (an existing Odoo 19 checkout), PGHOST (an existing PostgreSQL server, with the"
        " usual PGPORT, PGUSER, PGPASSWORD), DATABASE (name of the database), XDG_CACHE_HOME (where the cache lies).",
    )
    options.add_argument("--port", type=port_number, default=DEFAULT_PORT, help="HTTP port (default: %(default)s)")
    options.add_argument("--workers", type=int, default=0, metavar="N", help="worker processes (default: 0, threads)")
    options.add_argument("--fresh", action="store_true", help="throw the database away and make a new one")
    options.add_argument("--no-demo", action="store_true", help="without demo data (a database of its own)")
    options.add_argument(
        "--set",
        action="append",
        default=[],
        type=parameter,
        metavar="NAME=VALUE",
        help="set a system parameter, such as meetings_scheduler.rate_limit=0; repeatable",
    )
    return options


def port_number(text):
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{number} is no port")
    return number


def parameter(text):
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def main(argv):
    arguments = parser().parse_args(argv)
    require_port(arguments.port)
    name = database_name("_nodemo" if arguments.no_demo else "")
    with processes.ended_by_signals(), only_one(name), ExitStack() as stack:
        instance = stack.enter_context(environment(name))
        new = database.prepare(instance, demo=not arguments.no_demo, fresh=arguments.fresh)
        address = f"http://127.0.0.1:{arguments.port}"
        mailbox = stack.enter_context(mail.catcher(instance, processes.free_port(mail.WEB_PORT)))
        stand_in = None
        if not arguments.no_demo:
            web_port = processes.free_port(google.WEB_PORT)
            stand_in = stack.enter_context(google.stand_in(instance, address, mailbox.smtp_port, web_port))
        parameters = {"web.base.url": address, **(stand_in.parameters if stand_in else {}), **dict(arguments.set)}
        database.set_parameters(instance, parameters)
        require_port(arguments.port)
        with step("Odoo"):
            process = stack.enter_context(
                serving(
                    instance,
                    arguments.port,
                    arguments.workers,
                    smtp_port=mailbox.smtp_port,
                    meetings_scheduler_key=stand_in.key if stand_in else "",
                )
            )
        if new:
            with step("building the pages' styles and scripts (once)"):
                warm(arguments.port, "/meetings/demo", "/web/login")
        announce(arguments, instance, mailbox, stand_in)
        returned = process.wait()
        raise Problem(f"Odoo ended by itself ({returned})", f"its log is {instance.folder / 'server.log'}")


def database_name(suffix=""):
    """$DATABASE, or this checkout's own."""
    name = os.environ.get("DATABASE") or places.checkout_name() + suffix
    if not re.fullmatch(r"[\w.-]{1,50}", name):
        raise Problem(f"DATABASE={name} is no name for a database", "use at most 50 letters, digits, '_', '.' and '-'")
    return name


@contextmanager
def only_one(name):
    """Two servers of ./dev run on one database would overwrite each other's configuration, log and mails."""
    with places.try_lock(f"run-{name}") as (got, holder):
        if not got:
            cure = "end that one, or name another database with DATABASE"
            raise Problem(f"the database {name} is already served by ./dev run, process {holder}", cure)
        yield


def require_port(port):
    if not processes.port_is_free(port):
        other = processes.free_port(port + 1)
        raise Problem(f"port {port} is taken by another program", f"end it, or: ./dev run --port {other}")


@contextmanager
def environment(name):
    """All that an Odoo needs to run on the database `name`: downloaded, installed, PostgreSQL started."""
    odoo = odoo_source.find()
    python = python_env.find()
    with postgres.server() as server:
        yield Instance(odoo, python, server, name)


@contextmanager
def serving(instance, port, workers=0, **options):
    """A ready Odoo server, ended with the block."""
    process = instance.serve(port, workers, **options)
    try:
        instance.wait(process, port)
        yield process
    finally:
        processes.stop(process)


def announce(arguments, instance, mailbox, stand_in):
    address = f"http://127.0.0.1:{arguments.port}"
    print(f"\n  {address}/odoo  administrator: admin / admin")
    if not arguments.no_demo:
        print(f"  {address}/odoo  salespeople: laura / laura, marco / marco")
        print(f"  {address}/meetings/demo  the public page of the demo")
    print(f"  http://127.0.0.1:{mailbox.web_port}  every mail it sends (files: {mailbox.folder})")
    if stand_in:
        print(f"  {stand_in.address}  a stand-in for Google Calendar, to connect without an account")
    print(f"  log: {instance.folder / 'server.log'}\n\n  Ctrl-C ends it.", flush=True)
