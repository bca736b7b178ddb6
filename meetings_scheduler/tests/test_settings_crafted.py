"""What no screen sends to the calendar settings is refused in words."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .accounts_case import AccountsCase
from .google_case import ADDRESS

NO_SHAPE = "isn't what can be saved here"
WRONG = (None, True, 7, 0.5, "text", "", [], ["text"], [[1]], [{}], {}, {"a": 1}, {"a": None}, {"a": []})


@tagged("post_install", "-at_install")
class TestCraftedSettings(AccountsCase):
    def setUp(self):
        super().setUp()
        self.account, _further = self.two_accounts()

    def refused(self, values, words=""):
        with self.subTest(values), self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self.settings().save(values)

    def test_the_whole(self):
        """M48: what isn't a dict of settings."""
        for values in WRONG:
            if values != {}:
                self.refused(values, "no setting" if isinstance(values, dict) else NO_SHAPE)
        self.refused({"": 1}, "no setting")

    def test_each_setting(self):
        """M48: every setting by every shape that it hasn't; an id that isn't there, or isn't the user's own."""
        agreed = {
            "uses": ({},),
            "tasks": ({},),
            "main_id": (7,),
            "link_ids": ([],),
            "unlink_ids": ([],),
            "all_off": (True,),
            "stem": ("text", ""),
            "default_page_id": (None, True, 7),
        }
        for name, fitting in agreed.items():
            for value in WRONG:
                if not any(type(value) is type(one) and value == one for one in fitting):
                    self.refused({name: value})
        for values in (
            {"main_id": 0},
            {"main_id": -1},
            {"main_id": 10**30},
            {"uses": {"0": {"use_sync": True}}},
            {"tasks": {"None": {"use_tasks": True}}},
            {"link_ids": [0]},
            {"unlink_ids": [10**30]},
            {"default_page_id": 10**30},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.settings().save(values)

    def test_choices_of_an_account(self):
        """M26, M48: within an account, what is no tick, no hour, or no choice that there is."""
        key = str(self.account.id)
        for value in WRONG:
            if value is not True:
                self.refused({"uses": {key: {"use_sync": value}}}, NO_SHAPE)
                for name in ("use_tasks", "remove_tasks", "task_all_day", "task_keep_done", "task_moves"):
                    self.refused({"tasks": {key: {name: value}}}, NO_SHAPE)
            if type(value) not in (int, float):
                self.refused({"tasks": {key: {"task_hour": value}}}, "Choose an hour")
        self.refused({"tasks": {key: {"task_hour": float("nan")}}}, "Choose an hour")
        self.refused({"tasks": {key: {"account": True}}}, "no setting")
        self.refused({"uses": {key: {"purpose": True}}}, "can't be used")
        self.refused({"uses": {key: {"use_tasks": True}}}, f"{ADDRESS} can't be used")
