"""A scheduling page: what a visitor may book, with whom, and under which rules."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from odoo.addons.base.models.res_partner import _tz_get

from ..form_times import parse_zone

PAGE_TYPES = [
    ("one_to_one", "One-to-one"),
    ("group", "Group: several visitors at one time"),
    ("round_robin", "Round robin: one of several hosts"),
    ("collective", "Collective: all hosts together"),
    ("fixed_plus_one", "Fixed hosts and one of a pool"),
]

INCREMENTS = [
    ("0", "As long as the meeting"),
    ("5", "5 minutes"),
    ("10", "10 minutes"),
    ("15", "15 minutes"),
    ("20", "20 minutes"),
    ("30", "30 minutes"),
    ("60", "60 minutes"),
    ("120", "120 minutes"),
]


class SchedulingPage(models.Model):
    _name = "scheduling.page"
    _description = "Scheduling Page"
    _inherit = ["scheduling.cached", "mail.thread"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, default=lambda self: self._default_name(), tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_published = fields.Boolean("Online", default=True, copy=False, tracking=True)
    page_type = fields.Selection(PAGE_TYPES, "Type", required=True, default="one_to_one")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    website_id = fields.Many2one("website", help="Show the page on this website only. Empty: on all of them.")
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        help="Show the page in this language. Empty: in the visitor's language.",
    )
    description = fields.Html("What we'll do", translate=True, sanitize=True)

    # Times
    duration_ids = fields.Many2many(
        "scheduling.duration",
        string="Durations",
        required=True,
        default=lambda self: self.env["scheduling.duration"].search([("minutes", "=", 30)], limit=1),
        help="The visitor chooses one of them; the shortest one is chosen already.",
    )
    increment = fields.Selection(INCREMENTS, "Start every", required=True, default="0")
    timezone = fields.Selection(
        _tz_get,
        "Time zone",
        required=True,
        default=lambda self: self.env.user.tz or self.env.company.resource_calendar_id.tz,
    )
    hours_mode = fields.Selection(
        [("working", "My working hours in Odoo"), ("own", "Hours of this page")],
        "Weekly hours",
        required=True,
        default="own",
    )
    override_ids = fields.One2many("scheduling.override", "page_id", "Other hours on certain dates", copy=True)
    limit_ids = fields.One2many("scheduling.limit", "page_id", "Limits", copy=True)
    hours_ids = fields.One2many(
        "scheduling.hours",
        "page_id",
        copy=True,
        domain=[("is_restriction", "=", False)],
        default=lambda self: [Command.create({"day": str(day), "hour_from": 9, "hour_to": 17}) for day in range(5)],
    )
    restriction_ids = fields.One2many(
        "scheduling.hours",
        "page_id",
        "Only within",
        copy=True,
        domain=[("is_restriction", "=", True)],
        context={"default_is_restriction": True},
        help="The page can be booked within these hours only, whatever hours its hosts have. Empty: no such limit.",
    )
    min_notice_hours = fields.Float("Notice", default=4.0, help="Nobody can book later than this before the start.")
    window_type = fields.Selection(
        [
            ("rolling", "Days from today"),
            ("business", "Working days from today"),
            ("bookable", "Days with free time"),
            ("dates", "Between two dates"),
        ],
        "Window",
        required=True,
        default="rolling",
    )
    window_days = fields.Integer("Days ahead", default=60)
    window_start = fields.Date("First day")
    window_end = fields.Date("Last day")
    buffer_before = fields.Integer(
        "Buffer before", default=0, required=True, help="Minutes kept free before each meeting."
    )
    buffer_after = fields.Integer(
        "Buffer after", default=0, required=True, help="Minutes kept free after each meeting."
    )

    # Place
    location_type = fields.Selection(
        [
            ("discuss", "Video call (Odoo Discuss)"),
            ("meet", "Video call (Google Meet)"),
            ("link", "Video call (link)"),
            ("phone", "Phone call"),
            ("place", "At a place"),
        ],
        "Where",
        required=True,
        default="discuss",
    )
    location = fields.Char("Link or address")

    # Form
    phone = fields.Selection(
        [("hidden", "Don't ask"), ("optional", "Ask"), ("required", "Must be given")],
        "Phone number",
        required=True,
        default="optional",
    )
    allow_guests = fields.Boolean("Visitor may add guests", default=True)
    approval = fields.Selection(
        [("none", "No"), ("short", "On short notice"), ("always", "Always")],
        "I confirm each booking",
        required=True,
        default="none",
        help="A time that waits for your answer is kept free for the visitor.",
    )
    approval_notice_hours = fields.Float("Short notice", default=24.0, help="Hours before the start.")
    question_ids = fields.One2many("scheduling.question", "page_id", "Questions", copy=True)
    consent_text = fields.Text(
        "Consent", translate=True, help="A sentence the visitor must agree to, kept with the booking."
    )

    # After booking
    change_limit_hours = fields.Float(
        "Can be moved or cancelled until",
        default=2.0,
        help="Hours before the start. Later, visitors see your contact instead.",
    )
    opportunity_policy = fields.Selection(
        [("none", "No"), ("missing", "If the contact has no open one"), ("always", "For each booking")],
        "Create an opportunity",
        required=True,
        default="none",
    )
    team_id = fields.Many2one("crm.team", "Sales Team")

    # Sharing
    access = fields.Selection(
        [("public", "Everybody who has the address"), ("private", "Private links only")],
        required=True,
        default="public",
        tracking=True,
    )
    link_ids = fields.One2many("scheduling.link", "page_id", "Private links")

    booking_ids = fields.One2many("scheduling.booking", "page_id", "Bookings")
    booking_count = fields.Integer(compute="_compute_booking_count")
    rules_summary = fields.Char(compute="_compute_rules_summary")

    # What no person means would stop whoever computes with it: the page, lists, the reading of its hosts' calendars.
    _notice_sane = models.Constraint(
        "CHECK (min_notice_hours BETWEEN 0 AND 8760)", "The notice is 0 to 8,760 hours (one year)."
    )
    _short_notice_sane = models.Constraint(
        "CHECK (approval_notice_hours BETWEEN 0 AND 8760)", "Short notice is 0 to 8,760 hours (one year)."
    )
    _change_limit_sane = models.Constraint(
        "CHECK (change_limit_hours BETWEEN 0 AND 8760)",
        "Visitors can move or cancel until 0 to 8,760 hours (one year) before the start.",
    )
    _window_sane = models.Constraint("CHECK (window_days BETWEEN 1 AND 730)", "The window is 1 to 730 days long.")
    _buffers_sane = models.Constraint(
        "CHECK (buffer_before BETWEEN 0 AND 1440 AND buffer_after BETWEEN 0 AND 1440)",
        "A buffer lasts from 0 to 1,440 minutes (one day).",
    )

    # ------------------------------------------------------------ defaults and checks

    @api.model
    def _default_name(self):
        return self.env._("Meeting")

    @api.constrains("window_type", "window_start", "window_end")
    def _check_window(self):
        for page in self.filtered(lambda page: page.window_type == "dates"):
            if not page.window_start or not page.window_end:
                raise ValidationError(self.env._("Give the first and the last day that may be booked."))
            if page.window_end < page.window_start:
                raise ValidationError(self.env._("The last day that may be booked lies before the first one."))
            if page.window_end < fields.Date.context_today(page):
                raise ValidationError(self.env._("The last day that may be booked lies in the past."))

    @api.constrains("timezone")
    def _check_timezone(self):
        for page in self:  # Odoo doesn't check a selection that is made by a function
            if parse_zone(page.timezone) != page.timezone:
                raise ValidationError(
                    self.env._(
                        "“%(zone)s” is no time zone. Choose one from the list, such as Europe/Rome.", zone=page.timezone
                    )
                )

    @api.constrains("duration_ids")
    def _check_durations(self):
        for page in self:
            if not page.duration_ids:
                raise ValidationError(self.env._("Choose at least one duration, for example 30 minutes."))

    @api.constrains("location_type", "location")
    def _check_location(self):
        for page in self:
            if page.location_type == "link" and not (page.location or "").startswith(("https://", "http://")):
                raise ValidationError(self.env._("Give the link of the video call, starting with https://."))
            if page.location_type == "place" and not page.location:
                raise ValidationError(self.env._("Give the address of the place."))

    def copy_data(self, default=None):
        """A copy is off until its owner has looked at it: a twin with the old text would be bookable at once."""
        return [
            dict(
                {"is_published": False, **vals},
                name=(default or {}).get("name") or self.env._("%(name)s (copy)", name=page.name),
            )
            for page, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_giving_away(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_giving_away(vals)
        return super().write(vals)

    def _refuse_giving_away(self, vals):
        """A page belongs to who made it: only a manager makes or gives one to somebody else, who'd host without a word.

        :raises AccessError: the user isn't one
        """
        other = vals.get("user_id") and vals["user_id"] != self.env.uid
        if other and not self.env.su and not self.env.user.has_group("meetings_scheduler.group_manager"):
            raise AccessError(self.env._("Only a manager can make a page for somebody else, or give one away."))

    # ------------------------------------------------------------ computed fields

    def _compute_booking_count(self):
        counts = dict(
            self.env["scheduling.booking"]._read_group(
                [("page_id", "in", self.ids), ("state", "in", ("requested", "confirmed"))], ["page_id"], ["__count"]
            )
        )
        for page in self:
            page.booking_count = counts.get(page, 0)

    @api.depends("min_notice_hours", "window_type", "window_days", "window_start", "window_end", "increment")
    @api.depends_context("lang")
    def _compute_rules_summary(self):
        for page in self:
            page.rules_summary = page._rules_in_words()

    def _rules_in_words(self):
        """:return: the rules of "when" as a person would say them"""
        self.ensure_one()
        days = {"days": self.window_days}
        window = {
            "rolling": lambda: self.env._("up to %(days)s days", **days),
            "business": lambda: self.env._("up to %(days)s working days", **days),
            "bookable": lambda: self.env._("on the next %(days)s days with free time", **days),
            "dates": lambda: self.env._(
                "from %(start)s to %(end)s", start=self.window_start or "…", end=self.window_end or "…"
            ),
        }[self.window_type]()
        every = (
            self.env._("one meeting after the other")
            if self.increment == "0"
            else self.env._("every %(minutes)s minutes", minutes=self.increment)
        )
        return self.env._(
            "At least %(notice)g hours ahead, %(window)s, %(every)s",
            notice=self.min_notice_hours,
            window=window,
            every=every,
        )

    # ------------------------------------------------------------ actions

    def action_open_public(self):
        """Opens the page as a visitor sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_bookings(self):
        """Opens the bookings made on the page, the newest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("meetings_scheduler.action_scheduling_booking")
        newest_first = self.env.ref("meetings_scheduler.scheduling_booking_view_list_of_page").id
        views = [(newest_first if mode == "list" else view, mode) for view, mode in action["views"]]
        action.update(domain=[("page_id", "=", self.id)], context={"default_page_id": self.id}, views=views)
        return action
