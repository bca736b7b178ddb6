"""What the backend's screens ask of a page."""

import base64

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.fields import Command

from .scheduling_page_hosts import SHARED

QR_SIZE = 480


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    needs_my_calendar = fields.Boolean(
        compute="_compute_needs_my_calendar", help="The current user hosts the page and hasn't connected a calendar."
    )

    @api.depends("user_id", "page_type", "host_ids.user_id")
    @api.depends_context("uid")
    def _compute_needs_my_calendar(self):
        me = self.env.user
        connected = bool(self.env["scheduling.connection"].sudo()._readable_users(me))
        for page in self:
            page.needs_my_calendar = not connected and me in page._hosts()

    @api.onchange("page_type")
    def _onchange_page_type(self):
        """A page for several hosts starts with its owner, so that the list isn't empty."""
        if self.page_type in SHARED and not self.host_ids:
            self.host_ids = [Command.create({"user_id": self.user_id.id})]

    def action_use_odoo_calendar(self):
        """Connects the user's Odoo calendar without leaving the page, which takes bookings from then on."""
        self.ensure_one()
        self.check_access("read")
        self.env["scheduling.connection"]._connect_odoo(self.env.user)
        return True

    @api.readonly
    def get_qr(self):
        """Draws the QR code of the page's link.

        As SVG, since Odoo's own route for bar codes needs a bitmap backend that ReportLab doesn't bring any more.

        :return: a ``data:`` address of the picture
        """
        self.ensure_one()
        drawing = createBarcodeDrawing("QR", value=self.url, width=QR_SIZE, height=QR_SIZE, barLevel="M", barBorder=4)
        svg = drawing.asString("svg")
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
