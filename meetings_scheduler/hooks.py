"""What the database must be able to do before the first table of the addon is made."""

import psycopg2

from odoo.exceptions import UserError

MINIMUM_SERVER_VERSION = 140000  # range_agg, which merges busy periods in one query, came with PostgreSQL 14


def pre_init_hook(env):
    """Creates ``btree_gist``, which the constraint against double booking needs.

    :raises UserError: the server is too old, or the database user may not create the extension
    """
    version = env.cr.connection.server_version
    if version < MINIMUM_SERVER_VERSION:
        raise UserError(
            env._(
                "Meetings Scheduler needs PostgreSQL 14 or later; this server is %(version)s.", version=version // 10000
            )
        )
    try:
        with env.cr.savepoint():
            env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except psycopg2.Error as error:
        raise UserError(
            env._(
                "Meetings Scheduler needs the PostgreSQL extension btree_gist, which the database user may not create. "
                "Ask the database administrator to run: CREATE EXTENSION btree_gist; (in Debian it is part of the "
                "postgresql-contrib files)."
            )
        ) from error
