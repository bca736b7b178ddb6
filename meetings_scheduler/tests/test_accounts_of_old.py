"""Two accounts of one user with a purpose each, as older installations hold them."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .accounts_case import ANNA, SECOND, THIRD, AccountsCase
from .google_case import ADDRESS


@tagged("post_install", "-at_install")
class TestTwoPurposes(AccountsCase):
    def test_side_by_side(self):
        """M6: pages use one account, calendar sync the other one: bookings, free time and meetings keep apart."""
        sync, pages = self.two_purposes()
        self.assertEqual((sync.account, pages.account), (ADDRESS, SECOND))
        self.book(self.at(10))
        self.meet(self.at(12))
        self.run_outbox()
        (meeting,), (booking,) = self.events(), self.events(SECOND)
        self.assertEqual(meeting["summary"], "Demo")
        self.assertIn("Jane Doe", booking["summary"])
        self.busy(self.at(14))
        self.busy(self.at(16), SECOND)
        self.read_all()
        self.assertEqual([self.is_free(self.at(hour)) for hour in (14, 16)], [True, False])
        self.assertEqual(self.page._ask_live(self.host, self.at(14), 30), "free")
        self.assertEqual(self.page._ask_live(self.host, self.at(16), 30), "busy")

    def test_sync_reads_its_own_account(self):
        """M6: contacts' meetings come from the account for calendar sync only."""
        sync, pages = self.two_purposes()
        self.put(self.at(9), summary="For the CRM")
        self.put(self.at(9), calendar=SECOND, summary="Not for the CRM")
        self.poll(sync)
        self.poll(pages)
        self.assertEqual(self.meetings().mapped("name"), ["For the CRM"])

    def test_lost(self):
        """M6, M34: visitors can't book while the account of the pages is lost; the other one keeps nobody away."""
        sync, pages = self.two_purposes()
        sync._lose("The permission has ended.")
        self.assertTrue(self.is_bookable())
        pages._lose("The permission has ended.")
        self.assertFalse(self.is_bookable())

    def test_settings_say_which_does_what(self):
        """M6: the settings show both, with what each is used for; calendars count where the pages look."""
        sync, pages = self.two_purposes()
        shown = {account["id"]: account for account in self.settings().get_data()["connections"]}
        self.assertEqual((shown[sync.id]["purpose"], shown[pages.id]["purpose"]), ("sync", "pages"))
        self.assertEqual(shown[sync.id]["uses"], {"use_sync": True})
        self.assertEqual(shown[pages.id]["uses"], {"use_pages": True})
        self.assertEqual((len(shown[sync.id]["calendars"]), len(shown[pages.id]["calendars"])), (0, 1))
        cards = self.env["scheduling.dashboard"].with_user(self.host).get_data()["calendars"]
        self.assertEqual({card["purpose"] for card in cards}, {"sync", "pages"})

    def test_crafted_use(self):
        """M6: a crafted request gives neither account the other one's purpose."""
        sync, pages = self.two_purposes()
        for account, name in ((sync, "use_pages"), (pages, "use_sync")):
            with self.subTest(name), self.assertRaisesRegex(UserError, "can't be used"):
                self.settings().save({"uses": {str(account.id): {name: True}}})
            with self.assertRaisesRegex(UserError, "its own purpose"):
                self.settings().save({"main_id": account.id})

    def test_one_from_then_on(self):
        """M7: disconnect either, and one account is all there can be, for both purposes: in the server, too."""
        for place in (0, 1):
            with self.subTest(place):
                two = self.two_purposes()
                gone, left = two[place], two[1 - place]
                self.disconnect(gone)
                self.assertEqual((left.purpose, self.accounts()), ("all", left))
                data = self.settings().get_data()
                self.assertEqual(data["providers"], [], "nothing is offered")
                (shown,) = data["connections"]
                self.assertEqual(set(shown["uses"]), {"use_sync", "use_pages"}, "for both purposes")
                for address in (gone.account, THIRD):
                    with self.assertRaisesRegex(UserError, "Disconnect it before"):
                        self.connect(email=address)
                with self.assertRaisesRegex(UserError, "Disconnect it before"):
                    self.env["scheduling.connection"].with_user(self.host).action_connect_odoo()
                self.settings().save({"uses": {str(left.id): {"use_sync": True, "use_pages": True}}})
                left._refresh_busy()
                self.assertTrue(self.is_bookable())
                self.disconnect(left)
                self.env["scheduling.connection"]._connect_odoo(self.host)
                self.connection = self.accounts()

    def test_nothing_by_surprise(self):
        """M7, B3: the account that is left does what it did; nobody is free by it until it is ticked and read."""
        sync, pages = self.two_purposes()
        self.busy(self.at(14))
        self.disconnect(pages)
        self.assertEqual((sync.use_sync, sync.use_pages), (True, False))
        self.assertFalse(self.is_bookable())
        self.settings().save({"uses": {str(sync.id): {"use_pages": True}}})
        self.assertFalse(self.is_bookable(), "its busy times were no concern of the pages and aren't known yet")
        sync._refresh_busy()
        self.assertTrue(self.is_bookable())
        self.assertFalse(self.is_free(self.at(14)))

    def test_several_allowed(self):
        """M7, B9: where several are allowed, another account may follow the one that was disconnected."""
        sync, pages = self.two_purposes()
        self.allow_several()
        self.disconnect(sync)
        self.assertEqual(pages.purpose, "all")
        again = self.connect(email=THIRD)
        self.assertEqual(self.accounts(), pages | again)

    def test_new_user_connects_one(self):
        """M7: a new user connects one account, for both purposes."""
        anna = new_test_user(
            self.env, "anna.accounts", "base.group_user,meetings_scheduler.group_personal_email", email=ANNA
        )
        account = self.connect(anna, email=ANNA)
        self.assertEqual((account.purpose, account.use_sync, account.use_pages), ("all", True, True))
        with self.assertRaisesRegex(UserError, "Disconnect it before"):
            self.connect(anna, email=THIRD)


@tagged("post_install", "-at_install")
class TestMigration(AccountsCase):
    """An administrator brings the two accounts of an older installation here."""

    def wizard(self, user=None, **values):
        """:return: the wizard as the administrator has filled it in"""
        admin = self.env["scheduling.two.accounts"].with_user(user or self.env.ref("base.user_admin"))
        with Form(admin) as form:
            form.user_id = self.host
            for name, value in values.items():
                setattr(form, name, value)
        return form.record

    def test_second_account_is_marked(self):
        """M6: what is connected is proposed; applied, each account has its purpose, and nobody has to sign in again."""
        main, further = self.two_accounts()
        self.allow_several(False)
        wizard = self.wizard()
        self.assertIn(f"{SECOND}, Google Calendar: Further account", wizard.connected)
        self.assertEqual((wizard.sync_account, wizard.pages_account), (ADDRESS, SECOND))
        wizard.action_apply()
        self.assertEqual((main.purpose, further.purpose), ("sync", "pages"))
        self.assertEqual((main.state, further.state), ("connected", "connected"))
        self.assertTrue(self.is_bookable())

    def test_account_that_only_is_an_address(self):
        """M6, M7: the second account waits for its owner, who is told, connects it once more, and no third one."""
        google = self.connect()
        self.wizard(pages_account=SECOND).action_apply()
        waiting = self.accounts() - google
        self.assertEqual((google.purpose, waiting.purpose, waiting.state), ("sync", "pages", "lost"))
        self.assertFalse(self.is_bookable(), "nobody knows when they are free")
        self.run_outbox()
        mail = self.env["mail.mail"].search([("subject", "like", SECOND)])
        told = mail or self.operations.search([("kind", "=", "tell_owner"), ("state", "=", "done")])
        self.assertEqual(len(told), 1)
        for again in (None, waiting.id):
            with self.assertRaises(UserError):
                self.connect(email=THIRD, again=again)
        self.assertEqual(self.connect(email=SECOND, again=waiting.id), waiting)
        self.assertEqual((waiting.state, waiting.purpose, google.purpose), ("connected", "pages", "sync"))
        self.assertTrue(self.is_bookable())

    def test_pages_of_the_odoo_calendar(self):
        """M6: the pages may have used the Odoo calendar, beside an account for calendar sync."""
        google = self.connect()
        self.wizard(pages_provider="odoo").action_apply()
        self.assertEqual([account.provider for account in self.accounts()], ["odoo", "google"])
        self.assertEqual(google.purpose, "sync")
        self.assertTrue(self.is_bookable())
        self.book(self.at(10))
        self.meet(self.at(12))
        self.run_outbox()
        self.assertEqual([event["summary"] for event in self.events()], ["Demo"], "the booking is Odoo's")

    def test_the_other_way_round(self):
        """M6: applied again with the accounts exchanged; the new one of the pages is read before anybody can book."""
        sync, pages = self.two_purposes()
        self.wizard(sync_account=SECOND, pages_account=ADDRESS).action_apply()
        self.assertEqual((sync.purpose, pages.purpose), ("pages", "sync"))
        self.assertFalse(self.is_bookable())
        self.read_all()
        self.assertTrue(self.is_bookable())

    def test_refused(self):
        """M6, M9: no address, one account twice, a room, and another user's account are refused in words."""
        self.connect()
        anna = new_test_user(
            self.env, "anna.accounts", "base.group_user,meetings_scheduler.group_personal_email", email=ANNA
        )
        self.connect(anna, email=ANNA)
        for address, words in (
            ("nobody", "no e-mail address"),
            (ADDRESS.upper(), "one account"),
            ("c_1@resource.calendar.google.com", "a room"),
            (ANNA, "another user"),
        ):
            with self.subTest(address), self.assertRaisesRegex(UserError, words):
                self.wizard(pages_account=address).action_apply()
        self.assertEqual(self.accounts().mapped("purpose"), ["all"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_administrators_only(self):
        """M6: neither the user nor a manager makes two accounts of one."""
        manager = new_test_user(self.env, "manager.accounts", "base.group_user,meetings_scheduler.group_manager")
        wizard = self.wizard(pages_provider="google", sync_account=ADDRESS, pages_account=SECOND)
        for user in (self.host, manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["scheduling.two.accounts"].with_user(user).create({"user_id": self.host.id})
            with self.subTest(user.login), self.assertRaises(AccessError):
                wizard.with_user(user).action_apply()
