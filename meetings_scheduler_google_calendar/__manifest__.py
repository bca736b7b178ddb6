{
    "name": "Meetings Scheduler: Google Calendar of Odoo",
    "summary": "Beside Odoo's own Google sync nothing appears twice, in Odoo or in Google",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Meetings Scheduler contributors",
    "website": "https://github.com/meetings-scheduler/meetings-scheduler",
    "license": "LGPL-3",
    "depends": ["meetings_scheduler", "google_calendar"],
    "auto_install": True,
}
