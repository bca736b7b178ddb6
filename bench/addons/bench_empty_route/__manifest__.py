{
    "name": "Empty route and page",
    "summary": "What ./dev bench http measures against: Odoo itself doing nothing",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Meetings Scheduler contributors",
    "license": "LGPL-3",
    "depends": ["website"],
    "data": ["data/website_page.xml"],
}
