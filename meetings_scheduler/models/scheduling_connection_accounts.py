"""Several accounts of one user: which does what, and how many there may be.

One account does everything. Older installations hold two for one user, one for calendar sync and one for scheduling
pages. Where the administrator allows several accounts, one of them is the main one, which is written to; the others
tell when the user is busy.
"""

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, str2bool

PURPOSES = [
    ("all", "Main account"),
    ("pages", "Scheduling pages only"),
    ("sync", "Calendar sync only"),
    ("busy", "Further account"),
]
SEVERAL = "meetings_scheduler.several_accounts"


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    purpose = fields.Selection(
        PURPOSES,
        required=True,
        default="all",
        readonly=True,
        help="Bookings and new meetings are written to the main account. A further one tells when its user is busy.",
    )

    # Whatever runs at the same time: one account takes the bookings, one the meetings made in Odoo.
    _one_for_pages = models.UniqueIndex(
        "(user_id) WHERE state <> 'disconnected' AND purpose IN ('all', 'pages')",
        "You have connected a calendar already. Disconnect it first.",
    )
    _one_for_sync = models.UniqueIndex(
        "(user_id) WHERE state <> 'disconnected' AND purpose IN ('all', 'sync')",
        "You have connected a calendar already. Disconnect it first.",
    )
    _one_odoo_calendar = models.UniqueIndex(
        "(user_id) WHERE state <> 'disconnected' AND provider = 'odoo'", "Your Odoo calendar is connected already."
    )

    # ------------------------------------------------------------ which account does what

    @api.model
    def _of_user(self, user):
        """:return: the user's accounts that aren't disconnected (sudo), the main one first; mostly there is one"""
        accounts = self.sudo().search([("user_id", "in", user.ids), ("state", "!=", "disconnected")])
        order = [purpose for purpose, _label in PURPOSES]
        return accounts.sorted(lambda account: (order.index(account.purpose), account.id))

    @api.model
    def _for_pages(self, user):
        """:return: the account that the user's bookings are written to (sudo), or an empty recordset"""
        return self._of_user(user).filtered(lambda account: account.purpose in ("all", "pages"))

    @api.model
    def _for_sync(self, user):
        """:return: the account that the user's meetings of Odoo are written to (sudo), or an empty recordset"""
        return self._of_user(user).filtered(lambda account: account.purpose in ("all", "sync"))

    # ------------------------------------------------------------ how many there may be

    @api.model
    def _allows_several(self):
        """:return: whether the administrator lets users connect several accounts"""
        return str2bool(self.env["ir.config_parameter"].sudo().get_param(SEVERAL, ""), False)

    @api.model
    def _check_room(self, accounts):
        """:param accounts: those the user has; :raises UserError: no other one can be connected beside them"""
        if not accounts or self._allows_several():
            return
        names = ", ".join(accounts.mapped("account"))
        if len(accounts) == 1:
            raise UserError(
                self.env._(
                    "You have connected %(account)s. Disconnect it before you connect another account.", account=names
                )
            )
        raise UserError(
            self.env._(
                "You have connected %(accounts)s. Only one account can be connected from now on, for everything: "
                "disconnect these before you connect another one.",
                accounts=names,
            )
        )

    @api.model
    def _add_account(self, user, values):
        """Makes one more connection of ``user``: their main one, or a further one beside it.

        :param values: of scheduling.connection
        :return: the connection (sudo)
        :raises UserError: there is no room for it, or the user's accounts are changing at this very moment
        """
        try:
            with self.env.cr.savepoint():
                self._take_turns(user)
                accounts = self._of_user(user)
                self._check_room(accounts)
                return self.sudo().create(
                    {**values, "user_id": user.id, "purpose": "busy" if accounts else "all"},
                )
        except (SerializationFailure, UniqueViolation):
            raise UserError(
                self.env._("Another calendar of yours was connected or disconnected meanwhile. Please connect again.")
            ) from None

    @api.model
    def _take_turns(self, users):
        """Of two transactions that change which accounts a user has, one waits for the other and starts again.

        A lock alone would let it go on with what it saw before the other one (REPEATABLE READ): the row is rewritten.
        """
        users.flush_recordset()
        self.env.execute_query(
            SQL("UPDATE res_users SET active = active WHERE id = ANY(%s) RETURNING id", sorted(users.ids))
        )

    # ------------------------------------------------------------ another one takes over

    def _make_main(self):
        """Bookings and new meetings are written to this account from now on; what is in another one stays there.

        :raises UserError: it can't be read, or its user has two accounts with a purpose each
        """
        self.ensure_one()
        self._take_turns(self.user_id)
        main = self._of_user(self.user_id).filtered(lambda account: account.purpose == "all")
        if self == main:
            return
        if not main or self.purpose != "busy":
            raise UserError(self.env._("Each of your accounts has its own purpose. Disconnect one of them first."))
        if self.state != "connected":
            raise UserError(
                self.env._("%(account)s can't be read at the moment. Reconnect it first.", account=self.account)
            )
        main.purpose = "busy"
        main.flush_recordset()  # the index knows one main account at any time
        self._take_over(main)

    def _settle(self):
        """Who has disconnected an account keeps one that does everything, if any is left.

        Of two with a purpose each, the other one does only what it did until its owner ticks more.
        """
        for user in self.user_id:
            heir = self._of_user(user)._heir()
            if not heir:
                continue
            gone = (self & user.scheduling_connection_ids).filtered(lambda account: account.purpose in ("all", "pages"))
            heir._take_over(gone if heir.purpose == "busy" else heir)

    def _heir(self):
        """:return: which of these, all that a user has left, is to do everything; empty if no other one has to"""
        purposes = set(self.mapped("purpose"))
        if "all" in purposes or {"pages", "sync"} <= purposes:
            return self.browse()
        return self.sorted(lambda account: (account.purpose == "busy", account.state != "connected", account.id))[:1]

    def _take_over(self, earlier):
        """:param earlier: the account that said until now whether visitors may book; empty: as this one says"""
        self.ensure_one()
        main = self.main_calendar_id
        unknown = self.purpose == "sync" or not main.counts
        self.write({"purpose": "all", "use_pages": (earlier or self)[:1].use_pages})
        main.counts = True
        self.flush_recordset()
        if self.provider == "odoo":
            self._refresh_busy()
        elif unknown:  # nobody is free by a calendar that was not read
            self.checked_at = False
            self._refresh_soon()

    @api.model
    def _split(self, sync, pages):
        """Two accounts of one user work side by side: ``sync`` for calendar sync, ``pages`` for scheduling pages.

        A further one remains that; the choices of what is not an account's purpose are given up.
        """
        user = sync.user_id
        self._take_turns(user)
        accounts = self._of_user(user) | sync | pages
        unread = pages.purpose == "sync" or not pages.main_calendar_id.counts
        accounts.purpose = "busy"
        accounts.flush_recordset()
        sync.write({"purpose": "sync", "use_sync": True, "use_pages": False})
        pages.write({"purpose": "pages", "use_sync": False, "use_pages": True})
        sync.calendar_ids.busy_ids.unlink()  # its times are no concern of the pages
        pages.main_calendar_id.counts = True
        if unread:
            pages.checked_at = False
        for connection in (sync | pages).filtered(lambda account: account.state == "connected"):
            if connection.provider == "odoo":
                connection._refresh_busy()
            else:
                connection._refresh_soon()
