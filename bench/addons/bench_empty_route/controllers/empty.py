from odoo import http
from odoo.http import request


class Empty(http.Controller):
    @http.route(
        "/bench/empty.json", type="http", auth="public", methods=["GET"], csrf=False, save_session=False, readonly=True
    )
    def empty(self):
        return request.make_json_response({})
