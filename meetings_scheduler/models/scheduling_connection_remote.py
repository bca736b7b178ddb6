"""A connection with a calendar outside of Odoo: its adapter, and what an error of the provider means."""

import logging
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import NotSetUp
from ..providers import errors, registry
from ..providers.base import PushProvider
from ..providers.transport import Transport

_logger = logging.getLogger(__name__)

# How long a connection is left alone after the provider failed, if it didn't say.
PAUSE = timedelta(minutes=2)
LIVE_DEADLINE = 3.0  # seconds a visitor waits for the hosts' calendars


def utc_now():
    """:return: aware UTC, the clock of adapters"""
    return datetime.now(timezone.utc)


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    credential_ids = fields.One2many("scheduling.credential", "connection_id", groups=fields.NO_ACCESS)
    subject = fields.Char(groups=fields.NO_ACCESS, copy=False, help="The provider's own id of the account.")
    paused_until = fields.Datetime(groups="base.group_system", help="The provider asked to be left alone until then.")

    # ------------------------------------------------------------ adapter

    @contextmanager
    def _adapter(self, deadline=None):
        """The provider's adapter, signed in as the user.

        :param deadline: seconds for one exchange; the transport's own if None
        :raises ProviderError: when used, or the library is missing
        """
        self.ensure_one()
        with Transport(deadline=deadline) if deadline else Transport() as transport:
            credentials = self.env["scheduling.credential"]._token_source(self, self._oauth_client(transport))
            yield registry.adapter(self.provider)(credentials, transport, utc_now, **self._roots())

    @api.model
    def _roots(self):
        """:return: where the provider's API is; a system parameter points to another server"""
        root = self.env["ir.config_parameter"].sudo().get_param("meetings_scheduler.google_api_root")
        return {"api_root": root} if root else {}

    def _reconnect_path(self):
        """:return: where the owner connects this account again, or None: Odoo's own needs no consent"""
        return None if self.provider == "odoo" else f"/meetings/connect/{self.provider}?again={self.id}"

    def _can_push(self):
        return issubclass(registry.adapter(self.provider), PushProvider)

    # ------------------------------------------------------------ what errors mean

    def _provider_failed(self, error):
        """Draws the consequence of an error for the whole connection; the owner is told once, in words.

        Temporary trouble pauses the connection, a refusal ends it until the user connects again; what an administrator
        must mend (fault 33) only until that is done. Nothing is deleted.
        """
        self.ensure_one()
        connection = self.sudo()._for_owner()
        # A rejected cursor is answered by a full read; one rejected there too (fault 18) would be so for ever.
        final = (errors.AuthenticationFailed, errors.MissingScopes, errors.Untrusted, errors.SyncTokenExpired)
        if isinstance(error, final):
            connection._lose(connection._error_in_words(error))
        elif isinstance(error, NotSetUp):
            connection._lose(
                connection.env._(
                    "%(reason)s As soon as an administrator has mended this, it works again by itself.", reason=error
                ),
                needs_setup=True,
            )
        elif isinstance(error, errors.ProviderError) and error.is_temporary:
            wait = getattr(error, "retry_after", None)
            connection.paused_until = fields.Datetime.now() + (timedelta(seconds=wait) if wait else PAUSE)

    def _provider_answered(self):
        """The provider is back after a pause: what waits for it doesn't wait for the end of its own back-off."""
        back = self.sudo().filtered("paused_until")
        back.paused_until = False
        for connection in back:
            self.env["scheduling.operation"]._resume(connection)

    def _found(self):
        """It works again, by whatever cure."""
        self.write({"state": "connected", "lost_reason": False, "lost_at": False, "needs_setup": False})

    def _lose(self, reason, needs_setup=False):
        """
        :param needs_setup: an administrator mends it; should the provider then refuse, that is another loss
        """
        if self.state != "connected" and (needs_setup or not self.needs_setup):
            return
        self.write(
            {"state": "lost", "lost_reason": reason, "lost_at": fields.Datetime.now(), "needs_setup": needs_setup}
        )
        self.env["scheduling.operation"]._enqueue(
            "tell_owner", f"lost:{self.id}:{utc_now().isoformat()}", f"connection:{self.id}", connection_id=self.id
        )

    def _for_owner(self):
        """:return: the same connection, which speaks its owner's language whoever's request or cron this is"""
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    @api.model
    def _error_in_words(self, error):
        """:return: a sentence that says what to do, in the owner's language"""
        owner = self._for_owner()
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, errors.ProviderError):
            return owner._provider_error_in_words(error)
        # Its own words are for the log.
        return owner.env._("This went wrong on our side. An administrator can look into it.")

    @api.model
    def _provider_error_in_words(self, error):
        if isinstance(error, errors.MissingScopes):
            return self.env._(
                "Some permissions were not given. Connect again and leave every box ticked: %(scopes)s.",
                scopes=", ".join(error.scopes),
            )
        words = {
            "invalid_grant": self.env._(
                "The permission has ended: it was withdrawn, the password was changed, or the app is still in "
                "“testing” (there it ends after 7 days). Connect again."
            ),
            "invalid_client": self.env._("Google refused this client secret. An administrator must check it."),
            "unauthorized_client": self.env._("Google refused this client id. An administrator must check it."),
            "insecure_transport": self.env._(
                "The address for signing in is not https, so nothing was sent. An administrator must check it."
            ),
            "redirect_uri_mismatch": self.env._(
                "Google doesn't know our redirect address. An administrator must copy it from the settings to Google."
            ),
            "access_denied": self.env._("You said no, so nothing was connected. You can try again whenever you like."),
        }
        if error.code in words:
            return words[error.code]
        if isinstance(error, errors.MissingLibrary):
            return str(error)
        return self._kind_in_words(error)

    @api.model
    def _kind_in_words(self, error):
        """:param error: a ProviderError of which nothing else is known than what kind it is"""
        if isinstance(error, errors.AuthenticationFailed):
            return self.env._("The calendar doesn't accept our key any more. Connect again.")
        if error.is_temporary:
            return self.env._("The calendar can't be reached right now. It is tried again by itself.")
        if isinstance(error, errors.SyncTokenExpired):
            return self.env._("The calendar refuses to be read, even from the start. Connect it again.")
        if isinstance(error, errors.PermissionDenied):
            return self.env._("The calendar doesn't allow this. Check that you may change events in it.")
        if isinstance(error, errors.NotFound):
            return self.env._("The calendar says that this isn't there any more.")
        if isinstance(error, errors.Conflict):
            return self.env._("The event was changed in the calendar at the same moment. It is tried again by itself.")
        if isinstance(error, errors.Rejected):
            return self.env._("The calendar refuses this. Trying again helps only if something is changed first.")
        return self.env._("The calendar answered in a way we don't understand (%(code)s).", code=error.code or "?")

    # ------------------------------------------------------------ life cycle

    def _disconnect(self):
        """Ends the consent at the provider, and forgets secrets and cached private data here."""
        for connection in self.filtered("credential_ids"):
            try:
                with connection._adapter(LIVE_DEADLINE) as adapter:
                    connection.calendar_ids.channel_ids._stop(adapter)
                with Transport(deadline=LIVE_DEADLINE) as transport:
                    client = connection._oauth_client(transport)
                    client.revoke(self.env["scheduling.credential"]._grant(connection).refresh_token)
            except (errors.ProviderError, UserError) as error:
                # The user's decision holds here even if the provider can't be told now.
                _logger.info("Connection %s ends without telling its provider: %s", connection.id, error)
        remote = self.filtered(lambda connection: connection.provider != "odoo")
        remote.calendar_ids.channel_ids.unlink()
        remote.credential_ids.unlink()
        remote._forget_calendars()
        return super()._disconnect()

    def _forget_calendars(self):
        """The names of calendars that nothing here was ever linked with are nobody's business any more.

        A task calendar that stays there is ours: tasks go on in it, should the account be connected again.
        """
        calendars = self.calendar_ids.filtered(lambda calendar: not calendar.is_main)
        known = self.env["scheduling.event.link"].search([("calendar_id", "in", calendars.ids)]).calendar_id
        known |= calendars.filtered(lambda calendar: calendar.is_tasks and calendar.is_made)
        (calendars - known).unlink()

    # ------------------------------------------------------------ reading

    def _refresh_busy(self):
        """Reads calendars and busy time anew; see :meth:`_read_remote` for those outside of Odoo."""
        remote = self.filtered(lambda connection: connection.provider != "odoo")
        for connection in remote:
            try:
                connection._read_remote()
            except errors.PermissionDenied as error:  # fault 36: it may be given back, so it goes on being read
                connection.main_calendar_id._lose_access(connection._error_in_words(error))
            except (errors.ProviderError, UserError) as error:
                connection._provider_failed(error)
        return super(SchedulingConnection, self - remote)._refresh_busy()

    def _read_remote(self):
        """Brings linked calendars and busy periods in line with the provider: one list, one free/busy question.

        Of an account for calendar sync only the calendars are listed: its busy times are no concern of the pages.

        :raises ProviderError: nothing was changed
        """
        self.ensure_one()
        connection = self.sudo()
        with connection._adapter() as adapter:
            usable = connection._link_calendars(adapter.list_calendars())
            counting = usable.filtered(lambda calendar: calendar.counts and connection.purpose != "sync")
            answers = adapter.free_busy(counting.mapped("remote_id"), connection._busy_window()) if counting else {}
        for calendar in counting:
            answer = answers[calendar.remote_id]
            if isinstance(answer, errors.ProviderError):
                calendar._lose_access(connection._error_in_words(answer))
                usable -= calendar
            else:
                calendar._remember_busy(answer)
        usable._regain_access()
        connection._provider_answered()
        connection._set_up_again()
        connection._was_read()

    def _set_up_again(self):
        """What an administrator had to mend is mended: nobody is asked anything, and what waited goes on."""
        back = self.filtered("needs_setup")
        back._found()
        if back:
            self.env["scheduling.operation"]._resume(back)

    def _read_now(self):
        """Reads what the user has just asked for, or changes nothing.

        :raises UserError: a connection can't be read; in words
        """
        for connection in self:
            if connection.provider == "odoo":
                connection._refresh_busy()
                continue
            try:
                connection._read_remote()
            except errors.ProviderError as error:
                raise UserError(connection._error_in_words(error)) from error
