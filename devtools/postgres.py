"""PostgreSQL: the server of $PGHOST, or a private cluster in the cache that listens on a Unix socket only.

Durability stays on (it serves ./dev run); databases of tests switch synchronous_commit off for themselves. The cluster
runs while some ./dev uses it: each holds a shared lock, and the last one to leave stops it.
"""

import fcntl
import os
import pwd
import stat
from contextlib import contextmanager, suppress
from pathlib import Path

from . import places, system
from .errors import Problem
from .processes import run
from .progress import step

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
shared_buffers = 256MB
max_connections = 200
max_wal_size = 2GB
"""


class Server:
    """How to reach PostgreSQL. `host` is a folder with a socket, or what $PGHOST says."""

    def __init__(self, host, user, port=""):
        self.host, self.user, self.port = str(host), user, str(port)

    @property
    def environment(self):
        """For libpq programs; a password comes from the caller's own PGPASSWORD or ~/.pgpass."""
        given = {"PGHOST": self.host, "PGUSER": self.user, "PGPORT": self.port}
        return {**os.environ, **{name: value for name, value in given.items() if value}, "PGDATABASE": "postgres"}

    def sql(self, query, database="postgres", **variables):
        """Run SQL and return its rows as a list of tuples of strings; `variables` are psql's (:'name')."""
        command = ["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", database]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        output = run(
            [*command, "-f", "-"],
            f"asking PostgreSQL ({self.host})",
            "check PGHOST, PGPORT, PGUSER and PGPASSWORD",
            env=self.environment,
            input=query,
        )
        return [tuple(line.split("\x1f")) for line in output.splitlines() if line]


@contextmanager
def server():
    """A running server, for as long as the block lasts."""
    system.need("psql", ["postgresql-client"], "PostgreSQL's client")
    if os.environ.get("PGHOST"):
        with step(f"PostgreSQL of {os.environ['PGHOST']}"):
            existing = Server(os.environ["PGHOST"], os.environ.get("PGUSER", ""), os.environ.get("PGPORT", ""))
            existing.sql("SELECT 1")
        yield existing
        return
    cluster = Cluster()
    with open(places.lock_file("postgresql-users"), "a") as users:
        try:
            with places.lock("postgresql"), step("PostgreSQL"):
                fcntl.flock(users, fcntl.LOCK_SH)
                cluster.start()
            yield Server(cluster.socket, "odoo")
        finally:
            with places.lock("postgresql"), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


class Cluster:
    """The private cluster: its folder, its owner, how it is made, started and stopped."""

    def __init__(self):
        self.bin = system.postgres_bin()
        self.owner = owner()
        self.base = base_folder() / f"postgresql-{self.bin.parent.name}"
        self.base.mkdir(parents=True, exist_ok=True)
        self.data = self.base / "data"
        self.socket = self.base / "socket"
        self.log = self.base / "server.log"
        if len(str(self.socket)) > 85:
            raise Problem(f"{self.base} is too long a path for a Unix socket", "set XDG_CACHE_HOME to a shorter one")

    def run(self, command, what, **options):
        """Run one of PostgreSQL's programs as the cluster's owner: it refuses to run as root."""
        identity = {**options, "cwd": self.base, "env": {**os.environ, "LC_ALL": "C.UTF-8"}}
        if self.owner:
            identity |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
            identity["env"] |= {"HOME": str(self.base), "USER": self.owner.pw_name}
        cure = f"its log is {self.log}; if it goes on, remove {self.base} (the databases with it)"
        return run([self.bin / command[0], *command[1:]], what, cure, **identity)

    def start(self):
        own(self.base, self.owner)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        own(self.socket, self.owner)
        if not self.data.exists():
            self.make()
        if self.is_running():
            return
        self.forget_dead_postmaster()
        command = ["pg_ctl", "start", "-s", "-w", "-t", "60", "-D", self.data, "-l", self.log]
        self.run(command, "starting PostgreSQL")

    def make(self):
        options = ["--username=admin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        with places.building(self.data, megabytes=600) as unfinished:
            unfinished.chmod(0o700)
            own(unfinished, self.owner)
            self.run(["initdb", *options, "-D", unfinished], "making PostgreSQL's cluster")
            with open(unfinished / "postgresql.conf", "a") as settings:
                settings.write(f"{SETTINGS}unix_socket_directories = '{self.socket}'\n")
            # Single-user mode: the role is there before anybody can connect.
            single = ["postgres", "--single", "-D", unfinished, "postgres"]
            self.run(single, "making the database role", input="CREATE ROLE odoo LOGIN CREATEDB;\n")

    def is_running(self):
        try:
            self.run(["pg_isready", "-q", "-h", self.socket], "looking for PostgreSQL")
        except Problem:
            return False
        return True

    def forget_dead_postmaster(self):
        """After a crash the pid file stays, and its number may be another program's by now: then PostgreSQL refuses."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = pid_file.read_text().split("\n")[0]
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            command = b""
        if str(self.data).encode() not in command:
            pid_file.unlink(missing_ok=True)
            for leftover in self.socket.iterdir():
                leftover.unlink()

    def stop(self):
        if not (self.data / "postmaster.pid").exists():
            return
        self.run(["pg_ctl", "stop", "-s", "-m", "fast", "-D", self.data], "stopping PostgreSQL")


def owner():
    """Who runs the cluster: ourselves, or, for root, an unprivileged user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Problem("root has no unprivileged user to run PostgreSQL as", "make one named postgres")


def own(path, user):
    if user and path.stat().st_uid != user.pw_uid:
        os.chown(path, user.pw_uid, user.pw_gid)


def base_folder():
    """The cache; for root, whose home others can't enter, a folder of the system's cache instead."""
    cache = places.cache()
    if os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in (cache, *cache.parents)):
        return cache
    return Path("/var/cache/meetings-scheduler") / places.short_hash(cache)
