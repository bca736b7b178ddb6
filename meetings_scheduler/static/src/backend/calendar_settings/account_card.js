import {Component, useState} from "@odoo/owl";
import {CheckBox} from "@web/core/checkbox/checkbox";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {healthText, lightClass} from "../health";
import {useInterval} from "../interval";
import {SyncLine} from "../sync_status/sync_line";
import {useKey} from "./choices";
import {DisconnectDialog} from "./disconnect_dialog";
import {HelpLink} from "./help_link";
import {TaskOptions} from "./task_options";

const {DateTime} = luxon;
const TICK = 10000;

/** A connected account: its health, what it is used for, the way back to the provider and the way out. */
export class AccountCard extends Component {
    static template = "meetings_scheduler.AccountCard";
    static components = {CheckBox, HelpLink, SyncLine, TaskOptions};
    static props = {
        connection: Object,
        others: Number,
        hasMain: Boolean,
        hostedCount: Number,
        draft: Object,
        chooseMain: Function,
        reload: Function,
        told: Number,
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.draft = useState(this.props.draft);
        this.state = useState({now: Date.now()});
        useInterval(() => {
            this.state.now = Date.now();
        }, TICK);
    }

    get title() {
        if (!this.props.others) {
            return _t("Your calendar");
        }
        return {
            all: _t("Main account"),
            busy: _t("Further account"),
            pages: _t("Account for scheduling pages"),
            sync: _t("Account for calendar sync"),
        }[this.props.connection.purpose];
    }

    /** @returns {String} what an account does whose purpose isn't everything */
    get purposeText() {
        return {
            busy: _t("What is in its ticked calendars counts as busy. Bookings don't land here."),
            pages: _t("Free time and bookings of your pages. Calendar sync uses your other account."),
            sync: _t("Meetings with your contacts. Your pages use your other account: these times don't count there."),
        }[this.props.connection.purpose];
    }

    get isMain() {
        return this.draft.main_id === this.props.connection.id;
    }

    get light() {
        return lightClass(this.props.connection);
    }

    get health() {
        const shown = Math.max(0, Math.round((this.state.now - this.props.told) / 1000));
        return healthText(this.props.connection, shown);
    }

    get since() {
        const moment = this.props.connection.connected_at;
        if (!moment) {
            return "";
        }
        const date = deserializeDateTime(moment);
        const year = date.year === DateTime.local().year ? {} : {year: "numeric"};
        return _t("connected %s", date.toLocaleString({day: "numeric", month: "short", ...year}));
    }

    /** @returns {{name: String, label: String, help: String, section: String?, about: String?}[]} what the account may be used for */
    get uses() {
        const texts = {
            use_sync: {
                label: _t("Calendar sync"),
                help: this.props.connection.syncs_elsewhere
                    ? _t("Odoo's own calendar sync is on for you and does this already, so nothing comes twice.")
                    : this.syncText,
                section: "scheduling-from-a-record",
                about: _t("Scheduling from a record"),
            },
            use_pages: {
                label: _t("Scheduling pages"),
                help: _t(
                    "Visitors book free time; bookings land in “%s” (main calendar). Unticked, they can only ask for a time.",
                    this.props.connection.main_calendar
                ),
            },
        };
        const {id, uses} = this.props.connection;
        return Object.keys(uses).map((name) => ({name, key: useKey(name, id), ...texts[name]}));
    }

    get syncText() {
        return this.props.connection.purpose === "busy"
            ? _t("Meetings with your contacts go into the CRM. CRM meetings go into your main account.")
            : _t("Meetings with your contacts go into the CRM, CRM meetings go into your calendar.");
    }

    set(name, value) {
        this.draft[name] = value;
    }

    get consequence() {
        const {purpose} = this.props.connection;
        const count = purpose === "sync" || purpose === "busy" ? 0 : this.props.hostedCount;
        const stay = this.props.connection.live
            ? _t("Meetings stay in your calendar.")
            : _t("Meetings stay in Odoo and in your calendar; what we keep of your busy times is deleted.");
        if (purpose === "pages" || purpose === "sync") {
            return `${stay} ${this.lastOfTwo}`;
        }
        if (this.props.connection.heir && purpose === "all") {
            const heir = _t("%s becomes your main account: bookings land there.", this.props.connection.heir);
            return `${heir} ${stay}`;
        }
        if (!count) {
            return stay;
        }
        const pages =
            count === 1
                ? _t("Your page will take requests instead of bookings.")
                : _t("Your %s pages will take requests instead of bookings.", count);
        return `${pages} ${stay}`;
    }

    /** @returns {String} what follows for who has two accounts with a purpose each */
    get lastOfTwo() {
        const rule = _t("From then on only one account can be connected, for everything: your other one.");
        if (this.props.connection.purpose !== "pages" || !this.props.hostedCount) {
            return rule;
        }
        const pages = _t("Your pages take requests until you tick “Scheduling pages” there.");
        return `${pages} ${rule}`;
    }

    disconnect() {
        const {connection} = this.props;
        this.dialog.add(DisconnectDialog, {
            title: _t("Disconnect %s?", connection.account),
            body: [this.consequence, connection.tasks?.if_disconnected].filter(Boolean).join("\n"),
            taskCalendar: connection.task_calendar,
            confirmLabel: _t("Disconnect"),
            confirmClass: "btn-danger",
            disconnect: async (removeTasks) => {
                await this.orm.call("scheduling.connection", "action_disconnect", [[connection.id]], {
                    remove_tasks: removeTasks,
                });
                this.notification.add(_t("Disconnected."), {type: "success"});
                await this.props.reload();
            },
            cancelLabel: _t("Stay connected"),
            cancel: () => undefined,
        });
    }
}
