{
    "name": "Meetings Scheduler: Project",
    "summary": "Project tasks and to-dos in the calendar your people live in",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Meetings Scheduler contributors",
    "website": "https://github.com/meetings-scheduler/meetings-scheduler",
    "license": "LGPL-3",
    "depends": ["meetings_scheduler", "project"],
    "auto_install": True,
}
