"""What the product says to calendars outside of Odoo. Nothing here imports odoo."""
