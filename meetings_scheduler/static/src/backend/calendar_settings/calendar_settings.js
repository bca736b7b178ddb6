import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {SettingsConfirmationDialog} from "@web/webclient/settings_form_view/settings_confirmation_dialog";
import {AccountCard} from "./account_card";
import {CalendarList} from "./calendar_list";
import {ConnectCards} from "./connect_cards";
import {HelpLink} from "./help_link";
import {PagesBlock} from "./pages_block";

const MINUTE = 60000;
const CALENDAR = "calendar_";

/**
 * @param {Object} data as `scheduling.settings` tells it
 * @returns {Object} what can be changed on the screen, flat: the box of calendar 7 is `calendar_7`
 */
export function choicesOf({connection, pages}) {
    const choices = {stem: pages.stem, default_page_id: pages.default_page_id, all_off: pages.all_off};
    if (connection) {
        Object.assign(choices, connection.uses);
        for (const {id, counts, lost} of connection.calendars) {
            if (!lost) {
                choices[CALENDAR + id] = counts;
            }
        }
    }
    return choices;
}

/**
 * @param {Object} draft what is on the screen
 * @param {Object} saved what was read
 * @returns {Object|null} the values for `scheduling.settings.save`: what differs, null if nothing does
 */
export function changesOf(draft, saved) {
    const changes = {};
    for (const [name, value] of Object.entries(draft)) {
        if (value === saved[name]) {
            continue;
        }
        if (name.startsWith(CALENDAR)) {
            const list = value ? "link_ids" : "unlink_ids";
            changes[list] = [...(changes[list] || []), Number(name.slice(CALENDAR.length))];
        } else {
            changes[name] = value;
        }
    }
    return Object.keys(changes).length ? changes : null;
}

/** One screen for the connected account, what it is used for, which calendars count, and the user's pages. */
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
        const timer = browser.setInterval(() => document.hidden || this.load(), MINUTE);
        onWillUnmount(() => browser.clearInterval(timer));
        onWillStart(() => this.load());
    }

    get changes() {
        return changesOf(this.draft, this.state.saved);
    }

    async load() {
        this.show(await this.orm.call("scheduling.settings", "get_data", []));
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
