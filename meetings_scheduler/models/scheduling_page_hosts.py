"""Who hosts a page: the people, whether they can be asked, and whose turn it is."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .. import availability

POLICIES = {
    "one_to_one": "single",
    "group": "group",
    "round_robin": "round_robin",
    "collective": "collective",
    "fixed_plus_one": "fixed_plus_one",
}
# Page types that a list of hosts belongs to; the others are hosted by the page's owner.
SHARED = ("round_robin", "collective", "fixed_plus_one")


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    host_ids = fields.One2many("scheduling.host", "page_id", "Hosts", copy=True)
    seats = fields.Integer(default=5, required=True, help="How many visitors can book the same time.")
    owner_first = fields.Boolean(
        "Contact's salesperson first",
        default=True,
        help="A contact who has a salesperson among the hosts meets that one.",
    )

    is_connected = fields.Boolean("Calendar connected", compute="_compute_is_connected")

    _seats_sane = models.Constraint("CHECK (seats BETWEEN 1 AND 1000)", "A group has 1 to 1,000 seats.")

    @api.constrains("page_type", "host_ids")
    def _check_hosts(self):
        for page in self.filtered(lambda page: page.page_type in SHARED):
            if not page.host_ids:
                raise ValidationError(self.env._("“%(page)s” needs at least one host.", page=page.name))
            fixed = page.host_ids.filtered("is_fixed")
            if page.page_type == "fixed_plus_one" and (not fixed or fixed == page.host_ids):
                raise ValidationError(
                    self.env._(
                        "“%(page)s” needs at least one host who always takes part, and one who doesn't.", page=page.name
                    )
                )

    @api.constrains("company_id", "user_id", "host_ids")
    def _check_hosts_company(self):
        """Bookings of the page are business of its company, and show when its hosts are free."""
        for page in self.sudo():
            people = page.user_id | page.host_ids.user_id
            strangers = [user.name for user in people if user.share or page.company_id not in user.company_ids]
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(names)s can't host meetings of %(company)s: only its employees can.",
                        names=", ".join(strangers),
                        company=page.company_id.name,
                    )
                )

    def _hosts(self):
        """:return: the users who host the page, in its order; archived ones host nothing any more

        Nor do colleagues who changed to another company. The owner of a page of their own still takes requests there.
        """
        self.ensure_one()
        if self.page_type not in SHARED:
            return self.user_id.filtered("active")
        employees = self.sudo().host_ids.user_id.filtered(lambda user: self.company_id in user.company_ids)
        return self.host_ids.user_id.filtered("active") & employees

    @api.depends("user_id", "page_type", "host_ids.user_id", "host_ids.is_fixed")
    def _compute_is_connected(self):
        hosts = {page: page._hosts() for page in self}
        every = self.env["res.users"].union(*hosts.values())
        readable = self.env["scheduling.connection"].sudo()._readable_users(every)
        for page in self:
            page.is_connected = page._can_promise(hosts[page], readable)

    def _can_promise(self, hosts, readable):
        """Whether a time the page shows can be booked, not only asked for.

        Round robin goes on with the hosts that can be read; who must take part must have a calendar that is known.
        """
        blueprint = self._blueprint()
        if blueprint.owner_left:
            return False
        if blueprint.rules.policy == "round_robin":
            return bool(hosts & readable)
        if blueprint.rules.policy == "fixed_plus_one":
            fixed = hosts.filtered(lambda host: host.id in blueprint.fixed)
            return bool(fixed) and fixed <= readable and bool((hosts - fixed) & readable)
        return bool(hosts) and hosts <= readable

    def _trouble(self):
        """:return: why its owner can promise no time on the page whatever calendar they have, as
        :meth:`SchedulingConnection._trouble` says it, or None
        """
        if not self._blueprint().owner_left:
            return None
        reason = self.env._(
            "“%(page)s” belongs to %(company)s, and you have changed to another company: visitors can only ask for "
            "a time.",
            page=self.name,
            company=self.company_id.name,
        )
        url = f"{self.get_base_url()}/odoo/scheduling.page/{self.id}"
        return {"reason": reason, "cure": self.env._("Open the page"), "url": url}

    # ------------------------------------------------------------ whose turn it is

    def _ledger(self, hosts):
        """What each host has had so far on this page; cancelled and missed meetings give their turn back.

        :param hosts: scheduling.host records
        :return: list of :class:`availability.Candidate`, in the page's order
        """
        self.ensure_one()
        self.env["scheduling.booking.host"].flush_model()
        self.env["scheduling.booking"].flush_model(["page_id", "state", "outcome"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT host.user_id, count(*), extract(epoch FROM max(booking.create_date))::bigint
                  FROM scheduling_booking_host host
                  JOIN scheduling_booking booking ON booking.id = host.booking_id
                 WHERE booking.page_id = %s AND host.user_id = ANY(%s)
                   AND booking.state IN ('confirmed', 'requested', 'suggested') AND booking.outcome <> 'no_show'
                 GROUP BY host.user_id
                """,
                self.id,
                hosts.user_id.ids,
            )
        )
        had = {user_id: (count, last) for user_id, count, last in rows}
        return [
            availability.Candidate(
                id=str(host.user_id.id),
                weight=host.weight,
                priority=int(host.priority),
                taken=had.get(host.user_id.id, (0, None))[0],
                credit=host.credit,
                last_booked_at=had.get(host.user_id.id, (0, None))[1],
            )
            for host in hosts
        ]

    def _choose_hosts(self, able, contact):
        """The teams that may take a meeting, the one whose turn it is first.

        :param able: ids of users who are free (str), as the engine answers
        :param contact: the visitor's contact, if known
        :return: list of (users, choices): the users of one possible team, and the :class:`availability.Choice` list
            that explains it (None where there is nothing to choose)
        """
        users = self.env["res.users"]
        ids = [int(user_id) for user_id in able]
        if self.page_type not in ("round_robin", "fixed_plus_one"):
            return [(users.browse(ids), None)]
        fixed = self.host_ids.filtered("is_fixed").user_id if self.page_type == "fixed_plus_one" else users
        pool = self._ledger(self.host_ids.filtered(lambda host: host.user_id not in fixed))
        candidates = [host for host in pool if int(host.id) in ids]
        owner = str(contact.user_id.id) if self.owner_first and contact.user_id else None
        choices = availability.choose_host(candidates, pool=pool, owner_id=owner)
        return [(fixed | users.browse(int(choice.host_id)), choices[place:]) for place, choice in enumerate(choices)]

    def _explain_choice(self, choices):
        """:return: a sentence: why this host and not another one"""
        if not choices:
            return False
        first = choices[0]
        host = self.env["res.users"].browse(int(first.host_id)).name
        reasons = {
            "owner": self.env._("%(host)s is the contact's salesperson.", host=host),
            "shortfall": self.env._("%(host)s was furthest behind their share of meetings.", host=host),
            "weight": self.env._("%(host)s has the greatest weight.", host=host),
            "priority": self.env._("%(host)s has the highest priority.", host=host),
            "least_recent": self.env._("%(host)s was booked least recently.", host=host),
            "order": self.env._("%(host)s stands first in the list of hosts.", host=host),
            "only": self.env._("Nobody but %(host)s was free.", host=host),
        }
        return reasons[first.reason]
