"""Asking an administrator for a permission, and their answer: one click each, nobody has to write a mail."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

PERMISSIONS = [("personal_email", "Personal email access"), ("seat", "Paid seat")]
# What each permission is to Odoo.
GROUPS = {"personal_email": "meetings_scheduler.group_personal_email", "seat": "meetings_scheduler.group_seat"}
# Who may change the groups of a user, by Odoo's own rules.
ANSWERED_BY = "base.group_erp_manager"
TOLD_AT_ONCE = 3  # administrators who get an activity; all of them see the list


class SchedulingPermissionRequest(models.Model):
    _name = "scheduling.permission.request"
    _description = "Permission Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", "Who asks", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="user_id.company_id", store=True)
    permission = fields.Selection(PERMISSIONS, required=True)
    state = fields.Selection(
        [("asked", "Asked"), ("declined", "Declined"), ("granted", "Granted")], required=True, default="asked"
    )
    answered_by_id = fields.Many2one("res.users", "Answered by", ondelete="set null")
    answered_at = fields.Datetime("Answered")

    _one_open = models.UniqueIndex("(user_id, permission) WHERE state = 'asked'")

    # ------------------------------------------------------------ who asks

    @api.model
    def ask(self, permission):
        """Asks for a permission in the current user's name; asking again changes nothing.

        :param permission: one of :data:`PERMISSIONS`
        :return: as :meth:`_card`
        :raises UserError: there is no such permission
        :raises AccessError: the user is no employee
        """
        if permission not in GROUPS:
            raise UserError(self.env._("There is no permission “%(name)s”.", name=permission))
        if not self.env.user.has_group("meetings_scheduler.group_user"):
            raise AccessError(self.env._("Only users of the Meetings app can ask for this."))
        if not self.env.user.has_group(GROUPS[permission]) and not self._open(self.env.user, permission):
            request = self.sudo().create({"user_id": self.env.uid, "permission": permission})
            request._tell_administrators()
        return self._card(permission)

    @api.model
    def _card(self, permission):
        """:return: JSON-ready dict of ``key`` and ``asked_at`` (UTC, or None), or None for who has the permission"""
        if self.env.user.has_group(GROUPS[permission]):
            return None
        request = self._open(self.env.user, permission)
        return {"key": permission, "asked_at": fields.Datetime.to_string(request.create_date) or None}

    @api.model
    def _open(self, user, permission):
        """:return: the request of ``user`` that waits for an answer (sudo), or an empty recordset"""
        return self.sudo().search(
            [("user_id", "=", user.id), ("permission", "=", permission), ("state", "=", "asked")], limit=1
        )

    def _tell_administrators(self):
        self.ensure_one()
        for administrator in self.env["scheduling.connection"]._administrator_users()[:TOLD_AT_ONCE]:
            request = self.with_context(lang=administrator.lang)
            request.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=administrator.id,
                summary=request.env._(
                    "%(name)s asks for “%(permission)s”", name=self.user_id.name, permission=request._permission_name()
                ),
            )

    def _permission_name(self):
        return dict(self._fields["permission"]._description_selection(self.env))[self.permission]

    # ------------------------------------------------------------ who answers

    def action_grant(self):
        """Gives the permission; who asked is told.

        :raises AccessError: the current user may not change the groups of users
        """
        for request in self._answerable():
            group = self.env.ref(GROUPS[request.permission])
            request.user_id.write({"group_ids": [Command.link(group.id)]})  # which answers the request
            request._answer("granted")

    def action_decline(self):
        """Answers that the permission isn't given; who asked is told.

        :raises AccessError: the current user may not change the groups of users
        """
        self._answerable()._answer("declined")

    def _answerable(self):
        self.check_access("read")
        if not self.env.user.has_group(ANSWERED_BY):
            raise AccessError(self.env._("Only an administrator can answer this."))
        return self.filtered(lambda request: request.state == "asked").sudo()

    def _answer(self, state):
        for request in self.filtered(lambda request: request.state == "asked"):
            request.write({"state": state, "answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()})
            request.activity_unlink(["mail.mail_activity_data_todo"])
            self.env["scheduling.operation"]._enqueue(
                "tell_asker", f"permission:{request.id}:{state}", f"permission:{request.id}", request_id=request.id
            )

    @api.model
    def _notice_granted(self, users):
        """Who got the permission some other way waits for no answer any more."""
        for request in self.sudo().search([("user_id", "in", users.ids), ("state", "=", "asked")]):
            if request.user_id.has_group(GROUPS[request.permission]):
                request._answer("granted")

    # ------------------------------------------------------------ the answer by mail

    def _create_answer_mail(self):
        """:return: mail.mail to who asked, in their language, not sent yet"""
        self.ensure_one()
        asker = self.user_id
        request = self.with_context(lang=asker.lang)
        facts = {"permission": request._permission_name(), "name": self.answered_by_id.name or ""}
        granted = self.state == "granted"
        headline = (
            request.env._("You now have the permission “%(permission)s”.", **facts)
            if granted
            else request.env._("%(name)s has declined the permission “%(permission)s”.", **facts)
        )
        values = {
            "headline": headline,
            "granted": granted,
            "permission": self.permission,
            "settings_url": f"{self.get_base_url()}/odoo/calendar-settings",
        }
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": headline,
                    "body_html": request.env["ir.qweb"]._render("meetings_scheduler.mail_permission", values),
                    "email_to": asker.email_formatted,
                    "email_from": self.company_id.email_formatted or asker.email_formatted,
                    "auto_delete": True,
                }
            )
        )
