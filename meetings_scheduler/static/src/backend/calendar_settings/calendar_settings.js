import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {SettingsConfirmationDialog} from "@web/webclient/settings_form_view/settings_confirmation_dialog";
import {useInterval} from "../interval";
import {AccountCard} from "./account_card";
import {CalendarList} from "./calendar_list";
import {changesOf, choicesOf, useKey} from "./choices";
import {ConnectCards} from "./connect_cards";
import {HelpLink} from "./help_link";
import {PagesBlock} from "./pages_block";
import {askAboutCalendar} from "./stop_tasks_dialog";

const MINUTE = 60000;

/** One screen for the connected accounts, what each is used for, which calendars count, and the user's pages. */
export class CalendarSettings extends Component {
    static template = "meetings_scheduler.CalendarSettings";
    static components = {AccountCard, CalendarList, ConnectCards, HelpLink, Layout, PagesBlock};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({data: null, saved: {}, told: 0, saving: false});
        this.draft = useState({});
        useSetupAction({
            beforeLeave: () => this.beforeLeave(),
            beforeUnload: (ev) => {
                if (this.changes) {
                    ev.preventDefault();
                }
            },
        });
        useInterval(() => document.hidden || this.load(), MINUTE);
        onWillStart(() => this.load());
    }

    /** @returns {Boolean} whether one of several accounts is the main one, which the user may choose */
    get hasMain() {
        return this.state.data.connections.length > 1 && "main_id" in this.state.saved;
    }

    get connectTitle() {
        if (this.state.data.several) {
            return _t("Connect another account");
        }
        return _t("Use another calendar instead");
    }

    get connectHelp() {
        if (this.state.data.several) {
            return _t("It tells when you are busy, beside what you have connected. You choose the main account.");
        }
        return _t("It takes over from your Odoo calendar.");
    }

    get changes() {
        return changesOf(this.draft, this.state.saved);
    }

    /** @returns {Object} what the server tells; the screen shows it a moment later */
    async load() {
        const data = await this.orm.call("scheduling.settings", "get_data", []);
        this.show(data);
        return data;
    }

    /** Shows what the server tells; what the user has changed and not saved yet stays as it is on the screen. */
    show(data) {
        const saved = choicesOf(data);
        for (const name of Object.keys(this.draft)) {
            if (!(name in saved)) {
                delete this.draft[name];
            }
        }
        for (const [name, value] of Object.entries(saved)) {
            if (!(name in this.draft) || this.draft[name] === this.state.saved[name]) {
                this.draft[name] = value;
            }
        }
        Object.assign(this.state, {data, saved, told: Date.now()});
    }

    /** Tasks move along with the main account: whoever has a calendar of them is asked what becomes of it. */
    chooseMain({id, tasks_if_main: about}) {
        const before = this.draft.main_id;
        const main = this.state.data.connections.find((connection) => connection.id === this.state.saved.main_id);
        this.draft.main_id = id;
        if (!main.task_calendar || !this.draft[useKey("use_tasks", main.id)]) {
            return;
        }
        const remove = useKey("remove_tasks", main.id);
        if (id === main.id) {
            this.draft[remove] = false;
            return;
        }
        const question = {
            title: _t("Choose another main account?"),
            about,
            calendar: main.task_calendar,
            account: main.account,
        };
        askAboutCalendar(
            this.dialog,
            question,
            (answer) => {
                this.draft[remove] = answer;
            },
            () => {
                this.draft.main_id = before;
            }
        );
    }

    async save() {
        const {changes} = this;
        if (!changes || this.state.saving) {
            return;
        }
        this.state.saving = true;
        try {
            const data = await this.orm.call("scheduling.settings", "save", [changes]);
            Object.assign(this.draft, choicesOf(data));
            this.show(data);
            this.notification.add(_t("Saved."), {type: "success"});
        } finally {
            this.state.saving = false;
        }
    }

    discard() {
        Object.assign(this.draft, this.state.saved);
    }

    /** @returns {Promise<Boolean>|Boolean} whether the user may leave: who has changed something is asked */
    beforeLeave() {
        if (!this.changes) {
            return true;
        }
        return new Promise((resolve) => {
            this.dialog.add(SettingsConfirmationDialog, {
                body: _t("Would you like to save your changes?"),
                confirm: () =>
                    this.save().then(
                        () => resolve(true),
                        (error) => {
                            resolve(false);
                            throw error;
                        }
                    ),
                cancel: () => {
                    this.discard();
                    resolve(true);
                },
                stayHere: () => resolve(false),
                dismiss: () => resolve(false),
            });
        });
    }
}

registry.category("actions").add("meetings_scheduler.calendar_settings", CalendarSettings);

// From every screen of Odoo in two clicks: the user's own menu, and this.
registry.category("user_menuitems").add("meetings_scheduler.calendar_settings", (env) => ({
    type: "item",
    id: "meetings_calendar_settings",
    description: _t("Calendar settings"),
    callback: () => env.services.action.doAction("meetings_scheduler.action_calendar_settings"),
    sequence: 52,
}));
