"""What every journey stands on: all kinds of visitor get an answer, people sign in, mails are caught."""

from tests.browser.conftest import Mails
from tests.browser.steps import call


def test_the_website_opens_for_every_kind_of_visitor(page):
    answer = page.goto("/")
    assert answer.status == 200
    assert page.locator("footer").count() == 1


def test_the_administrator_signs_in(open_page):
    page = open_page()
    page.goto("/web/login")
    page.fill("#login", "admin")
    page.fill("#password", "admin")
    page.press("#password", "Enter")
    page.wait_for_url("**/odoo**")
    page.wait_for_selector(".o_main_navbar")


def test_a_mail_is_caught_with_its_parts(admin, mails):
    mail = {"subject": "Surroundings", "body_html": "<p>caught</p>", "email_to": "visitor@example.com"}
    call(admin, "mail.mail", "send", call(admin, "mail.mail", "create", [mail]))
    [message] = mails.wait(to="visitor@example.com", subject="Surroundings")
    assert "caught" in Mails.part(message, "text/html")
