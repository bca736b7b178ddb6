"""The calendar settings of a user: everything the screen shows in one call, everything it changes checked here."""

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..providers import errors, registry
from ..shape import fits
from .scheduling_page_address import ascii_slug

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
STEM_LENGTH = 40
# What a connection may be used for, as far as it is built: fields of scheduling.connection.
USES = ("use_sync", "use_pages")
# An account with a purpose of its own, or beside the main one, does less.
LESS = {"pages": {"use_pages"}, "sync": set(USES) - {"use_pages"}, "busy": {"use_sync"}}
# What the screen may send, see :func:`shape.fits`: choices of the user, and of their connections.
USER_SHAPES = {"all_off": (bool,), "stem": (str,), "default_page_id": (int, bool, type(None))}
CONNECTION_SHAPES = {
    "uses": {str: {str: (bool,)}},
    "main_id": (int,),
    "link_ids": [(int,)],
    "unlink_ids": [(int,)],
    "tasks": {str: (dict,)},
}
SHAPES = USER_SHAPES | CONNECTION_SHAPES


class SchedulingSettings(models.AbstractModel):
    """One screen for the connected accounts, what each is used for, which calendars count, and the user's pages."""

    _name = "scheduling.settings"
    _description = "Calendar Settings"

    # ------------------------------------------------------------ read

    @api.model
    @api.readonly
    def get_data(self):
        """Reads everything the settings of the current user show.

        :return: JSON-ready dict of ``connections`` (the main one first), ``several`` (whether there may be more than
            one), ``providers`` (what can be connected) and ``pages``; datetimes are UTC as the web client's
            ``deserializeDateTime`` reads them
        """
        self._check_user()
        connections = self._connections()
        return {
            "connections": [self._connection_info(connection) for connection in connections],
            "several": connections._allows_several(),
            "providers": self._providers(connections),
            "pages": self._pages_info(),
        }

    def _check_user(self):
        """:raises AccessError: who asks is no user of the Meetings app"""
        if not self.env.user.has_group("meetings_scheduler.group_user"):
            raise AccessError(self.env._("Calendar settings belong to users of the Meetings app."))

    def _connections(self):
        return self.env["scheduling.dashboard"]._connections()

    def _providers(self, connections):
        """What can be connected now: everything at first; then nothing but what takes over from Odoo's calendar, unless
        there may be several. ``obstacle`` says what is missing and who can help, or is None; ``permission`` is what can
        be asked for, see :meth:`SchedulingPermissionRequest._card`.
        """
        if connections and not (connections._allows_several() or connections._gives_way(connections)):
            return []
        provider = connections._fields["provider"]
        return [
            {
                "key": key,
                "name": name,
                "obstacle": self._obstacle(key),
                "permission": None
                if key == "odoo"
                else self.env["scheduling.permission.request"]._card("personal_email"),
                "url": None if key == "odoo" else f"/meetings/connect/{key}",
                "can_set_up": key != "odoo" and self.env.is_system(),
            }
            for key, name in provider._description_selection(self.env)
            if key != "odoo" or "odoo" not in connections.mapped("provider")
        ]

    def _obstacle(self, provider):
        connections = self.env["scheduling.connection"]
        if provider == "odoo":  # needs no permission and nothing outside
            return None
        if not self.env.user.has_group("meetings_scheduler.group_personal_email"):
            return connections._missing_access_message()
        try:
            registry.adapter(provider)
            if not connections._is_set_up():
                return self.env._(
                    "Your company hasn't set this up yet. %(names)s can do it.", names=connections._administrators()
                )
        except errors.MissingLibrary as error:
            return str(error)
        return None

    def _connection_info(self, connection):
        card = self.env["scheduling.dashboard"]._calendar(connection)
        return {
            **card,
            "provider": connection.provider,
            "provider_name": card["provider"],
            "state": connection.state,
            "connected_at": _text(connection.connected_at),
            "lost_at": _text(connection.lost_at),
            "reconnect_url": connection._reconnect_path(),
            "main_calendar": connection.main_calendar_id.name or connection.account,
            "syncs_elsewhere": self.env.user._has_any_active_synchronization(),
            "sync": None if connection.provider == "odoo" else self.env["scheduling.sync.status"]._summary(connection),
            "heir": self._heir_name(connection),
            "uses": {name: connection[name] for name in self._uses(connection)},
            "calendars": [self._calendar_info(calendar) for calendar in self._counting(connection)],
        }

    def _heir_name(self, connection):
        """:return: the account that does everything should this one be disconnected, "" if no other one takes over"""
        heir = (self._connections() - connection)._heir()
        if not heir:
            return ""
        provider = dict(heir._fields["provider"]._description_selection(self.env))[heir.provider]
        return f"{heir.account} ({provider})"

    def _counting(self, connection):
        """:return: the calendars that may count as busy; those of an account for calendar sync only never do"""
        if connection.purpose == "sync":
            return connection.calendar_ids.browse()
        return connection.calendar_ids.filtered(lambda calendar: not calendar.is_tasks)

    def _uses(self, connection):
        """:return: the boxes the user may tick; Odoo's own calendar has nothing to be kept in step with"""
        return [
            name
            for name in USES
            if name in connection._fields
            and name in LESS.get(connection.purpose, USES)
            and not (name == "use_sync" and connection.provider == "odoo")
        ]

    def _calendar_info(self, calendar):
        return {
            "id": calendar.id,
            "name": calendar.name,
            "color": calendar.color if COLOR.fullmatch(calendar.color or "") else None,
            "role": self._role_in_words(calendar),
            "is_main": calendar._is_written_to(),
            "counts": calendar.counts,
            "usable": calendar.role != "free_busy",
            "lost": bool(calendar._lost()),
            "lost_reason": calendar.lost_reason or "",
            "lost_at": _text(calendar.lost_at),
        }

    def _role_in_words(self, calendar):
        return {
            "owner": lambda: self.env._("yours"),
            "writer": lambda: self.env._("shared with you, you can edit"),
            "reader": lambda: self.env._("shared with you, you see all details"),
            "free_busy": lambda: self.env._("only free/busy is shared with you"),
        }[calendar.role]()

    def _pages_info(self):
        user = self.env.user
        preferences = self.env["scheduling.preference"]
        mine = preferences._of_user(user)
        pages = self.env["scheduling.page"].search([("user_id", "=", user.id)])
        choices = preferences._default_choices(user)
        return {
            "count": len(pages),
            "hosted_count": len(pages.filtered(lambda page: user in page._hosts())),
            "base_url": f"{pages.browse().get_base_url()}/meetings/",
            "stem": mine.stem or "",
            "usual_stem": ascii_slug(user.name or "") or "meeting",
            "example": choices[:1].name or self.env["scheduling.page"]._default_name(),
            "default_page_id": mine.default_page_id.id if mine.default_page_id in choices else False,
            "choices": [{"id": page.id, "name": page.name, "online": page.is_published} for page in choices],
            "all_off": mine.pages_off,
        }

    # ------------------------------------------------------------ write

    @api.model
    def save(self, values):
        """Applies what the user changed: all of it, or nothing and a sentence that says why.

        :param values: dict with any of ``uses`` (dict of a connection's id to a dict of ``use_sync``, ``use_pages``:
            booleans), ``main_id`` (the connection that is written to), ``link_ids`` and ``unlink_ids`` (calendars that
            count from now on, or no more), ``tasks`` (dict of a connection's id to its choices, see
            :meth:`_save_tasks`; of the account that is the main one until now), ``all_off`` (boolean), ``stem``,
            ``default_page_id`` (or False)
        :return: as :meth:`get_data`
        :raises UserError: a value can't be
        :raises AccessError: a connection, calendar or page isn't the user's
        """
        self._check_user()
        self._check_shapes(values)
        chosen = self._checked_choices(values)
        if chosen:
            self.env["scheduling.preference"]._keep(self.env.user, chosen)
        if set(CONNECTION_SHAPES) & set(values):
            self._save_connections(values)
        return self.get_data()

    def _check_shapes(self, values):
        """:raises UserError: the screen sends no such thing"""
        unknown = set(values) - set(SHAPES) if isinstance(values, dict) else ()
        if unknown:
            raise UserError(self.env._("There is no setting “%(name)s”.", name=min(unknown)))
        self._check_fit(isinstance(values, dict) and all(fits(value, SHAPES[name]) for name, value in values.items()))

    def _check_fit(self, is_fit):
        if not is_fit:
            raise UserError(self.env._("This isn't what can be saved here. Reload the page, and try again."))

    def _checked_choices(self, values):
        """:return: the values of :model:`scheduling.preference` among ``values``"""
        chosen = {}
        if "all_off" in values:
            chosen["pages_off"] = values["all_off"]
        if "stem" in values:
            chosen["stem"] = self._checked_stem(values["stem"])
        if "default_page_id" in values:
            chosen["default_page_id"] = self._checked_page(values["default_page_id"])
        return chosen

    def _checked_stem(self, text):
        text = text.strip()
        stem = ascii_slug(text)
        if text and not stem:
            raise UserError(self.env._("“%(text)s” can't begin an address. Use Latin letters or digits.", text=text))
        if len(stem) > STEM_LENGTH:
            raise UserError(self.env._("An address stem has at most %(length)s characters.", length=STEM_LENGTH))
        return stem or False

    def _checked_page(self, page_id):
        if not page_id:
            return False
        if page_id not in self.env["scheduling.preference"]._default_choices(self.env.user).ids:
            raise AccessError(self.env._("Your default page is one of your own pages that isn't private."))
        return page_id

    def _save_connections(self, values):
        connections = self._connections()
        if not connections:
            raise UserError(self.env._("Connect a calendar first."))
        for connection_id, chosen in values.get("uses", {}).items():
            self._save_uses(self._own_connection(connections, connection_id), chosen)
        for connection_id, chosen in values.get("tasks", {}).items():  # they move along with the main account
            self._save_tasks(self._own_connection(connections, connection_id), chosen)
        if "main_id" in values:
            self._save_main(self._own_connection(connections, values["main_id"]), values)
        unlink = self._own_calendars(connections, values.get("unlink_ids", ()))
        if unlink:
            unlink.action_remove()
        link = self._own_calendars(connections, values.get("link_ids", ()))
        if link:
            link.action_link()

    def _save_main(self, connection, values):
        connection.sudo()._make_main()

    def _save_uses(self, connection, chosen):
        unknown = set(chosen) - set(self._uses(connection))
        if unknown:
            raise UserError(
                self.env._("%(account)s can't be used for “%(name)s”.", account=connection.account, name=min(unknown))
            )
        connection.sudo().write(chosen)
        connection.sudo()._ensure_page()

    def _own_connection(self, connections, connection_id):
        """
        :param connection_id: as the browser says it; the key of a JSON object is text
        :raises AccessError: it isn't theirs
        """
        connection = connections.filtered(lambda connection: str(connection.id) == str(connection_id))
        if not connection:
            raise AccessError(self.env._("Only accounts that you have connected can be changed."))
        return connection

    def _own_calendars(self, connections, ids):
        """:raises AccessError: one of the ids isn't a calendar of a connected account"""
        ids = set(ids)
        calendars = self.env["scheduling.calendar"].union(*(self._counting(connection) for connection in connections))
        calendars = calendars.filtered(lambda calendar: calendar.id in ids)
        if len(calendars) != len(ids):
            raise AccessError(self.env._("Only calendars of your connected accounts can count."))
        return calendars


def _text(moment):
    return fields.Datetime.to_string(moment) or None
