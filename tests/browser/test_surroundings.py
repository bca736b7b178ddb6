"""What every journey stands on: all kinds of visitor get an answer, people sign in, mails are caught."""

from tests.browser.conftest import Mails


def test_the_website_opens_for_every_kind_of_visitor(page):
    answer = page.goto("/")
    assert answer.status == 200
    assert page.locator("footer").count() == 1


def test_the_administrator_signs_in(open_page, login):
    page = open_page()
    login(page, "admin")
    page.wait_for_selector(".o_main_navbar")


def test_a_mail_is_caught_with_its_parts(open_page, login, mails):
    page = open_page()
    login(page, "admin")
    created = page.evaluate(
        """async () => {
            const call = (model, method, args, kwargs) =>
                fetch(`/web/dataset/call_kw/${model}/${method}`, {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({jsonrpc: "2.0", params: {model, method, args, kwargs}}),
                }).then((answer) => answer.json());
            const mail = {subject: "Surroundings", body_html: "<p>caught</p>", email_to: "visitor@example.com"};
            const id = (await call("mail.mail", "create", [mail], {})).result;
            return call("mail.mail", "send", [[id]], {});
        }"""
    )
    assert "error" not in created
    [message] = mails.wait(to="visitor@example.com", subject="Surroundings")
    assert "caught" in Mails.part(message, "text/html")
