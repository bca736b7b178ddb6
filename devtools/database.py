"""Databases: made from a cached template that holds Odoo's own addons, so that only ours are installed each time.

What is in a database is written in its comment, as JSON: it travels with the database, and an interrupted start can't
contradict it. Whatever takes long happens under an `_unfinished` name; the rename says that it is whole.
"""

import json
import os
import shutil
from dataclasses import replace

from . import addons, places
from .errors import Problem
from .instance import NOWHERE
from .progress import step

TEMPLATE = "meetings_template"


def names(server):
    return {row[0] for row in server.sql("SELECT datname FROM pg_database")}


def state(server, name):
    """What ./dev wrote about a database: {} if it knows nothing of it."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name'"
    rows = server.sql(query, name=name)
    try:
        return json.loads(rows[0][0]) if rows else {}
    except ValueError:
        return {}


def remember(server, name, **facts):
    server.sql("""COMMENT ON DATABASE :"name" IS :'facts'""", name=name, facts=json.dumps(facts))


def drop(instance):
    query = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name'"""
    instance.server.sql(query, name=instance.database)
    instance.server.sql("""DROP DATABASE IF EXISTS :"name";""", name=instance.database)
    if instance.folder.exists():
        places.remove(instance.folder)


def rename(instance, name):
    """Rename database and folder, the finished thing taking the place of whatever has that name."""
    target = replace(instance, database=name)
    drop(target)
    store = instance.folder / "filestore" / instance.database
    if store.exists():
        store.rename(store.with_name(name))
    instance.server.sql("""ALTER DATABASE :"old" RENAME TO :"new";""", old=instance.database, new=name)
    instance.folder.rename(target.folder)
    return target


def copy(source, target):
    """Make target's database and file store from source's. Files of a file store never change: links are enough."""
    drop(target)
    query = """CREATE DATABASE :"new" TEMPLATE :"old";"""
    target.server.sql(query, new=target.database, old=source.database)
    store = source.folder / "filestore" / source.database
    if store.exists():
        shutil.copytree(store, target.folder / "filestore" / target.database, copy_function=os.link)


def template(instance):
    """The template with Odoo's own addons, made if missing; keyed by Odoo's version and the addons ours need."""
    needs = addons.dependencies()
    key = places.short_hash(instance.odoo.key, *needs)
    whole = replace(instance, database=f"{TEMPLATE}_{key}", extra_addons=())
    with places.lock("template"):
        if whole.database not in names(instance.server) or not whole.folder.exists():
            places.require_space(500)
            with step("database: Odoo's own addons (once)") as progress:
                unfinished = replace(whole, database=f"{whole.database}_unfinished")
                drop(unfinished)
                query = """CREATE DATABASE :"name" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C';"""
                instance.server.sql(query, name=unfinished.database)
                unfinished.install("installing Odoo's own addons", progress, install=needs)
                rename(unfinished, whole.database)
                forget_old_templates(whole)
    return whole


def forget_old_templates(newest):
    """The addon's dependencies change now and then: keep the few templates that other checkouts may still use."""
    query = "SELECT datname FROM pg_database WHERE datname LIKE :'like' ORDER BY oid DESC OFFSET 4"
    for (name,) in newest.server.sql(query, like=f"{TEMPLATE}%"):
        drop(replace(newest, database=name))


def make(instance, demo, what="database: the addon", durable=True):
    """A new database with our addons, with or without their demo data; replaces one of that name."""
    source = template(instance)
    unfinished = replace(instance, database=f"{instance.database}_unfinished")
    with step(f"{what} and its demo data" if demo else what) as progress:
        copy(source, unfinished)
        if not durable:
            query = """ALTER DATABASE :"name" SET synchronous_commit = off;"""
            instance.server.sql(query, name=unfinished.database)
        # Odoo loads an addon's demo data only where its dependencies have theirs: pretend, for the time of the install.
        if demo:
            instance.server.sql("UPDATE ir_module_module SET demo = true", unfinished.database)
        ours = [*addons.usual(), *instance.apart, *(path.parent.name for path in instance.extra_manifests)]
        unfinished.install("installing the addon", progress, install=ours, demo=demo)
        if demo:
            query = "UPDATE ir_module_module SET demo = false WHERE NOT name = ANY(string_to_array(:'ours', ','))"
            instance.server.sql(query, unfinished.database, ours=",".join(addons.usual()))
        rename(unfinished, instance.database)
        remember(instance.server, instance.database, made=True, **facts(instance))


def facts(instance):
    return {"addons": addons.names(), "content": addons.content_hash(), "odoo": instance.odoo.key}


def prepare(instance, demo, fresh=False):
    """The database of ./dev run: made if missing, updated if the addon's files changed since. Tell if it is new."""
    exists = instance.database in names(instance.server)
    known = state(instance.server, instance.database)
    if exists and fresh and not known.get("made"):
        cure = f"drop it yourself (dropdb {instance.database}), or name another with DATABASE"
        raise Problem(f"--fresh: the database {instance.database} was not made by ./dev", cure)
    with places.lock(instance.database):
        if fresh or not exists:
            make(instance, demo)
            return True
        now = facts(instance)
        if {**known, **now} == known:
            return False
        with step("database: update") as progress:
            query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
            installed = {row[0] for row in instance.server.sql(query, instance.database)}
            missing = [name for name in addons.usual() if name not in installed]
            stale = [name for name in addons.usual() if name in installed]
            if known.get("odoo", instance.odoo.key) != instance.odoo.key:
                stale = ["base"]
            instance.install("updating the addon", progress, install=missing, update=stale)
            remember(instance.server, instance.database, made=known.get("made", False), **now)
    return False


def set_parameters(instance, parameters):
    """System parameters, written before the server starts: it reads them into its cache."""
    for name, value in {"iap.endpoint": NOWHERE, **parameters}.items():
        query = """
            INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date, write_date)
            VALUES (:'name', :'value', 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
        """
        instance.server.sql(query, instance.database, name=name, value=value)
